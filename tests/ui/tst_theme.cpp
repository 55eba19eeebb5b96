// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme.h"
#include "ui/themecontroller.h"

#include <QApplication>
#include <QImage>
#include <QLabel>
#include <QPainter>
#include <QSet>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace timeslice;

namespace {

constexpr double kForText = 4.5; // WCAG 2, level AA
constexpr double kForMarks = 3;

/// What a desktop that turns dark (or light) does to the application.
void setDesktop(bool dark)
{
    QPalette desktop;
    const QColor color(dark ? 0x202020 : 0xf0f0f0);
    for (const auto group : {QPalette::Active, QPalette::Inactive, QPalette::Disabled}) {
        for (const auto role : {QPalette::Window, QPalette::Base, QPalette::AlternateBase})
            desktop.setColor(group, role, color);
    }
    QApplication::setPalette(desktop);
}

} // namespace

class TestTheme : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void textCanBeRead_data();
    void textCanBeRead();
    void marksCanBeSeen_data();
    void marksCanBeSeen();
    void contrastIsThatOfWcag();
    void sixteenLinesDiffer_data();
    void sixteenLinesDiffer();
    void neighboursDifferInDashToo();
    void heatRunsFromLowToHigh_data();
    void heatRunsFromLowToHigh();
    void hatchingLeavesGaps();
    void figuresHaveOneWidth();

    void systemModeFollowsTheDesktop();
    void chosenModeStaysWhateverTheDesktopDoes();
    void scaleIsBoundedAndMakesEverythingLarger();
    void styleSheetHoldsNoPlaceholders_data();
    void styleSheetHoldsNoPlaceholders();

private:
    static void addThemes();
};

void TestTheme::addThemes()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestTheme::textCanBeRead_data()
{
    addThemes();
}

void TestTheme::textCanBeRead()
{
    QFETCH(bool, dark);
    const Theme &theme = dark ? darkTheme() : lightTheme();
    QCOMPARE(theme.dark, dark);
    for (const QColor &ground : {theme.card, theme.ground}) {
        for (const QColor &text : {theme.text, theme.quietText, theme.failed})
            QVERIFY2(contrast(text, ground) >= kForText, qPrintable(text.name()));
    }
    QVERIFY(contrast(theme.onAccent, theme.accent) >= kForText);
    // A selected line of text, and what a palette hands to native widgets.
    QVERIFY(contrast(theme.text, mixed(theme.card, theme.accent, theme.selection.alphaF())) >= kForText);
    const QPalette palette = paletteOf(theme);
    for (const auto &[text, ground] :
         {std::pair{QPalette::WindowText, QPalette::Window},
          {QPalette::Text, QPalette::Base},
          {QPalette::ButtonText, QPalette::Button},
          {QPalette::HighlightedText, QPalette::Highlight},
          {QPalette::ToolTipText, QPalette::ToolTipBase},
          {QPalette::PlaceholderText, QPalette::Base},
          {QPalette::Link, QPalette::Base},
          {QPalette::LinkVisited, QPalette::Base}}) {
        const double ratio = contrast(palette.color(text), palette.color(ground));
        QVERIFY2(ratio >= kForText, qPrintable(QStringLiteral("%1: %2").arg(text).arg(ratio)));
    }
}

void TestTheme::marksCanBeSeen_data()
{
    addThemes();
}

void TestTheme::marksCanBeSeen()
{
    QFETCH(bool, dark);
    const Theme &theme = dark ? darkTheme() : lightTheme();
    for (const QColor &line : theme.series)
        QVERIFY2(contrast(line, theme.card) >= kForMarks, qPrintable(line.name()));
    for (const QColor &mark :
         {theme.accent, theme.running, theme.preempted, theme.voluntary, theme.gilWait, theme.failed}) {
        QVERIFY2(contrast(mark, theme.card) >= kForMarks, qPrintable(mark.name()));
        QVERIFY2(contrast(mark, theme.ground) >= 2.7, qPrintable(mark.name())); // next to a card, not on it
    }
    // Pairs that stand side by side are told apart by more than their hue.
    QVERIFY(seriesStyle(theme, 0).dash != seriesStyle(theme, 1).dash);
    QVERIFY(voluntaryStyle(theme).dash != involuntaryStyle(theme).dash);
    QVERIFY(contrast(theme.heatLow, theme.heatHigh) >= kForText);
}

void TestTheme::contrastIsThatOfWcag()
{
    QVERIFY(std::abs(contrast(Qt::black, Qt::white) - 21) < 1e-9);
    QVERIFY(std::abs(contrast(Qt::white, Qt::black) - 21) < 1e-9);
    QCOMPARE(contrast(Qt::red, Qt::red), 1.0);
    QVERIFY(std::abs(contrast(QColor(0x777777), Qt::white) - 4.478) < 0.001);
}

void TestTheme::sixteenLinesDiffer_data()
{
    addThemes();
}

void TestTheme::sixteenLinesDiffer()
{
    QFETCH(bool, dark);
    const Theme &theme = dark ? darkTheme() : lightTheme();
    QSet<QString> seen;
    for (int i = 0; i < 16; ++i) {
        const SeriesStyle style = seriesStyle(theme, i);
        QString key = style.color.name();
        for (const qreal length : style.dash)
            key += QStringLiteral(" %1").arg(length);
        QVERIFY2(!seen.contains(key), qPrintable(key));
        seen.insert(key);
    }
    QCOMPARE(seriesStyle(theme, 16).color, seriesStyle(theme, 0).color); // then again
}

void TestTheme::neighboursDifferInDashToo()
{
    for (int i = 0; i < 15; ++i)
        QVERIFY2(
            seriesStyle(lightTheme(), i).dash != seriesStyle(lightTheme(), i + 1).dash,
            qPrintable(QString::number(i)));
}

void TestTheme::heatRunsFromLowToHigh_data()
{
    addThemes();
}

void TestTheme::heatRunsFromLowToHigh()
{
    QFETCH(bool, dark);
    const Theme &theme = dark ? darkTheme() : lightTheme();
    QCOMPARE(heatColour(theme, 0), theme.heatLow);
    QCOMPARE(heatColour(theme, 1), theme.heatHigh);
    QCOMPARE(heatColour(theme, -3), theme.heatLow);
    QCOMPARE(heatColour(theme, 3), theme.heatHigh);
    // Lightness alone orders the shares: more is further from the card, for every step.
    double before = contrast(heatColour(theme, 0), theme.card);
    for (int percent = 5; percent <= 100; percent += 5) {
        const double now = contrast(heatColour(theme, percent / 100.0), theme.card);
        QVERIFY2(now > before, qPrintable(QString::number(percent)));
        before = now;
    }
}

void TestTheme::hatchingLeavesGaps()
{
    for (const double scale : {1.0, 2.0}) {
        QImage image(60, 60, QImage::Format_RGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        painter.fillRect(image.rect(), hatch(Qt::black, scale));
        painter.end();
        int dark = 0;
        int light = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                dark += qGray(image.pixel(x, y)) < 80 ? 1 : 0;
                light += qGray(image.pixel(x, y)) > 200 ? 1 : 0;
            }
        }
        QVERIFY(dark > 300);
        QVERIFY(light > 300);
    }
}

void TestTheme::figuresHaveOneWidth()
{
    const QFontMetricsF metrics(numberFont());
    const double width = metrics.horizontalAdvance(QStringLiteral("0000"));
    for (const char *figures : {"1111", "8888", "1090"})
        QVERIFY(std::abs(metrics.horizontalAdvance(QLatin1String(figures)) - width) < 0.5);
    QVERIFY(QFontMetricsF(bigNumberFont()).height() > 2.5 * QFontMetricsF(bodyFont()).height());
    QVERIFY(QFontMetricsF(quietFont()).height() <= QFontMetricsF(bodyFont()).height());
}

void TestTheme::systemModeFollowsTheDesktop()
{
    setDesktop(false);
    ThemeController themes;
    QSignalSpy changed(&themes, &ThemeController::changed);
    QVERIFY(!themes.theme().dark);
    setDesktop(true);
    QTRY_VERIFY(themes.theme().dark);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(QApplication::palette().color(QPalette::Base), darkTheme().card);
    setDesktop(false);
    QTRY_VERIFY(!themes.theme().dark);
    QCOMPARE(changed.count(), 2);
    QCOMPARE(QApplication::palette().color(QPalette::Base), lightTheme().card);
}

void TestTheme::chosenModeStaysWhateverTheDesktopDoes()
{
    setDesktop(false);
    ThemeController themes;
    themes.setMode(ThemeController::Mode::Dark);
    QVERIFY(themes.theme().dark);
    QLabel label;
    label.show();
    QCOMPARE(label.palette().color(QPalette::WindowText), darkTheme().text);
    QSignalSpy changed(&themes, &ThemeController::changed);
    setDesktop(false);
    QTest::qWait(50);
    QVERIFY(themes.theme().dark);
    QCOMPARE(changed.count(), 0);
    themes.setMode(ThemeController::Mode::Light);
    QVERIFY(!themes.theme().dark);
    QCOMPARE(label.palette().color(QPalette::WindowText), lightTheme().text);
    themes.setMode(ThemeController::Mode::System);
    QVERIFY(!themes.theme().dark);
}

void TestTheme::scaleIsBoundedAndMakesEverythingLarger()
{
    ThemeController themes;
    QSignalSpy changed(&themes, &ThemeController::changed);
    const double before = QFontMetricsF(QApplication::font()).height();
    themes.setScale(2);
    QCOMPARE(changed.count(), 1);
    const double twice = QFontMetricsF(QApplication::font()).height();
    QVERIFY(twice > 1.7 * before && twice < 2.3 * before);
    themes.setScale(2);
    QCOMPARE(changed.count(), 1); // nothing is new
    themes.setScale(1000);
    QCOMPARE(themes.scale(), ThemeController::kMaxScale);
    themes.setScale(0);
    QCOMPARE(themes.scale(), ThemeController::kMinScale);
    themes.setScale(std::nan(""));
    QCOMPARE(themes.scale(), 1.0);
    QCOMPARE(QFontMetricsF(QApplication::font()).height(), before);
}

void TestTheme::styleSheetHoldsNoPlaceholders_data()
{
    addThemes();
}

void TestTheme::styleSheetHoldsNoPlaceholders()
{
    QFETCH(bool, dark);
    const Theme &theme = dark ? darkTheme() : lightTheme();
    for (const double scale : {0.75, 1.0, 3.0}) {
        const QString sheet = styleSheetOf(theme, scale);
        QVERIFY2(!sheet.contains(QLatin1Char('%')), qPrintable(sheet));
        QVERIFY(sheet.contains(theme.card.name()));
    }
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
