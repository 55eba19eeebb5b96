// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartspec.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>

namespace timeslice {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

QString numbered(const char *pattern, std::size_t number)
{
    return words(pattern).arg(number);
}

Quantity shareForPeople(double value)
{
    return formatPercent(value);
}
Quantity itemsForPeople(double value)
{
    return formatRate(value);
}
Quantity switchesForPeople(double value)
{
    return formatPerSecond(value);
}

} // namespace

bool ChartSpec::hasEndLabels() const
{
    return form == Form::Lines && tracks.size() > 3;
}

Quantity ChartSpec::quantity(const Track &track, double value) const
{
    Quantity quantity = format(value);
    if (quantity.unit.isEmpty() && std::isfinite(value))
        quantity.unit = track.unit;
    return quantity;
}

double ChartSpec::highest(std::size_t first, std::size_t last) const
{
    double best = std::numeric_limits<double>::quiet_NaN();
    for (const auto &track : tracks) {
        for (std::size_t row = first; row < std::min(last, track.values.size()); ++row) {
            const double value = static_cast<double>(track.values[row]);
            if (std::isfinite(value) && !(value <= best))
                best = value;
        }
    }
    if (reference && !(reference->value <= best))
        best = reference->value;
    return best;
}

ChartSpec coresSpec(const SampleColumns &columns, const Theme &theme, bool isExact)
{
    ChartSpec spec;
    spec.id = QStringLiteral("cores");
    spec.title = words("Cores");
    spec.emptyText = words("The kernel gives no load of the cores.");
    spec.scale = ChartSpec::Scale::Shares;
    spec.unit = QStringLiteral("%");
    spec.format = shareForPeople;
    spec.form = columns.cpus().size() > kMostLines ? ChartSpec::Form::HeatMap : ChartSpec::Form::Lines;
    const bool isLines = spec.form == ChartSpec::Form::Lines;
    if (isExact)
        spec.subtitle = isLines ? words("share of each core, this run, exact; hatched: all others, over 1 s")
                                : words("share of each core, this run, exact; one row per core");
    else
        spec.subtitle = isLines ? words("busy share of each core, over 1 s; hatched: not this run")
                                : words("busy share of each core, over 1 s; one row per core");
    int index = 0;
    for (const auto &cpu : columns.cpus()) {
        spec.tracks.push_back(
            {words("core %1").arg(cpu.id), QString::number(cpu.id), seriesStyle(theme, index++), false, false,
             isExact ? cpu.ours : cpu.busy});
    }
    if (!columns.cpus().empty())
        spec.tracks.push_back({words("others"), {}, {theme.others, {}}, false, true, columns.otherShare()});
    return spec;
}

ChartSpec throughputSpec(
    const SampleColumns &columns, const Theme &theme, bool perWorker,
    const std::optional<ReferenceLine> &baseline)
{
    ChartSpec spec;
    spec.id = QStringLiteral("throughput");
    spec.title = words("Throughput");
    spec.emptyText = words("Appears while something runs.");
    spec.format = itemsForPeople;
    spec.unit = words("items/s");
    // Of one worker the sum is the same line. Of more than are kept there is only the sum.
    if (!perWorker || columns.workers().size() < 2) {
        spec.subtitle = words("items per second");
        spec.reference = baseline;
        spec.tracks.push_back(
            {words("items"), {}, {theme.running, {}}, true, false, columns.itemsPerSecond()});
        return spec;
    }
    spec.subtitle = words("items per second, by worker");
    spec.form = columns.workers().size() > kMostLines ? ChartSpec::Form::HeatMap : ChartSpec::Form::Lines;
    for (std::size_t i = 0; i < columns.workers().size(); ++i) {
        spec.tracks.push_back(
            {numbered(QT_TRANSLATE_NOOP("timeslice", "worker %1"), i), QString::number(i),
             seriesStyle(theme, static_cast<int>(i)), false, false, columns.workers()[i]});
    }
    return spec;
}

ChartSpec switchesSpec(const SampleColumns &columns, const Theme &theme)
{
    ChartSpec spec;
    spec.id = QStringLiteral("switches");
    spec.title = words("Context switches");
    spec.subtitle = words("per second");
    spec.emptyText = words("Appear while something runs.");
    spec.format = switchesForPeople;
    spec.unit = words("/s");
    spec.tracks.push_back(
        {words("voluntary"), {}, voluntaryStyle(theme), true, false, columns.voluntaryPerSecond()});
    spec.tracks.push_back(
        {words("involuntary"), {}, involuntaryStyle(theme), false, false, columns.involuntaryPerSecond()});
    return spec;
}

QString describeRow(const ChartSpec &spec, std::size_t row)
{
    QStringList parts;
    double sum = 0;
    double most = -1;
    std::size_t known = 0;
    QString busiest;
    for (const auto &track : spec.tracks) {
        if (row >= track.values.size())
            continue;
        const double value = static_cast<double>(track.values[row]);
        parts.append(track.name + QLatin1Char(' ') + spec.quantity(track, value).toString());
        if (track.hatched || !std::isfinite(value))
            continue;
        sum += value;
        ++known;
        if (value > most) {
            most = value;
            busiest = track.name;
        }
    }
    if (spec.form == ChartSpec::Form::Lines || known == 0)
        return parts.join(QLatin1String(", "));
    return words("mean %1, most %2 %3")
        .arg(spec.format(sum / static_cast<double>(known)).toString(), busiest, spec.format(most).toString());
}

} // namespace timeslice
