// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"
#include "ui/charts/chartstack.h"
#include "ui/experimentpanel.h"
#include "ui/exportdialog.h"
#include "ui/exporter.h"
#include "ui/mainwindow.h"
#include "ui/numberfield.h"
#include "ui/pictures.h"
#include "ui/themecontroller.h"

#include <QAccessible>
#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTextEdit>
#include <QToolButton>

using namespace timeslice;

namespace {

constexpr int kPatienceMs = 20'000; ///< For what takes milliseconds on a quiet machine.

/// One window with a real lab, in folders of its own.
struct Fixture {
    explicit Fixture(const QByteArray &settings = {})
    {
        if (!settings.isEmpty()) {
            QFile file(settingsPath());
            if (file.open(QIODevice::WriteOnly))
                file.write(settings);
        }
        LabOptions options;
        options.runtimeDirectory = folder.path();
        lab = std::make_unique<Lab>(options);
        state = std::make_unique<WindowState>(settingsPath());
        window = std::make_unique<MainWindow>(lab.get(), &themes, state.get());
        window->resize(1200, 800);
        window->show();
        window->activateWindow(); // keys go to the active window only
        [&] { QVERIFY(QTest::qWaitForWindowActive(window.get())); }();
    }
    ~Fixture()
    {
        window.reset();
        lab.reset();
    }
    Fixture(const Fixture &) = delete;
    Fixture &operator=(const Fixture &) = delete;

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

const QString kRun = QStringLiteral("Run");
const QString kStop = QStringLiteral("Stop");
const QString kPause = QStringLiteral("Pause display");
const QString kSaveJson = QStringLiteral("Save run as JSON…");

Experiment
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

RecordingPtr recordingOf(const QSignalSpy &shown)
{
    return shown.isEmpty() ? nullptr : shown.last().at(0).value<RecordingPtr>();
}

/// A run that is short but has a few samples, from F5 until it is shown.
void runSomething(const Fixture &f)
{
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(1, 20));
    f.press(Qt::Key_F5);
    QVERIFY(shown.wait(kPatienceMs));
}

} // namespace

class TestMainWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void opensOnTheFirstScenarioAndSaysWhatF5Does();
    void f5RunsAndTheVerdictFollows();
    void escapeStops();
    void stopAndStartAgainManyTimes();
    void runIsRefusedWithAReasonWhileAFieldIsWrong();
    void baselineThenRunComparesThem();
    void pauseFreezesTheDisplayAndNotTheRun();
    void spaceStillPressesTheButtonThatHasTheFocus();
    void paintedPictureAppearsForMandelbrotOnly();
    void choosingAScenarioSetsTheExperiment();
    void unusableFileIsShownAndNothingElseChanges();

    void closingWhileARunIsUnderWayDoesNotBlock();
    void stateIsRememberedAcrossWindows();
    void brokenSettingsDoNotPreventTheStart_data();
    void brokenSettingsDoNotPreventTheStart();

    void everyActionIsInAMenuAndKeysAreUnique();
    void everyVisibleWidgetHasAnAccessibleName();
    void everythingIsReachedWithTheTabKey();
    void targetsAreLargeEnough();
    void runsAreExportedOnlyOnceThereIsOne();
    void picturesHaveTheSizeThatWasAskedFor();
    void unwritablePicturesAreReported();
    void exportDialogLimitsTheSize();
    void chartIsCopiedAsAPicture();
    void helpNamesEveryKey();
};

void TestMainWindow::opensOnTheFirstScenarioAndSaysWhatF5Does()
{
    const Fixture f;
    QVERIFY(f.says("Press F5 to run it."));
    QVERIFY(*f.panel()->experiment() == scenarios().front().experiment);
    QVERIFY(f.action(kRun)->isEnabled());
    QVERIFY(!f.action(kStop)->isEnabled());
    QVERIFY(f.says("Ready"));
    QVERIFY(f.window->windowTitle().contains(QLatin1String("Timeslice")));
}

void TestMainWindow::f5RunsAndTheVerdictFollows()
{
    const Fixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(2, 100));
    f.press(Qt::Key_F5);
    QVERIFY(f.lab->state() != LabState::Idle);
    QVERIFY(!f.action(kRun)->isEnabled());
    QVERIFY(f.action(kStop)->isEnabled());
    QVERIFY(shown.wait(kPatienceMs));
    QCOMPARE(recordingOf(shown)->outcome, Outcome::Completed);
    QCOMPARE(recordingOf(shown)->items, std::uint64_t{100});
    QVERIFY(f.says("Finished after"));
    QVERIFY(f.says("Throughput"));
    QVERIFY(f.action(kRun)->isEnabled());
}

void TestMainWindow::escapeStops()
{
    const Fixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(50, 1'000'000));
    f.press(Qt::Key_F5);
    QTRY_COMPARE_WITH_TIMEOUT(f.lab->state(), LabState::Running, kPatienceMs);
    f.press(Qt::Key_Escape);
    QVERIFY(shown.wait(kPatienceMs));
    QCOMPARE(recordingOf(shown)->outcome, Outcome::Stopped);
    QVERIFY(f.says("You stopped the run"));
}

void TestMainWindow::stopAndStartAgainManyTimes()
{
    const Fixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(20, 1'000'000));
    for (int i = 0; i < 20; ++i) {
        f.press(Qt::Key_F5);
        f.press(Qt::Key_F5); // a second time is nothing
        f.press(Qt::Key_Escape); // before the run is ready
        f.press(Qt::Key_Escape);
        QTRY_COMPARE_WITH_TIMEOUT(shown.count(), i + 1, kPatienceMs);
    }
    QCOMPARE(f.lab->state(), LabState::Idle);
}

void TestMainWindow::runIsRefusedWithAReasonWhileAFieldIsWrong()
{
    const Fixture f;
    f.window->setExperiment(sleepFor(2, 10));
    NumberField *workers = nullptr;
    for (auto *field : f.window->findChildren<NumberField *>()) {
        if (field->accessibleName() == QLatin1String("Workers"))
            workers = field;
    }
    QVERIFY(workers);
    workers->selectAll();
    QTest::keyClicks(workers, QStringLiteral("0"));
    QVERIFY(!f.action(kRun)->isEnabled());
    QVERIFY2(f.says("Workers: "), qPrintable(f.text()));
    QVERIFY(f.action(kRun)->toolTip().contains(QLatin1String("4096")));
    QVERIFY(!f.window->run());
    f.press(Qt::Key_F5);
    QCOMPARE(f.lab->state(), LabState::Idle);
    QTest::keyClicks(workers, QStringLiteral("3")); // 03
    QVERIFY(f.action(kRun)->isEnabled());
}

void TestMainWindow::baselineThenRunComparesThem()
{
    const Fixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(5, 60, "qthread", 4));
    f.press(Qt::Key_F5, Qt::ShiftModifier);
    QVERIFY(shown.wait(kPatienceMs));
    const RecordingPtr baseline = recordingOf(shown);
    QCOMPARE(baseline->experiment.model, std::string("sequential"));
    QCOMPARE(baseline->experiment.workers, 1U);
    QVERIFY(f.says("This is the baseline"));
    f.press(Qt::Key_F5);
    QVERIFY(shown.wait(kPatienceMs));
    QCOMPARE(recordingOf(shown)->experiment.workers, 4U);
    QCOMPARE(recordingOf(shown)->checksum, baseline->checksum);
    QVERIFY2(f.says("Against the baseline"), qPrintable(f.text()));
    QVERIFY2(!f.says("run the baseline"), qPrintable(f.text()));
}

void TestMainWindow::pauseFreezesTheDisplayAndNotTheRun()
{
    const Fixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    QSignalSpy finished(f.lab.get(), &Lab::runFinished);
    f.window->setExperiment(sleepFor(10, 60));
    f.press(Qt::Key_F5);
    f.press(Qt::Key_Space);
    QVERIFY(f.action(kPause)->isChecked());
    QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatienceMs);
    QCOMPARE(shown.count(), 0);
    QVERIFY(f.says("display paused"));
    f.press(Qt::Key_Space);
    QCOMPARE(shown.count(), 1);
    QVERIFY(f.says("Throughput"));
    // The next run begins unpaused.
    f.press(Qt::Key_Space);
    f.press(Qt::Key_F5);
    QVERIFY(!f.action(kPause)->isChecked());
    f.press(Qt::Key_Escape);
    QTRY_COMPARE_WITH_TIMEOUT(shown.count(), 2, kPatienceMs);
}

void TestMainWindow::spaceStillPressesTheButtonThatHasTheFocus()
{
    const Fixture f;
    auto *box = f.window->findChild<QCheckBox *>();
    QVERIFY(box);
    for (auto *button : f.window->findChildren<QToolButton *>()) {
        if (button->text() == QLatin1String("Advanced"))
            button->click();
    }
    QTRY_VERIFY(box->isVisible());
    box->setFocus();
    QTRY_VERIFY(box->hasFocus());
    const bool before = box->isChecked();
    QTest::keyClick(box, Qt::Key_Space);
    QCOMPARE(box->isChecked(), !before);
    QVERIFY(!f.action(kPause)->isChecked());
}

void TestMainWindow::paintedPictureAppearsForMandelbrotOnly()
{
    const Fixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    Experiment experiment;
    experiment.workload = "mandelbrot";
    experiment.model = "pool";
    experiment.workers = 2;
    experiment.items = 12;
    for (const auto &[id, value] : {std::pair{"width", 64}, std::pair{"height", 48}, std::pair{"tile", 16}})
        experiment.params.set(id, std::int64_t{value});
    f.window->setExperiment(*validated(experiment));
    f.press(Qt::Key_F5);
    QVERIFY(shown.wait(kPatienceMs));
    QWidget *picture = nullptr;
    for (auto *widget : f.window->findChildren<QWidget *>()) {
        if (widget->accessibleName() == QLatin1String("Picture"))
            picture = widget;
    }
    QVERIFY(picture && picture->isVisible());
    f.window->setExperiment(sleepFor(1, 10));
    f.press(Qt::Key_F5);
    QVERIFY(shown.wait(kPatienceMs));
    QVERIFY(!picture->isVisible());
}

void TestMainWindow::choosingAScenarioSetsTheExperiment()
{
    const Fixture f;
    for (const Scenario &scenario : scenarios()) {
        QAction *action = f.action(scenario.title);
        QVERIFY2(action, qPrintable(scenario.title));
        action->trigger();
        QVERIFY(f.panel()->experiment());
        QVERIFY2(*f.panel()->experiment() == scenario.experiment, qPrintable(scenario.id));
        QVERIFY(f.text().contains(scenario.description));
    }
}

void TestMainWindow::unusableFileIsShownAndNothingElseChanges()
{
    const Fixture f;
    const Experiment before = *f.panel()->experiment();
    const auto opened = f.window->openFile(f.folder.filePath(QStringLiteral("none.json")));
    QVERIFY(!opened);
    f.window->showProblem(opened.error());
    QVERIFY2(f.says("no such file"), qPrintable(f.text()));
    QVERIFY(*f.panel()->experiment() == before);
    QVERIFY(f.action(kRun)->isEnabled());
}

void TestMainWindow::closingWhileARunIsUnderWayDoesNotBlock()
{
    Fixture f;
    f.window->setExperiment(sleepFor(1000, 1'000'000, "qthread", 8));
    f.press(Qt::Key_F5);
    QTRY_COMPARE_WITH_TIMEOUT(f.lab->state(), LabState::Running, kPatienceMs);
    QVERIFY(f.window->close());
    QVERIFY(f.lab->state() != LabState::Running);
    f.window.reset();
    f.lab.reset(); // ends what is left; a hang would be the test's time-out
}

void TestMainWindow::stateIsRememberedAcrossWindows()
{
    Fixture f;
    const Experiment experiment = sleepFor(7, 77, "pool", 5);
    f.window->setExperiment(experiment);
    f.action(QStringLiteral("Dark"))->trigger();
    f.action(QStringLiteral("Larger text"))->trigger();
    const double scale = f.themes.scale();
    QVERIFY(scale > 1);
    f.window->close();
    f.window.reset();
    f.state = std::make_unique<WindowState>(f.settingsPath());
    f.themes.setScale(1);
    f.themes.setMode(ThemeController::Mode::Light);
    f.window = std::make_unique<MainWindow>(f.lab.get(), &f.themes, f.state.get());
    QVERIFY(*f.panel()->experiment() == experiment);
    QVERIFY(f.themes.theme().dark);
    QCOMPARE(f.themes.scale(), scale);
}

void TestMainWindow::brokenSettingsDoNotPreventTheStart_data()
{
    QTest::addColumn<QByteArray>("settings");
    QTest::newRow("noise") << QByteArray("\xff\x00[[[=\n\x01@ByteArray(", 18);
    QTest::newRow("wrong types") << QByteArray(
        "[window]\ngeometry=7\nsplitter=@ByteArray(x)\nscale=huge\nappearance=pink\n[lab]\nsampling_hz=-3\n"
        "experiment=nonsense\n[export]\nfolder=/nowhere/at/all\n");
    QTest::newRow("not finite") << QByteArray("[window]\nscale=nan\n[lab]\nsampling_hz=inf\n");
    QTest::newRow("out of range") << QByteArray("[window]\nscale=1e9\n[lab]\nsampling_hz=1e9\n");
}

void TestMainWindow::brokenSettingsDoNotPreventTheStart()
{
    QFETCH(QByteArray, settings);
    const Fixture f(settings);
    QVERIFY(f.window->isVisible());
    QVERIFY(f.action(kRun)->isEnabled());
    QVERIFY(f.themes.scale() >= ThemeController::kMinScale && f.themes.scale() <= ThemeController::kMaxScale);
    QVERIFY(f.state->samplingHz() >= 1 && f.state->samplingHz() <= 50);
    QVERIFY(QFileInfo(f.state->exportFolder()).isDir());
}

void TestMainWindow::everyActionIsInAMenuAndKeysAreUnique()
{
    const Fixture f;
    const auto *bar = f.window->findChild<QMenuBar *>();
    QSet<const QAction *> inMenus;
    const auto collect = [&inMenus](const QMenu *menu, const auto &self) -> void {
        for (const QAction *action : menu->actions()) {
            inMenus.insert(action);
            if (action->menu())
                self(action->menu(), self);
        }
    };
    for (const QAction *action : bar->actions()) {
        QVERIFY2(action->text().contains(QLatin1Char('&')), qPrintable(action->text()));
        collect(action->menu(), collect);
    }
    QSet<QString> keys;
    for (const QAction *action : f.window->actions()) {
        QVERIFY2(inMenus.contains(action), qPrintable(action->text()));
        QVERIFY2(action->text().contains(QLatin1Char('&')), qPrintable(action->text()));
        QVERIFY2(!action->statusTip().isEmpty(), qPrintable(action->text()));
        for (const QKeySequence &key : action->shortcuts()) {
            QVERIFY2(!keys.contains(key.toString()), qPrintable(key.toString()));
            keys.insert(key.toString());
        }
    }
    for (const char *key :
         {"F5", "Esc", "Space", "F1", "Ctrl+O", "Ctrl+S", "Ctrl+Shift+C", "Ctrl++", "Ctrl+-", "Ctrl+0"})
        QVERIFY2(keys.contains(QLatin1String(key)), key);
}

void TestMainWindow::everyVisibleWidgetHasAnAccessibleName()
{
    const Fixture f;
    runSomething(f);
    for (auto *widget : f.window->findChildren<QWidget *>()) {
        // A focus proxy is never stood on itself.
        if (!widget->isVisible() || !(widget->focusPolicy() & Qt::TabFocus) || widget->focusProxy())
            continue;
        const QAccessibleInterface *accessible = QAccessible::queryAccessibleInterface(widget);
        QVERIFY(accessible);
        QVERIFY2(
            !accessible->text(QAccessible::Name).isEmpty(),
            qPrintable(
                QLatin1String(widget->metaObject()->className()) + QLatin1String(" in ")
                + QLatin1String(widget->parent()->metaObject()->className())));
    }
}

void TestMainWindow::everythingIsReachedWithTheTabKey()
{
    const Fixture f;
    QSet<QWidget *> reached;
    constexpr int kManyTabs = 300;
    for (int i = 0; i < kManyTabs; ++i) {
        f.press(Qt::Key_Tab);
        if (QWidget *focus = f.window->focusWidget())
            reached.insert(focus);
    }
    for (auto *widget : f.window->findChildren<QWidget *>()) {
        const bool isEditor = qobject_cast<NumberField *>(widget) || qobject_cast<QComboBox *>(widget)
            || qobject_cast<QToolButton *>(widget);
        if (isEditor && widget->isVisible() && widget->isEnabled())
            QVERIFY2(reached.contains(widget), qPrintable(widget->accessibleName()));
    }
}

void TestMainWindow::targetsAreLargeEnough()
{
    const Fixture f;
    constexpr int kSmallest = 24;
    for (auto *widget : f.window->findChildren<QWidget *>()) {
        const bool isTarget = qobject_cast<QAbstractButton *>(widget) || qobject_cast<QComboBox *>(widget)
            || qobject_cast<QLineEdit *>(widget);
        if (isTarget && widget->isVisible() && widget->isEnabled()) {
            const QString what = QStringLiteral("%1 %2x%3")
                                     .arg(widget->accessibleName())
                                     .arg(widget->width())
                                     .arg(widget->height());
            QVERIFY2(widget->height() >= kSmallest && widget->width() >= kSmallest, qPrintable(what));
        }
    }
}

void TestMainWindow::runsAreExportedOnlyOnceThereIsOne()
{
    const Fixture f;
    QVERIFY(!f.action(kSaveJson)->isEnabled());
    runSomething(f);
    QVERIFY(f.action(kSaveJson)->isEnabled());
    f.state->setExportFolder(f.folder.path());
    f.action(kSaveJson)->trigger();
    auto *dialog = f.window->findChild<QFileDialog *>();
    QVERIFY(dialog && dialog->isVisible());
    QVERIFY(!dialog->selectedFiles().isEmpty());
    const QString name = QStringLiteral("timeslice-sleep-qthread-2.json");
    QCOMPARE(QFileInfo(dialog->selectedFiles().constFirst()).fileName(), name);
    Q_EMIT dialog->fileSelected(f.folder.filePath(name)); // what accepting it does
    dialog->reject();
    QFile saved(f.folder.filePath(name));
    QVERIFY(saved.open(QIODevice::ReadOnly));
    QVERIFY(saved.readAll().contains("timeslice.run/1"));
    QVERIFY(f.says("Saved to"));
    // And back: the window takes the experiment out of its own file.
    f.window->setExperiment(sleepFor(3, 3));
    QVERIFY(f.window->openFile(saved.fileName()));
    QVERIFY(*f.panel()->experiment() == sleepFor(1, 20));
}

void TestMainWindow::picturesHaveTheSizeThatWasAskedFor()
{
    const Fixture f;
    auto *exporter = f.window->findChild<Exporter *>();
    const QString path = f.folder.filePath(QStringLiteral("a.png"));
    for (const QString &id : f.window->findChild<ChartStack *>()->chartIds()) {
        QVERIFY(exporter->save({id, {400, 200}, 2}, path));
        const QImage picture(path);
        QCOMPARE(picture.size(), QSize(400, 200));
        QCOMPARE(picture.dotsPerMeterX(), 7559); // 192 dpi
    }
    QVERIFY(exporter->save({QStringLiteral("window"), {}, 2}, path));
    QCOMPARE(QImage(path).size(), f.window->size() * 2);
    QVERIFY(!exporter->save({QStringLiteral("window"), {}, 100}, path)); // too large
    QVERIFY(!exporter->save({QStringLiteral("picture"), {10, 10}, 1}, path)); // nothing painted
    QCOMPARE(QImage(path).size(), f.window->size() * 2); // the file is as it was
}

void TestMainWindow::unwritablePicturesAreReported()
{
    const Fixture f;
    auto *exporter = f.window->findChild<Exporter *>();
    QVERIFY(!exporter->save({QStringLiteral("window"), {}, 1}, QStringLiteral("/nowhere/at/all.png")));
    QVERIFY(!exporter->save({QStringLiteral("window"), {}, 1}, f.folder.path()));
    QVERIFY(!exporter->save({QStringLiteral("window"), {}, 1}, QStringLiteral("/dev/full")));
}

void TestMainWindow::exportDialogLimitsTheSize()
{
    ExportDialog dialog(
        {{QStringLiteral("window"), QStringLiteral("The window"), {800, 600}, true},
         {QStringLiteral("cores"), QStringLiteral("Cores"), {900, 320}, false}},
        QStringLiteral("cores"), nullptr);
    QCOMPARE(dialog.request().id, QStringLiteral("cores"));
    QCOMPARE(dialog.request().pixels, QSize(1800, 640));
    const QAbstractButton *save = nullptr;
    for (const auto *button : dialog.findChildren<QAbstractButton *>()) {
        if (button->text().contains(QLatin1String("file")))
            save = button;
    }
    QVERIFY(save && save->isEnabled());
    auto *width = dialog.findChildren<NumberField *>().constFirst();
    width->setWhole(kMaxPictureSide);
    Q_EMIT width->edited();
    QVERIFY(!save->isEnabled()); // twice the largest side
}

void TestMainWindow::chartIsCopiedAsAPicture()
{
    const Fixture f;
    f.press(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    const QMimeData *copied = QGuiApplication::clipboard()->mimeData();
    QVERIFY(copied->hasImage());
    QVERIFY(!qvariant_cast<QImage>(copied->imageData()).isNull());
    QVERIFY(copied->hasText());
}

void TestMainWindow::helpNamesEveryKey()
{
    const Fixture f;
    f.press(Qt::Key_F1);
    const QDialog *help = nullptr;
    for (const auto *dialog : f.window->findChildren<QDialog *>()) {
        if (dialog->isVisible())
            help = dialog;
    }
    QVERIFY(help);
    const auto *text = help->findChild<QTextEdit *>();
    QVERIFY(text);
    for (const char *words :
         {"F5", "Esc", "Space", "Ctrl+Shift+C", "Ctrl++", "Workload", "Involuntary", "Baseline",
          "Window gap"})
        QVERIFY2(text->toPlainText().contains(QLatin1String(words)), words);
}

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
