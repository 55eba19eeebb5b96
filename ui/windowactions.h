// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

class QAction;
class QActionGroup;
class QMenuBar;
class QWidget;

namespace timeslice {

/// Everything that can be done in the window, each with its text, shortcut and status tip. All of them are in
/// a menu and work from the keyboard. Owned by the window.
struct WindowActions {
    QAction *open = nullptr;
    QAction *save = nullptr;
    QAction *quit = nullptr;

    QAction *run = nullptr;
    QAction *runBaseline = nullptr;
    QAction *stop = nullptr;
    QAction *pause = nullptr; ///< Checkable.

    QAction *saveWindow = nullptr;
    QAction *saveChart = nullptr;
    QAction *saveJson = nullptr;
    QAction *saveCsv = nullptr;
    QAction *saveTimeline = nullptr;
    QAction *savePerfetto = nullptr;
    QAction *saveSlices = nullptr;
    QAction *copyChart = nullptr;

    QActionGroup *appearance = nullptr; ///< System, light, dark, in this order; data is the index.
    QAction *larger = nullptr;
    QAction *smaller = nullptr;
    QAction *normalSize = nullptr;
    QAction *perWorker = nullptr; ///< Checkable.
    QAction *showRange = nullptr; ///< Checkable: charts show the range that is looked at on the timeline.
    QAction *showTable = nullptr;
    QAction *fullScreen = nullptr; ///< Checkable.

    QAction *help = nullptr;
    QAction *about = nullptr;

    /// All of them, in the order of the menus.
    [[nodiscard]] QList<QAction *> all() const;
};

/// Makes the actions as children of the window and adds them to it, so that their shortcuts work anywhere in
/// it.
[[nodiscard]] WindowActions makeWindowActions(QWidget *window);

/// Puts all actions into menus.
/// \param scenarios  One action per scenario, for a submenu.
void fillMenuBar(QMenuBar *bar, const WindowActions &actions, const QList<QAction *> &scenarios);

} // namespace timeslice
