// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/topology.h"

#include "core/base/affinity.h"
#include "core/procfs/cgroup.h"
#include "core/procfs/cputimes.h"
#include "core/procfs/fields.h"
#include "core/procfs/keptfile.h"

#include <sys/utsname.h>

namespace timeslice {

namespace {

std::vector<int> readOnline(const ProcRoot &root)
{
    if (const auto text = readSmallFile(root.sys / "devices/system/cpu/online")) {
        auto cpus = parseCpuList(*text);
        if (cpus && !cpus->empty())
            return *std::move(cpus);
    }
    std::vector<int> cpus;
    std::vector<CpuTicks> rows;
    if (const auto text = readSmallFile(root.proc / "stat"); text && parseCpuTicks(*text, rows)) {
        for (const auto &row : rows)
            cpus.push_back(row.cpu);
    }
    return cpus;
}

/// The value of "key : value" in /proc/cpuinfo or /proc/meminfo, without the blanks around it.
std::string_view valueOf(std::string_view text, std::string_view key)
{
    while (!text.empty()) {
        auto line = fields::takeLine(text);
        const auto colon = line.find(':');
        if (!line.starts_with(key) || colon == std::string_view::npos)
            continue;
        const auto behindKey = line.substr(key.size(), colon - key.size());
        if (behindKey.find_first_not_of(" \t") != std::string_view::npos)
            continue;
        line.remove_prefix(colon + 1);
        const auto begin = line.find_first_not_of(" \t");
        const auto end = line.find_last_not_of(" \t");
        return begin == std::string_view::npos ? std::string_view() : line.substr(begin, end - begin + 1);
    }
    return {};
}

std::string readKernel(const ProcRoot &root)
{
    if (const auto text = readSmallFile(root.proc / "sys/kernel/osrelease")) {
        std::string_view rest = *text;
        return std::string(fields::takeLine(rest));
    }
    utsname names{};
    return ::uname(&names) == 0 ? std::string(names.release) : std::string();
}

} // namespace

Machine readMachine(const ProcRoot &root)
{
    Machine machine;
    machine.cpusOnline = readOnline(root);
    machine.cpusAllowed = allowedCpus();
    if (const auto limit = findCpuLimit(root))
        machine.cpuQuota = limit->cores;
    if (const auto text = readSmallFile(root.proc / "cpuinfo"))
        machine.cpuModel = valueOf(*text, "model name");
    machine.kernel = readKernel(root);
    if (const auto text = readSmallFile(root.proc / "sys/kernel/perf_event_paranoid")) {
        std::string_view rest = *text;
        machine.perfEventParanoid = fields::takeNumber<int>(rest);
    }
    if (const auto text = readSmallFile(root.proc / "meminfo")) {
        auto value = valueOf(*text, "MemTotal");
        constexpr auto kMostKibibytes = std::uint64_t{1} << 50;
        const auto kibibytes = fields::takeNumber<std::uint64_t>(value);
        if (kibibytes && *kibibytes < kMostKibibytes)
            machine.memoryBytes = *kibibytes * 1024;
    }
    return machine;
}

Result<std::vector<int>> parseCpuList(std::string_view text)
{
    const auto malformed = [] { return fail(ErrorKind::Malformed, "CPU list", "is not like \"0-2,5\""); };
    std::vector<int> cpus;
    auto list = fields::takeLine(text);
    if (!text.empty())
        return malformed();
    while (!list.empty()) {
        const auto comma = list.find(',');
        const auto part = list.substr(0, comma);
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
        if (comma != std::string_view::npos && list.empty())
            return malformed();
        const auto dash = part.find('-');
        const auto first = fields::toNumber<int>(part.substr(0, dash));
        const auto last =
            dash == std::string_view::npos ? first : fields::toNumber<int>(part.substr(dash + 1));
        const bool isAscending = first && last && *first <= *last && (cpus.empty() || *first > cpus.back());
        if (!isAscending || *first < 0 || *last > kMaxCpuId)
            return malformed();
        for (int cpu = *first; cpu <= *last; ++cpu)
            cpus.push_back(cpu);
    }
    return cpus;
}

} // namespace timeslice
