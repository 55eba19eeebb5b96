// SPDX-License-Identifier: GPL-3.0-or-later
// The window for people who use the keyboard or a screen reader, and what leaves it: pictures and files.
#include "tests/ui/windowfixture.h"
#include "ui/charts/chartcard.h"
#include "ui/charts/chartstack.h"
#include "ui/charts/charttable.h"
#include "ui/charts/recordingpicture.h"
#include "ui/columnscroll.h"
#include "ui/exportdialog.h"
#include "ui/exporter.h"
#include "ui/numberfield.h"
#include "ui/pictures.h"
#include "ui/timeline/timelinecanvas.h"
#include "ui/timeline/timelinecard.h"
#include "ui/timeline/timelinekeys.h"

#include <QAccessible>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QScrollBar>
#include <QSplitter>
#include <QTextEdit>
#include <QToolButton>

using namespace timeslice;

class TestWindowAccess : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void everyActionIsInAMenuAndKeysAreUnique();
    void everyVisibleWidgetHasAnAccessibleName();
    void everythingIsReachedWithTheTabKey();
    void targetsAreLargeEnough();
    void largerTextIsNotCut();
    void runsAreExportedOnlyOnceThereIsOne();
    void runsAreWrittenInTheFormatThatWasAskedFor();
    void picturesHaveTheSizeThatWasAskedFor();
    void theWindowIsPicturedInAnySizeAndStaysAsItIs();
    void unwritablePicturesAreReported();
    void exportDialogLimitsTheSize();
    void theTimelineIsSavedWithItsCaption();
    void chartIsCopiedAsAPicture();
    void ctrlTShowsTheTableOfTheChartThatHasTheFocus();
    void helpNamesEveryKey();
};

void TestWindowAccess::everyActionIsInAMenuAndKeysAreUnique()
{
    const WindowFixture f;
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

void TestWindowAccess::everyVisibleWidgetHasAnAccessibleName()
{
    const WindowFixture f;
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

void TestWindowAccess::everythingIsReachedWithTheTabKey()
{
    const WindowFixture f;
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

void TestWindowAccess::targetsAreLargeEnough()
{
    const WindowFixture f;
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

void TestWindowAccess::largerTextIsNotCut()
{
    const WindowFixture f;
    f.window->resize(1440, 860);
    runSomething(f);
    const auto columns = f.window->findChildren<ColumnScroll *>();
    QCOMPARE(columns.size(), 2);
    const auto widths = [&] { return f.window->findChild<QSplitter *>()->sizes(); };
    const QList<int> before = widths();
    for (int i = 0; i < 5; ++i)
        f.press(Qt::Key_Plus, Qt::ControlModifier);
    QVERIFY(f.themes.scale() > 1.5);
    for (const auto *column : columns) {
        QTRY_COMPARE(column->horizontalScrollBar()->maximum(), 0);
        QVERIFY(column->widget()->width() >= column->widget()->minimumSizeHint().width());
    }
    f.press(Qt::Key_0, Qt::ControlModifier);
    const QList<int> again = widths();
    QVERIFY(std::abs(again[0] - before[0]) <= 3 && std::abs(again[2] - before[2]) <= 3);
}

void TestWindowAccess::runsAreExportedOnlyOnceThereIsOne()
{
    const WindowFixture f;
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
    QTRY_VERIFY_WITH_TIMEOUT(f.says("Saved to"), kPatienceMs);
    QVERIFY(saved.open(QIODevice::ReadOnly));
    QVERIFY(saved.readAll().contains("timeslice.run/1"));
    // And back: the window takes the experiment out of its own file.
    f.window->setExperiment(sleepFor(3, 3));
    QVERIFY(f.window->openFile(saved.fileName()));
    QVERIFY(*f.panel()->experiment() == sleepFor(1, 20));
}

void TestWindowAccess::runsAreWrittenInTheFormatThatWasAskedFor()
{
    WindowFixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(1, 20));
    f.press(Qt::Key_F5);
    QVERIFY(shown.wait(kPatienceMs));
    const RecordingPtr recording = shownIn(shown);
    auto *exporter = f.window->findChild<Exporter *>();
    QSignalSpy done(exporter, &Exporter::done);
    QSignalSpy failed(exporter, &Exporter::failed);
    exporter->writeRun(recording, ExportFormat::Csv, f.folder.filePath(QStringLiteral("table.json")));
    QTRY_COMPARE_WITH_TIMEOUT(done.count(), 1, kPatienceMs);
    QFile table(f.folder.filePath(QStringLiteral("table.json")));
    QVERIFY(table.open(QIODevice::ReadOnly));
    QVERIFY(table.readAll().startsWith("t_s,"));
    exporter->writeRun(recording, ExportFormat::Json, QStringLiteral("/nowhere/at/all.json"));
    QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatienceMs);
    // A window that is closed at once still leaves the whole file.
    const QString late = f.folder.filePath(QStringLiteral("late.json"));
    exporter->writeRun(recording, ExportFormat::Json, late);
    f.window.reset();
    QFile file(late);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll().endsWith("}\n"));
}

void TestWindowAccess::picturesHaveTheSizeThatWasAskedFor()
{
    const WindowFixture f;
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

void TestWindowAccess::theWindowIsPicturedInAnySizeAndStaysAsItIs()
{
    const WindowFixture f;
    f.window->resize(1440, 900);
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    f.window->setExperiment(sleepFor(10, 1200, "qthread", 24)); // half a second: the charts have lines
    f.press(Qt::Key_F5);
    QVERIFY(shown.wait(kPatienceMs));
    // What must not get lost: columns moved by hand, and lanes that are scrolled.
    auto *splitter = f.window->findChild<QSplitter *>();
    splitter->setSizes({300, 700, 400});
    const QList<int> columns = splitter->sizes();
    auto *charts = f.window->findChild<ChartStack *>();
    charts->settle();
    const auto *timeline = f.window->findChild<TimelineCard *>();
    auto *bar = timeline->findChild<QScrollBar *>();
    if (shownIn(shown)->trace.timeline)
        QTRY_VERIFY(!timeline->isFollowing() && timeline->isAllVisible() && bar->maximum() > 20);
    bar->setValue(bar->maximum());
    const int scrolled = bar->value();
    const auto pictured = [](const QImage &picture, const QWidget *part) {
        return picture.copy(QRect(part->mapTo(part->window(), QPoint()), part->size()));
    };
    const auto now = [&](const QWidget *part) { return pictured(pictureOf(*f.window, 1), part); };
    const QImage chartsBefore = now(charts);
    const QImage timelineBefore = now(timeline);

    auto *exporter = f.window->findChild<Exporter *>();
    const QString path = f.folder.filePath(QStringLiteral("a.png"));
    const QString id = QStringLiteral("window");
    QVERIFY(exporter->save({id, {1600, 1000}, 1}, path));
    const QImage picture(path);
    QCOMPARE(picture.size(), QSize(1600, 1000));
    QCOMPARE(f.window->size(), QSize(1440, 900));
    QCOMPARE(splitter->sizes(), columns);
    QCOMPARE(bar->value(), scrolled);
    QCOMPARE(now(charts), chartsBefore);
    QCOMPARE(now(timeline), timelineBefore);
    QVERIFY(exporter->save({id, {3200, 2000}, 2}, path)); // twice as fine and not twice as large
    const QImage fine(path);
    QCOMPARE(fine.size(), QSize(3200, 2000));
    const QSize least = f.window->minimumSizeHint();
    QVERIFY(exporter->save({id, least, 1}, path));
    QVERIFY(!exporter->save({id, least - QSize(1, 0), 1}, path));
    QVERIFY(!exporter->save({id, least - QSize(0, 1), 1}, path));
    QCOMPARE(f.window->size(), QSize(1440, 900));
    QCOMPARE(bar->value(), scrolled);

    // It is what a window of this size shows.
    f.window->resize(1600, 1000);
    charts->settle();
    QTRY_COMPARE(now(charts), pictured(picture, charts));
    QTRY_COMPARE(now(timeline), pictured(picture, timeline));
    QVERIFY(pictured(picture, charts).width() > chartsBefore.width());
    const auto isBlown = [](const QImage &image) { // each of its pixels is four times the same
        const QImage half = image.scaled(image.size() / 2, Qt::IgnoreAspectRatio, Qt::FastTransformation);
        return half.scaled(image.size(), Qt::IgnoreAspectRatio, Qt::FastTransformation) == image;
    };
    const auto *canvas = timeline->findChild<TimelineCanvas *>();
    const QRect place(canvas->mapTo(f.window.get(), QPoint()) * 2, canvas->size() * 2);
    QVERIFY(isBlown(picture.scaled(fine.size())));
    QVERIFY(!isBlown(fine.copy(place.adjusted(0, 0, -place.width() / 8, 0)))); // without the scroll bar
}

void TestWindowAccess::unwritablePicturesAreReported()
{
    const WindowFixture f;
    auto *exporter = f.window->findChild<Exporter *>();
    QVERIFY(!exporter->save({QStringLiteral("window"), {}, 1}, QStringLiteral("/nowhere/at/all.png")));
    QVERIFY(!exporter->save({QStringLiteral("window"), {}, 1}, f.folder.path()));
    QVERIFY(!exporter->save({QStringLiteral("window"), {}, 1}, QStringLiteral("/dev/full")));
}

void TestWindowAccess::exportDialogLimitsTheSize()
{
    ExportDialog dialog(
        {{QStringLiteral("window"), QStringLiteral("The window"), {1200, 800}, {1000, 700}, false},
         {QStringLiteral("cores"), QStringLiteral("Cores"), {900, 320}, {}, false}},
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

    // The window has a least size, which is named when it is asked for less.
    auto *subject = dialog.findChildren<QComboBox *>().constFirst();
    subject->setCurrentIndex(0);
    Q_EMIT subject->activated(0); // what choosing it does
    QCOMPARE(dialog.request().pixels, QSize(2400, 1600));
    QVERIFY(save->isEnabled() && width->isEnabled());
    width->setWhole(1000);
    Q_EMIT width->edited();
    QVERIFY(save->isEnabled());
    width->setWhole(999);
    Q_EMIT width->edited();
    QVERIFY(!save->isEnabled());
    QVERIFY2(width->problem().contains(QLatin1String("1000 to")), qPrintable(width->problem()));
}

// As what the chosen filter says, and never before there is one.
void TestWindowAccess::theTimelineIsSavedWithItsCaption()
{
    const WindowFixture f;
    auto *action = f.action(QStringLiteral("Save timeline as picture…"));
    QVERIFY(!action->isEnabled());
    runSomething(f);
    if (const auto &trace = f.lab->recordings().back()->trace; !trace.timeline)
        QSKIP(qPrintable(QString::fromStdString("no timeline here: " + trace.reason)));
    QTRY_VERIFY(action->isEnabled());
    f.state->setExportFolder(f.folder.path());
    action->trigger();
    auto *dialog = f.window->findChild<QFileDialog *>();
    QVERIFY(dialog && dialog->isVisible());
    const auto name = [dialog] { return QFileInfo(dialog->selectedFiles().value(0)).fileName(); };
    QCOMPARE(name(), QStringLiteral("timeslice-timeline.png"));
    QVERIFY(dialog->nameFilters().at(1).contains(QLatin1String("*.svg")));
    Q_EMIT dialog->filterSelected(dialog->nameFilters().at(1)); // what choosing it does
    QCOMPARE(name(), QStringLiteral("timeslice-timeline.svg"));
    dialog->selectFile(QStringLiteral("figure"));
    QCOMPARE(name(), QStringLiteral("figure.svg"));
    const QString path = f.folder.filePath(name());
    Q_EMIT dialog->fileSelected(path);
    dialog->reject();
    QFile saved(path);
    QVERIFY(saved.open(QIODevice::ReadOnly));
    const QString svg = QString::fromUtf8(saved.readAll());
    const auto &recording = *f.lab->recordings().back();
    const QString caption = pictureCaption(recording);
    QVERIFY(caption.contains(experimentCaption(recording)) && caption.contains(recordingCaption(recording)));
    QVERIFY2(
        svg.contains(QStringLiteral("<desc>%1</desc>").arg(caption.toHtmlEscaped())), qPrintable(caption));
}

void TestWindowAccess::chartIsCopiedAsAPicture()
{
    const WindowFixture f;
    f.press(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    const QMimeData *copied = QGuiApplication::clipboard()->mimeData();
    QVERIFY(copied->hasImage());
    QVERIFY(!qvariant_cast<QImage>(copied->imageData()).isNull());
    QVERIFY(copied->hasText());
}

void TestWindowAccess::ctrlTShowsTheTableOfTheChartThatHasTheFocus()
{
    const WindowFixture f;
    const auto tables = [&f] {
        QStringList titles;
        for (const auto *table : f.window->findChildren<ChartTableWindow *>())
            titles << table->windowTitle();
        return titles;
    };
    const auto *charts = f.window->findChild<ChartStack *>();
    auto *card = charts->findChildren<ChartCard *>().at(2);
    card->setFocus();
    QCOMPARE(charts->currentChart(), QStringLiteral("switches"));
    QTest::keyClick(card, Qt::Key_T, Qt::ControlModifier);
    QCOMPARE(tables().size(), 1);
    QVERIFY2(
        tables().at(0).startsWith(charts->chartTitle(QStringLiteral("switches"))),
        qPrintable(tables().at(0)));
    // The one used last, when none has the focus.
    f.window->activateWindow();
    f.window->setFocus();
    f.press(Qt::Key_T, Qt::ControlModifier);
    QCOMPARE(tables().size(), 2);
    QCOMPARE(tables().at(1), tables().at(0));
}

void TestWindowAccess::helpNamesEveryKey()
{
    const WindowFixture f;
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
         {"F5", "Esc", "Space", "Ctrl+Shift+C", "Ctrl++", "Ctrl+R", "Workload", "Involuntary", "Baseline",
          "Window gap", "GIL", "Preempted", "Migration", "Loop lag", "Drag", "Wheel"})
        QVERIFY2(text->toPlainText().contains(QLatin1String(words)), words);
    for (const auto &entry : timelineKeys()) {
        QVERIFY2(text->toPlainText().contains(QLatin1String(entry.help)), entry.help);
        QVERIFY2(text->toPlainText().contains(keyWords(entry.command)), entry.help);
    }
}

QTEST_MAIN(TestWindowAccess)
#include "tst_windowaccess.moc"
