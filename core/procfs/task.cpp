// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/task.h"

#include "core/procfs/fields.h"

#include <limits>

namespace timeslice {

namespace {

std::unexpected<Error> malformed(const char *file, const char *what)
{
    return fail(ErrorKind::Malformed, file, what);
}

std::optional<std::uint64_t> kibibytes(std::string_view text, std::string_view key)
{
    auto value = fields::lastValueOf(text, key);
    if (!value)
        return std::nullopt;
    const auto number = fields::takeNumber<std::uint64_t>(*value);
    // Far above any machine, far below where sums over processes overflow.
    constexpr auto kMost = std::uint64_t{1} << 40;
    if (!number || *number > kMost || fields::takeWord(*value) != "kB")
        return std::nullopt;
    return *number * 1024;
}

} // namespace

Result<TaskStat> parseTaskStat(std::string_view text)
{
    const auto open = text.find('(');
    const auto close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return malformed("stat", "has no name in brackets");
    auto before = text.substr(0, open);
    auto after = text.substr(close + 1);

    const auto id = fields::takeNumber<int>(before);
    const auto state = fields::takeWord(after);
    const auto parent = fields::takeNumber<int>(after);
    const auto group = fields::takeNumber<int>(after);
    const auto session = fields::takeNumber<int>(after);
    if (!id || *id <= 0 || state.size() != 1 || !parent || *parent < 0 || !group || !session)
        return malformed("stat", "does not begin with id, name, state, parent, group and session");
    constexpr int kFieldsBetween = 15; // fields 7 to 21
    for (int field = 0; field < kFieldsBetween; ++field)
        static_cast<void>(fields::takeWord(after));
    const auto start = fields::takeNumber<std::uint64_t>(after);
    if (!start)
        return malformed("stat", "has no start time");
    return TaskStat{*id,   text.substr(open + 1, close - open - 1), state.front(), *parent, *group, *session,
                    *start};
}

Result<Schedstat> parseSchedstat(std::string_view text)
{
    const auto cpu = fields::takeNumber<std::uint64_t>(text);
    const auto wait = fields::takeNumber<std::uint64_t>(text);
    const auto slices = fields::takeNumber<std::uint64_t>(text);
    if (!cpu || !wait || !slices)
        return malformed("schedstat", "is not three numbers");
    return Schedstat{*cpu, *wait, *slices};
}

Result<TaskStatus> parseTaskStatus(std::string_view text)
{
    constexpr std::string_view kName = "Name:\t";
    constexpr std::string_view kState = "\nState:\t";
    const auto voluntary = fields::lastValueOf(text, "voluntary_ctxt_switches:\t");
    const auto involuntary = fields::lastValueOf(text, "nonvoluntary_ctxt_switches:\t");
    const auto state = text.find(kState);
    if (!text.starts_with(kName) || state == std::string_view::npos || !voluntary || !involuntary)
        return malformed("status", "lacks its name, state or switches");

    auto behindState = text.substr(state + kState.size());
    const auto letter = fields::takeWord(behindState);
    const auto voluntaryCount = fields::toNumber<std::uint64_t>(*voluntary);
    const auto involuntaryCount = fields::toNumber<std::uint64_t>(*involuntary);
    if (letter.size() != 1 || !voluntaryCount || !involuntaryCount)
        return malformed("status", "has a state or switches that are none");
    text.remove_prefix(kName.size());
    return TaskStatus{fields::takeLine(text), letter.front(), *voluntaryCount, *involuntaryCount};
}

void assignName(std::string &name, std::string_view escaped)
{
    name.clear();
    for (std::size_t at = 0; at < escaped.size() && name.size() < kMaxNameBytes; ++at) {
        const bool isPair = escaped[at] == '\\' && at + 1 < escaped.size();
        if (isPair && (escaped[at + 1] == 'n' || escaped[at + 1] == '\\'))
            name += escaped[++at] == 'n' ? '\n' : '\\';
        else
            name += escaped[at];
    }
}

Result<void> parsePids(std::string_view text, std::vector<int> &into)
{
    into.clear();
    for (auto word = fields::takeWord(text); !word.empty(); word = fields::takeWord(text)) {
        const auto pid = fields::toNumber<int>(word);
        if (!pid || *pid <= 0) {
            into.clear();
            return malformed("children", "lists something that is no pid");
        }
        into.push_back(*pid);
    }
    return {};
}

Result<MemoryReading> parseSmapsRollup(std::string_view text)
{
    const auto rss = kibibytes(text, "Rss:");
    const auto pss = kibibytes(text, "Pss:");
    const auto privateClean = kibibytes(text, "Private_Clean:");
    const auto privateDirty = kibibytes(text, "Private_Dirty:");
    if (!rss || !pss || !privateClean || !privateDirty)
        return malformed("smaps_rollup", "lacks Rss, Pss or the private pages");
    return MemoryReading{*rss, *pss, *privateClean + *privateDirty};
}

} // namespace timeslice
