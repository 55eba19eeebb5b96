// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/csvexport.h"

#include "core/run/jsonwriter.h"
#include "core/workload/catalogue.h"

#include <QByteArrayList>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

namespace timeslice {

namespace {

constexpr auto kLineEnd = "\r\n";

void addRow(QByteArray &csv, const QByteArrayList &cells)
{
    csv += cells.join(',') + kLineEnd;
}

/// CPUs may come and go during a run; each that was ever seen has its column.
std::set<int> cpusOf(const Recording &recording)
{
    std::set<int> cpus;
    for (const auto &point : recording.series)
        cpus.insert(point.cpus.begin(), point.cpus.end());
    return cpus;
}

std::size_t workersOf(const Recording &recording)
{
    std::size_t workers = 0;
    for (const auto &point : recording.series)
        workers = std::max(workers, point.workerItemsPerSecond.size());
    return workers;
}

/// \param shares  Of each CPU, as the point's `cpus`; empty where they are not known.
QByteArray shareOf(const SeriesPoint &point, int cpu, const std::vector<double> &shares)
{
    const auto found = std::ranges::find(point.cpus, cpu);
    const auto index = static_cast<std::size_t>(found - point.cpus.begin());
    return index < shares.size() ? numberText(shares[index]) : QByteArray();
}

/// What only some runs have, with the name of its column and how a point tells it.
struct Extra {
    QByteArray name;
    std::function<double(const SeriesPoint &)> value;
};

std::vector<Extra> extrasOf(const Recording &recording)
{
    std::vector<Extra> extras;
    const auto isKnown = [&recording](double SeriesPoint::*member) {
        return std::ranges::any_of(
            recording.series, [member](const SeriesPoint &point) { return std::isfinite(point.*member); });
    };
    if (isKnown(&SeriesPoint::loopLag))
        extras.push_back({"loop_lag_s", &SeriesPoint::loopLag});
    if (isKnown(&SeriesPoint::frameGap))
        extras.push_back({"frame_gap_s", &SeriesPoint::frameGap});
    const auto *const workload = findWorkload(recording.experiment.workload);
    for (std::size_t gauge = 0; workload && gauge < workload->gauges.size(); ++gauge) {
        const auto &info = workload->gauges[gauge];
        extras.push_back(
            {QByteArray::fromStdString(info.unit.empty() ? info.id : info.id + '_' + info.unit),
             [gauge](const SeriesPoint &point) {
                 return gauge < point.gauges.size() ? point.gauges[gauge]
                                                    : std::numeric_limits<double>::quiet_NaN();
             }});
    }
    return extras;
}

QByteArray bytesOf(const std::optional<MemoryReading> &memory, std::uint64_t MemoryReading::*bytes)
{
    return memory ? QByteArray::number(static_cast<qulonglong>((*memory).*bytes)) : QByteArray();
}

QByteArray secondsSinceGo(const Recording &recording, const SeriesPoint &point)
{
    return recording.go ? numberText(toSeconds(point.time - *recording.go)) : QByteArray();
}

/// Whether a spreadsheet would compute a cell with this line; blanks in front do not hinder it, nor do
/// full-width forms.
bool beginsFormula(QStringView line)
{
    for (const QChar c : line) {
        if (c == u' ' || c == QChar(0x00A0) || c == QChar(0xFEFF))
            continue;
        return c == u'=' || c == u'+' || c == u'-' || c == u'@' || c == u'\t' || c == u'\r'
            || c == QChar(0xFF1D) || c == QChar(0xFF0B) || c == QChar(0xFF0D) || c == QChar(0xFF20);
    }
    return false;
}

} // namespace

QByteArray csvText(const QString &text)
{
    QString safe;
    bool atLineBegin = true;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (atLineBegin && beginsFormula(QStringView(text).mid(i)))
            safe += u'\'';
        safe += text[i];
        atLineBegin = text[i] == u'\n' || text[i] == u'\r';
    }
    const auto isSpecial = [](QChar c) { return c == u',' || c == u'"' || c == u'\r' || c == u'\n'; };
    const bool needsQuotes =
        std::any_of(safe.cbegin(), safe.cend(), isSpecial) || safe.startsWith(u' ') || safe.endsWith(u' ');
    if (needsQuotes)
        safe = u'"' + safe.replace(QStringLiteral("\""), QStringLiteral("\"\"")) + u'"';
    return safe.toUtf8();
}

QByteArray seriesCsv(const Recording &recording)
{
    const auto cpus = cpusOf(recording);
    const auto workers = workersOf(recording);
    const auto extras = extrasOf(recording);

    QByteArrayList header{"t_s", "interval_s"};
    for (const int cpu : cpus)
        header << "cpu" + QByteArray::number(cpu) + "_busy_1s";
    for (const int cpu : cpus)
        header << "cpu" + QByteArray::number(cpu) + "_run";
    header << "run_cores" << "other_cores_1s" << "items_per_s";
    for (std::size_t worker = 0; worker < workers; ++worker)
        header << "worker" + QByteArray::number(static_cast<qulonglong>(worker)) + "_items_per_s";
    header << "voluntary_per_s" << "involuntary_per_s" << "observer_cores" << "rss_bytes" << "pss_bytes"
           << "uss_bytes";
    for (const auto &extra : extras)
        header << extra.name;
    header << "run" << "workload" << "model" << "workers" << "seed";

    const auto &experiment = recording.experiment;
    const QByteArrayList label{
        QByteArray::number(static_cast<qulonglong>(recording.id)),
        csvText(QString::fromStdString(experiment.workload)),
        csvText(QString::fromStdString(experiment.model)),
        QByteArray::number(experiment.workers),
        QByteArray::number(static_cast<qulonglong>(experiment.seed)),
    };

    QByteArray csv;
    addRow(csv, header);
    for (const auto &point : recording.series) {
        QByteArrayList row{secondsSinceGo(recording, point), numberText(point.seconds)};
        for (const int cpu : cpus)
            row << shareOf(point, cpu, point.cpuBusy);
        for (const int cpu : cpus)
            row << shareOf(point, cpu, point.cpuOurs);
        row << numberText(point.runCores) << numberText(point.otherCores) << numberText(point.itemsPerSecond);
        for (std::size_t worker = 0; worker < workers; ++worker) {
            const auto &rates = point.workerItemsPerSecond;
            row << (worker < rates.size() ? numberText(rates[worker]) : QByteArray());
        }
        row << numberText(point.voluntaryPerSecond) << numberText(point.involuntaryPerSecond)
            << numberText(point.observerShare) << bytesOf(point.memory, &MemoryReading::rssBytes)
            << bytesOf(point.memory, &MemoryReading::pssBytes)
            << bytesOf(point.memory, &MemoryReading::ussBytes);
        for (const auto &extra : extras)
            row << numberText(extra.value(point));
        addRow(csv, row + label);
    }
    return csv;
}

} // namespace timeslice
