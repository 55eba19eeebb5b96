// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/plotlayout.h"

#include <QAbstractTableModel>
#include <QWidget>

namespace timeslice {

/// The numbers of one chart as a table: a copy, taken when it was asked for.
struct ChartTable {
    QString title;
    QStringList columns; ///< With units; the first is the time.
    std::vector<double> seconds; ///< One per row, relative to the origin.
    std::vector<Column> values; ///< One per column after the first, each with one value per row.
    ChartSpec::Scale scale = ChartSpec::Scale::Amounts;
};

/// The rows of a spec that lie inside the window.
[[nodiscard]] ChartTable tableOf(const ChartSpec &spec, const TimeWindow &window);

/// A read-only model of such a table. Holes read "not measured".
/// Thread: GUI.
class ChartTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    explicit ChartTableModel(ChartTable table, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    ChartTable m_table;
};

/// The table in a window of its own. Ctrl+C copies the selected cells as tab-separated text, Esc closes.
class ChartTableWindow : public QWidget {
    Q_OBJECT

public:
    ChartTableWindow(ChartTable table, QWidget *parent);
};

} // namespace timeslice
