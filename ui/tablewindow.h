// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QTableView;
class QWidget;

namespace timeslice {

/// What is selected as tab-separated text, below the names of its columns: the rows in which anything is
/// selected, from the leftmost to the rightmost column. Empty without a selection.
[[nodiscard]] QString selectedText(const QTableView &view);

/// Makes a window of a view and its model, which are there: alternating rows, columns as wide as they need,
/// Ctrl+C copies the selection, Esc closes and deletes the window. \param leastWidth  Of the window.
/// Thread: the main one.
void makeTableWindow(QWidget &window, QTableView &view, int leastWidth);

} // namespace timeslice
