// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/timelinecursor.h"

#include <algorithm>
#include <array>
#include <bit>

namespace timeslice {

namespace {

// Up to this many slices a column's most frequent key is counted slice by slice; up to this many blocks by
// groups.
constexpr unsigned kCountedSlices = 4 * SliceBlock::kGroup;
constexpr std::size_t kGroupedBlocks = 3;
constexpr unsigned kLookedAtGroups = 4;

/// Running time by key.
class Tally {
public:
    void add(std::uint32_t key, std::uint64_t durationNs)
    {
        for (unsigned i = 0; i < m_size; ++i) {
            if (m_entries[i].key == key) {
                m_entries[i].ns += durationNs;
                return;
            }
        }
        // Full: the rarest gives way. Only a column with more than 16 different tasks or CPUs comes here.
        if (m_size < m_entries.size())
            m_entries[m_size++] = {key, durationNs};
        else
            *std::ranges::min_element(m_entries, {}, &Entry::ns) = {key, durationNs};
    }

    [[nodiscard]] std::uint32_t most() const
    {
        Entry best;
        for (unsigned i = 0; i < m_size; ++i) {
            if (m_entries[i].ns > best.ns)
                best = m_entries[i];
        }
        return best.key;
    }

private:
    struct Entry {
        std::uint32_t key = kNoKey;
        std::uint64_t ns = 0;
    };
    std::array<Entry, 16> m_entries;
    unsigned m_size = 0;
};

// The part of a block at the edge of a column counts by its share.
void addSummary(Tally &tally, const BlockSummary &entry, TimeSpan span)
{
    const TimeSpan whole{entry.startNs, entry.endNs};
    if (whole.lengthNs() == 0)
        return;
    const auto part = static_cast<double>(overlapNs(whole, span)) / static_cast<double>(whole.lengthNs());
    tally.add(entry.dominantKey, static_cast<std::uint64_t>(part * static_cast<double>(entry.dominantNs)));
}

// The last slice that was looked for: one column's end is the next one's beginning.
struct FoundSlice {
    const BlockSummary *entry = nullptr;
    std::uint64_t timeNs = 0;
    unsigned slice = 0;

    [[nodiscard]] unsigned before(const BlockSummary &inEntry, std::uint64_t atNs)
    {
        if (entry != &inEntry || timeNs != atNs)
            *this = {&inEntry, atNs, LaneCursor::sliceBefore(inEntry, atNs)};
        return slice;
    }
};

void addSlices(Tally &tally, const BlockSummary &entry, TimeSpan span, FoundSlice &found)
{
    const auto block = entry.block();
    const unsigned first = entry.startNs < span.beginNs ? found.before(entry, span.beginNs) : 0;
    const unsigned last = found.before(entry, span.endNs);
    const auto partOf = [&](unsigned slice) {
        return overlapNs({entry.startNs + block.start(slice), entry.sliceEndNs(slice)}, span);
    };
    tally.add(block.key(first), partOf(first));
    if (last > first)
        tally.add(block.key(last), partOf(last));
    if (last - first < 2)
        return;
    if (last - first > kCountedSlices) {
        // Groups that are wholly inside, each with its most frequent key; the few slices beside them do not
        // count.
        const auto groups = (last - first) / SliceBlock::kGroup - 1;
        const auto from = (first + SliceBlock::kGroup) / SliceBlock::kGroup;
        const auto step = std::max(1U, groups / kLookedAtGroups);
        for (auto group = from; group < from + groups; group += step) {
            const auto number = SliceBlock::longestKeyNumber(block.extract(group));
            tally.add(block.keyAt(number), block.runningBefore(group + 1) - block.runningBefore(group));
        }
        return;
    }

    // What lies between is inside the span with all its length; by number first, the keys come at the end.
    std::array<std::uint64_t, SliceBlock::kMaxKeys> byNumber; // set where `seen` has a bit
    std::uint64_t seen = 0;
    for (unsigned slice = first + 1; slice < last; ++slice) {
        const auto number = SliceBlock::keyNumber(block.ref(slice));
        const auto bit = std::uint64_t{1} << number;
        byNumber[number] = ((seen & bit) != 0 ? byNumber[number] : 0) + block.duration(slice);
        seen |= bit;
    }
    for (; seen != 0; seen &= seen - 1) {
        const auto number = static_cast<unsigned>(std::countr_zero(seen));
        tally.add(block.keyAt(number), byNumber[number]);
    }
}

} // namespace

void TimelineLane::dominantKeys(TimeSpan span, std::uint64_t horizonNs, std::span<std::uint32_t> out) const
{
    LaneCursor cursor(*this, horizonNs);
    const auto entries = entryCount();
    const auto open = TimeSpan{m_data.openStartNs, cursor.life().endNs};
    FoundSlice slice;
    ColumnEdges edges(span, out.size());
    TimeSpan column{span.beginNs, span.beginNs};
    for (std::size_t i = 0; i < out.size(); ++i) {
        column = {column.endNs, edges.next()};
        const auto found = cursor.seek(column.beginNs + 1);
        const auto first = found == LaneCursor::kBeforeFirst ? 0 : found;
        auto last = first;
        while (last < entries && entryStartNs(last) < column.endNs)
            ++last;

        Tally tally;
        for (auto index = first; index < last; ++index) {
            const auto &entered = entry(index);
            if (last - first > kGroupedBlocks || !entered.words)
                addSummary(tally, entered, column);
            else
                addSlices(tally, entered, column, slice);
        }
        if (m_data.isOpen)
            tally.add(m_data.openKey, overlapNs(column, open));
        out[i] = tally.most();
    }
}

} // namespace timeslice
