// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/timelinelanebuilder.h"

#include <algorithm>
#include <bit>

namespace timeslice {

namespace {

constexpr unsigned kGroup = SliceBlock::kGroup;
constexpr std::size_t kFirstSpine = 4;
constexpr std::size_t kSpineEntryBytes = sizeof(BlockSummary) + sizeof(std::uint64_t);

// A lane without any slice: the builder, its snapshot, its entries in the lists of the store.
constexpr std::size_t kEmptyLaneBytes = sizeof(LaneBuilder) + sizeof(TimelineLane) + 64;

std::size_t blockBytes(unsigned capacity, unsigned keyCapacity)
{
    constexpr std::size_t kAllocator = 16 + 8; // reference counts and the allocator's own
    return SliceBlock::sizeInWords(capacity, keyCapacity) * sizeof(std::uint32_t) + kAllocator;
}

template <typename Enum>
std::size_t index(Enum value)
{
    return static_cast<std::size_t>(value);
}

} // namespace

void LaneMemory::dropUnusedRetired()
{
    std::erase_if(retired, [](const auto &spine) { return spine.use_count() == 1; });
}

LaneBuilder::LaneBuilder(LaneId::Kind kind, std::uint64_t bornNs, TaskState initial, LaneMemory &memory)
    : m_lastNs(bornNs)
    , m_waitState(initial)
    , m_memory(memory)
{
    for (std::size_t end = 0; end < m_stateAfter.size(); ++end)
        m_stateAfter[end] = stateAfter(static_cast<SliceEnd>(end), kind);
    m_data.kind = kind;
    m_data.bornNs = bornNs;
    m_data.initial = initial;
    m_memory.bytes += kEmptyLaneBytes;
}

void LaneBuilder::endUnseen(
    std::uint64_t unknownFromNs, std::uint64_t timeNs, std::uint32_t key, SliceEnd end)
{
    const auto now = std::max(timeNs, m_lastNs);
    const auto from = std::clamp(unknownFromNs, m_lastNs, now);
    // A slice of no length that ended for an unknown reason makes the time behind it unknown; with the key of
    // the slice before, so that it does not look like a migration.
    append(from, from, hasSlices() ? m_lastKey : key, SliceEnd::Unknown);
    append(now, now, key, end);
}

void LaneBuilder::appendSums(TimeSpan span, const StatePrefix &sums, std::uint64_t involuntary)
{
    if (sums == StatePrefix())
        return; // Blocked, as is all the time between two entries
    appendSummary(
        {.endNs = span.endNs,
         .before = this->sums(),
         .count = 1,
         .lastEnd = SliceEnd::Blocked,
         .startNs = span.beginNs,
         .involuntaryBefore = m_ends[index(SliceEnd::Preempted)]});
    m_data.firstDetail = m_data.sealedCount;
    m_stateNs[index(TaskState::Running)] += sums.runningNs;
    m_stateNs[index(TaskState::Runnable)] += sums.runnableNs;
    m_stateNs[index(TaskState::Unknown)] += sums.unknownNs;
    m_ends[index(SliceEnd::Blocked)] += sums.switches - involuntary;
    m_ends[index(SliceEnd::Preempted)] += involuntary;
    m_lastEnd = SliceEnd::Blocked;
    m_lastNs = span.endNs;
    m_isChanged = true;
}

void LaneBuilder::setGone(std::uint64_t timeNs)
{
    m_isChanged = true;
    m_data.goneNs = std::max(timeNs, m_lastNs);
}

// Runs for each record: what is not needed for each slice is done once a group, once a block, or for a
// snapshot.
void LaneBuilder::append(std::uint64_t startNs, std::uint64_t endNs, std::uint32_t key, SliceEnd end)
{
    const auto waitNs = startNs - m_lastNs;
    m_stateNs[index(m_waitState)] += waitNs;
    m_longestNs[index(m_waitState)] = std::max(m_longestNs[index(m_waitState)], waitNs);
    if (m_place == kGroup || startNs - m_baseNs >= SliceBlock::kLong)
        makeRoom(startNs);
    if (key != m_lastKey)
        changeKey(startNs, key);

    const auto length = endNs - startNs;
    SliceBlock::writeSlice(
        m_group, m_place, static_cast<std::uint32_t>(startNs - m_baseNs),
        static_cast<std::uint32_t>(std::min<std::uint64_t>(length, SliceBlock::kLong)),
        SliceBlock::makeRef(m_keyNumber, end));
    m_stateNs[index(TaskState::Running)] += length;
    ++m_ends[index(end)];
    if (!isSwitch(end))
        markIrregular();
    m_waitState = m_stateAfter[index(end)];
    m_lastEnd = end;
    m_lastNs = endNs;
    m_isChanged = true;
    if (++m_place == kGroup)
        closeGroup();
}

void LaneBuilder::makeRoom(std::uint64_t startNs)
{
    const bool fits =
        m_words && m_groupIndex + 1 < m_data.tail.capacity / kGroup && startNs - m_baseNs < SliceBlock::kLong;
    if (!fits) {
        openBlock(startNs, m_lastKey);
        return;
    }
    ++m_groupIndex;
    beginGroup(startNs);
}

// With this key in its list, if there is one.
void LaneBuilder::openBlock(std::uint64_t startNs, std::uint32_t key)
{
    if (m_words)
        sealBlock();
    m_words = std::make_shared_for_overwrite<std::uint32_t[]>(
        SliceBlock::sizeInWords(m_nextCapacity, m_keyCapacity));
    m_memory.bytes += blockBytes(m_nextCapacity, m_keyCapacity);
    m_data.tail = {
        .words = m_words,
        .before = sums(),
        .capacity = static_cast<std::uint16_t>(m_nextCapacity),
        .keyCapacity = static_cast<std::uint8_t>(m_keyCapacity),
        .startNs = startNs,
        .involuntaryBefore = m_ends[index(SliceEnd::Preempted)],
        .migrationsBefore = m_migrations};
    m_baseNs = startNs;
    m_longestNs = {};
    m_irregularBegin = 0;
    m_irregularEnd = 0;
    m_groupIndex = 0;
    m_keys = 0;
    beginGroup(startNs);
    if (key != kNoKey)
        static_cast<void>(findKey(key)); // there is room in an empty list
}

void LaneBuilder::beginGroup(std::uint64_t startNs)
{
    const WritableSliceBlock block(m_words.get(), m_data.tail.capacity);
    const auto &before = m_data.tail.before;
    block.directory()[m_groupIndex] = static_cast<std::uint32_t>(startNs - m_baseNs);
    block.runningBefore(m_groupIndex) =
        static_cast<std::uint32_t>(m_stateNs[index(TaskState::Running)] - before.runningNs);
    block.runnableBefore(m_groupIndex) =
        static_cast<std::uint32_t>(m_stateNs[index(TaskState::Runnable)] - before.runnableNs);
    m_group = block.group(m_groupIndex);
    m_place = 0;
    m_isKeyMixed = false;
    m_preemptedBefore = m_ends[index(SliceEnd::Preempted)];
}

// Sums up what a full group is asked for most often.
void LaneBuilder::closeGroup()
{
    const WritableSliceBlock block(m_words.get(), m_data.tail.capacity);
    std::uint32_t preempted = 0;
    if (m_ends[index(SliceEnd::Preempted)] != m_preemptedBefore) {
        for (unsigned i = 0; i < kGroup; ++i)
            preempted |= SliceBlock::endOf(block.refs(m_groupIndex)[i]) == SliceEnd::Preempted ? 1U << i : 0;
    }
    auto longest = m_keyNumber;
    if (m_isKeyMixed) {
        std::array<std::uint64_t, SliceBlock::kMaxKeys> runningByKey; // set as far as there are keys
        std::fill_n(runningByKey.begin(), m_keys, 0);
        for (unsigned i = 0; i < kGroup; ++i)
            runningByKey[SliceBlock::keyNumber(block.refs(m_groupIndex)[i])] +=
                block.durations(m_groupIndex)[i];
        for (unsigned number = 0; number < m_keys; ++number) {
            m_keyNs[number] += runningByKey[number];
            longest = runningByKey[number] > runningByKey[longest] ? number : longest;
        }
    } else {
        m_keyNs[longest] += m_stateNs[index(TaskState::Running)] - m_data.tail.before.runningNs
            - block.runningBefore(m_groupIndex);
    }
    block.extract(m_groupIndex) = SliceBlock::makeExtract(preempted, longest);
}

// Another key than the last slice's.
void LaneBuilder::changeKey(std::uint64_t startNs, std::uint32_t key)
{
    if (!findKey(key)) {
        m_keyCapacity = std::min(2 * m_keyCapacity, SliceBlock::kMaxKeys);
        openBlock(startNs, key);
    }
    m_isKeyMixed |= m_place > 0;
    m_migrations += m_lastKey != kNoKey ? 1 : 0;
    m_lastKey = key;
}

// Sets m_keyNumber, adding the key to the block's list if need be. \return false when the list is full.
bool LaneBuilder::findKey(std::uint32_t key)
{
    const WritableSliceBlock block(m_words.get(), m_data.tail.capacity);
    unsigned number = 0;
    while (number < m_keys && block.keyAt(number) != key)
        ++number;
    if (number == m_keyCapacity)
        return false;
    if (number == m_keys) {
        block.keyAt(m_keys++) = key;
        m_keyNs[number] = 0;
    }
    m_keyNumber = number;
    return true;
}

StatePrefix LaneBuilder::sums() const
{
    return {
        .runningNs = m_stateNs[index(TaskState::Running)],
        .runnableNs = m_stateNs[index(TaskState::Runnable)],
        .unknownNs = m_stateNs[index(TaskState::Unknown)],
        .switches = m_ends[index(SliceEnd::Blocked)] + m_ends[index(SliceEnd::Preempted)]};
}

std::uint32_t LaneBuilder::count() const
{
    return m_words ? m_groupIndex * kGroup + m_place : 0;
}

// The slice that is being written.
void LaneBuilder::markIrregular()
{
    const auto slice = static_cast<std::uint16_t>(count());
    if (m_irregularEnd == 0)
        m_irregularBegin = slice;
    m_irregularEnd = static_cast<std::uint16_t>(slice + 1);
}

void LaneBuilder::appendSummary(const BlockSummary &summary)
{
    if (!m_spine || m_data.sealedCount == m_spine->capacity) {
        auto spine = newSpine(std::max(kFirstSpine, m_data.sealedCount + m_data.sealedCount / 4));
        if (m_spine) {
            std::copy_n(m_spine->starts.get(), m_data.sealedCount, spine->starts.get());
            std::copy_n(m_spine->summaries.get(), m_data.sealedCount, spine->summaries.get());
        }
        replaceSpine(std::move(spine));
    }
    m_spine->starts[m_data.sealedCount] = summary.startNs;
    m_spine->summaries[m_data.sealedCount] = summary;
    ++m_data.sealedCount;
}

void LaneBuilder::sealBlock()
{
    appendSummary(sealedTail());
    const auto used = count();
    const auto wanted = used == m_data.tail.capacity ? 2 * used : std::bit_ceil(used);
    m_nextCapacity = std::clamp(wanted, SliceBlock::kGroup, SliceBlock::kMaxSlices);
}

// The growing block as it is now.
BlockSummary LaneBuilder::tail() const
{
    auto summary = m_data.tail;
    summary.endNs = m_lastNs;
    summary.count = count();
    summary.lastEnd = m_lastEnd;
    summary.lastKey = m_lastKey;
    summary.irregularBegin = m_irregularBegin;
    summary.irregularEnd = m_irregularEnd;
    return summary;
}

BlockSummary LaneBuilder::sealedTail() const
{
    auto summary = tail();
    auto keyNs = m_keyNs;
    const auto block = summary.block();
    for (unsigned slice = summary.count / kGroup * kGroup; slice < summary.count; ++slice)
        keyNs[SliceBlock::keyNumber(block.ref(slice))] += block.duration(slice);
    const auto most = std::max_element(keyNs.begin(), keyNs.begin() + m_keys);
    summary.dominantNs = *most;
    summary.dominantKey = block.keyAt(static_cast<unsigned>(most - keyNs.begin()));
    summary.longestRunnableNs = m_longestNs[index(TaskState::Runnable)];
    summary.longestBlockedNs = m_longestNs[index(TaskState::Blocked)];
    return summary;
}

std::shared_ptr<LaneSpine> LaneBuilder::newSpine(std::size_t capacity)
{
    m_memory.bytes += capacity * kSpineEntryBytes;
    return std::make_shared<LaneSpine>(capacity);
}

void LaneBuilder::replaceSpine(std::shared_ptr<LaneSpine> spine)
{
    m_isChanged = true;
    std::swap(m_spine, spine);
    if (!spine)
        return;
    m_memory.bytes -= spine->capacity * kSpineEntryBytes;
    if (spine.use_count() > 1)
        m_memory.retired.push_back(std::move(spine));
}

const std::shared_ptr<const TimelineLane> &LaneBuilder::snapshot()
{
    if (m_isChanged) {
        auto data = m_data;
        data.spine = m_spine;
        data.tail = m_words ? tail() : BlockSummary();
        data.after = sums();
        data.involuntary = m_ends[index(SliceEnd::Preempted)];
        data.migrations = m_migrations;
        data.isOpen = m_isOpen;
        data.openStartNs = m_openStartNs;
        data.openKey = m_openKey;
        m_snapshot = std::make_shared<const TimelineLane>(std::move(data));
        m_isChanged = false;
    }
    return m_snapshot;
}

std::uint64_t LaneBuilder::oldestDetailNs() const
{
    return m_data.firstDetail < m_data.sealedCount ? m_spine->summaries[m_data.firstDetail].endNs
                                                   : UINT64_MAX;
}

std::size_t LaneBuilder::summaryBytes() const
{
    return m_data.firstDetail * kSpineEntryBytes;
}

void LaneBuilder::summariseUntil(std::uint64_t timeNs)
{
    if (oldestDetailNs() > timeNs)
        return;
    // Views may be reading the present spine; the blocks themselves stay with them for as long as they need
    // them.
    auto spine = newSpine(m_spine->capacity);
    std::copy_n(m_spine->starts.get(), m_data.sealedCount, spine->starts.get());
    std::copy_n(m_spine->summaries.get(), m_data.sealedCount, spine->summaries.get());
    while (m_data.firstDetail < m_data.sealedCount && spine->summaries[m_data.firstDetail].endNs <= timeNs) {
        auto &given = spine->summaries[m_data.firstDetail++];
        m_memory.bytes -= blockBytes(given.capacity, given.keyCapacity);
        given.words.reset();
    }
    replaceSpine(std::move(spine));
}

void LaneBuilder::thinSummaries()
{
    if (m_data.firstDetail < 2)
        return;
    const auto joined = (m_data.firstDetail + 1) / 2;
    const auto kept = m_data.sealedCount - m_data.firstDetail;
    auto spine = newSpine(joined + kept + kept / 4 + kFirstSpine);
    for (std::size_t i = 0; i < joined; ++i) {
        auto &into = spine->summaries[i];
        into = m_spine->summaries[2 * i];
        spine->starts[i] = into.startNs;
        if (2 * i + 1 == m_data.firstDetail)
            break;
        const auto &next = m_spine->summaries[2 * i + 1];
        into.endNs = next.endNs;
        into.count += next.count;
        into.lastEnd = next.lastEnd;
        into.longestRunnableNs = std::max(into.longestRunnableNs, next.longestRunnableNs);
        into.longestBlockedNs = std::max(into.longestBlockedNs, next.longestBlockedNs);
        into.lastKey = next.lastKey;
        if (next.dominantNs > into.dominantNs) {
            into.dominantNs = next.dominantNs;
            into.dominantKey = next.dominantKey;
        }
    }
    std::copy_n(m_spine->starts.get() + m_data.firstDetail, kept, spine->starts.get() + joined);
    std::copy_n(m_spine->summaries.get() + m_data.firstDetail, kept, spine->summaries.get() + joined);
    m_data.firstDetail = joined;
    m_data.sealedCount = joined + kept;
    replaceSpine(std::move(spine));
}

} // namespace timeslice
