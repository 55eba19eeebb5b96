// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/laneshapes.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr double kHatchPeriod = 6;

QRectF centredIn(const QRectF &body, double height)
{
    return {body.left(), body.center().y() - height / 2, body.width(), height};
}

QRectF columnsOf(const DrawList &list, const DrawRow &row, double begin, double end)
{
    const double width = list.plot.width() / list.columns;
    return {list.plot.left() + begin * width, row.bodyTop, (end - begin) * width, row.bodyHeight};
}

// The part of a polygon with sign * (x + slope * y - limit) >= 0.
QPolygonF cutAt(const QPolygonF &polygon, double slope, double limit, double sign)
{
    QPolygonF rest;
    for (qsizetype i = 0; i < polygon.size(); ++i) {
        const QPointF a = polygon[i];
        const QPointF b = polygon[(i + 1) % polygon.size()];
        const double fromA = sign * (a.x() + slope * a.y() - limit);
        const double fromB = sign * (b.x() + slope * b.y() - limit);
        if (fromA >= 0)
            rest.append(a);
        if ((fromA < 0) != (fromB < 0))
            rest.append(a + (b - a) * (fromA / (fromA - fromB)));
    }
    return rest;
}

// What lies of an area between two diagonals x + slope * y = from and = to.
QPolygonF between(const QRectF &area, double slope, double from, double to)
{
    const QPolygonF corners({area.topLeft(), area.topRight(), area.bottomRight(), area.bottomLeft()});
    return cutAt(cutAt(corners, slope, from, 1), slope, to, -1);
}

} // namespace

// Stripes as areas that end at the edges: a pen's lines would reach beyond them, and clipping is not for
// every viewer.
void LaneShapes::paintHatch(QPainter &painter, const QRectF &area, TimelineRole role) const
{
    painter.fillRect(area, roleSecondColour(m_theme, role));
    const double period = kHatchPeriod * m_scale;
    const bool isCrossed = role == TimelineRole::Unknown;
    const double width = isCrossed ? std::max(1.0, 1.2 * m_scale) : period / 2;
    painter.setBrush(roleColour(m_theme, role));
    const auto stripes = [&](double sign) {
        const double least = area.left() + std::min(sign * area.top(), sign * area.bottom());
        const double most = area.right() + std::max(sign * area.top(), sign * area.bottom());
        for (double from = std::floor(least / period) * period; from < most; from += period) {
            const auto stripe = between(area, sign, from, from + width);
            if (stripe.size() > 2)
                painter.drawPolygon(stripe);
        }
    };
    stripes(1);
    if (isCrossed)
        stripes(-1);
    painter.setBrush(Qt::NoBrush);
}

void LaneShapes::paintRole(QPainter &painter, const QRectF &body, TimelineRole role, int colour) const
{
    painter.setPen(Qt::NoPen);
    switch (role) {
    case TimelineRole::Running:
        painter.fillRect(body, runningColour(m_theme, colour));
        break;
    case TimelineRole::Runnable:
    case TimelineRole::Unknown:
        paintHatch(painter, body, role);
        break;
    case TimelineRole::GilWait:
        painter.fillRect(centredIn(body, kBandShare * body.height()), roleColour(m_theme, role));
        break;
    case TimelineRole::Blocked:
        painter.fillRect(
            centredIn(body, std::max(2 * m_scale, kLineShare * body.height())), roleColour(m_theme, role));
        break;
    }
}

void LaneShapes::paint(QPainter &painter, const DrawList &list) const
{
    painter.save();
    painter.setPen(Qt::NoPen);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const auto &row : list.rows) {
        if (row.kind == LaneEntry::Kind::Heat)
            paintHeat(painter, list, row);
        if (row.kind == LaneEntry::Kind::Core)
            painter.fillRect(columnsOf(list, row, 0, list.columns), emptyColour(m_theme));
    }
    painter.setClipRect(
        QRectF(list.plot.left(), list.rowsTop, list.plot.width(), list.rowsHeight), Qt::IntersectClip);
    for (const auto &piece : list.pieces) {
        switch (piece.kind) {
        case DrawPiece::Kind::Solid:
            paintRole(
                painter, columnsOf(list, list.rows[piece.row], piece.begin, piece.end), piece.role,
                piece.colour);
            break;
        case DrawPiece::Kind::Mixed:
            paintMixed(painter, list, piece);
            break;
        case DrawPiece::Kind::Stacked:
            paintStacked(painter, list, piece);
            break;
        }
    }
    painter.restore();
}

void LaneShapes::paintHeat(QPainter &painter, const DrawList &list, const DrawRow &row) const
{
    const double height = row.bodyHeight / static_cast<double>(std::max<std::size_t>(1, list.heat.size()));
    double top = row.bodyTop;
    for (const auto &band : list.heat) {
        constexpr int kUnknown = -1;
        const auto shadeAt = [&band](std::size_t i) {
            const auto share = static_cast<double>(band.shares[i]);
            return std::isfinite(share) ? static_cast<int>(std::lround(share * 24)) : kUnknown;
        };
        for (std::size_t begin = 0; begin < band.shares.size();) {
            auto end = begin + 1;
            while (end < band.shares.size() && shadeAt(end) == shadeAt(begin))
                ++end;
            auto area = columnsOf(list, row, static_cast<double>(begin), static_cast<double>(end));
            area.setTop(top);
            area.setHeight(height - (height >= 4 ? 1 : 0)); // air between the cores, as on the screen
            if (shadeAt(begin) == kUnknown)
                paintHatch(painter, area, TimelineRole::Unknown);
            else
                painter.fillRect(area, heatColour(m_theme, shadeAt(begin) / 24.0));
            begin = end;
        }
        top += height;
    }
}

// Side by side in a column, what runs on the side where it ran before.
void LaneShapes::paintMixed(QPainter &painter, const DrawList &list, const DrawPiece &piece) const
{
    const auto &row = list.rows[piece.row];
    const auto *before = &piece == list.pieces.data() ? nullptr : &piece - 1;
    bool runsFirst = before != nullptr && before->row == piece.row && before->end == piece.begin
        && before->kind == DrawPiece::Kind::Solid && before->role == TimelineRole::Running;
    for (int column = piece.begin; column < piece.end; ++column) {
        const auto &shares = list.shares[piece.first + static_cast<std::size_t>(column - piece.begin)];
        double at = column;
        const auto put = [&](std::size_t role) {
            const double share = static_cast<double>(shares.of[role]);
            if (share <= 0)
                return;
            paintRole(
                painter, columnsOf(list, row, at, at + share), static_cast<TimelineRole>(role),
                shares.colour);
            at += share;
        };
        const double empty = std::max(0.0, 1 - static_cast<double>(shares.total()));
        if (runsFirst)
            put(0);
        else
            at += empty;
        for (std::size_t role = 1; role < kTimelineRoles; ++role)
            put(role);
        if (!runsFirst)
            put(0);
        runsFirst = !runsFirst && shares.of[0] > 0;
    }
}

// For each state one area between two stepped lines.
void LaneShapes::paintStacked(QPainter &painter, const DrawList &list, const DrawPiece &piece) const
{
    const auto &row = list.rows[piece.row];
    const auto count = static_cast<std::size_t>(piece.end - piece.begin);
    const double bottom = row.bodyTop + row.bodyHeight;
    std::vector<double> floor(count, 0.0);
    const auto sharesOf = [&](std::size_t i) -> const ColumnShares & { return list.shares[piece.first + i]; };
    for (const auto role :
         {TimelineRole::Running, TimelineRole::Runnable, TimelineRole::GilWait, TimelineRole::Unknown,
          TimelineRole::Blocked}) {
        for (std::size_t begin = 0; begin < count;) {
            auto end = begin + 1;
            while (end < count
                   && (role != TimelineRole::Running || sharesOf(end).colour == sharesOf(begin).colour))
                ++end;
            QPolygonF area;
            const auto y = [&](double share) { return bottom - share * row.bodyHeight; };
            double most = 0;
            for (auto i = begin; i < end; ++i) {
                const auto column = columnsOf(
                    list, row, piece.begin + static_cast<double>(i),
                    piece.begin + static_cast<double>(i) + 1);
                const double share = static_cast<double>(sharesOf(i).share(role));
                most = std::max(most, share);
                area << QPointF(column.left(), y(floor[i] + share))
                     << QPointF(column.right(), y(floor[i] + share));
            }
            for (auto i = end; i-- > begin;) {
                const auto column = columnsOf(
                    list, row, piece.begin + static_cast<double>(i),
                    piece.begin + static_cast<double>(i) + 1);
                area << QPointF(column.right(), y(floor[i])) << QPointF(column.left(), y(floor[i]));
                floor[i] += static_cast<double>(sharesOf(i).share(role));
            }
            const auto colour = role == TimelineRole::Running ? runningColour(m_theme, sharesOf(begin).colour)
                : role == TimelineRole::Blocked               ? stackedBlockedColour(m_theme)
                                                              : roleColour(m_theme, role);
            painter.setBrush(colour);
            if (most > 0)
                painter.drawPolygon(area);
            begin = end;
        }
    }
    painter.setBrush(Qt::NoBrush);
}

} // namespace timeslice
