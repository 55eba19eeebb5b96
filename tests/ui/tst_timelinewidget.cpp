// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/syntheticruntrace.h"
#include "tests/ui/timelinefixture.h"
#include "ui/themecontroller.h"
#include "ui/timeline/selectionpanel.h"
#include "ui/timeline/selectionstats.h"
#include "ui/timeline/slicetable.h"
#include "ui/timeline/timelinecanvas.h"
#include "ui/timeline/timelinecard.h"

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QClipboard>
#include <QFile>
#include <QInputDialog>
#include <QMenu>
#include <QMimeData>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>
#include <QXmlStreamReader>

#include <cmath>
#include <random>

using namespace timeslice;
using namespace timeslice::testing;
using namespace Qt::StringLiterals;

namespace {

const std::vector<TaskLabel> kWorkers{{101, 0, u"worker 0"_s}, {102, 1, u"worker 1"_s}};

TimelineViewPtr workersView()
{
    auto script = twoWorkers();
    return script.view(100);
}

void turnWheel(QWidget &widget, QPointF at, QPoint delta, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
{
    QWheelEvent event(
        at, widget.mapToGlobal(at), {}, delta, Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&widget, &event);
}

void moveTo(QWidget &widget, QPointF at, Qt::MouseButtons buttons, Qt::KeyboardModifiers modifiers = {})
{
    QMouseEvent event(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, buttons, modifiers);
    QCoreApplication::sendEvent(&widget, &event);
}

QString plain(QString text)
{
    return text.replace(QChar(QChar::Nbsp), u' ');
}

} // namespace

class TestTimelineWidget : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }
    void init();
    void cleanup();

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

    void followsARunUnderWay();
    void draggingStopsFollowing();
    void pausedStandsStill();
    void nothingIsPaintedWhenNothingIsNew();
    void aRunThatEndsIsKept();
    void saysWhyThereIsNothing();
    void sampledIsSaid();
    void themesChange();
    void manyLanesScroll();
    void processesOpenAndClose();

    void slicesAreDescribed();
    void waitsSayWhoHadTheCore();
    void namesAreEscapedInTips();
    void statisticsAreTheStores();
    void statisticsAsTextAreATable();
    void tableHoldsTheSlicesInView();
    void tableIsCutWhenLong();
    void statisticsAreCopied();
    void picturesAreComplete();
    void svgIsWellFormedAndEscaped();
    void picturesThatCannotBeSavedSayWhy();
    void screenReadersHearIt();

private:
    [[nodiscard]] QPointF at(double share, const QString &lane) const;
    void showWorkers();

    std::unique_ptr<ThemeController> m_themes;
    std::unique_ptr<TimelineCard> m_card;
    TimelineCanvas *m_canvas = nullptr;
};

void TestTimelineWidget::init()
{
    m_themes = std::make_unique<ThemeController>();
    m_themes->setMode(ThemeController::Mode::Light);
    m_card = std::make_unique<TimelineCard>(m_themes.get());
    m_card->resize(900, 420);
    m_canvas = m_card->findChild<TimelineCanvas *>();
    QVERIFY(m_canvas != nullptr);
}

void TestTimelineWidget::cleanup()
{
    m_card.reset();
    m_themes.reset();
}

void TestTimelineWidget::showWorkers()
{
    m_card->setLabels(kWorkers);
    m_card->showView(workersView());
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    m_canvas->setFocus();
    static_cast<void>(m_canvas->drawList()); // laid out in its final size
}

// On a lane, at a share of the plot's width.
QPointF TestTimelineWidget::at(double share, const QString &lane) const
{
    const auto &list = m_canvas->drawList();
    const auto row = std::ranges::find(list.rows, lane, &DrawRow::name);
    const double y = row == list.rows.end() ? -1 : row->bodyTop + row->bodyHeight / 2;
    return {list.plot.left() + share * list.plot.width(), y};
}

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
    QVERIFY2(panel->text().contains(u"3 tasks"_s), qPrintable(panel->text()));
    QVERIFY(m_canvas->drawList().selection);

    m_card->setSelection(TraceScript::span(10, 50));
    // 101 ran from 10 to 30, 102 from 30 to 50, the main task not at all; 20 us of each were waited for
    // before.
    QVERIFY2(plain(panel->text()).contains(u"running: 33 %"_s), qPrintable(panel->text()));
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
    QCOMPARE(m_canvas->statLanes().size(), std::size_t{3});
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
    QCOMPARE(m_canvas->statLanes().size(), std::size_t{3}); // the tasks are measured nevertheless
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

void TestTimelineWidget::followsARunUnderWay()
{
    auto store = std::make_shared<TimelineStore>();
    TraceScript script;
    m_card->watch([store] { return store->view(); });
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    QVERIFY(m_card->isFollowing());
    script.name(0, 100, "prog").fork(1, 101);
    for (std::uint64_t ms = 0; ms < 3000; ms += 10) {
        script.run(101, 0, ms * 1000 + 10, ms * 1000 + 5000);
        store->append(script.chunk(ms * 1000 + 6000, false));
        if (ms % 500 == 0)
            QTest::qWait(1);
    }
    // A view is made when one was asked for: with the next chunk, as the tracer brings them.
    std::uint64_t us = 3'000'000;
    const auto arrived = [&] {
        store->append(script.chunk(us += 1000, false));
        return m_card->visibleRange().endNs >= TraceScript::at(3'000'000);
    };
    QTRY_VERIFY(arrived());
    QVERIFY(m_card->isFollowing());
    QCOMPARE(m_card->visibleRange().lengthNs(), Viewport::kFollowNs);

    auto *follow = m_canvas->findChild<QToolButton *>();
    QVERIFY(follow->isHidden());
    QTest::keyClick(m_canvas, Qt::Key_A);
    QVERIFY(!m_card->isFollowing());
    QVERIFY(!follow->isHidden());
    follow->click();
    QVERIFY(m_card->isFollowing());
}

void TestTimelineWidget::draggingStopsFollowing()
{
    auto store = std::make_shared<TimelineStore>();
    auto script = twoWorkers();
    static_cast<void>(store->view()); // asked for, so that the chunk brings one
    store->append(script.chunk(2'100'000, false));
    m_card->watch([store] { return store->view(); });
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    QSignalSpy follows(m_card.get(), &TimelineCard::followChanged);
    QTest::mousePress(m_canvas, Qt::LeftButton, {}, {300, 100});
    moveTo(*m_canvas, {400, 100}, Qt::LeftButton);
    QTest::mouseRelease(m_canvas, Qt::LeftButton, {}, {400, 100});
    QVERIFY(m_card->selection());
    QVERIFY(!m_card->isFollowing());
    QCOMPARE(follows.size(), 1);
}

void TestTimelineWidget::pausedStandsStill()
{
    auto store = std::make_shared<TimelineStore>();
    auto script = twoWorkers();
    store->append(script.chunk(2'000'000, false));
    m_card->watch([store] { return store->view(); });
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    m_card->setPaused(true);
    const auto range = m_card->visibleRange();
    std::uint64_t us = 2'000'000;
    for (int i = 0; i < 30; ++i) {
        store->append(script.chunk(us += 100'000, false));
        QTest::qWait(10);
    }
    QCOMPARE(m_card->visibleRange(), range);
    m_card->setPaused(false);
    const auto moved = [&] {
        store->append(script.chunk(us += 1000, false));
        return m_card->visibleRange() != range;
    };
    QTRY_VERIFY(moved());
}

// Counts paint events of a widget.
class PaintCounter : public QObject {
public:
    int count = 0;
    bool eventFilter(QObject *, QEvent *event) override
    {
        count += event->type() == QEvent::Paint ? 1 : 0;
        return false;
    }
};

void TestTimelineWidget::nothingIsPaintedWhenNothingIsNew()
{
    auto store = std::make_shared<TimelineStore>();
    auto script = twoWorkers();
    static_cast<void>(store->view()); // asked for, so that the chunk brings one
    store->append(script.chunk(3'000'001, false));
    m_card->watch([store] { return store->view(); });
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    // Looked at is what will not change any more; the run goes on.
    m_card->showRange(TraceScript::at(0), TraceScript::at(100));
    QTest::qWait(50);
    PaintCounter painted;
    m_canvas->installEventFilter(&painted);
    const auto known = m_canvas->view()->known().endNs;
    std::uint64_t us = 3'000'001;
    const auto wentOn = [&] {
        store->append(script.chunk(us += 100'000, false));
        return m_canvas->view()->known().endNs > known + 1'000'000'000;
    };
    QTRY_VERIFY(wentOn());
    QCOMPARE(painted.count, 0);
}

void TestTimelineWidget::aRunThatEndsIsKept()
{
    std::weak_ptr<const TimelineStore> watched;
    {
        auto store = std::make_shared<TimelineStore>();
        watched = store;
        auto script = twoWorkers();
        m_card->watch([store] { return store->view(); });
        m_card->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
        store->append(script.chunk(100, true));
    }
    QTRY_VERIFY(watched.expired()); // the card lets go of the store, and keeps the view
    QVERIFY(m_canvas->view()->isFinished());
    QVERIFY(!m_canvas->isLive());
    QCOMPARE(m_canvas->view()->known(), TraceScript::span(0, 100));
    QVERIFY(m_canvas->findChild<QToolButton *>()->isHidden());
}

void TestTimelineWidget::saysWhyThereIsNothing()
{
    m_card->clear(u"Tracing is not allowed."_s);
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    const auto empty = m_card->grab().toImage();
    m_card->clear({});
    QVERIFY(m_card->grab().toImage() != empty);
    QVERIFY(m_card->picture({400, 300}, 1).isNull());
    QVERIFY(!m_card->savePicture(u"/tmp/never.png"_s, {400, 300}, 1));
    for (const auto key : {Qt::Key_W, Qt::Key_F, Qt::Key_Period, Qt::Key_Down, Qt::Key_Z})
        QTest::keyClick(m_canvas, key);
    turnWheel(*m_canvas, {300, 100}, {0, 120});
    m_card->showTable();
    m_card->copyStatistics();
}

void TestTimelineWidget::sampledIsSaid()
{
    showWorkers();
    QVERIFY2(m_card->description().startsWith(u"exact, all of "_s), qPrintable(m_card->description()));
    m_card->setSampled(u"perf events are refused"_s);
    QVERIFY2(!m_card->description().contains(u"exact"_s), qPrintable(m_card->description()));
    QVERIFY(m_card->description().contains(u"perf events are refused"_s));
    const auto shot = m_card->grab().toImage();
    m_card->setSampled({});
    QVERIFY(m_card->grab().toImage() != shot);
}

void TestTimelineWidget::themesChange()
{
    showWorkers();
    const auto corner = [this] { return m_card->grab().toImage().pixelColor(450, 8); };
    QCOMPARE(corner(), lightTheme().card);
    m_themes->setMode(ThemeController::Mode::Dark);
    QCOMPARE(corner(), darkTheme().card);
    const auto height = m_canvas->drawList().plot.height();
    m_themes->setScale(1.5);
    QTest::qWait(1);
    QVERIFY(m_canvas->drawList().plot.height() < height); // larger text beside it
    m_themes->setScale(1);
}

void TestTimelineWidget::manyLanesScroll()
{
    SyntheticRunTrace trace({.tasks = 1000, .cpus = 2, .slices = 3000, .keepTruth = false});
    TimelineStore store;
    SwitchChunk chunk;
    while (trace.next(chunk))
        store.append(chunk);
    m_card->showView(store.view());
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    auto *bar = m_card->findChild<QScrollBar *>();
    QTRY_VERIFY(bar->isVisible());
    QVERIFY(bar->maximum() > 5000);
    const auto first = m_canvas->drawList().rows.back().name;
    turnWheel(*m_canvas, {5, 100}, {0, -1200});
    QVERIFY(bar->value() > 0);
    QVERIFY(m_canvas->drawList().rows.back().name != first);
    QTest::keyClick(m_canvas, Qt::Key_PageUp);
    QTest::keyClick(m_canvas, Qt::Key_PageUp);
    QCOMPARE(bar->value(), 0);
    for (int i = 0; i < 60; ++i)
        QTest::keyClick(m_canvas, Qt::Key_Down);
    QVERIFY2(bar->value() > 0, "the chosen lane stays in view");
}

void TestTimelineWidget::processesOpenAndClose()
{
    TraceScript script;
    script.name(0, 100, "prog").fork(1, 200, 100, 200).fork(2, 201, 200, 200);
    script.end(100, 0, 6, SwitchKind::Out);
    m_card->showView(script.view(10));
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    const auto rows = [this] { return m_canvas->drawList().rows.size(); };
    QCOMPARE(rows(), std::size_t{7}); // all cores, prog main, its child with two, cores, core 0
    const auto &list = m_canvas->drawList();
    const auto title = std::ranges::find(list.rows, LaneEntry::Kind::Process, &DrawRow::kind);
    QVERIFY(title != list.rows.end());
    QTest::mouseClick(
        m_canvas, Qt::LeftButton, {}, QPoint(5, static_cast<int>(title->top + title->height / 2)));
    QCOMPARE(rows(), std::size_t{5});
}

void TestTimelineWidget::slicesAreDescribed()
{
    const auto view = workersView();
    const auto looks = taskLooks(*view, kWorkers);
    const auto words = [&](LaneId lane, std::uint64_t us) {
        return plain(describeSlice(*view, lane, TraceScript::at(us), {}, TraceScript::at(0), looks).text());
    };
    const LaneId first{LaneId::Kind::Task, 1};
    const LaneId second{LaneId::Kind::Task, 2};
    const LaneId core{LaneId::Kind::Core, 0};
    QCOMPARE(
        words(first, 15),
        u"worker 0: running\nTask: tid 101, pid 100\nCore: 0\nStart: 0.0000100 s\nLength: 20.0 µs\n"
        "Ended because: it blocked (voluntary)"_s);
    QVERIFY(words(first, 60).endsWith(u"Ended because: it was preempted (involuntary)"_s));
    QVERIFY(words(second, 92).endsWith(u"Ended because: it ended"_s));
    QVERIFY(words(second, 99).startsWith(u"worker 1: not there"_s));
    QVERIFY(words(core, 15).startsWith(u"core 0: worker 0\nTask: tid 101"_s));
    QVERIFY(words(core, 40).startsWith(u"core 0: none of ours"_s));
}

void TestTimelineWidget::waitsSayWhoHadTheCore()
{
    const auto view = workersView();
    const auto looks = taskLooks(*view, kWorkers);
    // Preempted on core 0 from 70 to 80, when worker 1 ran there.
    const auto waited = plain(
        describeSlice(*view, {LaneId::Kind::Task, 1}, TraceScript::at(75), {}, TraceScript::at(0), looks)
            .text());
    QVERIFY2(waited.startsWith(u"worker 0: preempted, waiting for a core"_s), qPrintable(waited));
    QVERIFY2(
        waited.endsWith(u"Before on: core 0\nThere meanwhile: worker 1 for 10.0 µs"_s), qPrintable(waited));
    // Blocked from 30 to 50 after core 0, which was not ours.
    const auto blocked = plain(
        describeSlice(*view, {LaneId::Kind::Task, 1}, TraceScript::at(40), {}, TraceScript::at(0), looks)
            .text());
    QVERIFY2(blocked.endsWith(u"There meanwhile: none of ours for 20.0 µs"_s), qPrintable(blocked));
    // Several slices in one pixel are summed up.
    const auto many = plain(describeSlice(
                                *view, {LaneId::Kind::Task, 1}, TraceScript::at(75),
                                TraceScript::span(0, 100), TraceScript::at(0), looks)
                                .text());
    QVERIFY2(many.contains(u"In this pixel: 3 switches, running 50 %"_s), qPrintable(many));
}

void TestTimelineWidget::namesAreEscapedInTips()
{
    TraceScript script;
    script.name(0, 100, "<b>&x").end(100, 0, 50, SwitchKind::Out);
    const auto view = script.view(100);
    const auto looks = taskLooks(*view, {});
    const auto html =
        describeSlice(*view, {LaneId::Kind::Task, 0}, TraceScript::at(10), {}, TraceScript::at(0), looks)
            .html();
    QVERIFY2(html.contains(u"&lt;b&gt;&amp;x"_s), qPrintable(html));
    QVERIFY(!html.contains(u"<b>&x"_s));
}

void TestTimelineWidget::statisticsAreTheStores()
{
    const auto view = workersView();
    const std::vector<std::pair<LaneId, QString>> lanes{
        {{LaneId::Kind::Task, 1}, u"worker 0"_s}, {{LaneId::Kind::Task, 2}, u"worker 1"_s}};
    const auto stats = selectionStats(*view, TraceScript::span(0, 100), lanes);
    QCOMPARE(stats.together.stats.sums.runningNs, std::uint64_t{85'000});
    QCOMPARE(stats.together.stats.voluntary, std::uint64_t{4}); // its end is no switch
    QCOMPARE(stats.together.stats.involuntary, std::uint64_t{1});
    QCOMPARE(stats.together.stats.migrations, std::uint64_t{2});
    QCOMPARE(stats.together.stats.longestRunnableNs, std::uint64_t{29'000});
    QCOMPARE(stats.together.longestRunnableOn, u"worker 1"_s);
    QCOMPARE(stats.together.name, u"2 tasks"_s);
    // Shares are of the time they were there: 99 and 94 us.
    QCOMPARE(stats.together.presentNs(), std::uint64_t{193'000});
    double shares = 0;
    for (const auto ns :
         {stats.together.stats.sums.runningNs, stats.together.stats.sums.runnableNs,
          stats.together.stats.sums.blockedNs})
        shares += stats.together.share(ns);
    QVERIFY(std::abs(shares - 1) < 1e-12);
    // A task that was not there has no shares, rather than shares of 0.
    const auto none = selectionStats(*view, TraceScript::span(96, 99), std::span(lanes).last(1));
    QVERIFY(std::isnan(none.together.share(0)));
    QCOMPARE(statCells(none.together).front().value, u"not measured"_s);
}

void TestTimelineWidget::statisticsAsTextAreATable()
{
    TraceScript script = twoWorkers();
    script.lost(0, 100, 5);
    const auto view = script.view(100);
    const std::vector<std::pair<LaneId, QString>> lanes{
        {{LaneId::Kind::Task, 1}, u"worker 0"_s}, {{LaneId::Kind::Task, 2}, u"worker 1"_s}};
    const auto text = statsAsText(selectionStats(*view, TraceScript::span(0, 100), lanes));
    const auto lines = text.split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 4);
    for (const auto &line : lines)
        QCOMPARE(line.count(u'\t'), lines.first().count(u'\t'));
    QVERIFY(lines[0].contains(u"not known"_s));
    QVERIFY(lines[3].startsWith(u"2 tasks\t"_s));
}

void TestTimelineWidget::tableHoldsTheSlicesInView()
{
    const auto view = workersView();
    const std::vector<std::pair<LaneId, QString>> lanes{
        {{LaneId::Kind::Task, 1}, u"worker 0"_s}, {{LaneId::Kind::Core, 0}, u"core 0"_s}};
    SliceTableModel model(slicesOf(*view, TraceScript::span(20, 75), lanes, TraceScript::at(0)));
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QStringList rows;
    for (int row = 0; row < model.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column)
            cells.append(plain(model.index(row, column).data().toString()));
        rows.append(cells.join(u'|'));
    }
    const QStringList expected{
        u"worker 0|101|running|0.000010000 s|20.0 µs|0|it blocked (voluntary)"_s,
        u"worker 0|101|blocked|0.000030000 s|20.0 µs||"_s,
        u"worker 0|101|running|0.000050000 s|20.0 µs|0|it was preempted (involuntary)"_s,
        u"worker 0|101|preempted, waiting for a core|0.000070000 s|10.0 µs||"_s,
        u"core 0|101|running|0.000010000 s|20.0 µs||it blocked (voluntary)"_s,
        u"core 0|101|running|0.000050000 s|20.0 µs||it was preempted (involuntary)"_s,
        u"core 0|102|running|0.000070000 s|10.0 µs||it blocked (voluntary)"_s};
    QVERIFY2(rows == expected, qPrintable(rows.join(u'\n')));
    // Sorting goes by the number and not by its text.
    QVERIFY(model.index(0, SliceTableModel::Length).data(Qt::UserRole).toULongLong() == 20'000);
    QCOMPARE(model.headerData(SliceTableModel::Core, Qt::Horizontal, Qt::DisplayRole).toString(), u"core"_s);
}

void TestTimelineWidget::tableIsCutWhenLong()
{
    SyntheticRunTrace trace({.tasks = 2, .cpus = 2, .slices = 120'000, .keepTruth = false});
    TimelineStore store;
    SwitchChunk chunk;
    while (trace.next(chunk))
        store.append(chunk);
    const auto view = store.view();
    const std::vector<std::pair<LaneId, QString>> lanes{
        {{LaneId::Kind::Task, 1}, u"a"_s}, {{LaneId::Kind::Task, 2}, u"b"_s}};
    const auto table = slicesOf(*view, view->known(), lanes, 0);
    QVERIFY(table.isCut);
    QCOMPARE(table.rows.size(), SliceTable::kMostRows);
    QVERIFY(!slicesOf(*view, {view->known().beginNs, view->known().beginNs + 1'000'000}, lanes, 0).isCut);

    m_card->showView(view);
    m_card->showTable();
    auto *window = m_card->findChild<SliceTableWindow *>();
    QVERIFY(window != nullptr);
    QCOMPARE(window->findChild<QTableView *>()->model()->rowCount(), static_cast<int>(SliceTable::kMostRows));
}

void TestTimelineWidget::statisticsAreCopied()
{
    showWorkers();
    m_card->setSelection(TraceScript::span(10, 50));
    QSignalSpy done(m_card.get(), &TimelineCard::done);
    QTest::keyClick(m_canvas, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(done.size(), 1);
    const auto *copied = QGuiApplication::clipboard()->mimeData();
    QVERIFY(copied->hasFormat(u"text/tab-separated-values"_s));
    QVERIFY(copied->text().contains(u"worker 1\t"_s));
}

void TestTimelineWidget::picturesAreComplete()
{
    showWorkers();
    m_card->setSelection(TraceScript::span(10, 50));
    const auto picture = m_card->picture({1200, 640}, 2, u"primes, 2 workers"_s);
    QCOMPARE(picture.size(), QSize(1200, 640));
    const auto plainPicture = m_card->picture({1200, 640}, 2);
    QVERIFY(picture != plainPicture); // the caption
    m_card->setSelection(std::nullopt);
    QVERIFY(m_card->picture({1200, 640}, 2) != plainPicture);
    QVERIFY(m_card->picture({}, 2).isNull());
    QCOMPARE(m_card->picture({1, 1}, 1).size(), QSize(1, 1));
    QTemporaryDir directory;
    const auto path = directory.filePath(u"t.png"_s);
    QVERIFY(m_card->savePicture(path, {600, 320}, 1));
    QCOMPARE(QImage(path).size(), QSize(600, 320));
}

void TestTimelineWidget::svgIsWellFormedAndEscaped()
{
    showWorkers();
    m_card->setSelection(TraceScript::span(10, 50));
    QTemporaryDir directory;
    const auto path = directory.filePath(u"t.SVG"_s);
    QVERIFY(m_card->savePicture(path, {900, 420}, 1, u"<workers> & \"more\""_s));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto bytes = file.readAll();
    QXmlStreamReader xml(bytes);
    QString described;
    int shapes = 0;
    while (!xml.atEnd()) {
        xml.readNext();
        if (!xml.isStartElement())
            continue;
        if (xml.name() == u"desc")
            described = xml.readElementText();
        else
            shapes += xml.name() == u"rect" || xml.name() == u"path" || xml.name() == u"polyline" ? 1 : 0;
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QCOMPARE(described, u"<workers> & \"more\""_s);
    QVERIFY(shapes > 20);
    QVERIFY(!bytes.contains("<image")); // patterns are drawn as lines
    QVERIFY(bytes.contains("worker 0"));
}

void TestTimelineWidget::picturesThatCannotBeSavedSayWhy()
{
    showWorkers();
    for (const auto &path : {u"/nowhere/at/all.png"_s, u"/nowhere/at/all.svg"_s}) {
        const auto saved = m_card->savePicture(path, {600, 320}, 1);
        QVERIFY(!saved);
        QVERIFY(saved.error().where.find("/nowhere") != std::string::npos);
    }
    const auto full = m_card->savePicture(u"/dev/full"_s, {600, 320}, 1);
    QVERIFY(!full);
}

void TestTimelineWidget::screenReadersHearIt()
{
    showWorkers();
    auto *interface = QAccessible::queryAccessibleInterface(m_canvas);
    QVERIFY(interface != nullptr);
    QCOMPARE(interface->text(QAccessible::Name), u"Timeline"_s);
    const auto words = plain(interface->text(QAccessible::Description));
    QVERIFY2(words.contains(u"worker 0: running"_s), qPrintable(words));
    for (auto *button : m_card->findChildren<QToolButton *>())
        QVERIFY(!QAccessible::queryAccessibleInterface(button)->text(QAccessible::Name).isEmpty());
}

QTEST_MAIN(TestTimelineWidget)
#include "tst_timelinewidget.moc"
