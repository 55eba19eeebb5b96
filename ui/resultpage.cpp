// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/resultpage.h"

#include "ui/disclosure.h"
#include "ui/fieldrow.h"
#include "ui/format.h"
#include "ui/headline.h"
#include "ui/statebars.h"
#include "ui/themecontroller.h"
#include "ui/verdictwords.h"

#include <QCoreApplication>
#include <QFrame>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace timeslice {

namespace {

constexpr int kRowGap = 12;
constexpr int kOutputLines = 10;

Quantity plain(const QString &value)
{
    return {value, {}};
}

/// Share of the switches that the workers made of their own accord; nothing without any switch.
std::optional<double> voluntaryShare(const SwitchCounts &switches)
{
    if (!switches.voluntary || !switches.involuntary || *switches.voluntary + *switches.involuntary == 0)
        return std::nullopt;
    return static_cast<double>(*switches.voluntary)
        / static_cast<double>(*switches.voluntary + *switches.involuntary);
}

std::optional<double> sum(std::optional<double> a, std::optional<double> b)
{
    return a && b ? std::optional(*a + *b) : std::nullopt;
}

Quantity latency(const Recording &recording, Nanoseconds LatencySummary::*quantile)
{
    return recording.latency ? formatDuration((*recording.latency).*quantile) : plain(notMeasured());
}

/// Memory per process splits shared pages, so the sum over processes is the truth; RSS counts them again and
/// again.
Quantity memory(const Recording &recording)
{
    return recording.memoryPeak ? formatBytes(static_cast<double>(recording.memoryPeak->pssBytes))
                                : plain(notMeasured());
}

/// Whose memory it is: threads share all of this program's.
QString memoryHelp(const Recording &recording)
{
    const auto isHere = [](const WorkerResult &worker) {
        return worker.pid == QCoreApplication::applicationPid();
    };
    if (!recording.workers.empty() && std::ranges::all_of(recording.workers, isHere))
        return ResultPage::tr("The most this program, its window included, held; shared pages are split "
                              "among their users (PSS).");
    return ResultPage::tr("The most the run's processes held together; shared pages count once (PSS).");
}

void addItems(std::vector<Measure> &rows, const Recording &recording, const Verdict &verdict)
{
    const auto tr = [](const char *text) { return ResultPage::tr(text); };
    rows.push_back(
        {tr("Throughput"), formatRate(verdict.itemsPerSecond),
         tr("Items done per second, from go to the end of the last item."), false});
    rows.push_back(
        {tr("Items done"), plain(formatCount(recording.items)), tr("By all workers together."), false});
    if (recording.itemsFailed > 0)
        rows.push_back(
            {tr("Items failed"), plain(formatCount(recording.itemsFailed)),
             tr("Items that ended with an error; they are not among those done."), false});
}

void addLatencies(std::vector<Measure> &rows, const Recording &recording)
{
    const auto tr = [](const char *text) { return ResultPage::tr(text); };
    rows.push_back(
        {tr("Typical item"), latency(recording, &LatencySummary::p50),
         tr("Half of the items took no longer than this (p50)."), false});
    rows.push_back(
        {tr("95 of 100 within"), latency(recording, &LatencySummary::p95),
         tr("95 % of the items took no longer than this (p95)."), true});
    rows.push_back(
        {tr("99 of 100 within"), latency(recording, &LatencySummary::p99),
         tr("99 % of the items took no longer than this (p99)."), true});
    rows.push_back(
        {tr("Slowest item"), latency(recording, &LatencySummary::max),
         tr("The longest time that one item took."), false});
}

// What only this workload or this model measures.
void addResults(std::vector<Measure> &rows, const Recording &recording)
{
    for (const auto &[field, value] : resultsOf(recording))
        rows.push_back(
            {QString::fromStdString(field->title), formatResult(*field, value),
             QString::fromStdString(field->help), false, std::holds_alternative<std::string>(value)});
    if (const auto &lock = recording.lock) {
        const auto perSecond = recording.wallSeconds > 0
            ? std::optional(static_cast<double>(lock->handOvers) / recording.wallSeconds)
            : std::nullopt;
        const auto typical = [](const std::optional<LatencySummary> &summary) {
            return summary ? formatDuration(summary->p50) : plain(notMeasured());
        };
        rows.push_back(
            {ResultPage::tr("Lock changed hands"), formatPerSecond(perSecond),
             ResultPage::tr("How often another worker than before took the interpreter lock, per second."),
             false});
        rows.push_back(
            {ResultPage::tr("held for"), typical(lock->hold),
             ResultPage::tr("Half of the times a worker held the lock no longer than this (p50)."), true});
        rows.push_back(
            {ResultPage::tr("waited for"), typical(lock->wait),
             ResultPage::tr("Half of the times a worker waited for the lock no longer than this (p50)."),
             true});
    }
    if (recording.loopLag) {
        rows.push_back(
            {ResultPage::tr("Loop lag"), formatDuration(recording.loopLag->p99),
             ResultPage::tr("How late the event loop came to what was due, in 99 of 100 cases."), false});
        rows.push_back(
            {ResultPage::tr("at most"), formatDuration(recording.loopLag->max),
             ResultPage::tr("The longest time for which the event loop was blocked."), true});
    }
}

} // namespace

std::vector<Measure> measuresOf(const Recording &recording, const Verdict &verdict)
{
    const auto tr = [](const char *text) { return ResultPage::tr(text); };
    const bool isProgram = !recording.command.isEmpty(); // it did no items that could be counted
    std::vector<Measure> rows;
    if (!isProgram)
        addItems(rows, recording, verdict);
    addResults(rows, recording);
    rows.push_back(
        {tr("Time"),
         formatDuration(recording.wallSeconds > 0 ? std::optional(recording.wallSeconds) : std::nullopt),
         isProgram ? tr("From the program's start to its end.") : tr("From go to the end of the last item."),
         false});
    rows.push_back(
        {tr("CPU used"), formatCores(verdict.coresUsed),
         isProgram ? tr("How many cores the program and its children kept busy on average.")
                   : tr("How many cores the workers kept busy on average, from their exact CPU clocks."),
         false});
    rows.push_back(
        {tr("Efficiency"), formatPercent(verdict.efficiency),
         isProgram ? tr("How much of this machine's cores it used.")
                   : tr("How much of the cores that the workers could have used they did use."),
         false});
    rows.push_back(
        {tr("Switches"), formatPerSecond(sum(verdict.voluntaryPerSecond, verdict.involuntaryPerSecond)),
         isProgram ? tr("How often one of its threads left its core, per second.")
                   : tr("How often a worker left its core, per second."),
         false});
    rows.push_back(
        {tr("voluntary"), formatPercent(voluntaryShare(recording.switches)),
         isProgram
             ? tr("Share of the switches in which a thread blocked by itself; in the others the kernel "
                  "took the core away.")
             : tr("Share of the switches in which the worker blocked by itself; in the others the kernel "
                  "took the core away."),
         true});
    if (const QString interpreter = interpreterInWords(recording); !interpreter.isEmpty())
        rows.push_back(
            {tr("Run by"), plain(interpreter),
             tr("The Python interpreter that ran the workers, as it says itself."), false, true});
    rows.push_back({tr("Memory"), memory(recording), memoryHelp(recording), false});
    if (!isProgram)
        addLatencies(rows, recording);
    return rows;
}

void ResultPage::Part::setVisible(bool visible) const
{
    title->setVisible(visible);
    body->setVisible(visible);
}

ResultPage::ResultPage(ThemeController *themes, QWidget *parent)
    : QWidget(parent)
    , m_failure(makeLabel(TextRole::Failed, {}, this))
    , m_headline(new Headline(themes, this))
    , m_happened(makeLabel(TextRole::Plain, {}, this))
    , m_reason(makeLabel(TextRole::Quiet, {}, this))
    , m_baseline(new QPushButton(tr("Run the &baseline"), this))
    , m_line(makeHairline(this))
    , m_table(new MeasureTable(themes, tr("Measurements"), this))
    , m_states(new StateBars(themes, this))
    , m_rates(new RateBars(themes, this))
    , m_notes(makeLabel(TextRole::Plain, {}, this))
    , m_output(new QPlainTextEdit(this))
    , m_outputPart(new Disclosure(tr("Output of the run"), m_output, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kRowGap);
    column->addWidget(m_failure);
    column->addWidget(m_headline);
    column->addWidget(m_happened);
    column->addWidget(m_reason);
    column->addWidget(m_baseline, 0, Qt::AlignLeft);
    column->addWidget(m_line);
    column->addWidget(m_table);
    m_statePart = addPart(column, tr("Where the time went"), m_states);
    m_ratePart = addPart(column, tr("Against the baseline"), m_rates);
    m_notePart = addPart(column, tr("To know"), m_notes);
    column->addWidget(m_outputPart);

    QFont bold = m_failure->font();
    bold.setWeight(QFont::DemiBold);
    m_failure->setFont(bold);
    m_baseline->setToolTip(tr("Runs the same work with one worker, one item after another (Shift+F5)."));
    connect(m_baseline, &QPushButton::clicked, this, &ResultPage::baselineWanted);
    for (QLabel *label : {m_failure, m_happened, m_reason, m_notes})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_output->setReadOnly(true);
    m_output->setTabChangesFocus(true);
    m_output->setAccessibleName(tr("Output of the run"));
    m_output->setFixedHeight(m_output->fontMetrics().lineSpacing() * kOutputLines);
}

ResultPage::Part ResultPage::addPart(QVBoxLayout *column, const QString &title, QWidget *body)
{
    const Part part{makeLabel(TextRole::Title, title, this), body};
    column->addWidget(part.title);
    column->addWidget(part.body);
    return part;
}

void ResultPage::show(const RecordingPtr &recording, const Verdict &verdict, const std::vector<RateBar> &bars)
{
    const VerdictWords words = inWords(*recording, verdict);
    m_failure->setVisible(false);
    m_headline->show(words.number, words.unit, words.caption);
    m_happened->setText(words.happened);
    m_reason->setText(words.reason);
    m_reason->setVisible(!words.reason.isEmpty());
    m_baseline->setVisible(words.offersBaseline);
    if (words.isFailure) {
        showFailure(
            tr("The run failed"),
            recording->error.value_or(Error{ErrorKind::System, 0, {}, "it left no reason"}),
            !recording->output.isEmpty());
    }

    // Of a run that failed before its first item there is nothing to tell.
    const bool hasNumbers = !words.isFailure || recording->items > 0;
    m_line->setVisible(hasNumbers);
    m_table->setVisible(hasNumbers);
    if (hasNumbers)
        m_table->setMeasures(measuresOf(*recording, verdict));
    const bool isProgram = !recording->command.isEmpty();
    const bool isByTrace = isProgram && recording->trace.source == TraceSource::Perf;
    m_states->setRows(
        isProgram ? taskShares(recording->workers) : stateShares(recording->workers),
        isByTrace ? StateBars::Runnable::Preempted : StateBars::Runnable::WaitingForCore);
    m_statePart.setVisible(hasNumbers && recording->items > 0);
    m_rates->setBars(bars);
    m_ratePart.setVisible(!bars.empty());
    const bool hasBaseline = std::ranges::any_of(bars, &RateBar::isBaseline);
    m_ratePart.title->setText(hasBaseline ? tr("Against the baseline") : tr("Against other runs"));
    m_rates->setAccessibleName(m_ratePart.title->text());
    showNotes(*recording);

    m_output->setPlainText(recording->output);
    m_outputPart->setVisible(!recording->output.isEmpty());
    m_outputPart->setOpen(words.isFailure && !recording->output.isEmpty());
}

void ResultPage::showNotes(const Recording &recording)
{
    QStringList notes;
    if (recording.itemsFailed > 0 && !recording.itemError.empty())
        notes.append(
            tr("The first item that failed said: %1").arg(QString::fromStdString(recording.itemError)));
    notes.append(recording.notes);
    if (recording.observer.missed > 0)
        notes.append(tr("%1 of the samples were missed, so the charts are coarser there.")
                         .arg(formatCount(recording.observer.missed)));
    if (const auto &check = recording.trace.check; check && check->verdict == SelfCheckVerdict::Differs)
        notes.append(selfCheckInWords(*check));
    if (const QString stolen = stolenInWords(recording); !stolen.isEmpty())
        notes.append(stolen);
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_notePart.setVisible(!notes.isEmpty());
}

void ResultPage::showFailure(const QString &heading, const Error &error, bool hasOutput)
{
    m_failure->setText(heading);
    m_failure->setVisible(true);
    m_happened->setText(describeForPeople(error));
    if (remedyFor(error).isEmpty()) {
        m_reason->setText(
            hasOutput ? tr("Below is what the run itself said. Running it once more tells whether it fails "
                           "each time.")
                      : tr("Running it once more tells whether it fails each time."));
        m_reason->setVisible(true);
    }
}

void ResultPage::showRefusal(const Error &error)
{
    m_headline->show({}, {}, {});
    m_reason->setVisible(false);
    m_baseline->setVisible(false);
    showFailure(tr("Nothing was started"), error, false);
    m_reason->setVisible(false); // it was refused for a reason that running again does not change
    m_line->setVisible(false);
    m_table->setVisible(false);
    m_statePart.setVisible(false);
    m_ratePart.setVisible(false);
    m_notePart.setVisible(false);
    m_outputPart->setVisible(false);
}

} // namespace timeslice
