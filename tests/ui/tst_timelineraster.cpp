// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/syntheticruntrace.h"
#include "tests/ui/layoutfixture.h"
#include "ui/timeline/laneraster.h"
#include "ui/timeline/laneshapes.h"
#include "ui/timeline/timelinecolours.h"

#include <QImage>
#include <QLocale>
#include <QPainter>
#include <QTest>

#include <array>
#include <cmath>
#include <random>

using namespace timeslice;
using namespace timeslice::testing;
using namespace Qt::StringLiterals;

class TestTimelineRaster : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void pixelsHoldTheExactMean();
    void shapesCoverWhatPixelsDo();
    void stackedColumnsAreBlendedWherePartsMeet();
    void waitingForTheGilIsABand();
};

// The mean of the pixels of a lane is the mean of the states' colours, weighed by their time.
void TestTimelineRaster::pixelsHoldTheExactMean()
{
    SyntheticRunTrace trace({.tasks = 3, .cpus = 2, .slices = 3000, .seed = 5, .preemptedShare = 0});
    TimelineStore store;
    SwitchChunk chunk;
    while (trace.next(chunk))
        store.append(chunk);
    const auto view = store.view();
    const auto known = view->known();
    Picture picture{.columns = 400};
    picture.options.arrangement = LaneArrangement::ByCore;
    Theme theme = lightTheme();
    theme.running = Qt::black;
    theme.series.assign(theme.series.size(), Qt::black);
    theme.card = Qt::white;
    theme.blocked = Qt::white; // the empty lane, too
    theme.text = Qt::black;
    theme.quietText = Qt::black;
    LaneRaster raster(theme, 1, 1);
    for (const std::uint64_t part : {1U, 7U, 60U, 400U}) {
        const TimeSpan visible{
            known.beginNs + known.lengthNs() / 2,
            known.beginNs + known.lengthNs() / 2 + known.lengthNs() / 2 / part};
        const auto list = picture.of(*view, visible);
        QImage frame(458, 400, QImage::Format_RGB32);
        frame.fill(Qt::white);
        raster.paint(frame, list);
        for (std::uint32_t row = 1; row < list.rows.size(); ++row) {
            const auto &placed = list.rows[row];
            StateSums sums;
            view->columns(placed.lane, visible, std::span(&sums, 1));
            // The neutral colour of tasks that are no workers does not come up: all are numbered here.
            double black = 0;
            const int top = static_cast<int>(placed.bodyTop);
            const int height = static_cast<int>(placed.bodyHeight);
            for (int y = top; y < top + height; ++y) {
                for (int x = 0; x < list.columns; ++x)
                    black += 1 - qGray(frame.pixel(50 + x, y)) / 255.0;
            }
            black /= height * list.columns;
            const double expected =
                static_cast<double>(sums.runningNs) / static_cast<double>(visible.lengthNs());
            QVERIFY2(std::abs(black - expected) < 0.004, qPrintable(u"%1 for %2"_s.arg(black).arg(expected)));
        }
    }
}

// Drawn as shapes a picture has the same amount of each colour as drawn by columns.
void TestTimelineRaster::shapesCoverWhatPixelsDo()
{
    SyntheticRunTrace trace({.tasks = 3, .cpus = 2, .slices = 3000, .seed = 9});
    TimelineStore store;
    SwitchChunk chunk;
    while (trace.next(chunk))
        store.append(chunk);
    const auto view = store.view();
    const auto known = view->known();
    const auto &theme = lightTheme();
    for (const std::uint64_t part : {1U, 30U, 300U}) {
        const TimeSpan visible{known.beginNs, known.beginNs + known.lengthNs() / part};
        const auto list = Picture{.columns = 400}.of(*view, visible);
        QImage pixels(458, 400, QImage::Format_RGB32);
        pixels.fill(theme.card);
        LaneRaster(theme, 1, 1).paint(pixels, list);
        QImage shapes(458, 400, QImage::Format_RGB32);
        shapes.fill(theme.card);
        {
            QPainter painter(&shapes);
            LaneShapes(theme, 1).paint(painter, list);
        }
        for (const auto &row : list.rows) {
            if (row.bodyHeight < 2)
                continue;
            double redOf[2] = {0, 0};
            for (int y = static_cast<int>(row.bodyTop); y < static_cast<int>(row.bodyTop + row.bodyHeight);
                 ++y) {
                for (int x = 50; x < 450; ++x) {
                    redOf[0] += qRed(pixels.pixel(x, y));
                    redOf[1] += qRed(shapes.pixel(x, y));
                }
            }
            const double area = 400 * std::floor(row.bodyHeight);
            QVERIFY2(
                std::abs(redOf[0] - redOf[1]) / area < 8,
                qPrintable(u"%1: %2 and %3"_s.arg(row.name).arg(redOf[0] / area).arg(redOf[1] / area)));
        }
    }
}

// Whatever parts a column has, and whichever columns it is painted with: each pixel is the mean of what
// covers it. In plain colours, so that it can be told what that is.
void TestTimelineRaster::stackedColumnsAreBlendedWherePartsMeet()
{
    constexpr std::array kParts{
        TimelineRole::Running, TimelineRole::Runnable, TimelineRole::GilWait, TimelineRole::Unknown,
        TimelineRole::Blocked};
    constexpr int kColumns = 101;
    constexpr int kHeight = 23;
    const auto &theme = lightTheme();
    std::mt19937 random(4);
    std::uniform_real_distribution<float> part(0, 0.5F);
    DrawList list;
    list.plot = QRectF(0, 0, kColumns, kHeight + 10);
    list.columns = kColumns;
    list.rowsHeight = kHeight + 10;
    list.rows.push_back(
        {.kind = LaneEntry::Kind::Task, .height = kHeight + 10, .bodyTop = 5, .bodyHeight = kHeight});
    for (int column = 0; column < kColumns; ++column) {
        ColumnShares shares;
        float rest = 1;
        for (const auto role : kParts) {
            if (random() % 3 == 0)
                continue;
            // Also nothing but one part, and parts too thin to be seen.
            const float wanted = random() % 8 == 0 ? 1 : random() % 8 == 0 ? 0.001F : part(random);
            shares.of[static_cast<std::size_t>(role)] = std::min(rest, wanted);
            rest -= std::min(rest, wanted);
        }
        shares.colour = column % 3 - 1;
        list.shares.push_back(shares);
    }
    // Pieces of 1, 2, 3... columns.
    for (int begin = 0, length = 1; begin < kColumns; begin += length++)
        list.pieces.push_back(
            {.row = 0,
             .begin = begin,
             .end = std::min(begin + length, kColumns),
             .kind = DrawPiece::Kind::Stacked,
             .first = static_cast<std::size_t>(begin)});
    QImage frame(kColumns, kHeight + 10, QImage::Format_RGB32);
    frame.fill(theme.card);
    LaneRaster(theme, 1, 1).paint(frame, list);

    const auto isOneOf = [](QRgb pixel, QColor first, QColor second) {
        return pixel == first.rgb() || pixel == second.rgb();
    };
    for (int x = 0; x < kColumns; ++x) {
        const auto &shares = list.shares[static_cast<std::size_t>(x)];
        QCOMPARE(frame.pixel(x, 4), theme.card.rgb());
        QCOMPARE(frame.pixel(x, 5 + kHeight), theme.card.rgb());
        for (int y = 0; y < kHeight; ++y) {
            const QRgb pixel = frame.pixel(x, 5 + kHeight - 1 - y);
            double red = 0;
            double covered = 0;
            double from = 0;
            bool isPattern = false;
            const auto cover = [&](double length, const QColor &colour, bool hasPattern) {
                const double inside =
                    std::max(0.0, std::min<double>(y + 1, from + length) - std::max<double>(y, from));
                red += inside * colour.red();
                covered += inside;
                from += length;
                isPattern = isPattern || (hasPattern && inside > 0);
                if (hasPattern && inside > 0.9999)
                    QVERIFY(isOneOf(
                        pixel, colour,
                        roleSecondColour(
                            theme,
                            colour == roleColour(theme, TimelineRole::Runnable) ? TimelineRole::Runnable
                                                                                : TimelineRole::Unknown)));
            };
            for (const auto role : kParts) {
                const auto colour = role == TimelineRole::Running ? runningColour(theme, shares.colour)
                    : role == TimelineRole::Blocked               ? stackedBlockedColour(theme)
                                                                  : roleColour(theme, role);
                cover(
                    static_cast<double>(shares.share(role)) * kHeight, colour,
                    role == TimelineRole::Runnable || role == TimelineRole::Unknown);
            }
            red += (1 - covered) * theme.card.red();
            if (!isPattern)
                QVERIFY2(
                    std::abs(red - qRed(pixel)) < 1,
                    qPrintable(u"%1, %2: %3 for %4"_s.arg(x).arg(y).arg(qRed(pixel)).arg(red)));
        }
    }
}

// No model tells it yet: the look is ready.
void TestTimelineRaster::waitingForTheGilIsABand()
{
    DrawList list;
    list.plot = QRectF(0, 0, 20, 40);
    list.columns = 20;
    list.rowsHeight = 40;
    list.rows.push_back(
        {.kind = LaneEntry::Kind::Task, .top = 0, .height = 40, .bodyTop = 5, .bodyHeight = 30});
    list.pieces.push_back({.row = 0, .begin = 0, .end = 10, .role = TimelineRole::GilWait});
    ColumnShares half;
    half.of[static_cast<std::size_t>(TimelineRole::GilWait)] = 0.5F;
    half.of[static_cast<std::size_t>(TimelineRole::Running)] = 0.5F;
    list.pieces.push_back({.row = 0, .begin = 10, .end = 11, .kind = DrawPiece::Kind::Mixed, .first = 0});
    list.shares.push_back(half);
    QImage frame(20, 40, QImage::Format_RGB32);
    frame.fill(Qt::white);
    LaneRaster(lightTheme(), 1, 1).paint(frame, list);
    const QRgb band = roleColour(lightTheme(), TimelineRole::GilWait).rgb();
    QCOMPARE(frame.pixel(5, 20), band);
    QCOMPARE(frame.pixel(5, 7), qRgb(255, 255, 255));
    QCOMPARE(frame.pixel(5, 33), qRgb(255, 255, 255));
    int rows = 0;
    for (int y = 0; y < 40; ++y)
        rows += frame.pixel(5, y) == band ? 1 : 0;
    QCOMPARE(rows, 12);
    QVERIFY(frame.pixel(10, 20) != frame.pixel(10, 7));
}

QTEST_MAIN(TestTimelineRaster)
#include "tst_timelineraster.moc"
