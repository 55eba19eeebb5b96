// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/format.h"

#include <QString>
#include <QWidget>

#include <vector>

class QGridLayout;
class QLabel;

namespace timeslice {

class ThemeController;

/// One line of a table of measurements.
struct Measure {
    QString name;
    Quantity quantity;
    QString help; ///< Tooltip: what it means.
    bool isPart = false; ///< Belongs to the line above; indented.
    bool isText = false; ///< Words instead of a number: below its name, over the whole width.
};

/// Names at the left, aligned numbers, units at the right. Values can be selected; Ctrl+C copies the whole
/// table as tab-separated text.
class MeasureTable : public QWidget {
    Q_OBJECT

public:
    /// \param themes  Outlives this widget.
    MeasureTable(ThemeController *themes, const QString &accessibleName, QWidget *parent = nullptr);

    /// Labels are reused, so that live values cost little more than their text.
    void setMeasures(const std::vector<Measure> &measures);
    /// "Throughput\t49.6\titems/s" and so on, one line each.
    [[nodiscard]] QString toText() const;

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    struct Row {
        QLabel *name;
        QLabel *value;
        QLabel *unit;
        QLabel *text; ///< In the place of the two when the value is words.
    };

    Row &rowAt(std::size_t index);
    void applyFonts();
    void copy() const;

    ThemeController *m_themes;
    QGridLayout *m_grid;
    std::vector<Row> m_rows;
    std::vector<Measure> m_measures;
};

} // namespace timeslice
