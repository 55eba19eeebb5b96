// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/slicescsvexport.h"

#include "core/record/csvexport.h"
#include "core/record/streamfile.h"

#include <algorithm>

namespace timeslice {

namespace {

constexpr std::size_t kSegmentsAtOnce = 4096;
constexpr std::uint64_t kSecond = 1'000'000'000;

QByteArray seconds(std::uint64_t ns)
{
    const auto decimals = QByteArray::number(static_cast<qulonglong>(ns % kSecond));
    return QByteArray::number(static_cast<qulonglong>(ns / kSecond)) + '.' + decimals.rightJustified(9, '0');
}

QByteArray secondsSince(std::uint64_t originNs, std::uint64_t timeNs)
{
    return timeNs >= originNs ? seconds(timeNs - originNs) : '-' + seconds(originNs - timeNs);
}

const char *stateName(const Segment &segment)
{
    if (segment.isSummary)
        return "summary";
    switch (segment.state) {
    case TaskState::Running:
        return "running";
    case TaskState::Runnable:
        return "runnable";
    case TaskState::Blocked:
        return "blocked";
    case TaskState::GilWait:
        return "gil_wait";
    case TaskState::Unknown:
        return "unknown";
    case TaskState::Absent:
        break;
    }
    return nullptr;
}

const char *endName(const Segment &segment)
{
    if (segment.isOpen)
        return "open";
    switch (segment.end) {
    case SliceEnd::Blocked:
        return "blocked";
    case SliceEnd::Preempted:
        return "preempted";
    case SliceEnd::Exited:
        return "exited";
    case SliceEnd::Unknown:
        break;
    }
    return "unknown";
}

} // namespace

void writeSlicesCsv(const TimelineView &view, const TraceLabels &labels, const TextSink &sink)
{
    const auto known = view.known();
    const auto originNs = labels.goNs.value_or(known.beginNs);
    if (!sink("task,tid,pid,state,start_s,length_s,cpu,ended\r\n"))
        return;
    std::vector<Segment> segments;
    for (std::uint32_t i = 0; i < view.tasks().size(); ++i) {
        const auto &task = view.tasks()[i];
        const QByteArray whose = csvText(labels.nameOf(task)) + ',' + QByteArray::number(task.tid) + ','
            + QByteArray::number(task.pid) + ',';
        auto rest = known;
        while (rest.lengthNs() > 0) {
            segments.clear();
            rest.beginNs = view.segments({LaneId::Kind::Task, i}, rest, kSegmentsAtOnce, segments);
            QByteArray text;
            for (const auto &segment : segments) {
                const char *state = stateName(segment);
                const TimeSpan span{
                    std::max(segment.span.beginNs, known.beginNs), std::min(segment.span.endNs, known.endNs)};
                if (state == nullptr || span.lengthNs() == 0)
                    continue;
                const bool isRunning = segment.state == TaskState::Running && !segment.isSummary;
                text += whose + state + ',' + secondsSince(originNs, span.beginNs) + ','
                    + seconds(span.lengthNs()) + ',';
                if (isRunning)
                    text += QByteArray::number(segment.key) + ',' + endName(segment);
                else
                    text += ',';
                text += "\r\n";
            }
            if (!sink(text))
                return;
        }
    }
}

Result<void> saveSlicesCsv(const TimelineView &view, const TraceLabels &labels, const QString &path)
{
    const bool isPacked = path.endsWith(QLatin1String(".gz"), Qt::CaseInsensitive);
    auto file = StreamFile::open(path, isPacked ? StreamFile::Packing::Gzip : StreamFile::Packing::Plain);
    if (!file)
        return std::unexpected(file.error());
    writeSlicesCsv(view, labels, [&file](QByteArrayView piece) {
        (*file)->write(piece);
        return !(*file)->hasFailed();
    });
    return (*file)->commit();
}

} // namespace timeslice
