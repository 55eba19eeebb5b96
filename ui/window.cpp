// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window.h"

#include "ui/mainwindow.h"
#include "ui/pictures.h"
#include "ui/themecontroller.h"
#include "ui/windowstate.h"

#include <QApplication>
#include <QTextStream>
#include <QTimer>

#include <cstdio>

namespace timeslice {

namespace {

constexpr int kRunFailed = 1;
constexpr int kUsage = 2;
constexpr int kNotWritable = 4;
/// Long enough for some samples to be drawn, or for what a run's end changed to be laid out.
constexpr auto kLiveAfter = std::chrono::milliseconds(1500);
constexpr auto kQuietStart = std::chrono::milliseconds(100);
constexpr auto kLaidOutAfter = std::chrono::milliseconds(300);
constexpr double kScreenshotScale = 1;

void complain(const Error &error)
{
    QTextStream(stderr) << "timeslice: " << QString::fromStdString(describe(error)) << Qt::endl;
}

/// How smoothly the window ran, for scripts and benchmarks that cannot see the status strip.
void reportGaps(const std::optional<GapSummary> &gaps)
{
    QTextStream out(stderr);
    if (!gaps) {
        out << "window gap: not measured" << Qt::endl;
        return;
    }
    const auto milliseconds = [](Nanoseconds gap) { return QString::number(toSeconds(gap) * 1e3, 'f', 1); };
    out << "window gap: p50 " << milliseconds(gaps->p50) << " ms, p99 " << milliseconds(gaps->p99)
        << " ms, max " << milliseconds(gaps->max) << " ms" << Qt::endl;
}

} // namespace

int runWindow(QApplication &application, const WindowOptions &options)
{
    const bool isScripted = options.runAtOnce || !options.screenshotPath.isEmpty();
    ThemeController themes;
    WindowState state;
    auto labOptions = options.lab;
    labOptions.hasWindow = true;
    Lab lab(labOptions);
    MainWindow window(&lab, &themes, &state);
    window.setTraceMode(options.trace);

    if (!options.file.isEmpty()) {
        if (const auto opened = window.openFile(options.file); !opened) {
            if (isScripted) {
                complain(opened.error());
                return kUsage;
            }
            window.showProblem(opened.error());
        }
    }
    window.show();
    // Once the window stands; and not during a run at once, which may be on the thread that would start them.
    // A run that needs one looks for itself.
    if (options.runAtOnce)
        QObject::connect(&window, &MainWindow::runShown, &lab, &Lab::findInterpreters);
    else
        QTimer::singleShot(kQuietStart, &lab, &Lab::findInterpreters);

    int exitCode = 0;
    const auto saveAndQuit = [&] {
        if (const auto saved =
                savePng(pictureOf(window, kScreenshotScale), options.screenshotPath, kScreenshotScale);
            !saved) {
            complain(saved.error());
            exitCode = kNotWritable;
        }
        application.quit();
    };
    if (options.runAtOnce) {
        QObject::connect(&window, &MainWindow::runShown, &window, [&](const RecordingPtr &recording) {
            exitCode = recording->outcome == Outcome::Failed ? kRunFailed : 0;
            if (options.screenshotPath.isEmpty())
                return;
            reportGaps(window.gaps());
            QTimer::singleShot(kLaidOutAfter, &window, saveAndQuit);
        });
        QTimer::singleShot(0, &window, [&] {
            if (window.run())
                return;
            exitCode = kUsage;
            if (!options.screenshotPath.isEmpty())
                QTimer::singleShot(kLaidOutAfter, &window, saveAndQuit);
        });
    } else if (!options.screenshotPath.isEmpty()) {
        QTimer::singleShot(kLiveAfter, &window, saveAndQuit);
    }
    if (options.screenshotPath.isEmpty())
        QObject::connect(&application, &QCoreApplication::aboutToQuit, &window, &MainWindow::saveState);
    const int ended = application.exec();
    return ended != 0 ? ended : exitCode;
}

} // namespace timeslice
