// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/heatmap.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace timeslice {

namespace {

constexpr int kShades = 64;

std::array<QRgb, kShades> shadesOf(const Theme &theme)
{
    std::array<QRgb, kShades> shades{};
    for (int i = 0; i < kShades; ++i)
        shades[static_cast<std::size_t>(i)] = heatColour(theme, static_cast<double>(i) / (kShades - 1)).rgb();
    return shades;
}

// The pixels that each row's interval covers; found once for all tracks.
struct Covered {
    std::size_t row = 0;
    double from = 0;
    double to = 0;
};

std::vector<Covered> coveredPixels(const TimeWindow &window, int width)
{
    std::vector<Covered> covered;
    const RowRange rows = rowsInView(window);
    covered.reserve(rows.last - rows.first);
    for (std::size_t row = rows.first; row < rows.last; ++row) {
        const double end = window.columns->times()[row] - window.origin;
        const double from = window.axis.toX(end - static_cast<double>(window.columns->seconds()[row]), width);
        const double to = window.axis.toX(end, width);
        if (to > 0 && from < width && to > from)
            covered.push_back({row, std::max(0.0, from), std::min<double>(width, to)});
    }
    return covered;
}

} // namespace

HeatCells
heatCells(const ChartSpec &spec, const TimeWindow &window, double top, int width, const Theme &theme)
{
    std::vector<const Track *> tracks;
    for (const auto &track : spec.tracks) {
        if (!track.hatched)
            tracks.push_back(&track);
    }
    if (tracks.empty() || width < 1)
        return {};
    QImage image(width, static_cast<int>(tracks.size()), QImage::Format_ARGB32_Premultiplied);
    const auto shades = shadesOf(theme);
    const auto covered = coveredPixels(window, width);
    std::vector<double> sums(static_cast<std::size_t>(width));
    std::vector<double> weights(static_cast<std::size_t>(width));
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        std::fill(sums.begin(), sums.end(), 0.0);
        std::fill(weights.begin(), weights.end(), 0.0);
        for (const auto &interval : covered) {
            const double value = interval.row < tracks[i]->values.size()
                ? static_cast<double>(tracks[i]->values[interval.row])
                : NAN;
            if (!std::isfinite(value))
                continue;
            const auto first = static_cast<std::size_t>(interval.from);
            const auto last = std::min(static_cast<std::size_t>(std::ceil(interval.to)), sums.size());
            for (std::size_t x = first; x < last; ++x) {
                const double pixel = static_cast<double>(x);
                const double weight = std::min(pixel + 1, interval.to) - std::max(pixel, interval.from);
                sums[x] += weight * value;
                weights[x] += weight;
            }
        }
        auto *line = reinterpret_cast<QRgb *>(image.scanLine(static_cast<int>(i)));
        for (std::size_t x = 0; x < sums.size(); ++x) {
            // A pixel that is covered by less than a quarter belongs to the hole beside it.
            const double share = weights[x] > 0.25 ? std::clamp(sums[x] / weights[x] / top, 0.0, 1.0) : -1;
            line[x] = share < 0 ? qRgba(0, 0, 0, 0)
                                : shades[static_cast<std::size_t>(std::lround(share * (kShades - 1)))];
        }
    }
    HeatCells cells{std::move(image), 0, 0};
    if (!covered.empty()) {
        cells.from = covered.front().from;
        cells.to = covered.back().to;
    }
    return cells;
}

std::vector<std::pair<std::size_t, QString>>
heatLabels(const ChartSpec &spec, double height, double lineHeight)
{
    std::vector<const Track *> tracks;
    for (const auto &track : spec.tracks) {
        if (!track.hatched)
            tracks.push_back(&track);
    }
    std::vector<std::pair<std::size_t, QString>> labels;
    if (tracks.empty())
        return labels;
    const std::size_t last = tracks.size() - 1;
    const double rowHeight = height / static_cast<double>(tracks.size());
    std::size_t every = 1;
    while (static_cast<double>(every) * rowHeight < lineHeight * 1.6 && every <= last)
        every *= 2;
    for (std::size_t row = 0; row <= last; row += every) {
        // The last row has its label even when the steps do not meet it; then the step before it goes.
        if (row != last && static_cast<double>(last - row) * rowHeight < lineHeight * 1.2)
            continue;
        labels.emplace_back(row, tracks[row]->shortName);
    }
    if (labels.empty() || labels.back().first != last)
        labels.emplace_back(last, tracks[last]->shortName);
    return labels;
}

HeatMap::HeatMap(QWidget *parent)
    : QWidget(parent)
    , m_look(lightTheme(), 1)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void HeatMap::setLook(const PlotLook &look)
{
    m_look = look;
    m_painter.forgetLabels();
    update();
}

void HeatMap::setTimeShown(bool shown)
{
    m_timeShown = shown;
    update();
}

QRectF HeatMap::plotRect() const
{
    return m_look.plotRect(QSizeF(size()), m_timeShown);
}

void HeatMap::show(PlotContent frame, HeatCells cells, std::vector<std::pair<std::size_t, QString>> labels)
{
    m_frame = std::move(frame);
    m_frame.grid.clear(); // Rows take the place of values.
    m_cells = std::move(cells);
    m_labels = std::move(labels);
    update();
}

QSize HeatMap::minimumSizeHint() const
{
    return {160, 70};
}

void HeatMap::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRectF plot = plotRect();
    m_painter.paintBelow(painter, QRectF(rect()), plot, m_frame, m_look, m_timeShown);
    if (!m_cells.image.isNull()) {
        // Holes show the stripes; what has not happened yet shows the card.
        const double pixel = plot.width() / m_cells.image.width();
        painter.fillRect(
            QRectF(
                plot.left() + m_cells.from * pixel, plot.top(), (m_cells.to - m_cells.from) * pixel,
                plot.height()),
            m_look.hatching());
        painter.drawImage(plot, m_cells.image);
        const double rowHeight = plot.height() / m_cells.image.height();
        painter.setFont(m_look.font());
        painter.setPen(m_look.theme().quietText);
        for (const auto &[row, text] : m_labels) {
            const double y = plot.top() + (static_cast<double>(row) + 0.5) * rowHeight;
            painter.drawText(
                QRectF(0, y - 20, plot.left() - 8 * m_look.scale(), 40), Qt::AlignRight | Qt::AlignVCenter,
                text);
        }
    }
    m_painter.paintAbove(painter, plot, m_frame, m_look);
}

} // namespace timeslice
