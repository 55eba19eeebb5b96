// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ratebars.h"

#include "core/analyse/verdict.h"
#include "ui/format.h"
#include "ui/themecontroller.h"
#include "ui/verdictwords.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <ranges>
#include <utility>

namespace timeslice {

namespace {

constexpr int kBarHeight = 14;
constexpr int kRowGap = 8;
constexpr int kGap = 8;

} // namespace

std::vector<RateBar>
rateBars(const RecordingPtr &recording, const RecordingPtr &baseline, const std::vector<RecordingPtr> &runs)
{
    if (!recording->command.isEmpty())
        return {}; // one program's pace says nothing of another's
    // Newest first while choosing, so that the newest run of a kind is the one that stays.
    std::vector<RecordingPtr> chosen{recording};
    const auto isChosen = [&chosen](const RecordingPtr &run) {
        return std::ranges::any_of(chosen, [&run](const RecordingPtr &other) {
            return other->id == run->id || shortName(other->experiment) == shortName(run->experiment);
        });
    };
    if (baseline && !isChosen(baseline))
        chosen.push_back(baseline);
    for (const RecordingPtr &run : runs | std::views::reverse) {
        if (chosen.size() == kMaxRateBars)
            break;
        if (run->outcome == Outcome::Completed && run->itemsPerSecond && sameWork(*run, *recording)
            && !isChosen(run))
            chosen.push_back(run);
    }
    if (chosen.size() < 2 || !recording->itemsPerSecond)
        return {};

    std::ranges::stable_sort(chosen, [&baseline](const RecordingPtr &a, const RecordingPtr &b) {
        const auto rank = [&baseline](const RecordingPtr &run) { return run == baseline ? 0 : run->id; };
        return rank(a) < rank(b);
    });
    std::vector<RateBar> bars;
    for (const RecordingPtr &run : chosen) {
        if (run->itemsPerSecond)
            bars.push_back(
                {shortName(run->experiment), *run->itemsPerSecond, run == recording, run == baseline});
    }
    return bars;
}

RateBars::RateBars(ThemeController *themes, QWidget *parent)
    : BarRows(themes, kBarHeight + kRowGap, parent)
{
    setAccessibleName(tr("Against the baseline"));
}

void RateBars::setBars(std::vector<RateBar> bars)
{
    m_bars = std::move(bars);
    rowsChanged();
}

QString RateBars::describeRow(int row) const
{
    const auto &bar = m_bars[static_cast<std::size_t>(row)];
    return tr("%1: %2").arg(bar.label, formatRate(bar.itemsPerSecond).toString());
}

void RateBars::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const Theme &theme = themes().theme();
    painter.setFont(quietFont(themes().scale()));
    const QFontMetrics metrics = painter.fontMetrics();

    double highest = 0;
    int labelWidth = 0;
    int valueWidth = 0;
    for (const RateBar &bar : m_bars) {
        highest = std::max(highest, bar.itemsPerSecond);
        labelWidth = std::max(labelWidth, metrics.horizontalAdvance(bar.label) + 1); // its width is rounded
        valueWidth =
            std::max(valueWidth, metrics.horizontalAdvance(formatRate(bar.itemsPerSecond).toString()));
    }
    labelWidth = std::min(labelWidth, width() * 9 / 20);
    const int left = labelWidth + kGap;
    const int room = std::max(1, width() - left - valueWidth - kGap);

    int y = 0;
    for (const RateBar &bar : m_bars) {
        const QRect line(0, y, width(), rowHeight());
        painter.setPen(bar.isThisRun ? theme.text : theme.quietText);
        painter.drawText(
            QRect(0, y, labelWidth, line.height()), Qt::AlignLeft | Qt::AlignVCenter,
            metrics.elidedText(bar.label, Qt::ElideRight, labelWidth));
        const double share = highest > 0 ? bar.itemsPerSecond / highest : 0;
        const int length = std::max(1, static_cast<int>(std::lround(share * room)));
        const int height = line.height() - kRowGap;
        painter.fillRect(
            QRect(left, y + (line.height() - height) / 2, length, height),
            bar.isThisRun ? theme.accent : theme.blocked);
        painter.setPen(theme.text);
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, formatRate(bar.itemsPerSecond).toString());
        y += rowHeight();
    }
}

} // namespace timeslice
