// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/perf/access.h"
#include "core/perf/records.h"

#include <cstddef>

namespace timeslice {

inline constexpr std::size_t kMinRingBytes =
    64 * 1024; ///< Below this even 10 ms of ordinary load does not fit.
/// With its control page this is what every user may lock for each CPU (kernel.perf_event_mlock_kb = 516).
inline constexpr std::size_t kOrdinaryRingBytes = 512 * 1024;
inline constexpr std::size_t kMaxRingBytes = 4 * 1024 * 1024;

/// Reading end of one event's ring: one control page that the kernel and this side share, then the data.
///
/// The kernel writes records and moves `data_head`; this side reads and moves `data_tail`. What does not fit
/// between them the kernel drops and counts. Thread: one at a time; the kernel is the only other party.
/// Source: perf_event_open(2), struct perf_event_mmap_page: read data_head with acquire, store data_tail
/// after reading.
class PerfRing {
public:
    /// \param dataBytes  A power of two, at least a page.
    /// \error Denied when the memory may not be locked (or the user's share of it is used up).
    [[nodiscard]] static Result<PerfRing> map(PerfCalls &calls, int fd, std::size_t dataBytes);

    /// Decodes everything that has arrived and gives the space back to the kernel.
    /// \return Bytes read. Cost: 3-5 ns a record.
    std::size_t drain(RecordDecoder &decoder, RingRecords &into);

    [[nodiscard]] std::size_t dataBytes() const { return m_data.size(); }

private:
    explicit PerfRing(Mapping mapping, std::span<const std::byte> data)
        : m_mapping(std::move(mapping))
        , m_data(data)
    { }

    Mapping m_mapping;
    std::span<const std::byte> m_data;
};

} // namespace timeslice
