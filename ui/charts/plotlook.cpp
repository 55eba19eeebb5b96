// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/plotlook.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr qsizetype kMostLabels = 200;

// Hairlines lie on whole pixels, else they smear over two.
double onPixel(double y)
{
    return std::floor(y) + 0.5;
}

// Most of the area lies below the line's lowest point, and a rectangle is filled many times faster than a
// polygon.
void fillBelow(QPainter &painter, const QPolygonF &piece, double bottom)
{
    double lowest = 0;
    for (const auto &point : piece)
        lowest = std::max(lowest, point.y());
    lowest = std::min(std::ceil(lowest), bottom);
    painter.drawPolygon(areaBelow(piece, lowest));
    painter.fillRect(
        QRectF(piece.front().x(), lowest, piece.back().x() - piece.front().x(), bottom - lowest),
        painter.brush());
}

} // namespace

PlotLook::PlotLook(const Theme &theme, double scale, bool endLabels, double pixelRatio)
    : m_theme(&theme)
    , m_scale(scale)
    , m_endLabels(endLabels)
    , m_font(quietFont(scale))
    , m_hatching(hatch(theme.others, scale, pixelRatio))
{
    const QFontMetricsF metrics(m_font);
    m_left = std::ceil(metrics.horizontalAdvance(QStringLiteral("00,000")) + 8 * scale);
    m_right = endLabels ? std::ceil(metrics.horizontalAdvance(QStringLiteral("00")) + 6 * scale) : 4 * scale;
    m_top = std::ceil(metrics.height() / 2 + 2 * scale);
    m_bottom = std::ceil(metrics.height() / 2 + 1 * scale);
    m_timeHeight = std::ceil(metrics.height() + 4 * scale);
}

QRectF PlotLook::plotRect(QSizeF size, bool withTime) const
{
    const double bottom = m_bottom + (withTime ? m_timeHeight : 0);
    return {
        m_left, m_top, std::max(10.0, size.width() - m_left - m_right),
        std::max(10.0, size.height() - m_top - bottom)};
}

const QStaticText &PlotPainter::label(const QString &text, const QFont &font)
{
    auto found = m_labels.find(text);
    if (found == m_labels.end()) {
        if (m_labels.size() > kMostLabels)
            m_labels.clear();
        QStaticText prepared(text);
        prepared.setTextFormat(Qt::PlainText);
        prepared.setPerformanceHint(QStaticText::AggressiveCaching);
        prepared.prepare({}, font);
        found = m_labels.insert(text, prepared);
    }
    return *found;
}

void PlotPainter::paintBelow(
    QPainter &painter, const QRectF &all, const QRectF &plot, const PlotContent &content,
    const PlotLook &look, bool withTime)
{
    const Theme &theme = look.theme();
    painter.fillRect(all, theme.card);

    painter.save();
    painter.setRenderHint(
        QPainter::Antialiasing, false); // Fills end under their line; nothing shows of the edge.
    painter.translate(plot.topLeft());
    painter.setPen(Qt::NoPen);
    painter.setBrush(look.hatching());
    for (const auto &area : content.hatchedAreas)
        painter.drawPolygon(area);
    for (const auto &line : content.lines) {
        if (!line.fill.isValid())
            continue;
        painter.setBrush(line.fill);
        for (const auto &piece : line.pieces)
            fillBelow(painter, piece, plot.height());
    }
    painter.restore();

    // Hairlines as rectangles: a pen takes ten times as long.
    for (const auto &line : content.grid) {
        const QRectF hairline(plot.left(), std::floor(plot.top() + line.y), plot.width(), 1);
        painter.fillRect(hairline, theme.hairline);
    }
    if (withTime) {
        for (const auto &tick : content.timeTicks)
            painter.fillRect(
                QRectF(std::floor(plot.left() + tick.x), plot.bottom(), 1, 4 * look.scale()), theme.hairline);
    }
    painter.save();
    painter.setFont(look.font());
    painter.setPen(theme.quietText);
    const bool isEmpty = !content.emptyText.isEmpty();
    for (const auto &line : content.grid) {
        if (isEmpty)
            continue; // Numbers beside an empty plot would be made up.
        const QStaticText &text = label(line.label, look.font());
        const QSizeF size = text.size();
        painter.drawStaticText(
            QPointF(plot.left() - 8 * look.scale() - size.width(), plot.top() + line.y - size.height() / 2),
            text);
    }
    if (withTime) {
        for (const auto &tick : content.timeTicks) {
            const QStaticText &text = label(tick.label, look.font());
            const double width = text.size().width();
            const double x = std::clamp(
                plot.left() + tick.x - width / 2, plot.left() - width / 2,
                std::max(all.right() - width, 0.0));
            painter.drawStaticText(QPointF(x, plot.bottom() + 5 * look.scale()), text);
        }
    }
    painter.restore();
}

void PlotPainter::paintAbove(
    QPainter &painter, const QRectF &plot, const PlotContent &content, const PlotLook &look)
{
    const Theme &theme = look.theme();
    painter.save();
    painter.setFont(look.font());
    if (!content.emptyText.isEmpty()) {
        constexpr int kFlags = Qt::AlignCenter | Qt::TextWordWrap;
        const double margin = 8 * look.scale();
        // No grid line runs through the words.
        painter.fillRect(
            painter.boundingRect(plot, kFlags, content.emptyText).adjusted(-margin, 0, margin, 0),
            theme.card);
        painter.setPen(theme.quietText);
        painter.drawText(plot, kFlags, content.emptyText);
    }
    if (content.referenceY) {
        const double y = onPixel(plot.top() + *content.referenceY);
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(referencePen(theme, look.scale()));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    }
    paintEndLabels(painter, plot, content, look);
    painter.restore();
}

void PlotPainter::paintEndLabels(
    QPainter &painter, const QRectF &plot, const PlotContent &content, const PlotLook &look)
{
    struct EndLabel {
        const PlotLine *line;
        double y;
    };
    std::vector<EndLabel> labels;
    double right = 0;
    for (const auto &line : content.lines) {
        if (!line.endLabel.isEmpty() && !line.pieces.isEmpty())
            right = std::max(right, line.pieces.back().back().x());
    }
    for (const auto &line : content.lines) {
        // A line that ended earlier has no end to label here.
        if (line.endLabel.isEmpty() || line.pieces.isEmpty() || line.pieces.back().back().x() < right - 12)
            continue;
        labels.push_back({&line, line.pieces.back().back().y()});
    }
    if (labels.empty())
        return;
    std::sort(labels.begin(), labels.end(), [](const EndLabel &a, const EndLabel &b) { return a.y < b.y; });

    // Pushed apart downwards, then back up from the lower edge; closer than a line each where there is no
    // room.
    const double height = label(QStringLiteral("0"), look.font()).size().height();
    const double count = static_cast<double>(labels.size());
    const double gap = std::min(height * 0.85, plot.height() / std::max(1.0, count - 1));
    for (std::size_t i = 1; i < labels.size(); ++i)
        labels[i].y = std::max(labels[i].y, labels[i - 1].y + gap);
    double limit = plot.height();
    for (auto i = labels.size(); i-- > 0;) {
        labels[i].y = std::min(labels[i].y, limit);
        limit = labels[i].y - gap;
    }
    for (const auto &end : labels) {
        painter.setPen(end.line->style.color);
        painter.drawStaticText(
            QPointF(plot.left() + right + 4 * look.scale(), plot.top() + end.y - height / 2),
            label(end.line->endLabel, look.font()));
    }
}

} // namespace timeslice
