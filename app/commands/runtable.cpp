// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/runtable.h"

#include "app/console.h"
#include "core/analyse/verdict.h"
#include "core/record/commandtext.h"
#include "core/record/jsonexport.h"
#include "core/record/timeshares.h"
#include "ui/verdictwords.h"

#include <QStringList>

#include <algorithm>
#include <array>
#include <cmath>
#include <ranges>
#include <span>

namespace timeslice {

namespace {

constexpr qsizetype kLabelWidth = 16;
constexpr std::size_t kMostWorkers = 16;
constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr auto kUnknown = "-";

QString fixed(const std::optional<double> &value, int decimals)
{
    return value ? QString::number(*value, 'f', decimals) : QString::fromLatin1(kUnknown);
}

/// Three significant digits, or all before the point: no count of a few seconds is known better.
QString rateText(const std::optional<double> &value)
{
    constexpr int kMostDecimals = 6;
    if (!value || *value <= 0)
        return fixed(value, 1);
    const int decimals = 2 - static_cast<int>(std::floor(std::log10(*value)));
    return fixed(value, std::clamp(decimals, 0, kMostDecimals));
}

QString count(const std::optional<std::uint64_t> &value)
{
    return value ? QString::number(*value) : QString::fromLatin1(kUnknown);
}

std::optional<double>
milliseconds(const std::optional<LatencySummary> &latency, Nanoseconds LatencySummary::*quantile)
{
    return latency ? std::optional(toSeconds((*latency).*quantile) * 1e3) : std::nullopt;
}

std::optional<double> times(const std::optional<double> &value, double factor)
{
    return value ? std::optional(*value * factor) : std::nullopt;
}

std::optional<double> wallSeconds(const Recording &recording)
{
    return recording.wallSeconds > 0 ? std::optional(recording.wallSeconds) : std::nullopt;
}

QString line(const char *label, const QString &text)
{
    return QStringLiteral("  ") + QString::fromLatin1(label).leftJustified(kLabelWidth) + text + u'\n';
}

/// "p50 1.234   p95 ... ms", each number in a field of the same width.
QString pairs(const std::vector<std::pair<const char *, QString>> &all, const char *unit, qsizetype width)
{
    QStringList texts;
    for (const auto &[name, text] : all)
        texts << QString::fromLatin1(name) + u' ' + text.rightJustified(width);
    return texts.join(QStringLiteral("   ")) + u' ' + QString::fromLatin1(unit);
}

QString itemsText(const Recording &recording)
{
    return QStringLiteral("%1 done, %2 failed").arg(recording.items).arg(recording.itemsFailed);
}

QString latencyText(const std::optional<LatencySummary> &latency)
{
    const auto field = [&](Nanoseconds LatencySummary::*quantile) {
        return fixed(milliseconds(latency, quantile), 3);
    };
    return pairs(
        {{"p50", field(&LatencySummary::p50)},
         {"p95", field(&LatencySummary::p95)},
         {"p99", field(&LatencySummary::p99)},
         {"max", field(&LatencySummary::max)}},
        "ms", 10);
}

/// Share of all the workers' time in each state.
QString statesText(const StateTimes &states)
{
    const auto shares = timeShares(states);
    const auto share = [&](double TimeShares::*state) {
        return shares ? fixed(100 * ((*shares).*state), 1) : QString::fromLatin1(kUnknown);
    };
    std::vector<std::pair<const char *, QString>> parts{
        {"running", share(&TimeShares::running)},
        {"runnable", share(&TimeShares::runnable)},
        {"blocked", share(&TimeShares::blocked)}};
    if (states.gilWait)
        parts.emplace_back("GIL wait", share(&TimeShares::gilWait));
    return pairs(parts, "% of the workers' time", 5);
}

QString switchesText(const Recording &recording, const Verdict &verdict)
{
    return pairs(
               {{"voluntary", rateText(verdict.voluntaryPerSecond)},
                {"involuntary", rateText(verdict.involuntaryPerSecond)}},
               "/s", 10)
        + QStringLiteral("   migrations ") + count(recording.switches.migrations);
}

QString coresText(const Verdict &verdict)
{
    return fixed(verdict.coresUsed, 2) + QStringLiteral(" of ") + fixed(verdict.possibleCores, 2)
        + QStringLiteral(" possible (") + fixed(times(verdict.efficiency, 100), 0) + QStringLiteral(" %)");
}

QString memoryText(const std::optional<MemoryReading> &memory)
{
    const auto field = [&](std::uint64_t MemoryReading::*bytes) {
        return fixed(
            memory ? std::optional(static_cast<double>((*memory).*bytes) / kMebibyte) : std::nullopt, 1);
    };
    return pairs(
        {{"rss", field(&MemoryReading::rssBytes)},
         {"pss", field(&MemoryReading::pssBytes)},
         {"uss", field(&MemoryReading::ussBytes)}},
        "MiB at most", 8);
}

QString observerText(const Recording &recording)
{
    // No share: it observes longer than from go to the last item, and how long is not recorded.
    const auto &observer = recording.observer;
    return fixed(times(observer.cpuSeconds, 1e3), 1)
        + QStringLiteral(" ms of CPU, %1 samples, %2 missed").arg(observer.samples).arg(observer.missed);
}

QString checkText(const SelfCheck &check)
{
    switch (check.verdict) {
    case SelfCheckVerdict::Agrees:
        return QStringLiteral("equal to the kernel's own counters");
    case SelfCheckVerdict::Differs:
        return QStringLiteral("NOT equal to the kernel's own counters");
    case SelfCheckVerdict::NotPossible:
        break;
    }
    return QStringLiteral("not compared with the kernel's counters");
}

QString timelineText(const TraceResult &trace)
{
    switch (trace.source) {
    case TraceSource::Off:
        return QStringLiteral("off");
    case TraceSource::None:
        return QStringLiteral("none: ") + causeAndRemedy(trace.reason, trace.remedy);
    case TraceSource::Sampled:
        return QStringLiteral("sampled: ") + causeAndRemedy(trace.reason, trace.remedy);
    case TraceSource::Perf:
        break;
    }
    auto text = QStringLiteral("exact, %1 records, %2%3 lost")
                    .arg(
                        count(trace.records), QLatin1String(trace.hasUncountedLosses ? "more than " : ""),
                        count(trace.lost));
    return trace.check ? text + QStringLiteral(", ") + checkText(*trace.check) : text;
}

/// Why it failed goes to standard error.
QString endText(const Recording &recording)
{
    if (recording.outcome == Outcome::Stopped)
        return QStringLiteral("stopped before its end; the figures are of the part that was done");
    return QString::fromLatin1(nameOf(recording.outcome));
}

struct Column {
    const char *heading;
    qsizetype width;
};

QString row(const QStringList &cells, std::span<const Column> columns)
{
    QString text = QStringLiteral(" ");
    for (qsizetype i = 0; i < cells.size(); ++i)
        text += u' ' + cells[i].rightJustified(columns[static_cast<std::size_t>(i)].width);
    return text + u'\n';
}

QString headings(std::span<const Column> columns)
{
    QStringList cells;
    for (const auto &column : columns)
        cells << QString::fromLatin1(column.heading);
    return row(cells, columns);
}

constexpr std::array kWorkerColumns{
    Column{"worker", 6},     Column{"tid", 8},         Column{"items", 12},     Column{"cpu s", 10},
    Column{"running s", 10}, Column{"runnable s", 10}, Column{"blocked s", 10}, Column{"vol.", 9},
    Column{"invol.", 9},     Column{"migr.", 7},
};

QString workersText(const std::vector<WorkerResult> &workers)
{
    QString text = u'\n' + headings(kWorkerColumns);
    for (const auto &worker : workers | std::views::take(kMostWorkers)) {
        const auto &states = worker.states;
        text +=
            row({QString::number(worker.index),
                 worker.tid == 0 ? QString::fromLatin1(kUnknown) : QString::number(worker.tid),
                 QString::number(worker.items), fixed(worker.cpuSeconds, 3), fixed(states.running, 3),
                 fixed(states.runnable, 3), fixed(states.blocked, 3), count(worker.switches.voluntary),
                 count(worker.switches.involuntary), count(worker.switches.migrations)},
                kWorkerColumns);
    }
    if (workers.size() > kMostWorkers)
        text += QStringLiteral("  and %1 more; --json lists them all\n").arg(workers.size() - kMostWorkers);
    return text;
}

constexpr std::array kTaskColumns{
    Column{"pid", 8},  Column{"tid", 8},    Column{"cpu s", 10}, Column{"blocked s", 10},
    Column{"vol.", 9}, Column{"invol.", 9}, Column{"migr.", 7},  Column{"  name", 0},
};

/// Threads and processes of a foreign program, those that used most first.
QString tasksText(std::vector<WorkerResult> tasks)
{
    std::ranges::stable_sort(tasks, std::ranges::greater(), [](const auto &task) { return task.cpuSeconds; });
    QString text = u'\n' + headings(kTaskColumns);
    for (const auto &task : tasks | std::views::take(kMostWorkers))
        text += row(
            {QString::number(task.pid), QString::number(task.tid), fixed(task.cpuSeconds, 3),
             fixed(task.states.blocked, 3), count(task.switches.voluntary), count(task.switches.involuntary),
             count(task.switches.migrations), u' ' + QString::fromStdString(task.name)},
            kTaskColumns);
    if (tasks.size() > kMostWorkers)
        text += QStringLiteral("  and %1 more; --json lists them all\n").arg(tasks.size() - kMostWorkers);
    return text;
}

/// One line of repeated runs: each figure with its heading, width and decimals.
struct Figure {
    Column column;
    int decimals;
    std::optional<double> (*of)(const Recording &, const Verdict &);
};

constexpr std::array kFigures{
    Figure{{"wall s", 10}, 3, [](const Recording &r, const Verdict &) { return wallSeconds(r); }},
    Figure{{"items/s", 14}, 2, [](const Recording &, const Verdict &v) { return v.itemsPerSecond; }},
    Figure{{"cores", 7}, 2, [](const Recording &, const Verdict &v) { return v.coresUsed; }},
    Figure{{"vol./s", 11}, 1, [](const Recording &, const Verdict &v) { return v.voluntaryPerSecond; }},
    Figure{{"invol./s", 11}, 1, [](const Recording &, const Verdict &v) { return v.involuntaryPerSecond; }},
    Figure{
        {"p50 ms", 10},
        3,
        [](const Recording &r, const Verdict &) { return milliseconds(r.latency, &LatencySummary::p50); }},
    Figure{
        {"p99 ms", 10},
        3,
        [](const Recording &r, const Verdict &) { return milliseconds(r.latency, &LatencySummary::p99); }},
};

constexpr Column kNumberColumn{"run", 6};

QString
figureLine(const QString &first, const std::vector<std::optional<double>> &values, const QString &last)
{
    QStringList cells{first};
    std::vector<Column> columns{kNumberColumn};
    for (std::size_t i = 0; i < kFigures.size(); ++i) {
        cells << fixed(values[i], kFigures[i].decimals);
        columns.push_back(kFigures[i].column);
    }
    auto text = row(cells, columns);
    text.chop(1);
    return text + QStringLiteral("  ") + last + u'\n';
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    const auto half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

QString lockText(const Recording &recording)
{
    const auto &lock = *recording.lock;
    const auto perSecond = recording.wallSeconds > 0
        ? std::optional(static_cast<double>(lock.handOvers) / recording.wallSeconds)
        : std::nullopt;
    auto text = pairs(
        {{"changed hands", rateText(perSecond) + QStringLiteral(" /s")},
         {"held p50", fixed(milliseconds(lock.hold, &LatencySummary::p50), 3)},
         {"waited p50", fixed(milliseconds(lock.wait, &LatencySummary::p50), 3)}},
        "ms", 8);
    if (lock.lost > 0)
        text += QStringLiteral(", %1 events not seen").arg(lock.lost);
    return text;
}

// What only this workload or this model measures.
QString resultLines(const Recording &recording)
{
    QString text;
    for (const auto &[field, value] : resultsOf(recording)) {
        auto shown = QString::fromLatin1(kUnknown);
        if (const auto *const number = std::get_if<double>(&value))
            shown =
                std::abs(*number) < 1e5 ? QString::number(*number, 'g', 6) : QString::number(*number, 'f', 0);
        else if (const auto *const words = std::get_if<std::string>(&value))
            shown = QString::fromStdString(*words);
        if (!field->unit.empty())
            shown += u' ' + QString::fromStdString(field->unit);
        text += line(field->title.c_str(), shown);
    }
    if (recording.lock)
        text += line("lock", lockText(recording));
    if (recording.loopLag)
        text += line("loop lag", latencyText(recording.loopLag));
    return text;
}

} // namespace

QString planLine(const Experiment &experiment)
{
    QStringList parts{QString::fromStdString(experiment.workload), QString::fromStdString(experiment.model)};
    parts << QStringLiteral("%1 worker%2")
                 .arg(experiment.workers)
                 .arg(QLatin1String(experiment.workers == 1 ? "" : "s"));
    if (experiment.items)
        parts << QStringLiteral("%1 item%2")
                     .arg(*experiment.items)
                     .arg(QLatin1String(*experiment.items == 1 ? "" : "s"));
    if (experiment.durationSeconds)
        parts << QString::fromLatin1(numberText(*experiment.durationSeconds)) + QStringLiteral(" s");
    if (experiment.pin != Pin::None)
        parts << QStringLiteral("pin ") + QString::fromLatin1(nameOf(experiment.pin));
    if (experiment.isolate)
        parts << QStringLiteral("isolated");
    parts << QStringLiteral("seed %1").arg(experiment.seed);
    return parts.join(QStringLiteral(", ")) + u'\n';
}

QString runReport(const Recording &recording)
{
    const auto verdict = judge(recording, nullptr);
    const bool isProgram = !recording.command.isEmpty(); // it did no items that could be counted
    QString text = planLine(recording.experiment);
    if (isProgram)
        text += line("command", commandText(recording.command));
    text += line("outcome", endText(recording));
    if (const auto &interpreter = recording.interpreter)
        text += line(
            "interpreter", interpreterInWords(recording) + QStringLiteral(" (%1)").arg(interpreter->path));
    if (recording.go) {
        text += line("wall time", fixed(wallSeconds(recording), 3) + QStringLiteral(" s"));
        if (!isProgram) {
            text += line("throughput", rateText(verdict.itemsPerSecond) + QStringLiteral(" items/s"));
            text += line("items", itemsText(recording));
            text += line("latency", latencyText(recording.latency));
        }
        text += line("cores used", coresText(verdict));
        text += resultLines(recording);
        text += line("switches", switchesText(recording, verdict));
        if (!isProgram)
            text += line("where time went", statesText(recording.states));
        text += line("memory", memoryText(recording.memoryPeak));
        text += line("timeline", timelineText(recording.trace));
        text += line("observer", observerText(recording));
        if (!isProgram && recording.items > 0)
            text += line("checksum", checksumText(recording.checksum));
        text += isProgram ? tasksText(recording.workers) : workersText(recording.workers);
    }
    if (isProgram && !recording.output.isEmpty())
        text += QStringLiteral("\nIt wrote:\n") + recording.output.trimmed() + u'\n';
    if (recording.outcome == Outcome::Completed)
        text += u'\n' + inWords(recording, verdict).happened + u'\n';
    for (const auto &gap : recording.gaps)
        text += QStringLiteral("Not measured: ")
            + QString::fromStdString(gap.what + ": " + describe(gap.error)) + u'\n';
    for (const auto &note : recording.notes)
        text += QStringLiteral("Note: ") + note + u'\n';
    if (const auto stolen = stolenInWords(recording); !stolen.isEmpty())
        text += QStringLiteral("Note: ") + stolen + u'\n';
    if (!recording.itemError.empty() && !recording.error)
        text += QStringLiteral("First failed item: ") + QString::fromStdString(recording.itemError) + u'\n';
    return printable(text);
}

QString repeatHeading()
{
    std::vector<Column> columns{kNumberColumn};
    for (const auto &figure : kFigures)
        columns.push_back(figure.column);
    auto text = headings(columns);
    text.chop(1);
    return text + QStringLiteral("  outcome\n");
}

RepeatFigures figuresOf(const Recording &recording)
{
    const auto verdict = judge(recording, nullptr);
    RepeatFigures figures{recording.outcome, {}};
    for (const auto &figure : kFigures)
        figures.values.push_back(figure.of(recording, verdict));
    return figures;
}

QString repeatLine(unsigned number, const RepeatFigures &figures)
{
    return figureLine(QString::number(number), figures.values, QString::fromLatin1(nameOf(figures.outcome)));
}

QString medianLine(const std::vector<RepeatFigures> &runs)
{
    std::vector<std::optional<double>> medians;
    const auto completed = std::ranges::count(runs, Outcome::Completed, &RepeatFigures::outcome);
    if (completed == 0)
        return {};
    for (std::size_t i = 0; i < kFigures.size(); ++i) {
        std::vector<double> values;
        for (const auto &run : runs) {
            if (run.outcome == Outcome::Completed && run.values[i])
                values.push_back(*run.values[i]);
        }
        // A median of a part would not be the runs' median.
        const bool isWhole = std::ssize(values) == completed;
        medians.push_back(isWhole ? std::optional(median(std::move(values))) : std::nullopt);
    }
    return figureLine(QStringLiteral("median"), medians, QStringLiteral("of %1").arg(completed));
}

} // namespace timeslice
