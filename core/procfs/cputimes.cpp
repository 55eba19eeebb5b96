// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/cputimes.h"

#include "core/procfs/fields.h"
#include "core/procfs/topology.h"

#include <algorithm>
#include <optional>
#include <unistd.h>

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

Nanoseconds fromClockTicks(std::uint64_t ticks)
{
    static const auto perSecond = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
    return Nanoseconds(static_cast<std::int64_t>(
        ticks / perSecond * kNsPerSecond + ticks % perSecond * kNsPerSecond / perSecond));
}

std::optional<Nanoseconds> stolenTime(const std::vector<CpuTicks> &before, const std::vector<CpuTicks> &after)
{
    std::optional<Nanoseconds> stolen;
    for (const auto &row : after) {
        const auto earlier = std::ranges::find(before, row.cpu, &CpuTicks::cpu);
        if (earlier != before.end())
            stolen = stolen.value_or(Nanoseconds(0))
                + fromClockTicks(row.steal - std::min(row.steal, earlier->steal));
    }
    return stolen;
}

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
