// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartcursor.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

Readout::Section heatSection(const ChartSpec &spec, std::size_t row, std::optional<std::size_t> heatRow)
{
    Readout::Section section{spec.title, {}};
    double sum = 0;
    std::size_t known = 0;
    const Track *most = nullptr;
    for (const auto &track : spec.tracks) {
        const double value = static_cast<double>(track.values[row]);
        if (track.hatched || !std::isfinite(value))
            continue;
        sum += value;
        ++known;
        if (!most || track.values[row] > most->values[row])
            most = &track;
    }
    const SeriesStyle style{spec.tracks.front().style.color, {}};
    if (heatRow && *heatRow < spec.tracks.size()) {
        const auto &track = spec.tracks[*heatRow];
        section.rows.push_back(
            {style, false, track.name,
             spec.quantity(track, static_cast<double>(track.values[row])).toString()});
    }
    const double mean = known > 0 ? sum / static_cast<double>(known) : NAN;
    section.rows.push_back({style, false, words("mean of %1").arg(known), spec.format(mean).toString()});
    if (most) {
        section.rows.push_back(
            {style, false, words("most: %1").arg(most->name),
             spec.quantity(*most, static_cast<double>(most->values[row])).toString()});
    }
    for (const auto &track : spec.tracks) {
        if (track.hatched)
            section.rows.push_back(
                {track.style, true, track.name,
                 spec.quantity(track, static_cast<double>(track.values[row])).toString()});
    }
    return section;
}

} // namespace

void ChartCursor::pointAt(double share)
{
    m_share = share;
    m_time.reset();
}

void ChartCursor::step(ChartCard::Step step, const TimeWindow &window)
{
    const RowRange rows = rowsInside(window);
    if (rows.first >= rows.last)
        return;
    const auto now = row(window);
    std::size_t next = rows.first;
    switch (step) {
    case ChartCard::Step::Back:
        next = now ? std::max(*now, rows.first + 1) - 1 : rows.last - 1;
        break;
    case ChartCard::Step::Forward:
        next = now ? std::min(*now + 1, rows.last - 1) : rows.first;
        break;
    case ChartCard::Step::First:
        break;
    case ChartCard::Step::Last:
        next = rows.last - 1;
        break;
    }
    m_share.reset();
    m_time = window.columns->times()[next];
}

std::optional<std::size_t> ChartCursor::row(const TimeWindow &window) const
{
    const RowRange rows = rowsInside(window);
    if ((!m_share && !m_time) || rows.first >= rows.last)
        return std::nullopt;
    const double time = m_share ? window.origin + window.axis.toSeconds(*m_share, 1) : *m_time;
    const std::size_t nearest = std::clamp(window.columns->nearestRow(time), rows.first, rows.last - 1);
    const double reach =
        std::max(static_cast<double>(window.columns->seconds()[nearest]), window.axis.span() / 200);
    if (std::abs(window.columns->times()[nearest] - time) > reach)
        return std::nullopt;
    return nearest;
}

Crosshair
crosshairAt(std::size_t row, const ChartSpec &spec, const TimeWindow &window, double top, QSizeF size)
{
    Crosshair crosshair;
    crosshair.x = window.toX(row, size.width());
    if (spec.form == ChartSpec::Form::HeatMap)
        return crosshair;
    for (const auto &track : spec.tracks) {
        const double value = static_cast<double>(track.values[row]);
        if (!track.hatched && std::isfinite(value))
            crosshair.dots.push_back(
                {QPointF(crosshair.x, size.height() * (1 - value / top)), track.style.color});
    }
    return crosshair;
}

std::vector<Readout::Section> readoutAt(
    std::size_t row, const std::vector<ChartSpec> &specs,
    const std::vector<std::optional<std::size_t>> &heatRows)
{
    std::vector<Readout::Section> sections;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        const auto &spec = specs[i];
        if (spec.tracks.empty())
            continue;
        if (spec.form == ChartSpec::Form::HeatMap) {
            sections.push_back(heatSection(spec, row, i < heatRows.size() ? heatRows[i] : std::nullopt));
            continue;
        }
        Readout::Section section{spec.title, {}};
        for (const auto &track : spec.tracks) {
            section.rows.push_back(
                {track.style, track.hatched, track.name,
                 spec.quantity(track, static_cast<double>(track.values[row])).toString()});
        }
        sections.push_back(std::move(section));
    }
    return sections;
}

} // namespace timeslice
