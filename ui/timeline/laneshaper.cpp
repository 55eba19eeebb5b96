// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/laneshaper.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace timeslice {

namespace {

// Slices are piled up where there are on average at least two in a column over half of a window; on the way
// out later than on the way in, so that the two forms do not alternate.
constexpr std::size_t kWindow = 16;
constexpr std::uint64_t kEnterSwitches = 8;
constexpr std::uint64_t kLeaveSwitches = 4;

// A state that has all but this part of a column has it.
constexpr std::uint64_t kSolidPart = 512;

// Where each column holds many slices, who had most of it is chance: asked for some columns at once the
// answer means more, and costs less. For so many slices in a column, so many columns.
struct DenseStep {
    std::uint64_t switches;
    std::size_t columns;
};
constexpr std::array kDenseSteps{DenseStep{64, 8}, DenseStep{16, 4}, DenseStep{6, 2}};

// So many columns of all lanes of all sums together are asked for, but no less than this of each lane.
constexpr std::size_t kSumColumns = 65'536;
constexpr std::size_t kLeastSumColumns = 64;

constexpr std::uint32_t kMostKept = 64; ///< Cores of which the heat strip's sums are used again.

constexpr std::size_t indexOf(TimelineRole role)
{
    return static_cast<std::size_t>(role);
}

// Whether one part is all of it, as far as can be seen.
bool isAll(std::uint64_t part, std::uint64_t whole)
{
    return part >= whole - whole / kSolidPart;
}

} // namespace

LaneShaper::LaneShaper(
    const TimelineView &view, std::span<const TaskLook> looks, bool isColouredByCore, TimeSpan visible,
    int columns)
    : m_view(view)
    , m_looks(looks)
    , m_isColouredByCore(isColouredByCore)
    , m_visible(visible)
    , m_columns(static_cast<std::size_t>(std::max(0, columns)))
    , m_cells(static_cast<std::size_t>(std::min<std::uint64_t>(m_columns, visible.lengthNs())))
    , m_sums(m_cells)
    , m_isStacked(m_columns)
{ }

void LaneShaper::setLabelRoom(double digitColumns, double paddingColumns)
{
    m_digitColumns = digitColumns;
    m_paddingColumns = paddingColumns;
}

void LaneShaper::setSummedLanes(std::size_t lanes)
{
    m_summedLanes = lanes;
}

void LaneShaper::measure(LaneId lane)
{
    if (lane.kind == LaneId::Kind::Core && lane.index < m_coreSums.size()
        && !m_coreSums[lane.index].empty()) {
        m_sums = m_coreSums[lane.index];
        return;
    }
    m_view.columns(lane, m_visible, m_sums);
}

void LaneShaper::findKeys(LaneId lane)
{
    m_keys.clear();
    if (lane.kind == LaneId::Kind::Task && !m_isColouredByCore)
        return;
    m_keys.resize(m_cells, kNoKey);
    std::uint64_t switches = 0;
    for (const auto &sums : m_sums)
        switches += sums.switches;
    const auto step = std::ranges::find_if(
        kDenseSteps, [&](const DenseStep &dense) { return switches >= dense.switches * m_cells; });
    if (step == kDenseSteps.end()) {
        m_view.dominantKeys(lane, m_visible, m_keys);
        return;
    }
    std::vector<std::uint32_t> coarse(std::max<std::size_t>(1, m_cells / step->columns), kNoKey);
    m_view.dominantKeys(lane, m_visible, coarse);
    for (std::size_t i = 0; i < m_cells; ++i)
        m_keys[i] = coarse[i * coarse.size() / m_cells];
}

int LaneShaper::colourOf(LaneId::Kind kind, std::uint32_t key) const
{
    if (kind == LaneId::Kind::Task)
        return m_keys.empty() ? kColourState : static_cast<int>(key);
    if (key >= m_looks.size() || m_looks[key].colour == TaskLook::kPlain)
        return kColourNeutral;
    return m_looks[key].colour;
}

// Into their place, here and below: a whole copied right after its parts were written makes the processor
// wait, for each column.
void LaneShaper::findShares(const StateSums &sums, ColumnShares &shares)
{
    // The states of a column add up to its length. A nanosecond that several columns show is all of each.
    const float perNs = 1 / static_cast<float>(sums.totalNs());
    shares.of[indexOf(TimelineRole::Running)] = static_cast<float>(sums.runningNs) * perNs;
    shares.of[indexOf(TimelineRole::Runnable)] = static_cast<float>(sums.runnableNs) * perNs;
    shares.of[indexOf(TimelineRole::GilWait)] = static_cast<float>(sums.gilWaitNs) * perNs;
    shares.of[indexOf(TimelineRole::Blocked)] = static_cast<float>(sums.blockedNs) * perNs;
    shares.of[indexOf(TimelineRole::Unknown)] = static_cast<float>(sums.unknownNs) * perNs;
}

void LaneShaper::findStacked(LaneId lane, DrawList &into, std::uint32_t row)
{
    m_isStacked.assign(m_columns, 0);
    if (m_cells == m_columns) {
        std::uint64_t inWindow = 0;
        for (std::size_t i = 0; i < std::min(kWindow / 2, m_columns); ++i)
            inWindow += m_sums[i].switches;
        bool isStacked = false;
        for (std::size_t i = 0; i < m_columns; ++i) {
            if (i + kWindow / 2 - 1 < m_columns && i > 0)
                inWindow += m_sums[i + kWindow / 2 - 1].switches;
            if (i > kWindow / 2)
                inWindow -= m_sums[i - kWindow / 2 - 1].switches;
            isStacked = inWindow >= (isStacked ? kLeaveSwitches : kEnterSwitches);
            m_isStacked[i] = isStacked ? 1 : 0;
        }
    }
    // Where only summaries are left nothing has an edge that could be shown.
    const auto detailNs = m_view.detailFromNs(lane);
    if (detailNs <= m_visible.beginNs)
        return;
    const auto bornNs =
        lane.kind == LaneId::Kind::Task ? m_view.tasks()[lane.index].bornNs : m_view.known().beginNs;
    const auto columnAt = [this](std::uint64_t timeNs) {
        const double share = timeNs <= m_visible.beginNs
            ? 0.0
            : static_cast<double>(timeNs - m_visible.beginNs) / static_cast<double>(m_visible.lengthNs());
        return static_cast<int>(std::ceil(std::min(1.0, share) * static_cast<double>(m_columns)));
    };
    // A lane that lost no detail names its birth.
    if (detailNs <= bornNs)
        return;
    const SummaryMark mark{row, columnAt(bornNs), columnAt(std::min(detailNs, m_visible.endNs))};
    if (mark.begin >= mark.end)
        return;
    std::fill(m_isStacked.begin() + mark.begin, m_isStacked.begin() + mark.end, std::uint8_t{1});
    into.summaries.push_back(mark);
}

void LaneShaper::findShape(LaneId::Kind kind, std::size_t column, Shape &shape) const
{
    const auto cell = cellOf(column);
    const auto &sums = m_sums[cell];
    const auto length = sums.totalNs();
    shape.form = Shape::Form::Nothing;
    shape.role = TimelineRole::Running;
    shape.colour = kColourState;
    shape.key = kNoKey;
    if (isAll(sums.absentNs, length) && (m_isStacked[column] == 0 || sums.absentNs == length))
        return;
    if (m_isStacked[column] != 0) {
        shape.form = Shape::Form::Stacked;
        return;
    }
    shape.form = Shape::Form::Solid;
    if (isAll(sums.runningNs, length)) {
        if (m_keys.empty())
            return;
        shape.key = m_keys[cell];
        shape.colour = colourOf(kind, shape.key);
    } else if (isAll(sums.runnableNs, length)) {
        shape.role = TimelineRole::Runnable;
    } else if (isAll(sums.blockedNs, length)) {
        shape.role = TimelineRole::Blocked;
    } else if (isAll(sums.gilWaitNs, length)) {
        shape.role = TimelineRole::GilWait;
    } else if (isAll(sums.unknownNs, length)) {
        shape.role = TimelineRole::Unknown;
    } else {
        shape.form = Shape::Form::Mixed;
    }
}

void LaneShaper::addLabel(
    std::uint32_t row, LaneId::Kind kind, const Shape &shape, int begin, int end, DrawList &into)
{
    if (shape.key == kNoKey)
        return;
    const int number = kind == LaneId::Kind::Task ? static_cast<int>(shape.key)
        : shape.key < m_looks.size()              ? m_looks[shape.key].number
                                                  : TaskLook::kPlain;
    if (number == TaskLook::kPlain)
        return;
    const auto text = QString::number(number);
    if (static_cast<double>(text.size()) * m_digitColumns + m_paddingColumns <= end - begin)
        into.labels.push_back({row, begin, end, shape.colour, text});
}

void LaneShaper::addLane(std::uint32_t row, LaneId lane, DrawList &into)
{
    if (m_cells == 0)
        return;
    measure(lane);
    findKeys(lane);
    findStacked(lane, into, row);
    const auto columns = static_cast<int>(m_columns);
    Shape shape;
    findShape(lane.kind, 0, shape);
    for (int begin = 0; begin < columns;) {
        int end = begin + 1;
        Shape next;
        for (; end < columns; ++end) {
            findShape(lane.kind, static_cast<std::size_t>(end), next);
            if (next != shape)
                break;
        }
        if (shape.form == Shape::Form::Solid) {
            into.pieces.push_back({row, begin, end, DrawPiece::Kind::Solid, shape.role, shape.colour});
            into.present[indexOf(shape.role)] = true;
            addLabel(row, lane.kind, shape, begin, end, into);
        } else if (shape.form != Shape::Form::Nothing) {
            const auto kind =
                shape.form == Shape::Form::Mixed ? DrawPiece::Kind::Mixed : DrawPiece::Kind::Stacked;
            into.pieces.push_back(
                {row, begin, end, kind, TimelineRole::Running, kColourState, into.shares.size()});
            addShares(lane.kind, begin, end, into);
        }
        begin = end;
        shape = next;
    }
}

void LaneShaper::addShares(LaneId::Kind kind, int begin, int end, DrawList &into) const
{
    auto present = into.present;
    auto at = into.shares.size();
    into.shares.resize(at + static_cast<std::size_t>(end - begin));
    for (auto column = static_cast<std::size_t>(begin); column < static_cast<std::size_t>(end); ++column) {
        auto &shares = into.shares[at++];
        findShares(m_sums[cellOf(column)], shares);
        for (std::size_t i = 0; i < kTimelineRoles; ++i)
            present[i] |= shares.of[i] > 0;
        if (m_keys.empty())
            continue;
        const auto key = m_keys[cellOf(column)];
        shares.colour = key == kNoKey ? kColourState : colourOf(kind, key);
    }
    into.present = present;
}

void LaneShaper::addSum(std::uint32_t row, std::span<const LaneId> lanes, DrawList &into)
{
    if (m_cells == 0 || lanes.empty())
        return;
    const auto cells =
        std::min(m_cells, std::max(kLeastSumColumns, kSumColumns / std::max(lanes.size(), m_summedLanes)));
    std::vector<StateSums> together(cells);
    std::vector<StateSums> one(cells);
    for (const auto lane : lanes) {
        const auto &task = m_view.tasks()[lane.index];
        if (task.bornNs >= m_visible.endNs || task.goneNs.value_or(UINT64_MAX) <= m_visible.beginNs)
            continue;
        m_view.columns(lane, m_visible, one);
        for (std::size_t i = 0; i < cells; ++i)
            addSums(one[i], together[i]);
    }
    std::vector<ColumnShares> shares(cells);
    for (std::size_t i = 0; i < cells; ++i) {
        auto &sums = together[i];
        const auto present = sums.totalNs() - sums.absentNs;
        const auto length = columnEdge(m_visible, i + 1, cells) - columnEdge(m_visible, i, cells);
        sums.absentNs = length > present ? length - present : 0;
        findShares(sums, shares[i]);
    }
    const auto sharesAt = [&](std::size_t column) -> const ColumnShares & {
        return shares[column * cells / m_columns];
    };
    const auto isThere = [&](std::size_t column) { return sharesAt(column).total() > 0; };
    for (std::size_t begin = 0; begin < m_columns;) {
        auto end = begin + 1;
        while (end < m_columns && isThere(end) == isThere(begin))
            ++end;
        if (isThere(begin)) {
            into.pieces.push_back(
                {row, static_cast<int>(begin), static_cast<int>(end), DrawPiece::Kind::Stacked,
                 TimelineRole::Running, kColourState, into.shares.size()});
            for (auto i = begin; i < end; ++i) {
                into.shares.push_back(sharesAt(i));
                for (std::size_t role = 0; role < kTimelineRoles; ++role)
                    into.present[role] |= sharesAt(i).of[role] > 0;
            }
        }
        begin = end;
    }
}

std::vector<float> LaneShaper::busyShares(LaneId core)
{
    std::vector<float> shares(m_columns, std::numeric_limits<float>::quiet_NaN());
    if (m_cells == 0)
        return shares;
    measure(core);
    if (core.index < kMostKept) {
        m_coreSums.resize(std::max<std::size_t>(m_coreSums.size(), core.index + 1));
        m_coreSums[core.index] = m_sums;
    }
    for (std::size_t i = 0; i < m_columns; ++i) {
        ColumnShares parts;
        findShares(m_sums[cellOf(i)], parts);
        if (parts.share(TimelineRole::Unknown) < 0.5F)
            shares[i] = parts.share(TimelineRole::Running);
    }
    return shares;
}

} // namespace timeslice
