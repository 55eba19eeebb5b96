// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/perf/selfcheck.h"

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

std::int64_t signedDifference(std::uint64_t a, std::uint64_t b)
{
    return static_cast<std::int64_t>(a - b);
}

bool isWithin(std::int64_t difference, std::uint64_t tolerance)
{
    return static_cast<std::uint64_t>(std::abs(difference)) <= tolerance;
}

// A difference, less what the trace need not have.
std::int64_t withoutUnseen(std::int64_t difference, std::int64_t unseen)
{
    return difference < 0 ? std::min<std::int64_t>(0, difference + unseen) : difference;
}

TaskComparison
compare(const TaskAccount &trace, const TaskAccount &kernel, const SelfCheckTolerance &tolerance)
{
    TaskComparison result{
        .tid = kernel.tid,
        .switches =
            signedDifference(trace.voluntary + trace.involuntary, kernel.voluntary + kernel.involuntary),
        .involuntary = signedDifference(trace.involuntary, kernel.involuntary),
        .running = {},
        .agrees = false};
    const auto unseen = static_cast<std::int64_t>(tolerance.switchesPerExit * kernel.exits);
    result.agrees = isWithin(withoutUnseen(result.switches, unseen), tolerance.switches)
        && isWithin(withoutUnseen(result.involuntary, unseen), tolerance.involuntary);
    if (!trace.runningNs || !kernel.runningNs)
        return result;

    const auto difference = signedDifference(*trace.runningNs, *kernel.runningNs);
    const auto expected = static_cast<double>(*kernel.runningNs);
    if (expected > 0)
        result.running = static_cast<double>(difference) / expected;
    const auto switches = kernel.voluntary + kernel.involuntary;
    if (*kernel.runningNs < switches * tolerance.shortestSliceNs)
        return result;
    const auto allowed = std::max(static_cast<double>(tolerance.runningNs), tolerance.running * expected);
    const auto switching = static_cast<double>(tolerance.runningPerSwitchNs * switches);
    // Switching makes the trace's figure smaller, never larger; time that was stolen, only larger.
    result.agrees = result.agrees
        && static_cast<double>(difference) <= allowed + static_cast<double>(tolerance.stolenNs)
        && static_cast<double>(difference) >= -allowed - switching;
    return result;
}

} // namespace

const char *nameOf(SelfCheckVerdict verdict)
{
    switch (verdict) {
    case SelfCheckVerdict::Agrees:
        return "agrees";
    case SelfCheckVerdict::Differs:
        return "differs";
    case SelfCheckVerdict::NotPossible:
        break;
    }
    return "not possible";
}

SelfCheck selfCheck(
    std::span<const TaskAccount> trace, std::span<const TaskAccount> kernel, std::uint64_t lost,
    const SelfCheckTolerance &tolerance)
{
    SelfCheck check;
    for (const auto &account : kernel) {
        const auto traced = std::ranges::find(trace, account.tid, &TaskAccount::tid);
        if (traced == trace.end())
            ++check.uncompared;
        else
            check.tasks.push_back(compare(*traced, account, tolerance));
    }
    check.uncompared += trace.size() - check.tasks.size();
    if (lost > 0 || check.tasks.empty())
        check.verdict = SelfCheckVerdict::NotPossible;
    else if (std::ranges::all_of(check.tasks, &TaskComparison::agrees))
        check.verdict = SelfCheckVerdict::Agrees;
    else
        check.verdict = SelfCheckVerdict::Differs;
    return check;
}

} // namespace timeslice
