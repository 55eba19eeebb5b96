// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/perf/records.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <linux/perf_event.h>

namespace timeslice {

namespace {

// The sample_id trailer for sample_type = TID | TIME | CPU.
struct Trailer {
    std::uint32_t pid;
    std::uint32_t tid;
    std::uint64_t timeNs;
    std::uint32_t cpu;
    std::uint32_t reserved;
};
static_assert(sizeof(Trailer) == 24);

// The bodies between header and trailer.
struct TaskBody { // FORK and EXIT
    std::uint32_t pid;
    std::uint32_t parentPid;
    std::uint32_t tid;
    std::uint32_t parentTid;
    std::uint64_t timeNs;
};
struct CommBody { // followed by the name
    std::uint32_t pid;
    std::uint32_t tid;
};
struct LostBody {
    std::uint64_t id;
    std::uint64_t lost;
};

constexpr std::size_t kHeader = sizeof(perf_event_header);
constexpr std::size_t kRecordStep = 8; // every record's size is a multiple of it
constexpr std::uint64_t kTimeEnd = 1ULL << 63;

template <typename T>
T readAt(std::span<const std::byte> bytes, std::size_t offset)
{
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

// Task ids are below 2^22; what the kernel cannot name for us (another pid namespace, a reaped task) is 0 or
// -1.
bool isTaskId(std::uint32_t id)
{
    return id > 0 && id <= static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max());
}

bool isPlausible(const Trailer &trailer)
{
    return trailer.timeNs < kTimeEnd && trailer.cpu <= std::numeric_limits<std::uint16_t>::max();
}

SwitchRecord makeRecord(const Trailer &trailer, SwitchKind kind)
{
    return {
        .timeNs = trailer.timeNs,
        .tid = static_cast<std::int32_t>(trailer.tid),
        .pid = static_cast<std::int32_t>(trailer.pid),
        .detail = 0,
        .cpu = static_cast<std::uint16_t>(trailer.cpu),
        .kind = kind};
}

SwitchKind switchKind(std::uint16_t misc)
{
    if ((misc & PERF_RECORD_MISC_SWITCH_OUT) == 0)
        return SwitchKind::In;
    return (misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0 ? SwitchKind::OutPreempted : SwitchKind::Out;
}

} // namespace

void RecordDecoder::decode(
    std::span<const std::byte> ring, std::uint64_t tail, std::uint64_t head, RingRecords &into)
{
    const std::size_t mask = ring.size() - 1;
    if (head - tail > ring.size()) {
        ++m_counts.malformed;
        m_unreadable = true;
        return;
    }
    for (auto left = static_cast<std::size_t>(head - tail); left > 0;) {
        const std::size_t at = static_cast<std::size_t>(tail) & mask;
        const auto read = readUsual(ring.subspan(at, std::min(left, ring.size() - at)), into);
        tail += read;
        left -= read;
        if (read > 0)
            continue;
        perf_event_header header{};
        // A header never wraps when all sizes are multiples of 8, and a stretch that breaks the rule ends
        // below.
        if (left >= kHeader && ring.size() - at >= kHeader)
            header = readAt<perf_event_header>(ring, at);
        const std::size_t size = header.size;
        if (size < kHeader || size > left || size % kRecordStep != 0) {
            ++m_counts.malformed;
            m_unreadable = true;
            return;
        }
        if (size <= ring.size() - at) {
            decodeRecord(ring.subspan(at, size), into);
        } else {
            const std::size_t first = ring.size() - at;
            std::memcpy(m_wrapped.data(), ring.data() + at, first);
            std::memcpy(m_wrapped.data() + first, ring.data(), size - first);
            decodeRecord(std::span(m_wrapped).first(size), into);
        }
        tail += size;
        left -= size;
    }
}

// Switches of tasks that have an id here, in one piece and with nothing to be said before them: nearly all
// there is. Says nothing about what is wrong with any other; decodeRecord does.
std::size_t RecordDecoder::readUsual(std::span<const std::byte> bytes, RingRecords &into)
{
    constexpr std::size_t kSize = kHeader + sizeof(Trailer);
    if (m_unreadable)
        return 0;
    std::size_t at = 0;
    for (; bytes.size() - at >= kSize; at += kSize) {
        const auto header = readAt<perf_event_header>(bytes, at);
        const auto trailer = readAt<Trailer>(bytes, at + kHeader);
        if (header.type != PERF_RECORD_SWITCH || header.size != kSize || !isPlausible(trailer)
            || !isTaskId(trailer.tid))
            break;
        into.switches.push_back(makeRecord(trailer, switchKind(header.misc)));
    }
    m_counts.decoded += at / kSize;
    return at;
}

void RecordDecoder::decodeRecord(std::span<const std::byte> record, RingRecords &into)
{
    const auto header = readAt<perf_event_header>(record, 0);
    std::size_t body = 0;
    switch (header.type) {
    case PERF_RECORD_SWITCH:
        break;
    case PERF_RECORD_FORK:
    case PERF_RECORD_EXIT:
        body = sizeof(TaskBody);
        break;
    case PERF_RECORD_COMM:
        body = sizeof(CommBody);
        break;
    case PERF_RECORD_LOST:
        body = sizeof(LostBody);
        break;
    case PERF_RECORD_LOST_SAMPLES:
        body = sizeof(std::uint64_t);
        break;
    default:
        ++m_counts.ignored;
        return;
    }
    if (record.size() < kHeader + body + sizeof(Trailer)) {
        ++m_counts.malformed;
        return;
    }
    const auto trailer = readAt<Trailer>(record, record.size() - sizeof(Trailer));
    if (!isPlausible(trailer)) {
        ++m_counts.malformed;
        return;
    }

    switch (header.type) {
    case PERF_RECORD_SWITCH:
        addSwitch(makeRecord(trailer, switchKind(header.misc)), into);
        break;
    case PERF_RECORD_FORK:
    case PERF_RECORD_EXIT: {
        // The trailer names the task that ran at the time: the creator. The body names the one concerned.
        const auto task = readAt<TaskBody>(record, kHeader);
        auto made =
            makeRecord(trailer, header.type == PERF_RECORD_FORK ? SwitchKind::Fork : SwitchKind::Exit);
        made.tid = static_cast<std::int32_t>(task.tid);
        made.pid = static_cast<std::int32_t>(task.pid);
        made.detail = made.kind == SwitchKind::Fork ? task.parentTid : 0;
        addSwitch(made, into);
        break;
    }
    case PERF_RECORD_COMM: {
        const auto comm = readAt<CommBody>(record, kHeader);
        if (!isTaskId(comm.tid)) {
            ++m_counts.ignored;
            break;
        }
        TaskName name{
            .timeNs = trailer.timeNs,
            .tid = static_cast<std::int32_t>(comm.tid),
            .pid = static_cast<std::int32_t>(comm.pid),
            .comm = {}};
        const auto text = record.subspan(kHeader + body, record.size() - kHeader - body - sizeof(Trailer));
        const auto length = std::min(text.size(), name.comm.size() - 1);
        if (length > 0)
            std::memcpy(name.comm.data(), text.data(), length);
        into.names.push_back(name);
        ++m_counts.decoded;
        break;
    }
    default: { // LOST, LOST_SAMPLES: the number is the last word before the trailer in both
        const auto lost = readAt<std::uint64_t>(record, kHeader + body - sizeof(std::uint64_t));
        m_counts.lost += lost;
        auto made = makeRecord(trailer, SwitchKind::Lost);
        made.tid = 0;
        made.pid = 0;
        made.detail = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(lost, std::numeric_limits<std::uint32_t>::max()));
        m_unreadable = false; // the gap this record ends includes what could not be read
        into.switches.push_back(made);
        break;
    }
    }
}

void RecordDecoder::addSwitch(const SwitchRecord &record, RingRecords &into)
{
    if (!isTaskId(static_cast<std::uint32_t>(record.tid))) {
        ++m_counts.ignored;
        return;
    }
    if (m_unreadable) {
        m_unreadable = false;
        into.switches.push_back(
            {.timeNs = record.timeNs,
             .tid = 0,
             .pid = 0,
             .detail = 0,
             .cpu = record.cpu,
             .kind = SwitchKind::Lost});
    }
    into.switches.push_back(record);
    ++m_counts.decoded;
}

} // namespace timeslice
