// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tracemode.h"

#include "core/run/nearest.h"

#include <array>
#include <utility>

namespace timeslice {

std::expected<TraceMode, QString> readTraceMode(const QString &text)
{
    constexpr std::array kModes{
        std::pair{"auto", TraceMode::Auto}, std::pair{"off", TraceMode::Off},
        std::pair{"perf", TraceMode::Perf}, std::pair{"sampled", TraceMode::Sampled}};
    std::vector<std::string> allowed;
    for (const auto &[name, mode] : kModes) {
        if (text == QLatin1String(name))
            return mode;
        allowed.emplace_back(name);
    }
    return std::unexpected(
        QStringLiteral("--trace must be one of ")
        + QString::fromStdString(joined(allowed) + didYouMean(text.toStdString(), allowed)));
}

} // namespace timeslice
