// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/perf/ring.h"

#include <atomic>
#include <cstdint>
#include <linux/perf_event.h>
#include <unistd.h>

namespace timeslice {

Result<PerfRing> PerfRing::map(PerfCalls &calls, int fd, std::size_t dataBytes)
{
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    auto mapping = calls.map(fd, page + dataBytes);
    if (!mapping)
        return std::unexpected(std::move(mapping.error()));
    const auto data = mapping->bytes().subspan(page, dataBytes);
    return PerfRing(std::move(*mapping), data);
}

std::size_t PerfRing::drain(RecordDecoder &decoder, RingRecords &into)
{
    auto &control = *reinterpret_cast<perf_event_mmap_page *>(m_mapping.bytes().data());
    const std::uint64_t head = std::atomic_ref(control.data_head).load(std::memory_order_acquire);
    const std::atomic_ref tailWord(control.data_tail);
    const std::uint64_t tail = tailWord.load(std::memory_order_relaxed);
    if (head == tail)
        return 0;
    decoder.decode(m_data, tail, head, into);
    tailWord.store(head, std::memory_order_release);
    return static_cast<std::size_t>(head - tail);
}

} // namespace timeslice
