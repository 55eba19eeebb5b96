// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/cputimes.h"

#include "core/procfs/fields.h"
#include "core/procfs/topology.h"

#include <optional>

namespace timeslice {

namespace {

std::optional<CpuTicks> parseRow(std::string_view row)
{
    const auto cpu = fields::takeNumber<int>(row);
    if (!cpu || *cpu < 0 || *cpu > kMaxCpuId)
        return std::nullopt;
    CpuTicks ticks{.cpu = *cpu};
    for (auto *field :
         {&ticks.user, &ticks.nice, &ticks.system, &ticks.idle, &ticks.iowait, &ticks.irq, &ticks.softirq,
          &ticks.steal}) {
        const auto value = fields::takeNumber<std::uint64_t>(row);
        if (!value)
            return std::nullopt;
        *field = *value;
    }
    return ticks;
}

std::unexpected<Error> malformed(std::vector<CpuTicks> &into, const char *what)
{
    into.clear();
    return fail(ErrorKind::Malformed, "/proc/stat", what);
}

} // namespace

Result<void> parseCpuTicks(std::string_view text, std::vector<CpuTicks> &into)
{
    constexpr std::string_view kPrefix = "cpu";
    into.clear();
    while (text.starts_with(kPrefix)) {
        if (text.find('\n') == std::string_view::npos)
            return malformed(into, "a row is cut");
        auto row = fields::takeLine(text).substr(kPrefix.size());
        if (row.starts_with(' '))
            continue;
        const auto ticks = parseRow(row);
        if (!ticks)
            return malformed(into, "a row is not a CPU and eight numbers");
        if (!into.empty() && ticks->cpu <= into.back().cpu)
            return malformed(into, "the CPUs do not ascend");
        into.push_back(*ticks);
    }
    if (into.empty())
        return malformed(into, "lists no CPU");
    return {};
}

std::optional<std::uint64_t> parseForks(std::string_view text)
{
    auto value = fields::lastValueOf(text, "processes ");
    // A row that is cut could lack digits.
    const bool isWhole = value && value->data() + value->size() != text.data() + text.size();
    return isWhole ? fields::toNumber<std::uint64_t>(*value) : std::nullopt;
}

} // namespace timeslice
