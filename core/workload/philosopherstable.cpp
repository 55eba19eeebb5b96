// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/philosopherstable.h"

#include <algorithm>
#include <cstddef>

namespace timeslice {

namespace {

// Philosophers in Python sit at the same table: resources/python/timeslice/workloads/philosophers.py.
static_assert(sizeof(PhilosopherSlot) == 2 * kApart && offsetof(PhilosopherSlot::Lock, holder) == 4);
static_assert(offsetof(PhilosopherSlot, epoch) == kApart && offsetof(PhilosopherSlot, wants) == kApart + 8);
static_assert(
    offsetof(PhilosopherSlot, meals) == kApart + 16
    && offsetof(PhilosopherSlot, longestHungerNs) == kApart + 24
    && offsetof(PhilosopherSlot, putBack) == kApart + 32);

// One philosopher's wait as it was read.
struct Wait {
    std::uint64_t epoch = 0;
    std::uint32_t wants = 0;
    std::uint32_t holder = 0; ///< Of what is wanted.

    friend bool operator==(const Wait &, const Wait &) = default;
};

// Everybody's waits. Sequentially consistent, as are the writes: what the order of reading proves hangs on
// it.
class Look {
public:
    Look(const PhilosophersTable::View &table, unsigned workers)
        : m_table(table)
        , m_waits(workers)
    { }
    void readEpochs()
    {
        for (std::size_t i = 0; i < m_waits.size(); ++i)
            m_waits[i].epoch = m_table.slots()[i].epoch.load();
    }
    void readWaits()
    {
        for (std::size_t i = 0; i < m_waits.size(); ++i) {
            auto &wait = m_waits[i];
            wait.wants = m_table.slots()[i].wants.load();
            wait.holder = wait.wants == 0 ? 0 : holderOf(wait.wants - 1);
        }
    }
    [[nodiscard]] const std::vector<Wait> &waits() const { return m_waits; }

private:
    // Memory of a worker that was killed in the middle of something: nothing outside the table is believed.
    [[nodiscard]] std::uint32_t holderOf(std::uint32_t lock) const
    {
        const auto count = static_cast<std::uint32_t>(m_waits.size());
        if (lock > count)
            return 0;
        const auto &found = lock == count ? m_table.head().lock : m_table.slots()[lock].fork;
        const auto holder = found.holder.load();
        return holder <= count ? holder : 0;
    }

    PhilosophersTable::View m_table;
    std::vector<Wait> m_waits;
};

// Each waits for one other at most, so whoever follows the waits from a worker either comes to an end or into
// a circle.
std::vector<unsigned> circleIn(const std::vector<Wait> &waits)
{
    constexpr unsigned kUnseen = 0;
    std::vector<unsigned> seenFrom(waits.size(), kUnseen); // start + 1 of the walk that came by
    for (unsigned start = 0; start < waits.size(); ++start) {
        unsigned at = start;
        while (seenFrom[at] == kUnseen && waits[at].holder != 0) {
            seenFrom[at] = start + 1;
            at = waits[at].holder - 1;
        }
        if (waits[at].holder == 0 || seenFrom[at] != start + 1)
            continue;
        std::vector<unsigned> circle;
        do {
            circle.push_back(at);
            at = waits[at].holder - 1;
        } while (at != circle.front());
        std::ranges::rotate(circle, std::ranges::min_element(circle));
        return circle;
    }
    return {};
}

} // namespace

PhilosopherSlot::Lock &PhilosophersTable::lockOf(unsigned lock) const noexcept
{
    const auto seats = m_memory.slots();
    return lock < seats.size() ? seats[lock].fork : m_memory.head().lock;
}

void PhilosophersTable::noteTaken(unsigned philosopher, PhilosopherSlot::Lock &lock) const noexcept
{
    auto &own = seat(philosopher);
    ++own.epoch;
    own.wants = 0; // first: nobody waits for themselves
    lock.holder = philosopher + 1;
}

bool PhilosophersTable::take(unsigned philosopher, unsigned number, const StopToken &stop) const noexcept
{
    auto &own = seat(philosopher);
    auto &lock = lockOf(number);
    if (!lock.mutex.tryLock()) {
        ++own.epoch;
        own.wants = number + 1;
        if (!lock.mutex.lock(stop))
            return false; // and still wants it
    }
    noteTaken(philosopher, lock);
    return true;
}

bool PhilosophersTable::tryTake(unsigned philosopher, unsigned number) const noexcept
{
    auto &lock = lockOf(number);
    if (!lock.mutex.tryLock())
        return false;
    noteTaken(philosopher, lock);
    return true;
}

void PhilosophersTable::putBack(unsigned philosopher, unsigned number) const noexcept
{
    auto &lock = lockOf(number);
    ++seat(philosopher).epoch;
    lock.holder = 0; // before somebody else can write theirs
    lock.mutex.unlock();
}

// The order proves it. No epoch changed between its two readings, so nobody began a change in that time; one
// change may have been begun before, and reached the memory in between: the waits would differ. So each of
// them had the one value throughout, and all of them together when the second look began.
std::optional<std::vector<unsigned>> waitCycle(std::span<const std::byte> arena, unsigned workers)
{
    const auto table = PhilosophersTable::View::on(arena, workers);
    if (!table)
        return std::nullopt;
    Look first(*table, workers);
    first.readEpochs();
    first.readWaits();
    auto circle = circleIn(first.waits());
    if (circle.empty())
        return std::nullopt;
    Look second(*table, workers);
    second.readWaits();
    second.readEpochs();
    const bool isStable = std::ranges::all_of(
        circle, [&](unsigned worker) { return first.waits()[worker] == second.waits()[worker]; });
    return isStable ? std::optional(std::move(circle)) : std::nullopt;
}

std::string cycleText(const std::vector<unsigned> &cycle)
{
    std::string text;
    for (const unsigned worker : cycle)
        text += std::to_string(worker) + " -> ";
    return text + std::to_string(cycle.front());
}

std::string cycleSentence(const std::vector<unsigned> &cycle)
{
    // A long circle is told by its beginning and its end.
    constexpr std::size_t kMostNamed = 6;
    const auto named = cycle.size() > kMostNamed ? kMostNamed - 2 : cycle.size();
    const auto waits = ", which waits for worker ";
    std::string text = "worker " + std::to_string(cycle.front()) + " waits for worker ";
    for (std::size_t i = 1; i < named; ++i)
        text += std::to_string(cycle[i]) + waits;
    if (named < cycle.size())
        text +=
            std::to_string(cycle[named]) + ", and so on to worker " + std::to_string(cycle.back()) + waits;
    return text + std::to_string(cycle.front());
}

} // namespace timeslice
