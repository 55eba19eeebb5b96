// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/board/gillog.h"

#include <algorithm>

namespace timeslice {

GilLog::GilLog(std::span<std::byte> memory) noexcept
{
    if (memory.size() < sizeof(Head) + sizeof(Entry))
        return;
    m_head = reinterpret_cast<Head *>(memory.data());
    m_entries = reinterpret_cast<Entry *>(memory.data() + sizeof(Head));
    m_capacity = (memory.size() - sizeof(Head)) / sizeof(Entry);
}

std::size_t GilLog::bytesFor(std::size_t events) noexcept
{
    return events == 0 ? 0 : sizeof(Head) + events * sizeof(Entry);
}

void GilLog::write(const GilEvent &event) const noexcept
{
    if (m_capacity == 0)
        return;
    const auto number = m_head->next.load(std::memory_order_relaxed);
    auto &entry = m_entries[number % m_capacity];
    // Released, so that whoever sees the new event in the old one's place also sees `next` of the event
    // before it, and with it that the old one is lost.
    entry.timeNs.store(event.timeNs, std::memory_order_release);
    entry.kind.store(static_cast<std::uint64_t>(event.kind), std::memory_order_release);
    m_head->next.store(number + 1, std::memory_order_release);
}

std::uint64_t GilLog::read(std::uint64_t &next, std::vector<GilEvent> &into) const
{
    if (m_capacity == 0)
        return 0;
    const auto end = m_head->next.load(std::memory_order_acquire);
    const auto wanted = next;
    const auto first = std::max(wanted, end > m_capacity ? end - m_capacity : 0);
    const auto before = into.size();
    for (auto number = first; number < end; ++number) {
        const auto &entry = m_entries[number % m_capacity];
        into.push_back(
            {.timeNs = entry.timeNs.load(std::memory_order_acquire),
             .kind = static_cast<GilEventKind>(entry.kind.load(std::memory_order_acquire))});
    }
    next = end;
    // The writer may have come round meanwhile, and may be in the middle of one more.
    const auto now = m_head->next.load(std::memory_order_relaxed);
    const auto oldestIntact = now + 1 > m_capacity ? now + 1 - m_capacity : 0;
    const auto torn = std::min(end, std::max(first, oldestIntact)) - first;
    const auto at = into.begin() + static_cast<std::ptrdiff_t>(before);
    into.erase(at, at + static_cast<std::ptrdiff_t>(torn));
    return first - wanted + torn;
}

} // namespace timeslice
