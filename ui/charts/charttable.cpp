// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/charttable.h"

#include <QAction>
#include <QClipboard>
#include <QCoreApplication>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLocale>
#include <QMimeData>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

// The selection as text; a rectangle around it when it has corners missing.
QString selectedText(const QTableView &view)
{
    const auto selected = view.selectionModel()->selectedIndexes();
    if (selected.isEmpty())
        return {};
    const auto [top, bottom] =
        std::minmax_element(selected.begin(), selected.end(), [](const QModelIndex &a, const QModelIndex &b) {
            return a.row() < b.row();
        });
    const auto [left, right] =
        std::minmax_element(selected.begin(), selected.end(), [](const QModelIndex &a, const QModelIndex &b) {
            return a.column() < b.column();
        });
    QStringList lines;
    QStringList cells;
    const auto endLine = [&] {
        lines.append(cells.join(QLatin1Char('\t')));
        cells.clear();
    };
    for (int column = left->column(); column <= right->column(); ++column)
        cells.append(view.model()->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
    endLine();
    for (int row = top->row(); row <= bottom->row(); ++row) {
        for (int column = left->column(); column <= right->column(); ++column)
            cells.append(view.model()->index(row, column).data().toString());
        endLine();
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

} // namespace

ChartTable tableOf(const ChartSpec &spec, const TimeWindow &window)
{
    ChartTable table;
    table.title = spec.title;
    table.isShare = spec.isShare;
    table.columns.append(QCoreApplication::translate("timeslice", "time (s)"));
    const auto [first, last] = rowsInside(window);
    for (auto row = first; row < last; ++row)
        table.seconds.push_back(window.columns->times()[row] - window.origin);
    for (const auto &track : spec.tracks) {
        table.columns.append(QStringLiteral("%1 (%2)").arg(track.name, spec.unit));
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
    return m_table.isShare ? formatPercent(value).value : formatNumber(value, 4);
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
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("%1 as a table").arg(table.title));
    auto *view = new QTableView(this);
    view->setAccessibleName(windowTitle());
    view->setAlternatingRowColors(true);
    view->setModel(new ChartTableModel(std::move(table), view));
    view->verticalHeader()->hide();
    view->horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
    // Widths from the headers and the first rows: asking all cells of a long run would take seconds.
    view->horizontalHeader()->setResizeContentsPrecision(50);
    view->resizeColumnsToContents();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view);
    resize(std::clamp(view->horizontalHeader()->length() + 48, 360, 1000), 480);

    auto *copy = new QAction(tr("Copy"), view);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy, &QAction::triggered, view, [view] {
        const QString text = selectedText(*view);
        if (text.isEmpty())
            return;
        auto *copied = new QMimeData; // The clipboard owns it.
        copied->setText(text);
        copied->setData(QStringLiteral("text/tab-separated-values"), text.toUtf8());
        QGuiApplication::clipboard()->setMimeData(copied);
    });
    view->addAction(copy);
    view->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto *close = new QAction(this);
    close->setShortcut(QKeySequence::Cancel);
    connect(close, &QAction::triggered, this, &QWidget::close);
    addAction(close);
}

} // namespace timeslice
