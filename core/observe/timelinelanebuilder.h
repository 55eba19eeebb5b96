// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timelinelane.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace timeslice {

/// What all lanes of a store share: the account of their memory.
struct LaneMemory {
    std::size_t bytes = 0; ///< Blocks, summaries and lanes, as allocated.
    /// Spines that have been replaced while a view may still use them. Kept until no view does, so that what
    /// hangs on them is freed on the writer's thread and not on the one that paints.
    std::vector<std::shared_ptr<const LaneSpine>> retired;

    void dropUnusedRetired();
};

/// Writes one lane: takes slices in the order of time, packs them into blocks, and freezes the lane on
/// request.
///
/// Time that would run backwards (late or damaged records) is moved up to where the lane already is.
/// Thread: the store's writer only. What `snapshot` returns may be used anywhere.
class LaneBuilder {
public:
    /// \param initial  The state from `bornNs` until the first slice.
    LaneBuilder(LaneId::Kind kind, std::uint64_t bornNs, TaskState initial, LaneMemory &memory);
    LaneBuilder(const LaneBuilder &) = delete;
    LaneBuilder &operator=(const LaneBuilder &) = delete;

    [[nodiscard]] bool isOpen() const { return m_isOpen; }
    [[nodiscard]] bool isGone() const { return m_data.goneNs != UINT64_MAX; }
    [[nodiscard]] bool hasSlices() const { return m_words != nullptr; }

    /// A slice begins. None may be open.
    void begin(std::uint64_t timeNs, std::uint32_t key)
    {
        m_isChanged = true;
        m_isOpen = true;
        m_openStartNs = std::max(timeNs, m_lastNs);
        m_openKey = key;
    }
    /// The open slice ends.
    void end(std::uint64_t timeNs, SliceEnd end)
    {
        m_isOpen = false;
        append(m_openStartNs, std::max(timeNs, m_openStartNs), m_openKey, end);
    }
    /// A slice whose beginning was not seen: unknown from `unknownFromNs` on (or from where the lane is, if
    /// that is later), then a switch-out at `timeNs`.
    void endUnseen(std::uint64_t unknownFromNs, std::uint64_t timeNs, std::uint32_t key, SliceEnd end);
    /// For a lane of which no single slices are known: what happened within the span, which begins where the
    /// lane is or later. What is missing to the whole is Blocked, as is the time before the span.
    /// \param sums  Of this span alone, at most its length together. How long the longest wait was is not
    /// known.
    void appendSums(TimeSpan span, const StatePrefix &sums, std::uint64_t involuntary);
    /// The lane ends here; nothing may follow.
    void setGone(std::uint64_t timeNs);

    /// The lane as it is now; the same object as long as nothing changes.
    [[nodiscard]] const std::shared_ptr<const TimelineLane> &snapshot();

    /// When the oldest detail ends; UINT64_MAX when there is no full block with detail.
    [[nodiscard]] std::uint64_t oldestDetailNs() const;
    /// Gives up the single slices of all full blocks that end at or before the time; their summaries stay.
    void summariseUntil(std::uint64_t timeNs);
    /// Joins the summaries without detail two by two.
    void thinSummaries();
    /// Memory of the summaries without detail.
    [[nodiscard]] std::size_t summaryBytes() const;

private:
    static constexpr std::size_t kStates = 5; ///< Of TaskState.

    void append(std::uint64_t startNs, std::uint64_t endNs, std::uint32_t key, SliceEnd end);
    void makeRoom(std::uint64_t startNs);
    void openBlock(std::uint64_t startNs, std::uint32_t key);
    void beginGroup(std::uint64_t startNs);
    void closeGroup();
    void changeKey(std::uint64_t startNs, std::uint32_t key);
    [[nodiscard]] bool findKey(std::uint32_t key);
    void sealBlock();
    void appendSummary(const BlockSummary &summary);
    [[nodiscard]] std::uint32_t count() const;
    void markIrregular();
    [[nodiscard]] BlockSummary tail() const;
    [[nodiscard]] BlockSummary sealedTail() const;
    [[nodiscard]] StatePrefix sums() const;
    [[nodiscard]] std::shared_ptr<LaneSpine> newSpine(std::size_t capacity);
    void replaceSpine(std::shared_ptr<LaneSpine> spine);

    // What each slice touches.
    std::uint64_t m_lastNs; ///< End of the last slice, or the birth.
    std::uint64_t m_openStartNs = 0;
    std::uint32_t m_openKey = kNoKey;
    bool m_isOpen = false;
    bool m_isChanged = true; ///< Since the last snapshot.
    TaskState m_waitState; ///< From m_lastNs on, until the next slice begins.
    SliceEnd m_lastEnd = SliceEnd::Unknown;
    std::array<TaskState, 4> m_stateAfter; ///< By SliceEnd, for this kind of lane.
    std::uint32_t m_lastKey = kNoKey;
    unsigned m_keyNumber = 0; ///< Of m_lastKey in the block.
    unsigned m_place =
        SliceBlock::kGroup; ///< In m_group, for the next slice; kGroup: the next one needs a new group.
    std::uint32_t *m_group = nullptr;
    std::uint64_t m_baseNs = 0; ///< Start of the block.
    std::array<std::uint64_t, kStates> m_stateNs{}; ///< Time up to m_lastNs, by TaskState.
    std::array<std::uint64_t, kStates> m_longestNs{}; ///< Longest wait of the block, by TaskState.
    std::array<std::uint64_t, 4> m_ends{}; ///< Slices, by SliceEnd.

    // The block that grows.
    std::shared_ptr<std::uint32_t[]> m_words; ///< Null before the first slice.
    unsigned m_groupIndex = 0;
    unsigned m_keys = 0; ///< In its list.
    unsigned m_keyCapacity = 4; ///< Of this block, and then of the next one; grows when it was too small.
    bool m_isKeyMixed = false; ///< The group has slices of several keys.
    std::uint64_t m_preemptedBefore = 0; ///< Slices that were preempted before the group began.
    std::uint16_t m_irregularBegin = 0; ///< See BlockSummary.
    std::uint16_t m_irregularEnd = 0;
    std::uint64_t m_migrations = 0;
    std::array<std::uint64_t, SliceBlock::kMaxKeys>
        m_keyNs{}; ///< How long each of its keys ran, in closed groups.

    LaneMemory &m_memory;
    LaneData
        m_data; ///< What does not change with each slice; of `tail` what was known when the block was opened.
    unsigned m_nextCapacity = SliceBlock::kGroup; ///< Follows what the last block needed.
    std::shared_ptr<LaneSpine> m_spine;
    std::shared_ptr<const TimelineLane> m_snapshot;
};

} // namespace timeslice
