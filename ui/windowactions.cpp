// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/windowactions.h"

#include <QAction>
#include <QActionGroup>
#include <QCoreApplication>
#include <QKeySequence>
#include <QMenu>
#include <QMenuBar>
#include <QWidget>

namespace timeslice {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("WindowActions", text);
}

QAction *make(QWidget *window, const QString &text, const QList<QKeySequence> &keys, const QString &tip)
{
    auto *action = new QAction(text, window);
    action->setShortcuts(keys);
    action->setStatusTip(tip);
    action->setToolTip(tip);
    window->addAction(action);
    return action;
}

QAction *
makeCheckable(QWidget *window, const QString &text, const QList<QKeySequence> &keys, const QString &tip)
{
    QAction *action = make(window, text, keys, tip);
    action->setCheckable(true);
    return action;
}

QKeySequence key(const char *portable)
{
    return QKeySequence(QLatin1String(portable), QKeySequence::PortableText);
}

} // namespace

QList<QAction *> WindowActions::all() const
{
    QList<QAction *> actions{open,    save,         quit,         run,        runBaseline,
                             stop,    pause,        saveWindow,   saveChart,  saveJson,
                             saveCsv, saveTimeline, savePerfetto, saveSlices, copyChart};
    actions.append(appearance->actions());
    actions.append({larger, smaller, normalSize, perWorker, showRange, showTable, fullScreen, help, about});
    return actions;
}

WindowActions makeWindowActions(QWidget *window)
{
    WindowActions a;
    // Spelt out, not QKeySequence::StandardKey: that holds other keys on other desktops, and some of them
    // twice.
    a.open = make(
        window, tr("&Open experiment…"), {key("Ctrl+O")},
        tr("Open an experiment from a file, or the experiment of a saved run"));
    a.save = make(window, tr("&Save experiment as…"), {key("Ctrl+S")}, tr("Save the experiment to a file"));
    a.quit = make(window, tr("&Quit"), {key("Ctrl+Q")}, tr("Stop what runs and close the window"));

    a.run = make(window, tr("&Run"), {key("F5")}, tr("Run the experiment"));
    a.runBaseline = make(
        window, tr("Run the &baseline"), {key("Shift+F5")},
        tr("Run the same work with one worker, one item after another"));
    a.stop = make(window, tr("&Stop"), {key("Esc")}, tr("End the run; what was measured so far is kept"));
    a.pause = makeCheckable(
        window, tr("&Pause display"), {key("Space")},
        tr("Freeze what is shown; the run and its measurement go on"));

    a.saveWindow =
        make(window, tr("Save &window as PNG…"), {key("Ctrl+Shift+W")}, tr("Save a picture of this window"));
    a.saveChart =
        make(window, tr("Save &chart as PNG…"), {key("Ctrl+Shift+P")}, tr("Save a picture of one chart"));
    a.saveJson = make(
        window, tr("Save run as &JSON…"), {key("Ctrl+Shift+J")},
        tr("Save the results of the last run as \"timeslice run --json\" prints them"));
    a.saveCsv = make(
        window, tr("Save run as C&SV…"), {key("Ctrl+Shift+S")},
        tr("Save the last run's values over time as a table for a spreadsheet"));
    a.saveTimeline = make(
        window, tr("Save &timeline as picture…"), {key("Ctrl+Shift+T")},
        tr("Save the timeline as it stands, as PNG or SVG"));
    a.savePerfetto = make(
        window, tr("Save trace for Per&fetto…"), {key("Ctrl+Shift+F")},
        tr("Save every slice of the last run for ui.perfetto.dev"));
    a.saveSlices = make(
        window, tr("Save s&lices as CSV…"), {key("Ctrl+Shift+L")},
        tr("Save every slice of the last run as a table"));
    a.copyChart = make(
        window, tr("Cop&y chart"), {key("Ctrl+Shift+C")},
        tr("Copy a picture of the chart that was used last to the clipboard"));

    a.appearance = new QActionGroup(window);
    const QString names[] = {tr("Like the &system"), tr("&Light"), tr("&Dark")};
    const QString tips[] = {
        tr("Light or dark, as the desktop is"), tr("Dark text on light ground"),
        tr("Light text on dark ground")};
    for (int i = 0; i < 3; ++i) {
        QAction *choice = makeCheckable(window, names[i], {}, tips[i]);
        choice->setData(i);
        a.appearance->addAction(choice);
    }
    a.larger = make(window, tr("Lar&ger text"), {key("Ctrl++"), key("Ctrl+=")}, tr("Make everything larger"));
    a.smaller = make(window, tr("S&maller text"), {key("Ctrl+-")}, tr("Make everything smaller"));
    a.normalSize = make(window, tr("&Normal text"), {key("Ctrl+0")}, tr("The size of the system's text"));
    a.perWorker = makeCheckable(
        window, tr("Throughput per &worker"), {key("Ctrl+W")},
        tr("Show each worker's throughput instead of the sum"));
    a.showRange = makeCheckable(
        window, tr("Charts show the &range"), {key("Ctrl+R")},
        tr("Charts show the range that is measured or looked at on the timeline, instead of all of the run"));
    a.showTable = make(
        window, tr("Chart as &table"), {key("Ctrl+T")},
        tr("Show the values of the chart that was used last as a table"));
    a.fullScreen = makeCheckable(window, tr("&Full screen"), {key("F11")}, tr("Use the whole screen"));

    a.help = make(
        window, tr("&Keys and words"), {key("F1")}, tr("Every key, and what the words of this window mean"));
    a.about = make(window, tr("&About Timeslice"), {}, tr("Version and licence"));
    return a;
}

void fillMenuBar(QMenuBar *bar, const WindowActions &a, const QList<QAction *> &scenarios)
{
    QMenu *file = bar->addMenu(tr("&File"));
    file->addActions({a.open, a.save});
    QMenu *scenarioMenu = file->addMenu(tr("S&cenario"));
    scenarioMenu->addActions(scenarios);
    file->addSeparator();
    file->addAction(a.quit);

    QMenu *run = bar->addMenu(tr("&Run"));
    run->addActions({a.run, a.runBaseline, a.stop});
    run->addSeparator();
    run->addAction(a.pause);

    QMenu *save = bar->addMenu(tr("E&xport"));
    save->addActions({a.saveWindow, a.saveChart, a.copyChart});
    save->addSeparator();
    save->addActions({a.saveTimeline, a.savePerfetto, a.saveSlices});
    save->addSeparator();
    save->addActions({a.saveJson, a.saveCsv});

    QMenu *view = bar->addMenu(tr("&View"));
    view->addActions(a.appearance->actions());
    view->addSeparator();
    view->addActions({a.larger, a.smaller, a.normalSize});
    view->addSeparator();
    view->addActions({a.perWorker, a.showRange, a.showTable});
    view->addSeparator();
    view->addAction(a.fullScreen);

    QMenu *help = bar->addMenu(tr("&Help"));
    help->addActions({a.help, a.about});
    for (QMenu *menu : {file, scenarioMenu, run, save, view, help})
        menu->setToolTipsVisible(true);
}

} // namespace timeslice
