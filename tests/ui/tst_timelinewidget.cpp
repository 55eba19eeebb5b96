// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/timelinecardtest.h"
#include "ui/timeline/selectionpanel.h"

#include <QInputDialog>
#include <QSignalSpy>

#include <cmath>
#include <random>
#include <set>

using namespace timeslice;
using namespace timeslice::testing;
using namespace Qt::StringLiterals;

class TestTimelineWidget : public TimelineCardTest {
    Q_OBJECT

private Q_SLOTS:
    void showsAllOfAFinishedRun();
    void wheelZoomsAtThePointer();
    void shiftAndSidewaysPan();
    void keysZoomAndPan();
    void draggingMeasures();
    void edgesOfTheSelectionCanBeDragged();
    void escapeClearsAndElseIsTheWindows();
    void middleButtonPans();
    void doubleClickFits();
    void backspaceGoesBack();
    void namesChooseWhoseStatisticsAreShown();
    void slicesAreVisitedByKeys();
    void keysMeasureToo();
    void lanesAreHiddenAndShownByKeys();
    void whatIsHiddenBelongsToOneRun();
    void coresCanBeHiddenAndNotNamed();
    void busiestFollowsWhatIsVisible();
    void lanesCanBeNamed();
    void theMenuDoesWhatTheKeysDo();
    void everyCommandHasKeysThatWork();
    void everyKeyIsHarmlessAnywhere();
    void pointingTellsTheTime();
    void signalsAreSentOncePerChange();
};

void TestTimelineWidget::showsAllOfAFinishedRun()
{
    showWorkers();
    QCOMPARE(m_card->visibleRange(), TraceScript::span(0, 100));
    QVERIFY(!m_card->isFollowing());
    QCOMPARE(
        rowNames(),
        (QStringList{
            u"all cores"_s, u"worker 0"_s, u"worker 1"_s, u"prog main"_s, u"Cores"_s, u"core 0"_s,
            u"core 1"_s}));
    // Something of each colour is really in the picture.
    const auto shot = m_card->grab().toImage().convertToFormat(QImage::Format_RGB32);
    const auto holds = [&shot](const QColor &colour) {
        for (int y = 0; y < shot.height(); ++y) {
            for (int x = 0; x < shot.width(); ++x) {
                if (shot.pixelColor(x, y) == colour)
                    return true;
            }
        }
        return false;
    };
    QVERIFY(holds(lightTheme().running));
    QVERIFY(holds(lightTheme().blocked));
    QVERIFY(holds(lightTheme().series[2])); // worker 1 on a core
}

void TestTimelineWidget::wheelZoomsAtThePointer()
{
    showWorkers();
    const auto place = at(0.3, u"worker 0"_s);
    const auto before = m_canvas->viewport().toNs(0.3 * m_canvas->viewport().width());
    turnWheel(*m_canvas, place, {0, 240});
    QVERIFY(m_card->visibleRange().lengthNs() < 70'000);
    const auto after = m_canvas->viewport().toNs(0.3 * m_canvas->viewport().width());
    QVERIFY(std::abs(static_cast<double>(after) - static_cast<double>(before)) <= 3);
    turnWheel(*m_canvas, place, {0, -2400});
    QCOMPARE(m_card->visibleRange(), TraceScript::span(0, 100));
}

void TestTimelineWidget::shiftAndSidewaysPan()
{
    showWorkers();
    showRange(TraceScript::span(40, 50));
    turnWheel(*m_canvas, at(0.5, u"worker 0"_s), {0, -120}, Qt::ShiftModifier);
    QVERIFY(m_card->visibleRange().beginNs > TraceScript::at(40));
    QCOMPARE(m_card->visibleRange().lengthNs(), std::uint64_t{10'000});
    turnWheel(*m_canvas, at(0.5, u"worker 0"_s), {120, 0});
    QCOMPARE(m_card->visibleRange(), TraceScript::span(40, 50));
}

void TestTimelineWidget::keysZoomAndPan()
{
    showWorkers();
    const auto length = [this] { return m_card->visibleRange().lengthNs(); };
    const auto whole = length();
    QTest::keyClick(m_canvas, Qt::Key_W);
    QVERIFY(length() < whole);
    QTest::keyClick(m_canvas, Qt::Key_S);
    QVERIFY(length() + 2 >= whole);
    QTest::keyClick(m_canvas, Qt::Key_Plus);
    QTest::keyClick(m_canvas, Qt::Key_Plus);
    const auto zoomed = m_card->visibleRange();
    QTest::keyClick(m_canvas, Qt::Key_D);
    QVERIFY(m_card->visibleRange().beginNs > zoomed.beginNs);
    QTest::keyClick(m_canvas, Qt::Key_A);
    QCOMPARE(m_card->visibleRange(), zoomed);
    QTest::keyClick(m_canvas, Qt::Key_Right, Qt::ShiftModifier);
    QCOMPARE(m_card->visibleRange().endNs, TraceScript::at(100));
    QTest::keyClick(m_canvas, Qt::Key_Home);
    QCOMPARE(m_card->visibleRange().beginNs, TraceScript::at(0));
    QTest::keyClick(m_canvas, Qt::Key_End);
    QCOMPARE(m_card->visibleRange().endNs, TraceScript::at(100));
    QTest::keyClick(m_canvas, Qt::Key_Minus);
    QTest::keyClick(m_canvas, Qt::Key_F);
    QCOMPARE(m_card->visibleRange(), TraceScript::span(0, 100));
}

void TestTimelineWidget::draggingMeasures()
{
    showWorkers();
    QSignalSpy selected(m_card.get(), &TimelineCard::selectionChanged);
    auto *panel = m_card->findChild<SelectionPanel *>();
    QVERIFY(!panel->isVisible());
    QTest::mousePress(m_canvas, Qt::LeftButton, {}, at(0.2, u"worker 0"_s).toPoint());
    moveTo(*m_canvas, at(0.6, u"worker 0"_s), Qt::LeftButton);
    QTest::mouseRelease(m_canvas, Qt::LeftButton, {}, at(0.6, u"worker 0"_s).toPoint());
    QVERIFY(m_card->selection());
    const double width = m_canvas->viewport().width();
    QVERIFY(
        std::abs(static_cast<double>(m_card->selection()->beginNs) - static_cast<double>(TraceScript::at(20)))
        <= 1e5 / width);
    QVERIFY(std::abs(static_cast<double>(m_card->selection()->lengthNs()) - 40'000) <= 2e5 / width);
    QVERIFY(!selected.isEmpty());
    QVERIFY(panel->isVisible());
    QVERIFY2(panel->text().contains(u"2 workers"_s), qPrintable(panel->text()));
    QVERIFY(m_canvas->drawList().selection);

    m_card->setSelection(TraceScript::span(10, 50));
    // 101 ran from 10 to 30, 102 from 30 to 50. The main task, which did nothing, is not counted.
    QVERIFY2(plain(panel->text()).contains(u"running: 50 %"_s), qPrintable(panel->text()));
    auto options = m_card->options();
    options.isAllMeasured = true;
    m_card->setOptions(options);
    QVERIFY2(plain(panel->text()).startsWith(u"3 tasks: running: 33 %"_s), qPrintable(panel->text()));
    // Pressing beside it clears it.
    QTest::mouseClick(m_canvas, Qt::LeftButton, {}, at(0.9, u"worker 0"_s).toPoint());
    QVERIFY(!m_card->selection());
    QVERIFY(!panel->isVisible());
}

void TestTimelineWidget::edgesOfTheSelectionCanBeDragged()
{
    showWorkers();
    m_card->setSelection(TraceScript::span(20, 60));
    const auto end = m_card->selection()->endNs;
    QTest::mousePress(m_canvas, Qt::LeftButton, {}, at(0.2, u"worker 0"_s).toPoint());
    moveTo(*m_canvas, at(0.4, u"worker 0"_s), Qt::LeftButton);
    QTest::mouseRelease(m_canvas, Qt::LeftButton, {}, at(0.4, u"worker 0"_s).toPoint());
    QVERIFY(m_card->selection());
    QCOMPARE(m_card->selection()->endNs, end);
    QVERIFY(m_card->selection()->beginNs > TraceScript::at(39));
}

void TestTimelineWidget::escapeClearsAndElseIsTheWindows()
{
    showWorkers();
    const auto isOurs = [this](int key, Qt::KeyboardModifiers modifiers = {}) {
        QKeyEvent event(QEvent::ShortcutOverride, key, modifiers);
        event.ignore();
        QCoreApplication::sendEvent(m_canvas, &event);
        return event.isAccepted();
    };
    QVERIFY2(!isOurs(Qt::Key_Escape), "without a selection Esc stops the run");
    m_card->setSelection(TraceScript::span(20, 60));
    QVERIFY(isOurs(Qt::Key_Escape));
    QTest::keyClick(m_canvas, Qt::Key_Escape);
    QVERIFY(!m_card->selection());
    QVERIFY(!isOurs(Qt::Key_F5));
    QVERIFY(!isOurs(Qt::Key_Space));
    QVERIFY2(!isOurs(Qt::Key_Plus, Qt::ControlModifier), "larger text");
    QVERIFY2(!isOurs(Qt::Key_W, Qt::ControlModifier), "throughput per worker");
    QVERIFY(isOurs(Qt::Key_T, Qt::ControlModifier));
    QVERIFY(isOurs(Qt::Key_W));
}

void TestTimelineWidget::middleButtonPans()
{
    showWorkers();
    showRange(TraceScript::span(40, 50));
    QTest::mousePress(m_canvas, Qt::MiddleButton, {}, at(0.5, u"worker 0"_s).toPoint());
    moveTo(*m_canvas, at(0.3, u"worker 0"_s), Qt::MiddleButton);
    QTest::mouseRelease(m_canvas, Qt::MiddleButton, {}, at(0.3, u"worker 0"_s).toPoint());
    const auto begin = static_cast<double>(m_card->visibleRange().beginNs - TraceScript::at(0));
    QVERIFY2(std::abs(begin - 42'000) < 30, qPrintable(QString::number(begin)));
    QVERIFY(!m_card->selection());
}

void TestTimelineWidget::doubleClickFits()
{
    showWorkers();
    showRange(TraceScript::span(40, 50));
    QTest::mouseDClick(m_canvas, Qt::LeftButton, {}, at(0.5, u"worker 0"_s).toPoint());
    QCOMPARE(m_card->visibleRange(), TraceScript::span(0, 100));
}

void TestTimelineWidget::backspaceGoesBack()
{
    showWorkers();
    m_card->setSelection(TraceScript::span(20, 36));
    QTest::keyClick(m_canvas, Qt::Key_Z);
    QCOMPARE(m_card->visibleRange(), TraceScript::span(19, 37));
    QTest::keyClick(m_canvas, Qt::Key_Backspace);
    QCOMPARE(m_card->visibleRange(), TraceScript::span(0, 100));
}

void TestTimelineWidget::namesChooseWhoseStatisticsAreShown()
{
    showWorkers();
    m_card->setSelection(TraceScript::span(10, 50));
    auto *panel = m_card->findChild<SelectionPanel *>();
    const auto press = [this](const QString &lane, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mouseClick(m_canvas, Qt::LeftButton, modifiers, QPoint(5, at(0, lane).toPoint().y()));
    };
    press(u"worker 1"_s);
    QVERIFY2(panel->text().startsWith(u"worker 1: "_s), qPrintable(panel->text()));
    QVERIFY2(plain(panel->text()).contains(u"running: 50 %"_s), qPrintable(panel->text()));
    press(u"worker 0"_s, Qt::ControlModifier);
    QVERIFY2(panel->text().startsWith(u"2 tasks: "_s), qPrintable(panel->text()));
    QTest::keyClick(m_canvas, Qt::Key_Escape); // the selection
    QTest::keyClick(m_canvas, Qt::Key_Escape); // the choice
    QCOMPARE(m_canvas->scene().measuredLanes().together, u"2 workers"_s);
}

void TestTimelineWidget::slicesAreVisitedByKeys()
{
    showWorkers();
    QSignalSpy visited(m_canvas, &TimelineCanvas::sliceVisited);
    QTest::keyClick(m_canvas, Qt::Key_Down);
    QCOMPARE(visited.takeLast().at(0).toString(), u"worker 0"_s);
    QTest::keyClick(m_canvas, Qt::Key_Period); // where the view's middle is: running from 50 to 70
    const auto said = [&visited] { return plain(visited.takeLast().at(0).toString()); };
    auto words = said();
    QVERIFY2(words.startsWith(u"worker 0: running"_s), qPrintable(words));
    QVERIFY2(words.contains(u"Length: 20.0 µs"_s), qPrintable(words));
    QTest::keyClick(m_canvas, Qt::Key_Period);
    words = said();
    QVERIFY2(words.contains(u"preempted"_s), qPrintable(words));
    QTest::keyClick(m_canvas, Qt::Key_Comma);
    QTest::keyClick(m_canvas, Qt::Key_Comma);
    words = said();
    QVERIFY2(words.startsWith(u"worker 0: blocked"_s), qPrintable(words));
    QCOMPARE(plain(m_canvas->accessibleDescription()), words);
    for (int i = 0; i < 20; ++i)
        QTest::keyClick(m_canvas, Qt::Key_Comma); // ends at the beginning of the trace
    QVERIFY(m_card->visibleRange().beginNs == TraceScript::at(0));
}

void TestTimelineWidget::keysMeasureToo()
{
    showWorkers();
    auto *panel = m_card->findChild<SelectionPanel *>();
    QTest::keyClick(m_canvas, Qt::Key_Down);
    QTest::keyClick(m_canvas, Qt::Key_Period); // 50 to 70
    QTest::keyClick(m_canvas, Qt::Key_M);
    QCOMPARE(m_card->selection(), std::optional(TraceScript::span(50, 70)));
    QVERIFY(panel->isVisible());
    QVERIFY2(panel->text().startsWith(u"worker 0: "_s), qPrintable(panel->text()));
    QTest::keyClick(m_canvas, Qt::Key_Period, Qt::ShiftModifier);
    QCOMPARE(m_card->selection(), std::optional(TraceScript::span(50, 80)));
    QTest::keyClick(m_canvas, Qt::Key_Comma);
    QTest::keyClick(m_canvas, Qt::Key_Comma, Qt::ShiftModifier);
    QCOMPARE(m_card->selection(), std::optional(TraceScript::span(30, 80)));
}

void TestTimelineWidget::lanesAreHiddenAndShownByKeys()
{
    showWorkers();
    const auto all = rowNames();
    QTest::keyClick(m_canvas, Qt::Key_Down);
    QTest::keyClick(m_canvas, Qt::Key_H);
    QVERIFY(!rowNames().contains(u"worker 0"_s));
    QCOMPARE(rowNames().size(), all.size() - 1);
    QVERIFY2(m_card->description().contains(u"1 hidden"_s), qPrintable(m_card->description()));
    QTest::keyClick(m_canvas, Qt::Key_H, Qt::ShiftModifier);
    QCOMPARE(rowNames(), all);
    QTest::keyClick(m_canvas, Qt::Key_G);
    QVERIFY(!rowNames().contains(u"core 0"_s));
    QTest::keyClick(m_canvas, Qt::Key_G);
    QCOMPARE(rowNames(), (QStringList{u"all cores"_s, u"core 0"_s, u"core 1"_s}));
    QCOMPARE(m_canvas->scene().measuredLanes().together, u"2 workers"_s); // measured nevertheless
    QTest::keyClick(m_canvas, Qt::Key_G);
    QCOMPARE(rowNames(), all);
}

// The next run has other tasks, even where it has the same tids.
void TestTimelineWidget::whatIsHiddenBelongsToOneRun()
{
    showWorkers();
    QTest::keyClick(m_canvas, Qt::Key_Down);
    QTest::keyClick(m_canvas, Qt::Key_H);
    QVERIFY(!rowNames().contains(u"worker 0"_s));
    auto options = m_card->options();
    options.hiddenTasks.insert(1000); // no such task: nothing is hidden by it
    options.toggled.insert({200});
    m_card->setOptions(options);
    QVERIFY2(m_card->description().endsWith(u", 1 hidden"_s), qPrintable(m_card->description()));
    QSignalSpy changed(m_card.get(), &TimelineCard::optionsChanged);
    m_card->showView(workersView());
    QCOMPARE(changed.size(), 1);
    QVERIFY(rowNames().contains(u"worker 0"_s));
    QVERIFY2(!m_card->description().contains(u"hidden"_s), qPrintable(m_card->description()));
    QVERIFY(m_card->options().toggled.empty());
    QVERIFY(!triggerMenu(u"Show all lanes"_s));
}

void TestTimelineWidget::coresCanBeHiddenAndNotNamed()
{
    showWorkers();
    QVERIFY(!triggerMenu(u"Name the chosen lane"_s));
    QVERIFY(!triggerMenu(u"Hide the chosen lanes"_s));
    const auto choose = [this](const QString &lane) {
        QTest::mouseClick(m_canvas, Qt::LeftButton, {}, QPoint(5, at(0, lane).toPoint().y()));
    };
    choose(u"core 1"_s);
    QVERIFY(!triggerMenu(u"Name the chosen lane"_s));
    QVERIFY(triggerMenu(u"Hide the chosen lanes"_s));
    QVERIFY(!rowNames().contains(u"core 1"_s));
    QVERIFY(rowNames().contains(u"core 0"_s));
    QVERIFY2(m_card->description().endsWith(u", 1 hidden"_s), qPrintable(m_card->description()));
    QVERIFY(triggerMenu(u"Show all lanes"_s));
    QVERIFY(rowNames().contains(u"core 1"_s));
    choose(u"worker 1"_s);
    QVERIFY(triggerMenu(u"Name the chosen lane"_s));
    QVERIFY(m_canvas->findChild<QInputDialog *>() != nullptr);
}

void TestTimelineWidget::busiestFollowsWhatIsVisible()
{
    showWorkers();
    auto options = m_card->options();
    options.order = LaneOrder::Busiest;
    options.arrangement = LaneArrangement::ByWorker;
    m_card->setOptions(options);
    QCOMPARE(rowNames().mid(1), (QStringList{u"worker 0"_s, u"worker 1"_s, u"prog main"_s}));
    showRange(TraceScript::span(30, 50)); // where worker 1 has a core and worker 0 has none
    QTRY_COMPARE(rowNames().mid(1).first(), u"worker 1"_s);
    // Nothing moves below the pointer while a range is drawn.
    QTest::mousePress(m_canvas, Qt::LeftButton, {}, at(0.2, u"worker 0"_s).toPoint());
    showRange(TraceScript::span(0, 100));
    QTest::qWait(700);
    QCOMPARE(rowNames().mid(1).first(), u"worker 1"_s);
    QTest::mouseRelease(m_canvas, Qt::LeftButton, {}, at(0.2, u"worker 0"_s).toPoint());
    QTRY_COMPARE(rowNames().mid(1).first(), u"worker 0"_s);
}

void TestTimelineWidget::lanesCanBeNamed()
{
    showWorkers();
    QTest::keyClick(m_canvas, Qt::Key_Down);
    QTest::keyClick(m_canvas, Qt::Key_F2);
    auto *dialog = m_canvas->findChild<QInputDialog *>();
    QVERIFY(dialog != nullptr);
    QCOMPARE(dialog->textValue(), u"worker 0"_s);
    dialog->setTextValue(u"  the  slow one "_s);
    dialog->accept();
    QCOMPARE(m_canvas->drawList().rows[1].name, u"the slow one"_s);
    QCOMPARE(m_canvas->scene().looks[1].number, 0); // it is still worker 0
}

void TestTimelineWidget::theMenuDoesWhatTheKeysDo()
{
    showWorkers();
    QVERIFY(triggerMenu(u"Workers only"_s));
    QCOMPARE(m_card->options().arrangement, LaneArrangement::ByWorker);
    QVERIFY(triggerMenu(u"Busiest first"_s));
    QCOMPARE(m_card->options().order, LaneOrder::Busiest);
    QVERIFY(triggerMenu(u"Colour by core"_s));
    QVERIFY(m_card->options().isColouredByCore);
    QVERIFY(triggerMenu(u"Statistics of all tasks"_s));
    QVERIFY(m_card->options().isAllMeasured);
    QVERIFY2(!triggerMenu(u"Zoom to the selection"_s), "without a selection");
    QSignalSpy wanted(m_card.get(), &TimelineCard::pictureRequested);
    QVERIFY(triggerMenu(u"Save picture"_s));
    QCOMPARE(wanted.size(), 1);
}

void TestTimelineWidget::everyCommandHasKeysThatWork()
{
    showWorkers();
    m_card->setSelection(TraceScript::span(20, 60)); // something that Esc takes back
    std::set<TimelineCommand> listed;
    for (const auto &entry : timelineKeys()) {
        QVERIFY2(listed.insert(entry.command).second, entry.help);
        QVERIFY(!entry.keys.empty() && *entry.help != '\0');
        for (const auto key : entry.keys) {
            const auto text = QKeySequence(key).toString();
            const auto meant = timelineCommand(key.key(), key.keyboardModifiers(), true);
            QVERIFY2(meant == entry.command, qPrintable(text));
            QKeyEvent event(QEvent::ShortcutOverride, key.key(), key.keyboardModifiers());
            event.ignore();
            QCoreApplication::sendEvent(m_canvas, &event);
            QVERIFY2(event.isAccepted(), qPrintable(text));
        }
    }
    QCOMPARE(static_cast<int>(listed.size()), kTimelineCommands);
    // Keys that are reached with Shift on some keyboards only, and those of the keypad.
    QCOMPARE(timelineCommand(Qt::Key_Plus, Qt::ShiftModifier, false), TimelineCommand::ZoomIn);
    QCOMPARE(timelineCommand(Qt::Key_Less, Qt::ShiftModifier, false), TimelineCommand::ExtendBack);
    QCOMPARE(timelineCommand(Qt::Key_Left, Qt::KeypadModifier, false), TimelineCommand::PanBack);
    QVERIFY(!timelineCommand(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier, false));
    QCOMPARE(keyWords(TimelineCommand::ZoomIn), u"W, + or ="_s);
    QCOMPARE(keyWords(TimelineCommand::ExtendBack), u"Shift+Comma or <"_s);
    QCOMPARE(keyWords(TimelineCommand::NextSlice), u"Period"_s);
}

// All keys in many orders, with views that come and go meanwhile.
void TestTimelineWidget::everyKeyIsHarmlessAnywhere()
{
    std::vector<QKeyCombination> keys;
    for (const auto &entry : timelineKeys()) {
        // A dialog and tables would stay open.
        if (entry.command != TimelineCommand::RenameLane && entry.command != TimelineCommand::Table)
            keys.insert(keys.end(), entry.keys.begin(), entry.keys.end());
    }
    showWorkers();
    const auto workers = m_canvas->view();
    TraceScript other;
    other.name(0, 100, "prog").fork(1, 200, 100, 200).fork(2, 201, 200, 200).end(100, 0, 6, SwitchKind::Out);
    const auto processes = other.view(10);
    std::mt19937 random(11);
    for (int i = 0; i < 600; ++i) {
        if (i % 60 == 59)
            m_card->showView(random() % 2 == 0 ? workers : processes);
        const auto key = keys[random() % keys.size()];
        QTest::keyClick(m_canvas, key.key(), key.keyboardModifiers());
        const auto seen = m_card->visibleRange();
        QVERIFY(seen.lengthNs() > 0);
        QVERIFY(seen.beginNs >= m_canvas->view()->known().beginNs);
        QVERIFY(seen.endNs <= m_canvas->view()->known().endNs);
    }
    QVERIFY(!m_card->grab().isNull());
}

void TestTimelineWidget::pointingTellsTheTime()
{
    showWorkers();
    QSignalSpy hovered(m_card.get(), &TimelineCard::hovered);
    moveTo(*m_canvas, at(0.25, u"worker 0"_s), Qt::NoButton);
    QCOMPARE(hovered.size(), 1);
    const auto time = hovered.takeFirst().at(0).value<std::optional<quint64>>();
    QVERIFY(time);
    QVERIFY(std::abs(static_cast<double>(*time) - static_cast<double>(TraceScript::at(25))) < 200);
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(m_canvas, &leave);
    QCOMPARE(hovered.size(), 1);
    QVERIFY(!hovered.takeFirst().at(0).value<std::optional<quint64>>());
}

void TestTimelineWidget::signalsAreSentOncePerChange()
{
    showWorkers();
    QSignalSpy ranges(m_card.get(), &TimelineCard::visibleRangeChanged);
    showRange(TraceScript::span(10, 20));
    QCOMPARE(ranges.size(), 1);
    QCOMPARE(ranges[0][0].toULongLong(), TraceScript::at(10));
    showRange(TraceScript::span(10, 20));
    QCOMPARE(ranges.size(), 1);
    QSignalSpy selections(m_card.get(), &TimelineCard::selectionChanged);
    m_card->setSelection(TraceScript::span(12, 13));
    m_card->setSelection(TraceScript::span(12, 13));
    QCOMPARE(selections.size(), 1);
    m_card->setSelection(std::nullopt);
    QCOMPARE(selections.size(), 2);
}

QTEST_MAIN(TestTimelineWidget)
#include "tst_timelinewidget.moc"
