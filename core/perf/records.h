// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace timeslice {

/// What a switch record says happened to a task.
enum class SwitchKind : std::uint8_t {
    In, ///< It got the CPU.
    Out, ///< It gave the CPU up: it blocked (a voluntary switch).
    OutPreempted, ///< It lost the CPU while still runnable (an involuntary switch).
    Fork, ///< It was created; `detail` is the tid of its creator.
    Exit, ///< It ended. No switch-out follows.
    Lost, ///< Not about a task: `detail` records of this CPU did not fit since its previous one; 0: an
          ///< unknown number.
};

/// One event on one CPU at one time, as compact as it is kept in chunks.
struct SwitchRecord {
    std::uint64_t timeNs = 0; ///< CLOCK_MONOTONIC; below 2^63.
    std::int32_t tid = 0; ///< Above 0, but for Lost.
    std::int32_t pid = 0;
    std::uint32_t detail = 0; ///< See SwitchKind.
    std::uint16_t cpu = 0; ///< Where it happened.
    SwitchKind kind = SwitchKind::In;

    friend bool operator==(const SwitchRecord &, const SwitchRecord &) = default;
};
static_assert(sizeof(SwitchRecord) == 24);

/// A task's name (comm) from a time on: set by the task, or by the program it executes.
struct TaskName {
    std::uint64_t timeNs = 0;
    std::int32_t tid = 0;
    std::int32_t pid = 0;
    std::array<char, 16> comm{}; ///< Ends with NUL.

    [[nodiscard]] std::string_view text() const { return {comm.data()}; }
    friend bool operator==(const TaskName &, const TaskName &) = default;
};

/// What one CPU's ring held, in the order it was written.
struct RingRecords {
    std::vector<SwitchRecord> switches;
    std::vector<TaskName> names;
};

/// How many records a decoder has met, since it was made.
struct DecodeCounts {
    std::uint64_t decoded = 0; ///< Turned into a SwitchRecord or a TaskName.
    std::uint64_t lost = 0; ///< That the kernel says did not fit.
    std::uint64_t malformed =
        0; ///< Records that do not follow the format, and stretches that could not be read.
    std::uint64_t ignored = 0; ///< Of other types, or about a task without an id in our namespace.
};

/// Parser of the bytes of one CPU's perf ring, for events made with switchEventAttr().
///
/// Reads PERF_RECORD_SWITCH, FORK, EXIT, COMM, LOST and LOST_SAMPLES with their sample_id trailer (tid, time,
/// CPU); passes over every other type. Trusts nothing: whatever the bytes are, it stays inside them. After a
/// record whose size cannot be true the rest of the stretch is unreadable; it is skipped and shows as Lost
/// with detail 0. Thread: one at a time. Source: perf_event_open(2), "Layout of the mmap'ed ring-buffer";
/// include/uapi/linux/perf_event.h.
class RecordDecoder {
public:
    /// Appends what lies between two positions to `into`.
    ///
    /// \param ring        The whole data area; its size is a power of two.
    /// \param tail, head  Positions as the kernel counts them: bytes since the beginning, not wrapped. `tail`
    /// is where
    ///                    the previous call's `head` was. More than a ring between them is unreadable.
    void decode(std::span<const std::byte> ring, std::uint64_t tail, std::uint64_t head, RingRecords &into);

    [[nodiscard]] const DecodeCounts &counts() const { return m_counts; }

private:
    [[nodiscard]] std::size_t readUsual(std::span<const std::byte> bytes, RingRecords &into);
    void decodeRecord(std::span<const std::byte> record, RingRecords &into);
    void addSwitch(const SwitchRecord &record, RingRecords &into);

    DecodeCounts m_counts;
    bool m_unreadable = false; ///< Something was skipped; said by a Lost before the next record.
    std::array<std::byte, 65536>
        m_wrapped; ///< A record that wraps around, in one piece; its size is 16 bits.
};

} // namespace timeslice
