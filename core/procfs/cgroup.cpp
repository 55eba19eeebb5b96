// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/cgroup.h"

#include "core/procfs/fields.h"
#include "core/procfs/keptfile.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace timeslice {

namespace {

namespace fs = std::filesystem;

enum class Version { One, Two };

/// A mounted hierarchy that can limit CPU, and this process's group in it.
struct Hierarchy {
    Version version;
    std::string mountedRoot; ///< Which group of the hierarchy shows at the mount point.
    fs::path mountPoint;
};

/// A comma-separated list ("rw,cpu,cpuacct") names `word`.
bool listNames(std::string_view list, std::string_view word)
{
    while (!list.empty()) {
        const auto end = list.find(',');
        if (list.substr(0, end) == word)
            return true;
        list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    }
    return false;
}

/// mountinfo writes blanks, tabs, newlines and backslashes as three octal digits.
std::string unescapeOctal(std::string_view text)
{
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto digits = text.substr(at + 1, 3);
        unsigned value = 0;
        const auto *const end = digits.data() + digits.size();
        const bool isEscape = text[at] == '\\' && digits.size() == 3
            && std::from_chars(digits.data(), end, value, 8).ptr == end && value < 256;
        plain += isEscape ? static_cast<char>(value) : text[at];
        at += isEscape ? 3 : 0;
    }
    return plain;
}

/// Where a path of the running system lies when /sys is somewhere else.
fs::path below(const ProcRoot &root, const fs::path &path)
{
    const auto inSys = path.lexically_relative("/sys");
    return inSys.empty() || *inSys.begin() == ".." ? path : root.sys / inSys;
}

std::vector<Hierarchy> parseMounts(std::string_view mountinfo, const ProcRoot &root)
{
    constexpr int kFieldsBeforeRoot = 3;
    std::vector<Hierarchy> hierarchies;
    while (!mountinfo.empty()) {
        auto line = fields::takeLine(mountinfo);
        const auto separator = line.find(" - ");
        if (separator == std::string_view::npos)
            continue;
        auto behind = line.substr(separator + 3);
        const auto type = fields::takeWord(behind);
        static_cast<void>(fields::takeWord(behind)); // the source
        const bool isTwo = type == "cgroup2";
        if (!isTwo && !(type == "cgroup" && listNames(fields::takeWord(behind), "cpu")))
            continue;
        for (int field = 0; field < kFieldsBeforeRoot; ++field)
            static_cast<void>(fields::takeWord(line));
        const auto mountedRoot = fields::takeWord(line);
        const auto mountPoint = fields::takeWord(line);
        hierarchies.push_back(
            {isTwo ? Version::Two : Version::One, unescapeOctal(mountedRoot),
             below(root, unescapeOctal(mountPoint))});
    }
    return hierarchies;
}

/// The process's group in one hierarchy, as /proc/self/cgroup names it ("4:cpu,cpuacct:/a/b", "0::/a/b").
std::optional<std::string_view> groupOf(std::string_view cgroups, Version version)
{
    while (!cgroups.empty()) {
        const auto line = fields::takeLine(cgroups);
        const auto first = line.find(':');
        const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos)
            continue;
        const auto controllers = line.substr(first + 1, second - first - 1);
        const bool isTwo = line.substr(0, first) == "0" && controllers.empty();
        if (version == Version::Two ? isTwo : listNames(controllers, "cpu"))
            return line.substr(second + 1);
    }
    return std::nullopt;
}

/// The way from the mount point down to the group. Empty (the mount point itself) where the group is out of
/// sight, as in a container that sees only its own part of the hierarchy.
fs::path wayDown(std::string_view group, const std::string &mountedRoot)
{
    const auto way = fs::path(group).lexically_relative(mountedRoot);
    const bool isInSight = std::ranges::none_of(way, [](const fs::path &step) { return step == ".."; });
    return isInSight ? way : fs::path();
}

std::optional<double> coresOf(const fs::path &group, Version version)
{
    if (version == Version::Two) {
        const auto text = readSmallFile(group / "cpu.max");
        return text ? parseCpuMax(*text).value_or(std::nullopt) : std::nullopt;
    }
    const auto quotaText = readSmallFile(group / "cpu.cfs_quota_us");
    const auto periodText = readSmallFile(group / "cpu.cfs_period_us");
    if (!quotaText || !periodText)
        return std::nullopt;
    std::string_view quota = *quotaText;
    // Version 1 says -1 for unlimited; then this is malformed, which comes to the same.
    return parseCpuMax(std::string(fields::takeWord(quota)) + ' ' + *periodText).value_or(std::nullopt);
}

} // namespace

Result<std::optional<double>> parseCpuMax(std::string_view text)
{
    const auto quota = fields::takeWord(text);
    const auto period = fields::takeNumber<std::uint64_t>(text);
    const auto microseconds = fields::toNumber<std::uint64_t>(quota);
    if (!period || *period == 0 || (!microseconds && quota != "max"))
        return fail(ErrorKind::Malformed, "cpu.max", "is not a quota and a period");
    if (!microseconds)
        return std::optional<double>();
    return std::optional(static_cast<double>(*microseconds) / static_cast<double>(*period));
}

Result<ThrottleReading> parseCpuStat(std::string_view text)
{
    const auto number = [text](std::string_view key) -> std::optional<std::uint64_t> {
        auto value = fields::lastValueOf(text, key);
        return value ? fields::takeNumber<std::uint64_t>(*value) : std::nullopt;
    };
    const auto periods = number("nr_periods ");
    const auto throttled = number("nr_throttled ");
    auto nanoseconds = number("throttled_time ");
    if (const auto microseconds = number("throttled_usec "); microseconds && !nanoseconds) {
        constexpr auto kMost = std::numeric_limits<std::uint64_t>::max() / 1000;
        if (*microseconds <= kMost)
            nanoseconds = *microseconds * 1000;
    }
    if (!periods || !throttled || !nanoseconds)
        return fail(ErrorKind::Malformed, "cpu.stat", "lacks the counters of throttling");
    return ThrottleReading{*periods, *throttled, *nanoseconds};
}

std::optional<CpuLimit> findCpuLimit(const ProcRoot &root)
{
    const auto cgroups = readSmallFile(root.proc / "self" / "cgroup");
    const auto mountinfo = readSmallFile(root.proc / "self" / "mountinfo");
    if (!cgroups || !mountinfo)
        return std::nullopt;

    std::optional<CpuLimit> smallest;
    for (const auto &hierarchy : parseMounts(*mountinfo, root)) {
        const auto group = groupOf(*cgroups, hierarchy.version);
        if (!group)
            continue;
        const auto consider = [&](const fs::path &directory) {
            const auto cores = coresOf(directory, hierarchy.version);
            if (cores && (!smallest || *cores < smallest->cores))
                smallest = CpuLimit{*cores, directory / "cpu.stat"};
        };
        auto directory = hierarchy.mountPoint;
        consider(directory);
        for (const auto &step : wayDown(*group, hierarchy.mountedRoot)) {
            directory /= step;
            consider(directory);
        }
    }
    return smallest;
}

} // namespace timeslice
