// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/slicetable.h"

#include "ui/fieldrow.h"
#include "ui/format.h"
#include "ui/tablewindow.h"

#include <QHeaderView>
#include <QLabel>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace timeslice {

namespace {

constexpr std::size_t kBatch = 4096;
constexpr int kLeastWidth = 480;

std::uint64_t lengthOf(const SliceTable::Row &row, std::uint64_t knownEndNs)
{
    return TimeSpan{row.segment.span.beginNs, std::min(row.segment.span.endNs, knownEndNs)}.lengthNs();
}

} // namespace

SliceTable slicesOf(
    const TimelineView &view, TimeSpan span, std::span<const std::pair<LaneId, QString>> lanes,
    std::uint64_t originNs)
{
    SliceTable table;
    table.originNs = originNs;
    table.knownEndNs = view.known().endNs;
    std::vector<Segment> batch;
    for (const auto &[lane, name] : lanes) {
        const bool isCore = lane.kind == LaneId::Kind::Core;
        const auto index = static_cast<std::uint32_t>(table.names.size());
        table.names.push_back(name);
        for (auto timeNs = span.beginNs; timeNs < span.endNs;) {
            batch.clear();
            timeNs = view.segments(lane, {timeNs, span.endNs}, kBatch, batch);
            for (const auto &segment : batch) {
                if (segment.state == TaskState::Absent)
                    continue;
                if (table.rows.size() == SliceTable::kMostRows) {
                    table.isCut = true;
                    return table;
                }
                SliceTable::Row row{.lane = index, .tid = 0, .cpu = -1, .segment = segment};
                const auto task = isCore ? segment.key : lane.index;
                const bool isRunning = segment.state == TaskState::Running;
                if ((!isCore || isRunning) && task < view.tasks().size())
                    row.tid = view.tasks()[task].tid;
                if (!isCore && isRunning)
                    row.cpu = static_cast<int>(segment.key);
                table.rows.push_back(row);
            }
        }
    }
    return table;
}

SliceTableModel::SliceTableModel(SliceTable table, QObject *parent)
    : QAbstractTableModel(parent)
    , m_table(std::move(table))
{ }

int SliceTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_table.rows.size());
}

int SliceTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : kColumns;
}

QVariant SliceTableModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const auto &row = m_table.rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return textOf(row, index.column());
    case Qt::UserRole:
        return sortValueOf(row, index.column());
    case Qt::TextAlignmentRole: {
        const bool isNumber = index.column() == Tid || index.column() == Start || index.column() == Length
            || index.column() == Core;
        return QVariant::fromValue(
            Qt::Alignment((isNumber ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    }
    default:
        return {};
    }
}

QVariant SliceTableModel::textOf(const SliceTable::Row &row, int column) const
{
    const bool isRunning = row.segment.state == TaskState::Running;
    switch (column) {
    case Lane:
        return m_table.names[row.lane];
    case Tid:
        return row.tid != 0 ? QString::number(row.tid) : QString();
    case State:
        return row.segment.isSummary ? tr("sums only") : stateWords(row.segment.state);
    case Start:
        return momentWords(row.segment.span.beginNs, m_table.originNs, 9);
    case Length:
        return lengthWords(lengthOf(row, m_table.knownEndNs));
    case Core:
        return row.cpu >= 0 ? QString::number(row.cpu) : QString();
    case Ended:
        return isRunning ? row.segment.isOpen ? tr("still running") : endWords(row.segment.end) : QString();
    default:
        return {};
    }
}

QVariant SliceTableModel::sortValueOf(const SliceTable::Row &row, int column) const
{
    switch (column) {
    case Tid:
        return row.tid;
    case Start:
        return QVariant::fromValue<qulonglong>(row.segment.span.beginNs);
    case Length:
        return QVariant::fromValue<qulonglong>(lengthOf(row, m_table.knownEndNs));
    case Core:
        return row.cpu;
    case Lane:
        return row.lane;
    default:
        return textOf(row, column);
    }
}

QVariant SliceTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || section < 0)
        return {};
    if (orientation == Qt::Vertical)
        return section < rowCount() ? QVariant(section + 1) : QVariant();
    switch (section) {
    case Lane:
        return tr("lane");
    case Tid:
        return tr("tid");
    case State:
        return tr("state");
    case Start:
        return tr("start");
    case Length:
        return tr("length");
    case Core:
        return tr("core");
    case Ended:
        return tr("ended because");
    default:
        return {};
    }
}

SliceTableWindow::SliceTableWindow(SliceTable table, QWidget *parent)
    : QWidget(parent, Qt::Window)
{
    setWindowTitle(tr("Slices as a table"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    if (table.isCut) {
        auto *note = makeLabel(
            TextRole::Quiet,
            tr("The first %1 slices. Zoom in or choose fewer lanes to see all of them.")
                .arg(formatCount(table.rows.size())),
            this);
        note->setMargin(8);
        layout->addWidget(note);
    }
    auto *view = new QTableView(this);
    auto *sorted = new QSortFilterProxyModel(view);
    sorted->setSortRole(Qt::UserRole);
    sorted->setSourceModel(new SliceTableModel(std::move(table), sorted));
    view->setModel(sorted);
    view->setSelectionBehavior(QAbstractItemView::SelectRows);
    view->setSortingEnabled(true);
    view->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder); // as it came: lane by lane
    layout->addWidget(view);
    makeTableWindow(*this, *view, kLeastWidth);
}

} // namespace timeslice
