// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

class QLabel;

namespace timeslice {

class ThemeController;

/// The one big number of the verdict, with its unit and what it is beside it.
class Headline : public QWidget {
    Q_OBJECT

public:
    /// \param themes  Outlives this widget.
    explicit Headline(ThemeController *themes, QWidget *parent = nullptr);

    void show(const QString &number, const QString &unit, const QString &caption);

private:
    void applyTheme();

    ThemeController *m_themes;
    QLabel *m_number;
    QLabel *m_unit;
    QLabel *m_caption;
};

} // namespace timeslice
