// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/tablewindow.h"

#include <QAction>
#include <QClipboard>
#include <QCoreApplication>
#include <QGuiApplication>
#include <QHeaderView>
#include <QMimeData>
#include <QTableView>

#include <algorithm>
#include <set>

namespace timeslice {

namespace {

constexpr int kHeight = 480;
constexpr int kMostWidth = 1000;
constexpr int kFrame = 48; ///< Scroll bar and edges.

void addCopyAction(QTableView &view)
{
    auto *copy = new QAction(QCoreApplication::translate("timeslice", "Copy"), &view);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    QObject::connect(copy, &QAction::triggered, &view, [&view] {
        const QString text = selectedText(view);
        if (text.isEmpty())
            return;
        auto *copied = new QMimeData; // the clipboard becomes its owner
        copied->setText(text);
        copied->setData(QStringLiteral("text/tab-separated-values"), text.toUtf8());
        QGuiApplication::clipboard()->setMimeData(copied);
    });
    view.addAction(copy);
    view.setContextMenuPolicy(Qt::ActionsContextMenu);
}

} // namespace

QString selectedText(const QTableView &view)
{
    const auto &model = *view.model();
    std::set<int> rows;
    int left = model.columnCount();
    int right = -1;
    for (const auto &range : view.selectionModel()->selection()) {
        for (int row = range.top(); row <= range.bottom(); ++row)
            rows.insert(row);
        left = std::min(left, range.left());
        right = std::max(right, range.right());
    }
    if (rows.empty())
        return {};
    QString text;
    const auto addLine = [&](auto cellAt) {
        for (int column = left; column <= right; ++column) {
            text += cellAt(column).toString();
            text += column < right ? QLatin1Char('\t') : QLatin1Char('\n');
        }
    };
    addLine([&](int column) { return model.headerData(column, Qt::Horizontal, Qt::DisplayRole); });
    for (const int row : rows)
        addLine([&](int column) { return model.index(row, column).data(); });
    return text;
}

void makeTableWindow(QWidget &window, QTableView &view, int leastWidth)
{
    window.setAttribute(Qt::WA_DeleteOnClose);
    view.setAccessibleName(window.windowTitle());
    view.setAlternatingRowColors(true);
    view.verticalHeader()->hide();
    // Widths from the headers and the first rows: asking all cells of a long table would take seconds.
    view.horizontalHeader()->setResizeContentsPrecision(50);
    view.resizeColumnsToContents();
    window.resize(std::clamp(view.horizontalHeader()->length() + kFrame, leastWidth, kMostWidth), kHeight);
    addCopyAction(view);
    auto *close = new QAction(&window);
    close->setShortcut(QKeySequence::Cancel);
    QObject::connect(close, &QAction::triggered, &window, &QWidget::close);
    window.addAction(close);
}

} // namespace timeslice
