// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/timelinecursor.h"

#include <algorithm>
#include <array>

namespace timeslice {

namespace {

constexpr unsigned kGroup = SliceBlock::kGroup;

// The last index in [first, last) whose value is below the limit, for ascending values of which the first one
// is. Steps double from where the last search ended: neighbours on the screen are neighbours in memory.
template <typename ValueAt>
std::size_t lastBelow(std::size_t first, std::size_t last, std::uint64_t limit, ValueAt valueAt)
{
    std::size_t low = first;
    std::size_t step = 1;
    while (step < last - low && valueAt(low + step) < limit) {
        low += step;
        step *= 2;
    }
    std::size_t high = std::min(last, low + step);
    while (high - low > 1) {
        const std::size_t middle = low + (high - low) / 2;
        (valueAt(middle) < limit ? low : high) = middle;
    }
    return low;
}

// How many of the ascending values are below the limit. Counts them all: with 16 of them that is a few vector
// instructions and no branch that could be mispredicted.
unsigned countBelow(const std::uint32_t *values, unsigned size, std::uint32_t limit)
{
    unsigned count = 0;
    if (size == kGroup) {
        for (unsigned i = 0; i < kGroup; ++i)
            count += values[i] < limit ? 1 : 0;
    } else {
        for (unsigned i = 0; i < size; ++i)
            count += values[i] < limit ? 1 : 0;
    }
    return count;
}

// The next two look at all slices of a full group, too, by masks instead of branches.
std::uint32_t sumBefore(const std::uint32_t *durations, unsigned slice)
{
    std::uint32_t sum = 0;
    for (unsigned i = 0; i < kGroup; ++i)
        sum += durations[i] & (i < slice ? ~0U : 0U);
    return sum;
}

// Waits after those slices whose bit is set, which the last one's is not. (What follows the starts is there,
// too: the durations.)
std::uint32_t sumWaits(const std::uint32_t *starts, const std::uint32_t *durations, std::uint32_t bits)
{
    // From a table, since not every processor shifts each number of a vector by another distance.
    static constexpr auto kBits = [] {
        std::array<std::uint32_t, kGroup> table{};
        for (unsigned i = 0; i < kGroup; ++i)
            table[i] = 1U << i;
        return table;
    }();
    std::uint32_t sum = 0;
    for (unsigned i = 0; i < kGroup; ++i)
        sum += (starts[i + 1] - starts[i] - durations[i]) & ((bits & kBits[i]) == kBits[i] ? ~0U : 0U);
    return sum;
}

// An offset into a block as its columns hold it; behind the last start all offsets are alike.
std::uint32_t offsetIn(const BlockSummary &entry, std::uint64_t timeNs)
{
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(timeNs - entry.startNs, UINT32_MAX));
}

unsigned groupBefore(const BlockSummary &entry, std::uint64_t timeNs)
{
    const auto groups = (entry.count + kGroup - 1) / kGroup;
    return countBelow(entry.block().directory(), groups, offsetIn(entry, timeNs)) - 1;
}

unsigned sliceInGroup(const BlockSummary &entry, unsigned group, std::uint64_t timeNs)
{
    const auto size = std::min(kGroup, entry.count - group * kGroup);
    return countBelow(entry.block().starts(group), size, offsetIn(entry, timeNs)) - 1;
}

std::uint64_t share(std::uint64_t from, std::uint64_t to, double fraction)
{
    return from + static_cast<std::uint64_t>(static_cast<double>(to - from) * fraction);
}

} // namespace

LaneCursor::LaneCursor(const TimelineLane &lane, std::uint64_t horizonNs)
    : m_lane(lane)
    , m_entries(lane.entryCount())
    , m_life{lane.data().bornNs, std::max(lane.data().bornNs, std::min(lane.data().goneNs, horizonNs))}
{ }

std::size_t LaneCursor::seek(std::uint64_t timeNs)
{
    if (m_entries == 0 || m_lane.entryStartNs(0) >= timeNs)
        return kBeforeFirst;
    if (m_lane.entryStartNs(m_entry) >= timeNs)
        m_entry = 0;
    m_entry = lastBelow(m_entry, m_entries, timeNs, [this](std::size_t i) { return m_lane.entryStartNs(i); });
    return m_entry;
}

unsigned LaneCursor::sliceBefore(const BlockSummary &entry, std::uint64_t timeNs)
{
    const auto group = groupBefore(entry, timeNs);
    return group * kGroup + sliceInGroup(entry, group, timeNs);
}

void LaneCursor::answer(std::span<const std::uint64_t> timesNs, std::span<Answer> out)
{
    struct Place {
        std::uint64_t timeNs;
        std::size_t index;
        const BlockSummary *entry;
        unsigned group;
        bool isInBlock;
    };
    std::array<Place, kBatch> places{};
    const auto count = timesNs.size();

    // Each step looks at what the one before has asked the memory for.
    for (std::size_t i = 0; i < count; ++i) {
        auto &place = places[i];
        place.timeNs = std::clamp(timesNs[i], m_life.beginNs, m_life.endNs);
        place.index = seek(place.timeNs);
        place.entry = place.index == kBeforeFirst ? nullptr : &m_lane.entry(place.index);
        if (place.entry != nullptr)
            place.entry->prefetch();
    }
    for (std::size_t i = 0; i < count; ++i) {
        auto &place = places[i];
        place.isInBlock = place.entry != nullptr && place.timeNs <= place.entry->endNs && place.entry->words;
        if (place.isInBlock)
            place.entry->block().prefetchDirectory();
    }
    for (std::size_t i = 0; i < count; ++i) {
        auto &place = places[i];
        if (!place.isInBlock)
            continue;
        place.group = groupBefore(*place.entry, place.timeNs);
        place.entry->block().prefetchGroup(place.group);
    }
    for (std::size_t i = 0; i < count; ++i) {
        const auto &place = places[i];
        const bool isInSummary =
            !place.isInBlock && place.entry != nullptr && place.timeNs <= place.entry->endNs;
        out[i].isCoarse = isInSummary;
        if (place.isInBlock)
            inBlock(*place.entry, place.group, place.timeNs, out[i].sums);
        else
            out[i].sums =
                isInSummary ? inSummary(place.index, place.timeNs) : behindEntry(place.index, place.timeNs);
    }
}

// Between two blocks, before the first or behind the last.
StatePrefix LaneCursor::behindEntry(std::size_t index, std::uint64_t timeNs) const
{
    const auto &data = m_lane.data();
    StatePrefix sums;
    TaskState state = data.initial;
    std::uint64_t sinceNs = m_life.beginNs;
    bool isLast = m_entries == 0;
    if (index != kBeforeFirst) {
        const auto &entry = m_lane.entry(index);
        sums = atEndOf(index);
        state = stateAfter(entry.lastEnd, data.kind);
        sinceNs = entry.endNs;
        isLast = index + 1 == m_entries;
    }
    if (isLast && data.isOpen && timeNs > data.openStartNs) {
        addTime(sums, state, data.openStartNs - sinceNs);
        addTime(sums, TaskState::Running, timeNs - data.openStartNs);
    } else {
        addTime(sums, state, timeNs - sinceNs);
    }
    return sums;
}

StatePrefix LaneCursor::atEndOf(std::size_t entry) const
{
    if (entry + 1 == m_entries)
        return m_lane.data().after;
    const auto &ended = m_lane.entry(entry);
    const auto &next = m_lane.entry(entry + 1);
    auto sums = next.before;
    // Taken away again: the wait before the next block. Unsigned numbers wrap back.
    addTime(sums, stateAfter(ended.lastEnd, m_lane.data().kind), ended.endNs - next.startNs);
    return sums;
}

void LaneCursor::inBlock(
    const BlockSummary &entry, unsigned group, std::uint64_t timeNs, StatePrefix &sums) const
{
    const auto block = entry.block();
    const auto kind = m_lane.data().kind;
    const unsigned slice = sliceInGroup(entry, group, timeNs);
    const auto *const starts = block.starts(group);
    const auto *const durations = block.durations(group);
    const auto *const refs = block.refs(group);
    std::uint32_t running = block.runningBefore(group);
    std::uint32_t runnable = 0;
    if (entry.count >= (group + 1) * kGroup) {
        running += sumBefore(durations, slice);
        if (kind == LaneId::Kind::Task)
            runnable = sumWaits(
                starts, durations, SliceBlock::preemptedBits(block.extract(group)) & ((1U << slice) - 1));
    } else {
        for (unsigned i = 0; i < slice; ++i) {
            running += durations[i];
            runnable += SliceBlock::endOf(refs[i]) == SliceEnd::Preempted
                ? starts[i + 1] - starts[i] - durations[i]
                : 0;
        }
    }
    const auto &before = entry.before;
    sums.runningNs = before.runningNs + running;
    sums.runnableNs =
        before.runnableNs + (kind == LaneId::Kind::Task ? block.runnableBefore(group) + runnable : 0);
    sums.unknownNs = before.unknownNs;
    sums.switches = before.switches + group * kGroup + slice;
    if (entry.irregularBegin < std::min<unsigned>(entry.irregularEnd, group * kGroup + slice))
        addIrregular(entry, group * kGroup + slice, sums);

    const std::uint64_t into = timeNs - entry.startNs - starts[slice];
    const std::uint64_t duration = durations[slice];
    if (into <= duration || duration == SliceBlock::kLong) {
        sums.runningNs += into;
        return;
    }
    const auto end = SliceBlock::endOf(refs[slice]);
    sums.runningNs += duration;
    sums.switches += isSwitch(end) ? 1 : 0;
    addTime(sums, stateAfter(end, kind), into - duration);
}

void LaneCursor::addIrregular(const BlockSummary &entry, unsigned slice, StatePrefix &sums) const
{
    const auto block = entry.block();
    for (unsigned i = entry.irregularBegin; i < std::min<unsigned>(entry.irregularEnd, slice); ++i) {
        const auto end = block.end(i);
        if (stateAfter(end, m_lane.data().kind) == TaskState::Unknown)
            sums.unknownNs += block.waitAfter(i);
        sums.switches -= isSwitch(end) ? 0 : 1;
    }
}

StatePrefix LaneCursor::inSummary(std::size_t index, std::uint64_t timeNs) const
{
    const auto &entry = m_lane.entry(index);
    const auto end = atEndOf(index);
    const auto length = entry.endNs - entry.startNs;
    const double fraction =
        length == 0 ? 1.0 : static_cast<double>(timeNs - entry.startNs) / static_cast<double>(length);
    return {
        .runningNs = share(entry.before.runningNs, end.runningNs, fraction),
        .runnableNs = share(entry.before.runnableNs, end.runnableNs, fraction),
        .unknownNs = share(entry.before.unknownNs, end.unknownNs, fraction),
        .switches = share(entry.before.switches, end.switches, fraction)};
}

} // namespace timeslice
