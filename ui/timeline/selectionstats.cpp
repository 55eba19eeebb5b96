// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/selectionstats.h"

#include "ui/format.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <limits>

namespace timeslice {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

void add(const LaneStats &lane, LaneStats &into)
{
    const auto &from = lane.stats;
    auto &to = into.stats;
    addSums(from.sums, to.sums);
    to.voluntary += from.voluntary;
    to.involuntary += from.involuntary;
    to.migrations += from.migrations;
    if (from.longestRunnableNs > to.longestRunnableNs) {
        to.longestRunnableNs = from.longestRunnableNs;
        into.longestRunnableOn = lane.name;
    }
    to.longestBlockedNs = std::max(to.longestBlockedNs, from.longestBlockedNs);
}

} // namespace

double LaneStats::share(std::uint64_t ns) const
{
    const auto present = presentNs();
    return present > 0 ? static_cast<double>(ns) / static_cast<double>(present)
                       : std::numeric_limits<double>::quiet_NaN();
}

SelectionStats selectionStats(const TimelineView &view, TimeSpan span, const MeasuredLanes &measured)
{
    SelectionStats result;
    result.span = span;
    for (const auto &[lane, name] : measured.lanes) {
        LaneStats one;
        one.name = name;
        one.stats = view.stats(lane, span);
        one.knowsLock = view.gil() != nullptr;
        add(one, result.together);
        result.lanes.push_back(std::move(one));
    }
    result.together.name = measured.together;
    result.together.knowsLock = view.gil() != nullptr;
    return result;
}

std::vector<StatCell> statCells(const LaneStats &lane)
{
    std::vector<StatCell> cells;
    const auto &stats = lane.stats;
    const auto add = [&cells](const char *name, const Quantity &quantity, const QString &help) {
        cells.push_back({words(name), quantity.value, quantity.unit, help});
    };
    const auto share = [&](const char *name, std::uint64_t ns, const char *help) {
        add(name, formatPercent(lane.share(ns)), words(help));
    };
    share(
        QT_TRANSLATE_NOOP("timeslice", "running"), stats.sums.runningNs,
        QT_TRANSLATE_NOOP("timeslice", "Had a core. Shares are of the time in which the task was there."));
    share(
        QT_TRANSLATE_NOOP("timeslice", "preempted"), stats.sums.runnableNs,
        QT_TRANSLATE_NOOP("timeslice", "Could have run and waited for a core."));
    share(
        QT_TRANSLATE_NOOP("timeslice", "blocked"), stats.sums.blockedNs,
        QT_TRANSLATE_NOOP("timeslice", "Waited for something else, such as a lock, a timer or an answer."));
    add(QT_TRANSLATE_NOOP("timeslice", "waiting for GIL"),
        lane.knowsLock ? formatPercent(lane.share(stats.sums.gilWaitNs)) : Quantity{notMeasured(), {}},
        words(
            QT_TRANSLATE_NOOP("timeslice", "Waited for the interpreter's lock, which another worker held.")));
    share(
        QT_TRANSLATE_NOOP("timeslice", "not known"), stats.sums.unknownNs,
        QT_TRANSLATE_NOOP("timeslice", "Records were lost, or the task had not been seen yet."));
    const bool wasThere = lane.presentNs() > 0;
    const auto count = [&](const char *name, std::uint64_t number, const char *help) {
        add(name, {wasThere ? formatCount(number) : notMeasured(), {}}, words(help));
    };
    count(
        QT_TRANSLATE_NOOP("timeslice", "voluntary switches"), stats.voluntary,
        QT_TRANSLATE_NOOP("timeslice", "Times it gave its core up because it blocked."));
    count(
        QT_TRANSLATE_NOOP("timeslice", "involuntary switches"), stats.involuntary,
        QT_TRANSLATE_NOOP("timeslice", "Times it lost its core although it could have gone on."));
    count(
        QT_TRANSLATE_NOOP("timeslice", "migrations"), stats.migrations,
        QT_TRANSLATE_NOOP("timeslice", "Times it went on on another core than before."));
    const auto wait = [&](const char *name, std::uint64_t ns, const QString &whose) {
        const auto length = wasThere ? formatDuration(Nanoseconds(static_cast<std::int64_t>(ns)))
                                     : Quantity{notMeasured(), {}};
        add(name, length, whose.isEmpty() ? QString() : words("By %1.").arg(whose));
    };
    wait(
        QT_TRANSLATE_NOOP("timeslice", "longest wait for a core"), stats.longestRunnableNs,
        lane.longestRunnableOn);
    wait(QT_TRANSLATE_NOOP("timeslice", "longest block"), stats.longestBlockedNs, {});
    return cells;
}

QString statsAsText(const SelectionStats &stats)
{
    QStringList lines;
    QStringList cells{words("task")};
    for (const auto &cell : statCells(stats.together))
        cells.append(cell.name);
    lines.append(cells.join(QLatin1Char('\t')));
    const auto addLane = [&](const LaneStats &lane) {
        cells = {lane.name.simplified()};
        for (const auto &cell : statCells(lane))
            cells.append(Quantity{cell.value, cell.unit}.toString());
        lines.append(cells.join(QLatin1Char('\t')));
    };
    for (const auto &lane : stats.lanes)
        addLane(lane);
    if (stats.lanes.size() > 1)
        addLane(stats.together);
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

} // namespace timeslice
