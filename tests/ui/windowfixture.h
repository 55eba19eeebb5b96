// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/experimentpanel.h"
#include "ui/mainwindow.h"
#include "ui/themecontroller.h"

#include <QAction>
#include <QFile>
#include <QLabel>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace timeslice {

inline constexpr int kPatienceMs = 20'000; ///< For what takes milliseconds on a quiet machine.

/// One window with a real lab, in folders of its own.
struct WindowFixture {
    explicit WindowFixture(const QByteArray &settings = {})
    {
        if (!settings.isEmpty()) {
            QFile file(settingsPath());
            if (file.open(QIODevice::WriteOnly))
                file.write(settings);
        }
        LabOptions options;
        options.runtimeDirectory = folder.path();
        options.hasWindow = true;
        lab = std::make_unique<Lab>(options);
        state = std::make_unique<WindowState>(settingsPath());
        window = std::make_unique<MainWindow>(lab.get(), &themes, state.get());
        window->resize(1200, 800);
        window->show();
        window->activateWindow(); // keys go to the active window only
        [&] { QVERIFY(QTest::qWaitForWindowActive(window.get())); }();
    }
    ~WindowFixture()
    {
        window.reset();
        lab.reset();
    }
    WindowFixture(const WindowFixture &) = delete;
    WindowFixture &operator=(const WindowFixture &) = delete;

    [[nodiscard]] QString settingsPath() const { return folder.filePath(QStringLiteral("settings.ini")); }
    [[nodiscard]] QAction *action(const QString &text) const
    {
        for (auto *candidate : window->findChildren<QAction *>()) {
            if (QString(candidate->text()).remove(QLatin1Char('&')) == text)
                return candidate;
        }
        return nullptr;
    }
    [[nodiscard]] QString text() const
    {
        QStringList texts;
        for (const auto *label : window->findChildren<QLabel *>()) {
            if (label->isVisibleTo(window.get()))
                texts.append(label->text());
        }
        return texts.join(QLatin1Char('\n'));
    }
    [[nodiscard]] bool says(const char *words) const { return text().contains(QLatin1String(words)); }
    [[nodiscard]] ExperimentPanel *panel() const { return window->findChild<ExperimentPanel *>(); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) const
    {
        QTest::keyClick(window.get(), key, modifiers);
    }

    QTemporaryDir folder;
    ThemeController themes;
    std::unique_ptr<Lab> lab;
    std::unique_ptr<WindowState> state;
    std::unique_ptr<MainWindow> window;
};

inline const QString kRun = QStringLiteral("Run");
inline const QString kStop = QStringLiteral("Stop");
inline const QString kPause = QStringLiteral("Pause display");
inline const QString kSaveJson = QStringLiteral("Save run as JSON…");

inline Experiment
sleepFor(double milliseconds, std::uint64_t items, const char *model = "qthread", unsigned workers = 2)
{
    Experiment experiment;
    experiment.workload = "sleep";
    experiment.model = model;
    experiment.workers = workers;
    experiment.items = items;
    experiment.params.set("sleep_ms", milliseconds);
    return validated(experiment).value_or(Experiment());
}

inline RecordingPtr shownIn(const QSignalSpy &shown)
{
    return shown.isEmpty() ? nullptr : shown.last().at(0).value<RecordingPtr>();
}

/// A run that is short but has a few samples, from F5 until it is shown.
inline void runSomething(const WindowFixture &f)
{
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(1, 20));
    f.press(Qt::Key_F5);
    QVERIFY(shown.wait(kPatienceMs));
}

} // namespace timeslice
