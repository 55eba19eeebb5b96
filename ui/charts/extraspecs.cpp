// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/extraspecs.h"

#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"

#include <QCoreApplication>

#include <algorithm>

namespace timeslice {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

Quantity durationForPeople(double seconds)
{
    return formatDuration(seconds);
}
Quantity countForPeople(double count)
{
    return {formatNumber(count, 1), {}}; // all digits before the decimal point
}

// "queue length": in the middle of a line.
QString name(const Gauge &gauge)
{
    QString title = QString::fromStdString(gauge.title);
    if (!title.isEmpty())
        title[0] = title[0].toLower();
    return title;
}

ChartSpec durationSpec(const Theme &theme, const QString &name, const Column &values)
{
    ChartSpec spec;
    spec.emptyText = words("Appears while something runs.");
    spec.scale = ChartSpec::Scale::Durations;
    spec.format = durationForPeople;
    spec.unit = QStringLiteral("ms");
    spec.tracks.push_back({name, {}, {theme.running, {}}, true, false, values});
    return spec;
}

ChartSpec loopLagSpec(const SampleColumns &columns, const Theme &theme)
{
    ChartSpec spec = durationSpec(theme, words("lag"), columns.loopLag());
    spec.id = QStringLiteral("loop-lag");
    spec.title = words("Loop lag");
    spec.subtitle = words("how late the event loop came to what was due, worst of each interval");
    return spec;
}

ChartSpec frameGapSpec(const SampleColumns &columns, const Theme &theme)
{
    ChartSpec spec = durationSpec(theme, words("gap"), columns.frameGap());
    spec.id = QStringLiteral("frame-gap");
    spec.title = words("Frame gap");
    spec.subtitle = words("how long the window was away from keys and drawing, longest in each interval");
    return spec;
}

ChartSpec gaugesSpec(const SampleColumns &columns, const Theme &theme, const ExtraQuantities &extra)
{
    const Gauge &first = extra.gauges.front();
    ChartSpec spec;
    spec.id = QStringLiteral("gauges");
    spec.title = QString::fromStdString(first.title);
    spec.subtitle = QString::fromStdString(first.unit);
    spec.emptyText = words("Appears while something runs.");
    spec.scale = ChartSpec::Scale::Counts;
    spec.format = countForPeople;
    spec.reference = extra.bound;
    for (std::size_t i = 0; i < std::min(extra.gauges.size(), columns.gauges().size()); ++i) {
        const Gauge &gauge = extra.gauges[i];
        spec.tracks.push_back(
            {name(gauge),
             {},
             seriesStyle(theme, static_cast<int>(i)),
             i == 0,
             false,
             columns.gauges()[i],
             QString::fromStdString(gauge.unit)});
    }
    return spec;
}

} // namespace

ExtraQuantities extraQuantities(const Experiment &experiment)
{
    ExtraQuantities extra;
    if (const auto *const model = findModel(experiment.model)) {
        extra.hasFrameGap = model->onUiThread;
        extra.hasLoopLag = model->hasLoop && !model->onUiThread;
    }
    if (const auto *const workload = findWorkload(experiment.workload))
        extra.gauges = workload->gauges;
    if (!extra.gauges.empty() && !extra.gauges.front().bound.empty()) {
        const auto most = static_cast<double>(experiment.params.integer(extra.gauges.front().bound));
        extra.bound = ReferenceLine{most, words("at most %1").arg(countForPeople(most).value)};
    }
    return extra;
}

std::vector<ChartSpec>
extraSpecs(const SampleColumns &columns, const Theme &theme, const ExtraQuantities &extra)
{
    std::vector<ChartSpec> specs;
    if (extra.hasLoopLag)
        specs.push_back(loopLagSpec(columns, theme));
    if (extra.hasFrameGap)
        specs.push_back(frameGapSpec(columns, theme));
    if (!extra.gauges.empty())
        specs.push_back(gaugesSpec(columns, theme, extra));
    return specs;
}

} // namespace timeslice
