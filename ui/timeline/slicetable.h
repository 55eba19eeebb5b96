// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/selectionstats.h"
#include "ui/timeline/timelinewords.h"

#include <QAbstractTableModel>
#include <QWidget>

namespace timeslice {

/// The slices of some lanes within a span as a table: a copy, taken when it was asked for.
struct SliceTable {
    /// More would neither be read nor sorted in time.
    static constexpr std::size_t kMostRows = 100'000;

    struct Row {
        std::uint32_t lane = 0; ///< Into `names`.
        int tid = 0; ///< 0: nobody's.
        int cpu = -1; ///< Where a task ran.
        Segment segment;
    };

    std::vector<QString> names;
    std::vector<Row> rows; ///< Lane by lane, each in the order of time.
    std::uint64_t originNs = 0;
    std::uint64_t knownEndNs = 0;
    bool isCut = false; ///< There were more.
};

/// Of a core's lane only what ran; of a task's its waits, too.
[[nodiscard]] SliceTable slicesOf(
    const TimelineView &view, TimeSpan span, std::span<const std::pair<LaneId, QString>> lanes,
    std::uint64_t originNs);

/// A read-only model of such a table. Qt::UserRole is what to sort by. Thread: GUI.
class SliceTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Lane, Tid, State, Start, Length, Core, Ended, kColumns };

    explicit SliceTableModel(SliceTable table, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] QVariant textOf(const SliceTable::Row &row, int column) const;
    [[nodiscard]] QVariant sortValueOf(const SliceTable::Row &row, int column) const;

    SliceTable m_table;
};

/// The table in a window of its own, sorted by any column. Ctrl+C copies the chosen rows as tab-separated
/// text, Esc closes.
class SliceTableWindow : public QWidget {
    Q_OBJECT

public:
    SliceTableWindow(SliceTable table, QWidget *parent);
};

} // namespace timeslice
