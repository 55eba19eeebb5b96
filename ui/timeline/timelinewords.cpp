// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinewords.h"

#include "ui/format.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr std::size_t kMostMeanwhile = 3; ///< Tasks that are named of those that had the core.
constexpr std::size_t kMostSlices = 20'000; ///< Looked at to find them.

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

std::uint64_t shownLength(const Segment &segment, const TimelineView &view)
{
    return TimeSpan{segment.span.beginNs, std::min(segment.span.endNs, view.known().endNs)}.lengthNs();
}

// The third significant digit of the length is what a start can be told to.
int decimalsFor(std::uint64_t lengthNs)
{
    if (lengthNs == 0)
        return 9;
    const double seconds = static_cast<double>(lengthNs) * 1e-9;
    return std::clamp(2 - static_cast<int>(std::floor(std::log10(seconds))), 3, 9);
}

// Who ran on a core within a span, those that ran longest first; ours only.
QString meanwhileOn(const TimelineView &view, LaneId core, TimeSpan span, const std::vector<TaskLook> &looks)
{
    std::vector<Segment> segments;
    view.segments(core, span, kMostSlices, segments);
    std::vector<std::pair<std::uint32_t, std::uint64_t>> byTask;
    std::uint64_t otherNs = 0;
    std::uint64_t unknownNs = 0;
    std::uint64_t seenNs = 0;
    for (const auto &segment : segments) {
        const auto ns = overlapNs(segment.span, span);
        seenNs += ns;
        if (segment.state == TaskState::Absent)
            otherNs += ns;
        else if (segment.state != TaskState::Running)
            unknownNs += ns;
        else if (const auto found =
                     std::ranges::find(byTask, segment.key, &std::pair<std::uint32_t, std::uint64_t>::first);
                 found != byTask.end())
            found->second += ns;
        else
            byTask.emplace_back(segment.key, ns);
    }
    std::ranges::stable_sort(
        byTask, std::ranges::greater(), &std::pair<std::uint32_t, std::uint64_t>::second);
    QStringList parts;
    for (const auto &[task, ns] : byTask) {
        if (static_cast<std::size_t>(parts.size()) == kMostMeanwhile) {
            parts.append(words("%1 more").arg(byTask.size() - kMostMeanwhile));
            break;
        }
        const auto name = task < looks.size() ? looks[task].name : words("another task");
        parts.append(words("%1 for %2").arg(name, lengthWords(ns)));
    }
    if (otherNs > 0)
        parts.append(words("%1 for %2").arg(words("none of ours"), lengthWords(otherNs)));
    if (unknownNs > 0)
        parts.append(words("%1 for %2").arg(words("not known"), lengthWords(unknownNs)));
    if (seenNs < span.lengthNs())
        parts.append(words("and more"));
    return parts.join(words(", "));
}

// The last stretch before a moment in which a task ran.
std::optional<Segment> lastRun(const TimelineView &view, LaneId task, std::uint64_t beforeNs)
{
    auto timeNs = beforeNs;
    for (int i = 0; i < 3 && timeNs > view.known().beginNs; ++i) {
        const auto segment = view.segmentAt(task, timeNs - 1);
        if (segment.state == TaskState::Running)
            return segment;
        if (segment.state == TaskState::Absent || segment.isSummary || segment.span.beginNs >= timeNs)
            break;
        timeNs = segment.span.beginNs;
    }
    return std::nullopt;
}

std::optional<LaneId> coreLane(const TimelineView &view, std::uint32_t cpu)
{
    const auto found = std::ranges::find(view.cores(), static_cast<int>(cpu));
    if (found == view.cores().end())
        return std::nullopt;
    return LaneId{LaneId::Kind::Core, static_cast<std::uint32_t>(found - view.cores().begin())};
}

class Describer {
public:
    Describer(const TimelineView &view, LaneId lane, std::uint64_t timeNs, const std::vector<TaskLook> &looks)
        : m_view(view)
        , m_lane(lane)
        , m_segment(view.segmentAt(lane, timeNs))
        , m_looks(looks)
    { }

    void addTitle(SliceWords &into) const
    {
        const auto title = [&into](const QString &lane, const QString &what) {
            into.title = words("%1: %2").arg(lane, what);
        };
        if (isCore()) {
            const auto name = words("core %1").arg(m_view.cores()[m_lane.index]);
            if (m_segment.isSummary)
                title(name, words("only sums are left of this"));
            else if (m_segment.state == TaskState::Running)
                title(name, taskName(m_segment.key));
            else
                title(
                    name,
                    m_segment.state == TaskState::Absent ? words("none of ours")
                                                         : stateWords(m_segment.state));
            return;
        }
        const auto name = taskName(m_lane.index);
        const auto isFirstWait = m_segment.state == TaskState::Runnable
            && m_segment.span.beginNs <= m_view.tasks()[m_lane.index].bornNs;
        title(
            name,
            m_segment.isSummary ? words("only sums are left of this")
                : isFirstWait   ? words("new, waiting for a core")
                                : stateWords(m_segment.state));
    }

    void addTask(SliceWords &into) const
    {
        const auto task = isCore() ? m_segment.key : m_lane.index;
        const bool isKnown = !isCore() || m_segment.state == TaskState::Running;
        if (!isKnown || task >= m_view.tasks().size())
            return;
        const auto &info = m_view.tasks()[task];
        into.lines.emplace_back(words("Task"), words("tid %1, pid %2").arg(info.tid).arg(info.pid));
    }

    void addTimes(std::uint64_t originNs, SliceWords &into) const
    {
        if (m_segment.state == TaskState::Absent && !isCore())
            return;
        const bool isRunning = m_segment.state == TaskState::Running;
        if (isRunning && !isCore() && !m_segment.isSummary)
            into.lines.emplace_back(words("Core"), QString::number(m_segment.key));
        const auto length = shownLength(m_segment, m_view);
        into.lines.emplace_back(
            words("Start"), momentWords(m_segment.span.beginNs, originNs, decimalsFor(length)));
        auto lengthText = lengthWords(length);
        if (m_segment.isOpen)
            lengthText = words("%1 so far").arg(lengthText);
        into.lines.emplace_back(words("Length"), lengthText);
        if (isRunning && !m_segment.isOpen && m_segment.end != SliceEnd::Unknown)
            into.lines.emplace_back(words("Ended because"), endWords(m_segment.end));
    }

    // Who had the interpreter's lock in the middle of the wait for it.
    void addHolder(SliceWords &into) const
    {
        const auto *const gil = m_view.gil();
        if (gil == nullptr || m_segment.state != TaskState::GilWait)
            return;
        const auto end = std::min(m_segment.span.endNs, m_view.known().endNs);
        if (const auto holder = gil->holderAt(m_segment.span.beginNs / 2 + end / 2))
            into.lines.emplace_back(words("The lock is held by"), words("worker %1").arg(*holder));
    }

    void addMeanwhile(SliceWords &into) const
    {
        const bool waits = m_segment.state == TaskState::Runnable || m_segment.state == TaskState::Blocked;
        if (isCore() || !waits || m_segment.isSummary)
            return;
        const auto before = lastRun(m_view, m_lane, m_segment.span.beginNs);
        const auto core = before ? coreLane(m_view, before->key) : std::nullopt;
        if (!core)
            return;
        const TimeSpan span{m_segment.span.beginNs, std::min(m_segment.span.endNs, m_view.known().endNs)};
        into.lines.emplace_back(words("Before on"), words("core %1").arg(before->key));
        into.lines.emplace_back(words("There meanwhile"), meanwhileOn(m_view, *core, span, m_looks));
    }

    void addPixel(TimeSpan pixel, SliceWords &into) const
    {
        StateSums sums;
        m_view.columns(m_lane, pixel, std::span(&sums, 1));
        const bool isOneSlice =
            m_segment.span.beginNs <= pixel.beginNs && m_segment.span.endNs >= pixel.endNs;
        if (isOneSlice || sums.switches < 2 || pixel.lengthNs() == 0)
            return;
        const double share = static_cast<double>(sums.runningNs) / static_cast<double>(pixel.lengthNs());
        into.lines.emplace_back(
            words("In this pixel"),
            words("%1 switches, running %2")
                .arg(formatCount(sums.switches), formatPercent(share).toString()));
    }

private:
    [[nodiscard]] bool isCore() const { return m_lane.kind == LaneId::Kind::Core; }
    [[nodiscard]] QString taskName(std::uint32_t task) const
    {
        return task < m_looks.size() ? m_looks[task].name : words("a task without a lane");
    }

    const TimelineView &m_view;
    LaneId m_lane;
    Segment m_segment;
    const std::vector<TaskLook> &m_looks;
};

} // namespace

QString SliceWords::text() const
{
    QStringList all{title};
    for (const auto &[name, value] : lines)
        all.append(words("%1: %2").arg(name, value));
    return all.join(QLatin1Char('\n'));
}

QString SliceWords::html() const
{
    QString rows;
    for (const auto &[name, value] : lines)
        rows += QStringLiteral("<tr><td>%1&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(name.toHtmlEscaped(), value.toHtmlEscaped());
    return QStringLiteral("<b>%1</b><table cellspacing='0' cellpadding='1'>%2</table>")
        .arg(title.toHtmlEscaped(), rows);
}

SliceWords describeSlice(
    const TimelineView &view, LaneId lane, std::uint64_t timeNs, std::optional<TimeSpan> pixel,
    std::uint64_t originNs, const std::vector<TaskLook> &looks)
{
    const Describer describer(view, lane, timeNs, looks);
    SliceWords result;
    describer.addTitle(result);
    describer.addTask(result);
    describer.addTimes(originNs, result);
    describer.addHolder(result);
    describer.addMeanwhile(result);
    if (pixel)
        describer.addPixel(*pixel, result);
    return result;
}

QString stateWords(TaskState state)
{
    switch (state) {
    case TaskState::Absent:
        return words("not there");
    case TaskState::Running:
        return words("running");
    case TaskState::Runnable:
        return words("preempted, waiting for a core");
    case TaskState::Blocked:
        return words("blocked");
    case TaskState::GilWait:
        return words("waiting for GIL");
    case TaskState::Unknown:
        return words("not known");
    }
    return {};
}

QString endWords(SliceEnd end)
{
    switch (end) {
    case SliceEnd::Blocked:
        return words("it blocked (voluntary)");
    case SliceEnd::Preempted:
        return words("it was preempted (involuntary)");
    case SliceEnd::Exited:
        return words("it ended");
    case SliceEnd::Unknown:
        break;
    }
    return {};
}

QString momentWords(std::uint64_t timeNs, std::uint64_t originNs, int decimals)
{
    const double seconds = timeNs >= originNs ? static_cast<double>(timeNs - originNs) * 1e-9
                                              : -static_cast<double>(originNs - timeNs) * 1e-9;
    return QLocale().toString(seconds, 'f', decimals) + QChar(QChar::Nbsp) + words("s");
}

QString lengthWords(std::uint64_t ns)
{
    return formatDuration(Nanoseconds(static_cast<std::int64_t>(ns))).toString();
}

QString lossWords(std::uint64_t count, bool hasUncounted)
{
    if (count == 0)
        return words("lost");
    return words(
               hasUncounted ? QT_TRANSLATE_NOOP("timeslice", "%1 or more lost")
                            : QT_TRANSLATE_NOOP("timeslice", "%1 lost"))
        .arg(formatCount(count));
}

QString summaryWords(const QString &name, const StateSums &sums)
{
    const auto presentNs = sums.totalNs() - sums.absentNs;
    if (presentNs == 0)
        return words("%1: %2").arg(name, stateWords(TaskState::Absent));
    QStringList parts;
    const auto add = [&](std::uint64_t ns, const QString &what) {
        if (ns > 0)
            parts.append(
                what + QLatin1Char(' ')
                + formatPercent(static_cast<double>(ns) / static_cast<double>(presentNs)).toString());
    };
    add(sums.runningNs, words("running"));
    add(sums.runnableNs, words("preempted"));
    add(sums.gilWaitNs, words("waiting for GIL"));
    add(sums.blockedNs, words("blocked"));
    add(sums.unknownNs, words("not known"));
    return words("%1: %2").arg(name, parts.join(words(", ")));
}

} // namespace timeslice
