// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timeline.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace timeslice {

/// Up to 256 running slices of one lane, some 10 bytes each, in one piece of memory.
///
/// In words of 32 bits: a directory with the first start of each group of 16 slices; the groups; the list of
/// keys. A group holds the sums up to its beginning and an extract, then 16 bytes with why the slice ended (2
/// bits) and the number of its key in the list (6 bits), 16 starts, and 16 durations. So a question touches
/// the directory and one group: a few cache lines, and who asks for sums of groups only one or two of each.
///
/// Times are nanoseconds from the start of the first slice. The last start is at most 4.29 s behind it, so
/// that nothing overflows but the duration of the very last slice: then it reads kLong, and the end is in the
/// BlockSummary.
///
/// Append-only: the one writer adds slices behind those that readers have been told of (their count is in the
/// snapshot they hold), and never changes what is there. So blocks are shared between threads without a lock.
///
/// This class says where things are; it does not own the memory. `Word` is const for readers.
template <typename Word>
class BasicSliceBlock {
public:
    static constexpr unsigned kMaxSlices = 256;
    static constexpr unsigned kGroup = 16;
    static constexpr unsigned kMaxKeys = 64;
    static constexpr std::uint32_t kLong = UINT32_MAX;

    /// \param words  sizeInWords(capacity, keys) of them. \param capacity  A multiple of kGroup, at most
    /// kMaxSlices.
    BasicSliceBlock(Word *words, unsigned capacity)
        : m_words(words)
        , m_capacity(capacity)
    { }

    [[nodiscard]] static constexpr std::size_t sizeInWords(unsigned capacity, unsigned keyCapacity)
    {
        return capacity / kGroup * (1 + kGroupWords) + keyCapacity;
    }

    [[nodiscard]] Word *directory() const { return m_words; }
    /// Ask the memory for what a search in the directory, or in a group, will look at. Inlined at once, or
    /// else GCC takes them for functions without an effect and drops them.
    [[gnu::always_inline]] void prefetchDirectory() const
    {
        __builtin_prefetch(m_words);
        __builtin_prefetch(m_words + kMaxSlices / kGroup - 1);
    }
    [[gnu::always_inline]] void prefetchGroup(unsigned index) const
    {
        __builtin_prefetch(group(index));
        __builtin_prefetch(group(index) + kGroup);
        __builtin_prefetch(group(index) + 2 * kGroup);
    }
    [[nodiscard]] Word *group(unsigned index) const
    {
        return m_words + m_capacity / kGroup + index * kGroupWords;
    }
    /// Sums over all slices before the group, and over the waits after them.
    [[nodiscard]] Word &runningBefore(unsigned index) const { return group(index)[0]; }
    [[nodiscard]] Word &runnableBefore(unsigned index) const { return group(index)[1]; }
    [[nodiscard]] Word *starts(unsigned index) const { return group(index) + kStarts; }
    [[nodiscard]] Word *durations(unsigned index) const { return group(index) + kDurations; }
    [[nodiscard]] auto *refs(unsigned index) const { return refsOf(group(index)); }
    /// Writes one slice into a group. `ref`: from makeRef.
    static void writeSlice(
        std::uint32_t *group, unsigned place, std::uint32_t startNs, std::uint32_t durationNs,
        unsigned char ref)
    {
        group[kStarts + place] = startNs;
        group[kDurations + place] = durationNs;
        refsOf(group)[place] = ref;
    }

    /// Of a full group: one bit for each slice that was preempted, and the number of the key that ran
    /// longest.
    [[nodiscard]] Word &extract(unsigned index) const { return group(index)[2]; }
    [[nodiscard]] static std::uint32_t preemptedBits(std::uint32_t extract) { return extract & 0xFFFF; }
    [[nodiscard]] static unsigned longestKeyNumber(std::uint32_t extract) { return extract >> 16; }
    [[nodiscard]] static std::uint32_t makeExtract(std::uint32_t preemptedBits, unsigned longestKeyNumber)
    {
        return preemptedBits | longestKeyNumber << 16;
    }

    [[nodiscard]] Word &start(unsigned slice) const { return starts(slice / kGroup)[slice % kGroup]; }
    [[nodiscard]] Word &duration(unsigned slice) const { return durations(slice / kGroup)[slice % kGroup]; }
    [[nodiscard]] unsigned ref(unsigned slice) const { return refs(slice / kGroup)[slice % kGroup]; }
    [[nodiscard]] Word &keyAt(unsigned number) const
    {
        return m_words[m_capacity / kGroup * (1 + kGroupWords) + number];
    }

    [[nodiscard]] static unsigned keyNumber(unsigned ref) { return ref % kMaxKeys; }
    [[nodiscard]] static SliceEnd endOf(unsigned ref) { return static_cast<SliceEnd>(ref / kMaxKeys); }
    [[nodiscard]] static unsigned char makeRef(unsigned keyNumber, SliceEnd end)
    {
        return static_cast<unsigned char>(static_cast<unsigned>(end) * kMaxKeys + keyNumber);
    }
    [[nodiscard]] SliceEnd end(unsigned slice) const { return endOf(ref(slice)); }
    [[nodiscard]] std::uint32_t key(unsigned slice) const { return keyAt(keyNumber(ref(slice))); }
    /// From the end of a slice to the start of the next; not for the last one.
    [[nodiscard]] std::uint32_t waitAfter(unsigned slice) const
    {
        return start(slice + 1) - start(slice) - duration(slice);
    }

private:
    static constexpr unsigned kRefs = 3;
    static constexpr unsigned kStarts = kRefs + kGroup / 4;
    static constexpr unsigned kDurations = kStarts + kGroup;
    static constexpr unsigned kGroupWords = kDurations + kGroup;

    template <typename GroupWord>
    [[nodiscard]] static auto *refsOf(GroupWord *group)
    {
        using Byte = std::conditional_t<std::is_const_v<GroupWord>, const unsigned char, unsigned char>;
        return reinterpret_cast<Byte *>(group + kRefs);
    }

    Word *m_words;
    unsigned m_capacity;
};

using SliceBlock = BasicSliceBlock<const std::uint32_t>;
using WritableSliceBlock = BasicSliceBlock<std::uint32_t>;

/// Time by state from the birth of a lane up to a moment. What is missing to the whole is Blocked (tasks) or
/// Absent (cores).
struct StatePrefix {
    std::uint64_t runningNs = 0;
    std::uint64_t runnableNs = 0;
    std::uint64_t unknownNs = 0;
    std::uint64_t switches = 0;

    friend bool operator==(const StatePrefix &, const StatePrefix &) = default;
};

/// What is known of one block without looking into it, and all that is left of it when its detail has been
/// given up. It covers the time from its first start up to the first start of the next block.
///
/// Two neighbouring cache lines, which processors fetch together.
struct alignas(128) BlockSummary {
    std::shared_ptr<const std::uint32_t[]>
        words; ///< Of the block; empty: only a summary is left (of one or several).
    std::uint64_t endNs = 0; ///< End of the last slice.
    StatePrefix before; ///< Up to startNs.
    std::uint32_t count = 0; ///< Slices.
    std::uint16_t capacity = 0; ///< Of the block: slices,
    std::uint8_t keyCapacity = 0; ///< and keys.
    SliceEnd lastEnd = SliceEnd::Unknown; ///< Why the last slice ended: the state behind it.
    std::uint64_t startNs = 0; ///< Start of the first slice.
    std::uint64_t involuntaryBefore = 0;
    std::uint64_t migrationsBefore = 0;
    std::uint64_t longestRunnableNs = 0; ///< Of the waits after its slices, the last one included.
    std::uint64_t longestBlockedNs = 0;
    std::uint64_t dominantNs = 0; ///< How long the most frequent key ran.
    std::uint32_t dominantKey = kNoKey;
    std::uint32_t lastKey = kNoKey; ///< Of the last slice.
    std::uint16_t irregularBegin = 0; ///< The first slice that ended in neither way of switching (Exited,
    std::uint16_t irregularEnd = 0; ///< Unknown), and behind the last one. 0: none; not kept of summaries.

    /// Asks the memory for both lines; see SliceBlock::prefetchGroup.
    [[gnu::always_inline]] void prefetch() const
    {
        __builtin_prefetch(this);
        __builtin_prefetch(&startNs);
    }
    [[nodiscard]] SliceBlock block() const { return {words.get(), capacity}; }
    /// End of one of its slices; the block must be there.
    [[nodiscard]] std::uint64_t sliceEndNs(unsigned slice) const
    {
        const auto duration = block().duration(slice);
        return duration == SliceBlock::kLong ? endNs : startNs + block().start(slice) + duration;
    }
};
static_assert(sizeof(BlockSummary) == 128);

/// Which state a slice's end leads to on this kind of lane.
[[nodiscard]] constexpr TaskState stateAfter(SliceEnd end, LaneId::Kind kind)
{
    // Where a core's records were lost is said by LostSpan.
    constexpr std::array kAfter{
        TaskState::Blocked, TaskState::Runnable, TaskState::Absent, TaskState::Unknown};
    return kind == LaneId::Kind::Core ? TaskState::Absent : kAfter[static_cast<std::size_t>(end)];
}

[[nodiscard]] constexpr bool isSwitch(SliceEnd end)
{
    return end == SliceEnd::Blocked || end == SliceEnd::Preempted;
}

/// Adds time in a state to those sums that are kept.
constexpr void addTime(StatePrefix &sums, TaskState state, std::uint64_t durationNs)
{
    sums.runningNs += state == TaskState::Running ? durationNs : 0;
    sums.runnableNs += state == TaskState::Runnable ? durationNs : 0;
    sums.unknownNs += state == TaskState::Unknown ? durationNs : 0;
}

} // namespace timeslice
