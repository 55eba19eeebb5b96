// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/boundedqueue.h"

#include <algorithm>
#include <climits>
#include <cstddef>

namespace timeslice {

namespace {

constexpr std::size_t kCellsPerGroup = 5;

// For what the mutex protects, and for what only one thread writes.
std::uint64_t load(const std::atomic<std::uint64_t> &number)
{
    return number.load(std::memory_order_relaxed);
}

void store(std::atomic<std::uint64_t> &number, std::uint64_t value)
{
    number.store(value, std::memory_order_relaxed);
}

std::uint64_t nowNs()
{
    return toBoardNs(MonotonicClock::now());
}

double seconds(std::uint64_t ns)
{
    return static_cast<double>(ns) * 1e-9;
}

} // namespace

std::size_t BoundedQueue::cellGroups(const Size &size) noexcept
{
    // Python's queue is the same: resources/python/timeslice/workloads/producer_consumer.py.
    static_assert(offsetof(Head, length) == 4 && offsetof(Head, longest) == 8 && offsetof(Head, first) == 16);
    static_assert(offsetof(Head, beganNs) == 24 && offsetof(Head, changedNs) == 32);
    static_assert(offsetof(Head, entryNs) == 40 && offsetof(Head, transitNs) == 48);
    static_assert(offsetof(Head, producers) == kApart && offsetof(Head, consumers) == 2 * kApart);
    static_assert(
        offsetof(Side, sleepers) == 4 && offsetof(Side, gone) == 8 && offsetof(Side, waitedNs) == 16);
    static_assert(offsetof(Cell, item) == 0 && offsetof(Cell, value) == 8 && offsetof(Cell, pushedNs) == 16);
    static_assert(sizeof(Cell) == 24 && sizeof(Cells) == kApart);
    return (size.capacity + kCellsPerGroup - 1) / kCellsPerGroup;
}

std::size_t BoundedQueue::bytesFor(const Size &size) noexcept
{
    return Memory::bytesFor(cellGroups(size));
}

std::optional<BoundedQueue> BoundedQueue::on(std::span<std::byte> memory, const Size &size) noexcept
{
    const auto arena = Memory::on(memory, cellGroups(size));
    return arena ? std::optional(BoundedQueue(*arena, size)) : std::nullopt;
}

BoundedQueue::Cell &BoundedQueue::cellAt(std::uint64_t index) const noexcept
{
    const auto place = index % m_size.capacity;
    return m_memory.slots()[place / kCellsPerGroup].cells[place % kCellsPerGroup];
}

// With the mutex.
void BoundedQueue::changeLength(std::uint32_t length, std::uint64_t now) const noexcept
{
    auto &head = m_memory.head();
    const auto before = head.length.load(std::memory_order_relaxed);
    if (load(head.beganNs) == 0)
        store(head.beganNs, now);
    else
        store(head.entryNs, load(head.entryNs) + before * (now - load(head.changedNs)));
    store(head.changedNs, now);
    head.length.store(length, std::memory_order_relaxed);
    if (length > head.longest.load(std::memory_order_relaxed))
        head.longest.store(length, std::memory_order_relaxed);
}

// Who goes to sleep says so with the mutex held, and so is seen by whoever makes a change after that.
void BoundedQueue::announce(Side &side) noexcept
{
    side.changes.fetch_add(1);
    if (side.sleepers.load() > 0)
        wakeOn(side.changes, 1);
}

bool BoundedQueue::sleep(Side &side, std::uint32_t seen, const StopToken &stop) const noexcept
{
    side.sleepers.fetch_add(1);
    m_memory.head().mutex.unlock();
    const auto begin = nowNs();
    const auto woken = stop.waitOn(side.changes, seen);
    side.waitedNs.fetch_add(nowNs() - begin, std::memory_order_relaxed);
    side.sleepers.fetch_sub(1);
    return woken == StopToken::Wait::Ready;
}

bool BoundedQueue::push(const Entry &entry, const StopToken &stop) const noexcept
{
    auto &head = m_memory.head();
    for (;;) {
        if (!head.mutex.lock(stop))
            return false;
        // Read before what it announces is looked at: a change in between ends the sleep at once.
        const auto seen = head.producers.changes.load();
        const auto length = head.length.load(std::memory_order_relaxed);
        const bool isClosed = head.consumers.gone.load() >= m_size.consumers;
        if (!isClosed && length < m_size.capacity) {
            const auto now = nowNs();
            auto &cell = cellAt(load(head.first) + length);
            store(cell.item, entry.item);
            store(cell.value, entry.value);
            store(cell.pushedNs, now);
            changeLength(length + 1, now);
            head.mutex.unlock();
            announce(head.consumers);
            return true;
        }
        if (isClosed) {
            head.mutex.unlock();
            return false;
        }
        if (!sleep(head.producers, seen, stop))
            return false;
    }
}

std::optional<BoundedQueue::Entry> BoundedQueue::pop(const StopToken &stop) const noexcept
{
    auto &head = m_memory.head();
    for (;;) {
        if (!head.mutex.lock(stop))
            return std::nullopt;
        const auto seen = head.consumers.changes.load();
        // A producer leaves after its last push, which needs the mutex: what this sees is the end.
        const bool isClosed = head.producers.gone.load() >= m_size.producers;
        const auto length = head.length.load(std::memory_order_relaxed);
        if (length > 0) {
            const auto now = nowNs();
            const auto first = load(head.first);
            const auto &cell = cellAt(first);
            const Entry entry{load(cell.item), load(cell.value)};
            store(head.transitNs, load(head.transitNs) + (now - load(cell.pushedNs)));
            store(head.first, first + 1);
            changeLength(length - 1, now);
            head.mutex.unlock();
            announce(head.producers);
            return entry;
        }
        if (isClosed) {
            head.mutex.unlock();
            return std::nullopt;
        }
        if (!sleep(head.consumers, seen, stop))
            return std::nullopt;
    }
}

void BoundedQueue::leave(Side &own, Side &others, std::uint32_t all) noexcept
{
    if (own.gone.fetch_add(1) + 1 < all)
        return;
    others.changes.fetch_add(1);
    wakeOn(others.changes, INT_MAX);
}

void BoundedQueue::leaveAsProducer() const noexcept
{
    auto &head = m_memory.head();
    leave(head.producers, head.consumers, m_size.producers);
}

void BoundedQueue::leaveAsConsumer() const noexcept
{
    auto &head = m_memory.head();
    leave(head.consumers, head.producers, m_size.consumers);
}

std::optional<BoundedQueue::Account>
BoundedQueue::account(std::span<const std::byte> memory, const Size &size) noexcept
{
    const auto arena = View::on(memory, cellGroups(size));
    if (!arena || load(arena->head().beganNs) == 0)
        return std::nullopt;
    const auto &head = arena->head();
    Account account;
    account.passed = load(head.first);
    account.longest = head.longest.load(std::memory_order_relaxed);
    if (const auto span = load(head.changedNs) - load(head.beganNs); span > 0)
        account.meanLength = static_cast<double>(load(head.entryNs)) / static_cast<double>(span);
    if (account.passed > 0)
        account.meanSeconds = seconds(load(head.transitNs)) / static_cast<double>(account.passed);
    account.producersWaited = seconds(load(head.producers.waitedNs));
    account.consumersWaited = seconds(load(head.consumers.waitedNs));
    return account;
}

// The memory may have been left in the middle of anything by a worker that was killed.
std::optional<BoundedQueue::State>
BoundedQueue::state(std::span<const std::byte> memory, const Size &size) noexcept
{
    const auto arena = View::on(memory, cellGroups(size));
    if (!arena)
        return std::nullopt;
    const auto &head = arena->head();
    const auto atMost = [](const Word &word, std::uint32_t most) {
        return std::min(word.load(std::memory_order_relaxed), most);
    };
    return State{
        .length = atMost(head.length, size.capacity),
        .producersWaiting = atMost(head.producers.sleepers, size.producers),
        .consumersWaiting = atMost(head.consumers.sleepers, size.consumers)};
}

} // namespace timeslice
