// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ratebars.h"

#include "core/analyse/verdict.h"
#include "core/run/experiment.h"
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

/// Whether the newer of two runs takes the place of the older: the same experiment, by the same interpreter.
bool isSameKind(const Recording &a, const Recording &b)
{
    const auto pathOf = [](const Recording &run) {
        return run.interpreter ? run.interpreter->path : QString();
    };
    auto one = a.experiment;
    auto other = b.experiment;
    one.durationSeconds = other.durationSeconds; // a longer look at the same
    return one == other && pathOf(a) == pathOf(b);
}

/// What tells runs of one name apart: the model's parameters in which they differ, and the interpreter.
QString difference(const Recording &run, const std::vector<RecordingPtr> &namesakes)
{
    QStringList parts;
    for (const Parameter &parameter : parametersOf(run.experiment.workload, run.experiment.model)) {
        const auto *const value = run.experiment.params.find(parameter.id);
        const bool differs = std::ranges::any_of(namesakes, [&](const RecordingPtr &other) {
            const auto *const otherValue = other->experiment.params.find(parameter.id);
            return value && otherValue && *value != *otherValue;
        });
        if (differs)
            parts.append(formatParameter(parameter, *value));
    }
    const QString interpreter = interpreterInWords(run);
    if (std::ranges::any_of(namesakes, [&interpreter](const RecordingPtr &other) {
            return interpreterInWords(*other) != interpreter;
        }))
        parts.append(interpreter);
    return parts.join(QLatin1String(", "));
}

QString labelOf(const RecordingPtr &run, const std::vector<RecordingPtr> &chosen)
{
    const QString name = shortName(run->experiment);
    std::vector<RecordingPtr> namesakes;
    for (const RecordingPtr &other : chosen) {
        if (other != run && shortName(other->experiment) == name)
            namesakes.push_back(other);
    }
    const QString details = difference(*run, namesakes);
    return details.isEmpty() ? name : RateBars::tr("%1, %2").arg(name, details);
}

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
            return other->id == run->id || isSameKind(*other, *run);
        });
    };
    if (baseline && isComparable(*baseline, *recording) && !isChosen(baseline))
        chosen.push_back(baseline);
    for (const RecordingPtr &run : runs | std::views::reverse) {
        if (chosen.size() == kMaxRateBars)
            break;
        if (isComparable(*run, *recording) && !isChosen(run))
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
            bars.push_back({labelOf(run, chosen), *run->itemsPerSecond, run == recording, run == baseline});
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
