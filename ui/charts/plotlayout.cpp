// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/plotlayout.h"

#include <QLocale>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

namespace timeslice {

namespace {

// Pixels. A line of 2 px shows no more than this; what moves is looked at less closely, and a line among many
// less still.
constexpr double kBucketStill = 4;
constexpr double kBucketMoving = 10;
constexpr double kBucketMovingCrowd = 20;
constexpr std::size_t kCrowd = 6; ///< Lines.
constexpr double kToleranceStill = 0.3;
constexpr double kToleranceMoving = 0.5;
constexpr double kTickEvery = 90; ///< Pixels between two time labels.

class PieceBuilder {
public:
    PieceBuilder(
        const TimeWindow &window, std::span<const float> values, double top, QSizeF size, double bucket)
        : m_window(window)
        , m_times(window.columns->times())
        , m_seconds(window.columns->seconds())
        , m_values(values)
        , m_top(top)
        , m_size(size)
        , m_bucketPixels(bucket)
        , m_tolerance(window.isMoving ? kToleranceMoving : kToleranceStill)
    { }

    QList<QPolygonF> build(RowRange rows)
    {
        const double samples = static_cast<double>(rows.last - rows.first);
        // Two points are kept of each bucket: with fewer than three in it there is nothing to gain.
        if (samples * m_bucketPixels > 2 * m_size.width())
            m_bucketSeconds = m_bucketPixels * m_window.axis.span() / std::max(1.0, m_size.width());
        for (std::size_t row = rows.first; row < rows.last; ++row) {
            if (!std::isfinite(m_values[row]) || isAfterHole(row, rows.first))
                endPiece();
            if (std::isfinite(m_values[row]))
                add(row);
        }
        endPiece();
        return std::move(m_pieces);
    }

private:
    [[nodiscard]] QPointF pointOf(std::size_t row) const
    {
        const double share = static_cast<double>(m_values[row]) / m_top;
        return {m_window.toX(row, m_size.width()), m_size.height() * (1 - share)};
    }

    // Where nothing was observed for longer than one and a half intervals (the machine slept), there is no
    // line.
    [[nodiscard]] bool isAfterHole(std::size_t row, std::size_t first) const
    {
        if (row == first)
            return false;
        const double length = static_cast<double>(m_seconds[row]);
        return m_times[row] - length - m_times[row - 1] > 1.5 * std::max(length, 0.02);
    }

    void add(std::size_t row)
    {
        if (m_piece.isEmpty() && m_bucket.empty())
            m_firstRow = row;
        if (m_bucketSeconds <= 0) {
            m_piece.append(pointOf(row));
            return;
        }
        const double index = std::floor(m_times[row] / m_bucketSeconds);
        if (!m_bucket.empty() && index != m_bucketIndex)
            flushBucket();
        m_bucketIndex = index;
        m_bucket.push_back(row);
    }

    // The two extremes in the order in which they happened.
    void flushBucket()
    {
        if (m_bucket.empty())
            return;
        const auto [low, high] =
            std::minmax_element(m_bucket.begin(), m_bucket.end(), [this](std::size_t a, std::size_t b) {
                return m_values[a] < m_values[b];
            });
        const auto [early, late] = std::minmax(*low, *high);
        m_piece.append(pointOf(early));
        if (late != early)
            m_piece.append(pointOf(late));
        m_bucket.clear();
    }

    void endPiece()
    {
        flushBucket();
        if (m_piece.isEmpty())
            return;
        // A value is the mean over its interval, so the first one of a piece is known from that interval's
        // beginning.
        const double start = m_times[m_firstRow] - static_cast<double>(m_seconds[m_firstRow]);
        const double x = m_window.axis.toX(start - m_window.origin, m_size.width());
        if (x < m_piece.front().x())
            m_piece.prepend(QPointF(x, m_piece.front().y()));
        QPolygonF cut = cutToWidth(m_piece);
        if (cut.size() > 1)
            m_pieces.append(simplified(cut));
        m_piece.clear();
    }

    // Rows just outside were taken along so that the line reaches the edge; here it gets its point on the
    // edge.
    [[nodiscard]] QPolygonF cutToWidth(const QPolygonF &piece) const
    {
        const double width = m_size.width();
        QPolygonF cut;
        cut.reserve(piece.size());
        const auto between = [](const QPointF &a, const QPointF &b, double x) {
            return QPointF(x, a.y() + (b.y() - a.y()) * (x - a.x()) / (b.x() - a.x()));
        };
        for (qsizetype i = 0; i < piece.size(); ++i) {
            const QPointF &point = piece[i];
            if (i > 0) {
                const QPointF &before = piece[i - 1];
                for (const double edge : {0.0, width}) {
                    if ((before.x() < edge && point.x() > edge))
                        cut.append(between(before, point, edge));
                }
            }
            if (point.x() >= 0 && point.x() <= width)
                cut.append(point);
        }
        return cut;
    }

    // One pass: a point is left out while one straight line from the last kept point passes all since within
    // the tolerance (the cone of allowed slopes is not empty).
    [[nodiscard]] QPolygonF simplified(const QPolygonF &points) const
    {
        if (points.size() < 3)
            return points;
        QPolygonF kept;
        kept.reserve(points.size());
        kept.append(points.front());
        double lowest = -INFINITY;
        double highest = INFINITY;
        for (qsizetype i = 1; i < points.size(); ++i) {
            QPointF way = points[i] - kept.back();
            const double slope = way.y() / way.x();
            if (slope < lowest || slope > highest) {
                kept.append(points[i - 1]);
                way = points[i] - kept.back();
                lowest = -INFINITY;
                highest = INFINITY;
            }
            lowest = std::max(lowest, (way.y() - m_tolerance) / way.x());
            highest = std::min(highest, (way.y() + m_tolerance) / way.x());
        }
        if (kept.back() != points.back())
            kept.append(points.back());
        return kept;
    }

    const TimeWindow &m_window;
    std::span<const double> m_times;
    std::span<const float> m_seconds;
    std::span<const float> m_values;
    double m_top;
    QSizeF m_size;
    double m_bucketPixels;
    double m_tolerance;
    double m_bucketSeconds = 0; ///< 0: every sample is drawn.
    double m_bucketIndex = 0;
    std::vector<std::size_t> m_bucket; ///< Rows of the bucket that is being filled.
    std::size_t m_firstRow = 0;
    QPolygonF m_piece;
    QList<QPolygonF> m_pieces;
};

// The largest unit that leaves at least 1 of it at the top.
std::pair<double, QString> durationUnit(double top)
{
    for (const double factor : {1.0, 1e-3, 1e-6}) {
        if (top >= factor * (1 - 1e-9))
            return {factor, formatDuration(factor).unit};
    }
    return {1e-9, formatDuration(1e-9).unit};
}

// Decimals and a factor of a thousand follow from the grid's step and top, so that all labels of a grid
// agree. What they are in stands at the top one only.
QString tickLabel(const ChartSpec &spec, const ValueTicks &ticks, double value)
{
    const bool isTop = value == ticks.values.back();
    double unit = 1;
    QString unitText;
    switch (spec.scale) {
    case ChartSpec::Scale::Shares:
        unit = 0.01;
        unitText = QStringLiteral("%");
        break;
    case ChartSpec::Scale::Durations:
        std::tie(unit, unitText) = durationUnit(ticks.top);
        break;
    case ChartSpec::Scale::Amounts:
    case ChartSpec::Scale::Counts:
        constexpr std::pair<double, char> kUnits[] = {{1e9, 'G'}, {1e6, 'M'}, {1e3, 'k'}};
        for (const auto &[factor, letter] : kUnits) {
            if (ticks.top >= factor * (letter == 'k' ? 100 : 1)) {
                unit = factor;
                unitText = QLatin1Char(letter);
                break;
            }
        }
        break;
    }
    const double step = (ticks.values.size() > 1 ? ticks.values[1] : ticks.top) / unit;
    const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
    const QString number = QLocale().toString(value / unit, 'f', value == 0 ? 0 : decimals);
    return isTop && !unitText.isEmpty() ? number + QChar(QChar::Nbsp) + unitText : number;
}

} // namespace

RowRange rowsInside(const TimeWindow &window)
{
    const auto times = window.columns->times();
    const auto first = std::lower_bound(times.begin(), times.end(), window.origin + window.axis.begin);
    const auto last = std::upper_bound(first, times.end(), window.origin + window.axis.end);
    return {static_cast<std::size_t>(first - times.begin()), static_cast<std::size_t>(last - times.begin())};
}

RowRange rowsInView(const TimeWindow &window)
{
    RowRange range = rowsInside(window);
    if (range.first > 0)
        --range.first;
    if (range.last < window.columns->rows())
        ++range.last;
    return range;
}

QList<QPolygonF>
linePieces(const TimeWindow &window, std::span<const float> values, double top, QSizeF size, bool crowded)
{
    RowRange rows = rowsInView(window);
    rows.last = std::min(rows.last, values.size());
    const double moving = crowded ? kBucketMovingCrowd : kBucketMoving;
    return PieceBuilder(window, values, top, size, window.isMoving ? moving : kBucketStill).build(rows);
}

QPolygonF areaBelow(const QPolygonF &piece, double bottom)
{
    QPolygonF area = piece;
    if (!piece.isEmpty()) {
        area.append(QPointF(piece.back().x(), bottom));
        area.append(QPointF(piece.front().x(), bottom));
    }
    return area;
}

QList<QLineF> dashesAlong(const QPolygonF &piece, const QList<qreal> &dash, double scale)
{
    QList<QLineF> dashes;
    const double period = std::accumulate(dash.begin(), dash.end(), 0.0) * scale;
    if (piece.size() < 2 || !(period > 0))
        return dashes;
    // Where the dash begins or ends that x lies in, and whether it is one.
    double edge = std::floor(piece.front().x() / period) * period;
    qsizetype part = 0;
    const auto advance = [&](double x) {
        while (edge + dash[part] * scale <= x) {
            edge += dash[part] * scale;
            part = (part + 1) % dash.size();
        }
    };
    for (qsizetype i = 1; i < piece.size(); ++i) {
        const QPointF from = piece[i - 1];
        const QPointF way = piece[i] - from;
        double x = from.x();
        advance(x);
        do {
            const double end = std::min(edge + dash[part] * scale, piece[i].x());
            if (part % 2 == 0 && way.x() > 0)
                dashes.append(QLineF(
                    from + way * ((x - from.x()) / way.x()), from + way * ((end - from.x()) / way.x())));
            else if (part % 2 == 0)
                dashes.append(QLineF(from, piece[i]));
            x = end;
            advance(x);
        } while (x < piece[i].x());
    }
    return dashes;
}

ValueTicks shareTicks()
{
    return {1, {0, 0.5, 1}};
}

PlotContent layoutFrame(const ChartSpec &spec, const TimeAxis &axis, const ValueTicks &ticks, QSizeF size)
{
    PlotContent content;
    for (const double value : ticks.values)
        content.grid.push_back({size.height() * (1 - value / ticks.top), tickLabel(spec, ticks, value)});
    for (const auto &tick : timeTicks(axis, std::max(1, static_cast<int>(size.width() / kTickEvery))))
        content.timeTicks.push_back({axis.toX(tick.seconds, size.width()), tick.text});
    return content;
}

PlotContent layoutLines(
    const ChartSpec &spec, const TimeWindow &window, const ValueTicks &ticks, QSizeF size, const QColor &card)
{
    PlotContent content = layoutFrame(spec, window.axis, ticks, size);
    for (const auto &track : spec.tracks) {
        auto pieces = linePieces(window, track.values, ticks.top, size, spec.tracks.size() > kCrowd);
        if (track.hatched) {
            for (const auto &piece : pieces)
                content.hatchedAreas.append(areaBelow(piece, size.height()));
            continue;
        }
        PlotLine line{track.style, {}, {}, std::move(pieces)};
        if (track.filled)
            line.fill = mixed(card, track.style.color, 0.14);
        if (spec.hasEndLabels())
            line.endLabel = track.shortName;
        content.lines.push_back(std::move(line));
    }
    const bool anything = std::any_of(content.lines.begin(), content.lines.end(), [](const PlotLine &line) {
        return !line.pieces.isEmpty();
    });
    if (!anything)
        content.emptyText = spec.emptyText;
    if (spec.reference && anything)
        content.referenceY = size.height() * (1 - spec.reference->value / ticks.top);
    return content;
}

} // namespace timeslice
