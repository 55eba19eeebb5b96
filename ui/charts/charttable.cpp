// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/charttable.h"

#include "ui/tablewindow.h"

#include <QCoreApplication>
#include <QLocale>
#include <QTableView>
#include <QVBoxLayout>

namespace timeslice {

namespace {

constexpr int kLeastWidth = 360;

} // namespace

ChartTable tableOf(const ChartSpec &spec, const TimeWindow &window)
{
    ChartTable table;
    table.title = spec.title;
    table.scale = spec.scale;
    table.columns.append(QCoreApplication::translate("timeslice", "time (s)"));
    const auto [first, last] = rowsInside(window);
    for (auto row = first; row < last; ++row)
        table.seconds.push_back(window.columns->times()[row] - window.origin);
    for (const auto &track : spec.tracks) {
        const QString &unit = track.unit.isEmpty() ? spec.unit : track.unit;
        table.columns.append(unit.isEmpty() ? track.name : QStringLiteral("%1 (%2)").arg(track.name, unit));
        const auto values = track.values.subspan(first, last - first);
        table.values.emplace_back(values.begin(), values.end());
    }
    return table;
}

ChartTableModel::ChartTableModel(ChartTable table, QObject *parent)
    : QAbstractTableModel(parent)
    , m_table(std::move(table))
{ }

int ChartTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_table.seconds.size());
}

int ChartTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_table.columns.size());
}

QVariant ChartTableModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    if (role != Qt::DisplayRole)
        return {};
    const auto row = static_cast<std::size_t>(index.row());
    if (index.column() == 0)
        return QLocale().toString(m_table.seconds[row], 'f', 2);
    const double value =
        static_cast<double>(m_table.values[static_cast<std::size_t>(index.column() - 1)][row]);
    switch (m_table.scale) {
    case ChartSpec::Scale::Shares:
        return formatPercent(value).value;
    case ChartSpec::Scale::Durations:
        return formatNumber(value * 1e3, 4);
    case ChartSpec::Scale::Counts:
        return formatNumber(value, 1);
    case ChartSpec::Scale::Amounts:
        break;
    }
    return formatNumber(value, 4);
}

QVariant ChartTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || section < 0)
        return {};
    if (orientation == Qt::Horizontal && section < m_table.columns.size())
        return m_table.columns[section];
    if (orientation == Qt::Vertical && section < rowCount())
        return section + 1;
    return {};
}

ChartTableWindow::ChartTableWindow(ChartTable table, QWidget *parent)
    : QWidget(parent, Qt::Window)
{
    setWindowTitle(tr("%1 as a table").arg(table.title));
    auto *view = new QTableView(this);
    view->setModel(new ChartTableModel(std::move(table), view));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view);
    makeTableWindow(*this, *view, kLeastWidth);
}

} // namespace timeslice
