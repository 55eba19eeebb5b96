// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/windowfixture.h"
#include "ui/charts/chartcard.h"
#include "ui/charts/chartstack.h"
#include "ui/numberfield.h"
#include "ui/timeline/timelinecanvas.h"
#include "ui/timeline/timelinecard.h"
#include "ui/timeline/timelineheader.h"

#include <QCheckBox>
#include <QFileInfo>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QToolButton>

#include <algorithm>
#include <climits>
#include <unistd.h>

using namespace timeslice;

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
    void baselineIsOfWhatAskedForIt();
    void pauseFreezesTheDisplayAndNotTheRun();
    void spaceStillPressesTheButtonThatHasTheFocus();
    void paintedPictureAppearsForMandelbrotOnly();
    void theFreezeOfTheWindowIsCharted();
    void fourChartsAreAsReadableAsThree();
    void choosingAScenarioSetsTheExperiment();
    void unusableFileIsShownAndNothingElseChanges();

    void closingWhileARunIsUnderWayDoesNotBlock();
    void stateIsRememberedAcrossWindows();
    void theMainThreadHasALaneOnDemand();
    void theMemoryOfTimelinesIsChosenAndRemembered();
    void chartsShowTheRangeOfTheTimeline();
    void brokenSettingsDoNotPreventTheStart_data();
    void brokenSettingsDoNotPreventTheStart();
};

void TestMainWindow::opensOnTheFirstScenarioAndSaysWhatF5Does()
{
    const WindowFixture f;
    QVERIFY(f.says("Press F5 to run it."));
    QVERIFY(*f.panel()->experiment() == scenarios().front().experiment);
    QVERIFY(f.action(kRun)->isEnabled());
    QVERIFY(!f.action(kStop)->isEnabled());
    QVERIFY(f.says("Ready"));
    QVERIFY(f.window->windowTitle().contains(QLatin1String("Timeslice")));
}

void TestMainWindow::f5RunsAndTheVerdictFollows()
{
    const WindowFixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(2, 100));
    f.press(Qt::Key_F5);
    QVERIFY(f.lab->state() != LabState::Idle);
    QVERIFY(!f.action(kRun)->isEnabled());
    QVERIFY(f.action(kStop)->isEnabled());
    QVERIFY(shown.wait(kPatienceMs));
    QCOMPARE(shownIn(shown)->outcome, Outcome::Completed);
    QCOMPARE(shownIn(shown)->items, std::uint64_t{100});
    QVERIFY(f.says("Finished after"));
    QVERIFY(f.says("Throughput"));
    QVERIFY(f.action(kRun)->isEnabled());
}

void TestMainWindow::escapeStops()
{
    const WindowFixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(50, 1'000'000));
    f.press(Qt::Key_F5);
    QTRY_COMPARE_WITH_TIMEOUT(f.lab->state(), LabState::Running, kPatienceMs);
    f.press(Qt::Key_Escape);
    QVERIFY(shown.wait(kPatienceMs));
    QCOMPARE(shownIn(shown)->outcome, Outcome::Stopped);
    QVERIFY(f.says("You stopped the run"));
}

void TestMainWindow::stopAndStartAgainManyTimes()
{
    const WindowFixture f;
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
    const WindowFixture f;
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
    const WindowFixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(5, 60, "qthread", 4));
    f.press(Qt::Key_F5, Qt::ShiftModifier);
    QVERIFY(shown.wait(kPatienceMs));
    const RecordingPtr baseline = shownIn(shown);
    QCOMPARE(baseline->experiment.model, std::string("sequential"));
    QCOMPARE(baseline->experiment.workers, 1U);
    QVERIFY(f.says("This is the baseline"));
    f.press(Qt::Key_F5);
    QVERIFY(shown.wait(kPatienceMs));
    QCOMPARE(shownIn(shown)->experiment.workers, 4U);
    QCOMPARE(shownIn(shown)->checksum, baseline->checksum);
    QVERIFY2(f.says("Against the baseline"), qPrintable(f.text()));
    QVERIFY2(!f.says("run the baseline"), qPrintable(f.text()));
}

void TestMainWindow::baselineIsOfWhatAskedForIt()
{
    const WindowFixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(1, 10));
    f.press(Qt::Key_F5);
    QVERIFY(shown.wait(kPatienceMs));
    // The fields are changed while the run is still shown: the key means the fields, the button the run.
    f.panel()->setExperiment(sleepFor(1, 30));
    const auto buttons = f.window->findChildren<QPushButton *>();
    const auto button = std::ranges::find_if(buttons, [](const QPushButton *candidate) {
        return candidate->text() == QLatin1String("Run the &baseline");
    });
    QVERIFY(button != buttons.end() && (*button)->isVisible());
    (*button)->click();
    QVERIFY(shown.wait(kPatienceMs));
    QCOMPARE(shownIn(shown)->experiment.model, std::string("sequential"));
    QCOMPARE(shownIn(shown)->items, std::uint64_t{10});
    f.press(Qt::Key_F5, Qt::ShiftModifier);
    QVERIFY(shown.wait(kPatienceMs));
    QCOMPARE(shownIn(shown)->experiment.model, std::string("sequential"));
    QCOMPARE(shownIn(shown)->items, std::uint64_t{30});
}

void TestMainWindow::pauseFreezesTheDisplayAndNotTheRun()
{
    const WindowFixture f;
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
    const WindowFixture f;
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
    const WindowFixture f;
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

void TestMainWindow::theFreezeOfTheWindowIsCharted()
{
    const WindowFixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    Experiment experiment;
    experiment.workload = "primes";
    experiment.model = "ui-thread";
    experiment.durationSeconds = 1.5;
    experiment.params.set("slice_ms", std::int64_t{300});
    f.window->setExperiment(*validated(experiment));
    f.press(Qt::Key_F5);
    QVERIFY(shown.wait(kPatienceMs));
    const auto *charts = f.window->findChild<ChartStack *>();
    QVERIFY(charts->chartIds().contains(QStringLiteral("frame-gap")));
    const auto &series = shownIn(shown)->series;
    QVERIFY(std::ranges::any_of(series, [](const auto &point) { return point.frameGap >= 0.3; }));

    runSomething(f);
    QVERIFY(!charts->chartIds().contains(QStringLiteral("frame-gap")));
}

void TestMainWindow::fourChartsAreAsReadableAsThree()
{
    const WindowFixture f;
    f.window->resize(1440, 860);
    auto *const charts = f.window->findChild<ChartStack *>();
    // How much higher than it must be the lowest one is.
    const auto spare = [&] {
        int least = INT_MAX;
        for (auto *const card : charts->findChildren<ChartCard *>()) {
            if (card->isVisible())
                least = std::min(least, card->height() - card->minimumSizeHint().height());
        }
        return least;
    };
    const auto *const timeline = f.window->findChild<TimelineCard *>();
    const auto isRoomy = [&] {
        return spare() >= 0 && timeline->height() >= timeline->minimumSizeHint().height();
    };
    const QSize least = f.window->minimumSizeHint();
    QTRY_VERIFY(isRoomy());

    Experiment experiment = sleepFor(1, 1);
    experiment.model = "event-loop";
    charts->beginRun(experiment);
    QCOMPARE(charts->chartIds().size(), 4);
    QTRY_VERIFY(isRoomy());
    const QScrollArea *scroll = nullptr;
    for (const auto *const area : f.window->findChildren<QScrollArea *>()) {
        if (area->widget() == charts)
            scroll = area;
    }
    QVERIFY(scroll);
    QCOMPARE(scroll->verticalScrollBar()->maximum(), 0); // all of them are in view

    // On a small screen the window asks for no more than before; then they scroll, and keep their height.
    QCOMPARE(f.window->minimumSizeHint(), least);
    f.window->resize(1200, least.height());
    QTRY_VERIFY(scroll->verticalScrollBar()->maximum() > 0);
    QVERIFY(isRoomy());
}

void TestMainWindow::choosingAScenarioSetsTheExperiment()
{
    const WindowFixture f;
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
    const WindowFixture f;
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
    WindowFixture f;
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
    WindowFixture f;
    const Experiment experiment = sleepFor(7, 77, "pool", 5);
    f.window->setExperiment(experiment);
    f.action(QStringLiteral("Dark"))->trigger();
    f.action(QStringLiteral("Larger text"))->trigger();
    auto lanes = f.window->findChild<TimelineCard *>()->options();
    QVERIFY(!lanes.showsMainThread);
    lanes.showsMainThread = true;
    f.window->findChild<TimelineCard *>()->setOptions(lanes);
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
    QVERIFY(f.window->findChild<TimelineCard *>()->options().showsMainThread);
}

void TestMainWindow::theMainThreadHasALaneOnDemand()
{
    WindowFixture f;
    f.window->setExperiment(sleepFor(1, 50, "qthread", 2));
    auto *card = f.window->findChild<TimelineCard *>();
    for (const bool isWanted : {false, true}) {
        auto lanes = card->options();
        lanes.showsMainThread = isWanted;
        card->setOptions(lanes);
        QSignalSpy finished(f.lab.get(), &Lab::runFinished);
        f.press(Qt::Key_F5);
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
        const auto &trace = f.lab->recordings().back()->trace;
        if (trace.source != TraceSource::Perf)
            QSKIP(qPrintable(QString::fromStdString("no exact trace here: " + trace.reason)));
        QCOMPARE(trace.timeline->laneOfTid(::gettid()).has_value(), isWanted);
        const auto lanesCalled = [card](const QString &name) {
            const auto &rows = card->findChild<TimelineCanvas *>()->drawList().rows;
            return static_cast<int>(std::ranges::count(rows, name, &DrawRow::name));
        };
        QTRY_COMPARE(lanesCalled(QStringLiteral("worker 1")), 1);
        QTRY_COMPARE(lanesCalled(QStringLiteral("this window")), isWanted ? 1 : 0);
    }
}

void TestMainWindow::theMemoryOfTimelinesIsChosenAndRemembered()
{
    // Menus are filled when they are opened.
    const auto choices = [](const WindowFixture &f) {
        auto *menu = f.window->findChild<TimelineHeader *>()->menuButton()->menu();
        Q_EMIT menu->aboutToShow();
        for (const auto *entry : menu->actions()) {
            if (entry->menu() && entry->text().remove(u'&').startsWith(u"Memory for a timeline"))
                return entry->menu()->actions();
        }
        return QList<QAction *>();
    };
    const auto chosen = [&choices](const WindowFixture &f) {
        QStringList checked;
        for (const auto *choice : choices(f)) {
            if (choice->isChecked())
                checked << choice->text();
        }
        return checked.join(u',');
    };
    WindowFixture f;
    QCOMPARE(choices(f).size(), 4);
    QCOMPARE(chosen(f), QStringLiteral("256 MiB"));
    choices(f).at(2)->trigger();
    QCOMPARE(chosen(f), QStringLiteral("1 GiB"));
    QCOMPARE(f.state->timelineMiB(), 1024);
    QCOMPARE(f.lab->timelineBytes(), std::size_t{1} << 30);
    f.window.reset();
    f.lab->setTimelineBytes(1);
    f.state = std::make_unique<WindowState>(f.settingsPath());
    f.window = std::make_unique<MainWindow>(f.lab.get(), &f.themes, f.state.get());
    QCOMPARE(chosen(f), QStringLiteral("1 GiB"));
    QCOMPARE(f.lab->timelineBytes(), std::size_t{1} << 30);
    const WindowFixture other("[timeline]\nmemory_mib=-5\n");
    QCOMPARE(chosen(other), QStringLiteral("256 MiB"));
}

void TestMainWindow::chartsShowTheRangeOfTheTimeline()
{
    const WindowFixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(20, 300, "qthread", 2)); // three seconds
    f.press(Qt::Key_F5);
    QVERIFY(shown.wait(kPatienceMs));
    if (const auto &trace = shownIn(shown)->trace; !trace.timeline)
        QSKIP(qPrintable(QString::fromStdString("no timeline here: " + trace.reason)));
    auto *card = f.window->findChild<TimelineCard *>();
    QTRY_VERIFY(!card->isFollowing() && card->isAllVisible() && !card->isEmpty());
    auto *charts = f.window->findChild<ChartStack *>();
    const auto *button = charts->findChild<QToolButton *>();
    const auto known = card->visibleRange();
    QVERIFY(!button->isVisible());
    const auto middle = known.beginNs + known.lengthNs() / 2;
    card->setSelection(TimeSpan{middle, middle + 10'000'000});
    QTRY_VERIFY(button->isVisible());
    QCOMPARE(button->text(), QStringLiteral("Show all"));
    auto *action = f.action(QStringLiteral("Charts show the range"));
    QVERIFY(action->isChecked());
    f.press(Qt::Key_R, Qt::ControlModifier);
    QVERIFY(!action->isChecked() && !charts->isRangeWanted());
    QCOMPARE(button->text(), QStringLiteral("Show range"));
    charts->setRangeWanted(true);
    QVERIFY(action->isChecked());
    card->setSelection(std::nullopt);
    QTRY_VERIFY(!button->isVisible());
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
    const WindowFixture f(settings);
    QVERIFY(f.window->isVisible());
    QVERIFY(f.action(kRun)->isEnabled());
    QVERIFY(f.themes.scale() >= ThemeController::kMinScale && f.themes.scale() <= ThemeController::kMaxScale);
    QVERIFY(f.state->samplingHz() >= 1 && f.state->samplingHz() <= 50);
    QVERIFY(QFileInfo(f.state->exportFolder()).isDir());
}

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
