// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/timelinecardtest.h"
#include "ui/timeline/selectionpanel.h"

#include <QInputDialog>
#include <QMenu>
#include <QSignalSpy>

#include <cmath>
#include <random>

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
    void lanesCanBeNamed();
    void theMenuDoesWhatTheKeysDo();
    void everyKeyIsHarmlessAnywhere();
    void pointingTellsTheTime();
    void signalsAreSentOncePerChange();
};

void TestTimelineWidget::showsAllOfAFinishedRun()
{
    showWorkers();
    QCOMPARE(m_card->visibleRange(), TraceScript::span(0, 100));
    QVERIFY(!m_card->isFollowing());
    const auto &list = m_canvas->drawList();
    QStringList names;
    for (const auto &row : list.rows)
        names.append(row.name);
    QCOMPARE(
        names,
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
    m_card->showRange(TraceScript::at(40), TraceScript::at(50));
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
    m_card->showRange(TraceScript::at(40), TraceScript::at(50));
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
    m_card->showRange(TraceScript::at(40), TraceScript::at(50));
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
    QCOMPARE(
        m_canvas->accessibleDescription(), words.isEmpty() ? QString() : m_canvas->accessibleDescription());
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
    const auto names = [this] {
        QStringList found;
        for (const auto &row : m_canvas->drawList().rows)
            found.append(row.name);
        return found;
    };
    const auto all = names();
    QTest::keyClick(m_canvas, Qt::Key_Down);
    QTest::keyClick(m_canvas, Qt::Key_H);
    QVERIFY(!names().contains(u"worker 0"_s));
    QCOMPARE(names().size(), all.size() - 1);
    QVERIFY2(m_card->description().contains(u"1 hidden"_s), qPrintable(m_card->description()));
    QTest::keyClick(m_canvas, Qt::Key_H, Qt::ShiftModifier);
    QCOMPARE(names(), all);
    QTest::keyClick(m_canvas, Qt::Key_G);
    QVERIFY(!names().contains(u"core 0"_s));
    QTest::keyClick(m_canvas, Qt::Key_G);
    QCOMPARE(names(), (QStringList{u"all cores"_s, u"core 0"_s, u"core 1"_s}));
    QCOMPARE(m_canvas->scene().measuredLanes().together, u"2 workers"_s); // measured nevertheless
    QTest::keyClick(m_canvas, Qt::Key_G);
    QCOMPARE(names(), all);
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
    auto *menu = m_card->findChild<QMenu *>();
    const auto trigger = [menu](const QString &words) {
        Q_EMIT menu->aboutToShow();
        for (auto *action : menu->findChildren<QAction *>()) {
            if (action->text().remove(u'&').startsWith(words) && action->isEnabled()) {
                action->trigger();
                return true;
            }
        }
        return false;
    };
    QVERIFY(trigger(u"Workers only"_s));
    QCOMPARE(m_card->options().arrangement, LaneArrangement::ByWorker);
    QVERIFY(trigger(u"Busiest first"_s));
    QCOMPARE(m_card->options().order, LaneOrder::Busiest);
    QVERIFY(trigger(u"Colour by core"_s));
    QVERIFY(m_card->options().isColouredByCore);
    QVERIFY(trigger(u"Statistics of all tasks"_s));
    QVERIFY(m_card->options().isAllMeasured);
    QVERIFY2(!trigger(u"Zoom to the selection"_s), "without a selection");
    QSignalSpy wanted(m_card.get(), &TimelineCard::pictureRequested);
    QVERIFY(trigger(u"Save picture"_s));
    QCOMPARE(wanted.size(), 1);
}

// All keys in many orders, with views that come and go meanwhile.
void TestTimelineWidget::everyKeyIsHarmlessAnywhere()
{
    constexpr Qt::Key kKeys[]{
        Qt::Key_W,     Qt::Key_S,      Qt::Key_A,    Qt::Key_D,        Qt::Key_Left,  Qt::Key_Right,
        Qt::Key_Home,  Qt::Key_End,    Qt::Key_F,    Qt::Key_Z,        Qt::Key_Up,    Qt::Key_Down,
        Qt::Key_Comma, Qt::Key_Period, Qt::Key_M,    Qt::Key_Return,   Qt::Key_H,     Qt::Key_C,
        Qt::Key_G,     Qt::Key_Escape, Qt::Key_Plus, Qt::Key_PageDown, Qt::Key_Minus, Qt::Key_Backspace};
    showWorkers();
    const auto workers = m_canvas->view();
    TraceScript other;
    other.name(0, 100, "prog").fork(1, 200, 100, 200).fork(2, 201, 200, 200).end(100, 0, 6, SwitchKind::Out);
    const auto processes = other.view(10);
    std::mt19937 random(11);
    for (int i = 0; i < 600; ++i) {
        if (i % 60 == 59)
            m_card->showView(random() % 2 == 0 ? workers : processes);
        const auto key = kKeys[random() % std::size(kKeys)];
        QTest::keyClick(
            m_canvas, key, random() % 4 == 0 ? Qt::ShiftModifier : Qt::KeyboardModifiers(Qt::NoModifier));
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
    m_card->showRange(TraceScript::at(10), TraceScript::at(20));
    QCOMPARE(ranges.size(), 1);
    QCOMPARE(ranges[0][0].toULongLong(), TraceScript::at(10));
    m_card->showRange(TraceScript::at(10), TraceScript::at(20));
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
