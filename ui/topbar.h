// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/scenarios.h"

#include <QFrame>

#include <vector>

class QComboBox;
class QMenuBar;
class QToolButton;

namespace timeslice {

class ThemeController;
struct WindowActions;

/// The bar at the top: Run, Stop, Pause with their keys, the scenario, and the menus.
class TopBar : public QFrame {
    Q_OBJECT

public:
    /// \param themes, scenarios  Outlive this widget.
    TopBar(
        ThemeController *themes, const WindowActions &actions, const std::vector<Scenario> &scenarios,
        QWidget *parent = nullptr);

    [[nodiscard]] QMenuBar *menuBar() const { return m_menuBar; }
    /// \param index  Of the scenario that the experiment is; -1: none of them.
    void setScenario(int index);
    /// The pause button says what it will do.
    void setPaused(bool paused);

Q_SIGNALS:
    /// The user chose one.
    void scenarioChosen(int index);

private:
    QToolButton *addButton(QAction *action, const QString &text);
    void applyTheme();
    void label(QToolButton *button, const QString &text) const;

    ThemeController *m_themes;
    const std::vector<Scenario> &m_scenarios;
    QToolButton *m_run = nullptr;
    QToolButton *m_stop = nullptr;
    QToolButton *m_pause = nullptr;
    QComboBox *m_scenario = nullptr;
    QMenuBar *m_menuBar = nullptr;
};

} // namespace timeslice
