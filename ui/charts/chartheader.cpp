// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartheader.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLinearGradient>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr std::size_t kFewEntries = 6; ///< More get numbers instead of names.
constexpr double kSwatch = 22;
constexpr double kHeatBar = 90;
constexpr double kGap = 16;
constexpr double kLeastSubtitle = 70; ///< Less says nothing.

double swatchWidth(std::size_t entries)
{
    return entries > kFewEntries ? 17 : kSwatch;
}
double entryGap(std::size_t entries)
{
    return entries > kFewEntries ? 9 : kGap;
}

} // namespace

ChartHeader::ChartHeader(const ChartSpec &spec)
    : m_title(spec.title)
    , m_subtitle(spec.subtitle)
    , m_isHeatMap(spec.form == ChartSpec::Form::HeatMap)
{
    if (m_isHeatMap) {
        m_heatLow = QStringLiteral("0");
        m_heatHigh = spec.scale == ChartSpec::Scale::Shares
            ? spec.format(1).toString()
            : QCoreApplication::translate("timeslice", "most");
        return;
    }
    if (spec.tracks.size() < 2 && !spec.reference)
        return;
    const bool isLong = spec.tracks.size() > kFewEntries;
    bool isFirst = true;
    for (const auto &track : spec.tracks) {
        if (spec.tracks.size() < 2)
            break;
        const bool isShort = isLong && !isFirst && !track.shortName.isEmpty();
        m_entries.push_back(
            {isShort ? track.shortName : track.name, track.style,
             track.hatched ? LegendEntry::Swatch::Hatched : LegendEntry::Swatch::Line});
        isFirst = false;
    }
    if (spec.reference)
        m_entries.push_back({spec.reference->label, {}, LegendEntry::Swatch::Reference});
}

double ChartHeader::legendWidth(double scale) const
{
    const QFontMetricsF metrics(quietFont(scale));
    if (m_isHeatMap)
        return kHeatBar * scale + metrics.horizontalAdvance(m_heatLow + m_heatHigh) + 16 * scale;
    double width = 0;
    for (const auto &entry : m_entries)
        width += (swatchWidth(m_entries.size()) + 6 + entryGap(m_entries.size())) * scale
            + metrics.horizontalAdvance(entry.name);
    return std::max(0.0, width - entryGap(m_entries.size()) * scale);
}

bool ChartHeader::isLegendBelow(double width, double scale) const
{
    const double title = QFontMetricsF(titleFont(scale)).horizontalAdvance(m_title);
    const double note =
        m_note.isEmpty() ? 0 : QFontMetricsF(quietFont(scale)).horizontalAdvance(m_note) + kGap * scale;
    const double legend = legendWidth(scale);
    return legend > 0 && title + note + legend + 2 * kGap * scale > width;
}

double ChartHeader::height(double width, double scale) const
{
    const double line = QFontMetricsF(titleFont(scale)).height();
    const double below =
        isLegendBelow(width, scale) ? QFontMetricsF(quietFont(scale)).height() + 6 * scale : 0;
    return std::ceil(line + below);
}

void ChartHeader::paint(QPainter &painter, const QRectF &area, const Theme &theme, double scale) const
{
    const QFont titleStyle = titleFont(scale);
    const QFont quietStyle = quietFont(scale);
    const QFontMetricsF titleMetrics(titleStyle);
    const QFontMetricsF quietMetrics(quietStyle);
    const QRectF line(area.topLeft(), QSizeF(area.width(), titleMetrics.height()));
    const bool isBelow = isLegendBelow(area.width(), scale);
    const double legend = legendWidth(scale);

    painter.setFont(titleStyle);
    painter.setPen(theme.text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, m_title);

    // The words give way to the legend, never the other way round.
    double left = line.left() + titleMetrics.horizontalAdvance(m_title) + 10 * scale;
    double right = isBelow || legend <= 0 ? line.right() : line.right() - legend - kGap * scale;
    painter.setFont(quietStyle);
    if (!m_note.isEmpty()) {
        const double width = quietMetrics.horizontalAdvance(m_note) + 12 * scale;
        const QRectF pill(
            left, line.center().y() - quietMetrics.height() / 2 - scale, width,
            quietMetrics.height() + 2 * scale);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.accent);
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2);
        painter.setPen(theme.onAccent);
        painter.drawText(pill, Qt::AlignCenter, m_note);
        left = pill.right() + 10 * scale;
    }
    if (right - left > kLeastSubtitle * scale) {
        // One baseline for both sizes of type.
        const double top = line.top() + titleMetrics.ascent() - quietMetrics.ascent();
        painter.setPen(theme.quietText);
        painter.drawText(
            QRectF(left, top, right - left, quietMetrics.height()),
            Qt::AlignLeft | Qt::AlignTop | Qt::TextSingleLine,
            quietMetrics.elidedText(m_subtitle, Qt::ElideRight, right - left));
    }
    if (legend <= 0)
        return;
    if (isBelow)
        paintLegend(
            painter, QRectF(area.left(), line.bottom() + 6 * scale, area.width(), quietMetrics.height()),
            theme, scale);
    else
        paintLegend(painter, QRectF(line.right() - legend, line.top(), legend, line.height()), theme, scale);
}

void ChartHeader::paintLegend(QPainter &painter, QRectF area, const Theme &theme, double scale) const
{
    const QFontMetricsF metrics(painter.font());
    painter.setRenderHint(QPainter::Antialiasing);
    const double middle = std::floor(area.center().y()) + 0.5;
    double x = area.left();
    const auto text = [&](const QString &words) {
        const double width = metrics.horizontalAdvance(words);
        painter.setPen(theme.quietText);
        painter.drawText(
            QRectF(x, area.top(), width + 1, area.height()), Qt::AlignVCenter | Qt::TextSingleLine, words);
        x += width;
    };
    if (m_isHeatMap) {
        text(m_heatLow);
        x += 8 * scale;
        const QRectF bar(x, middle - 5 * scale, kHeatBar * scale, 10 * scale);
        QLinearGradient gradient(bar.topLeft(), bar.topRight());
        for (int i = 0; i <= 10; ++i)
            gradient.setColorAt(i / 10.0, heatColour(theme, i / 10.0));
        painter.setPen(Qt::NoPen);
        painter.setBrush(gradient);
        painter.drawRoundedRect(bar, 2 * scale, 2 * scale);
        x = bar.right() + 8 * scale;
        text(m_heatHigh);
        return;
    }
    const double swatch = swatchWidth(m_entries.size()) * scale;
    for (const auto &entry : m_entries) {
        const double needed = swatch + 6 * scale + metrics.horizontalAdvance(entry.name);
        if (x + needed > area.right() + 1)
            return; // The table has them all.
        switch (entry.swatch) {
        case LegendEntry::Swatch::Hatched:
            painter.setPen(Qt::NoPen);
            painter.setBrush(hatch(entry.style.color, scale));
            painter.drawRect(QRectF(x, middle - 5 * scale, swatch, 10 * scale));
            break;
        case LegendEntry::Swatch::Reference:
            painter.setPen(referencePen(theme, scale));
            painter.drawLine(QPointF(x, middle), QPointF(x + swatch, middle));
            break;
        case LegendEntry::Swatch::Line:
            painter.setPen(penOf(entry.style, 2, scale));
            painter.drawLine(QPointF(x, middle), QPointF(x + swatch, middle));
            break;
        }
        x += swatch + 6 * scale;
        text(entry.name);
        x += entryGap(m_entries.size()) * scale;
    }
}

} // namespace timeslice
