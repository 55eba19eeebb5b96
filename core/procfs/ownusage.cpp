// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/ownusage.h"

#include "core/base/clock.h"
#include "core/procfs/fields.h"
#include "core/procfs/keptfile.h"
#include "core/procfs/task.h"

#include <array>
#include <sys/resource.h>

namespace timeslice {

std::optional<std::uint64_t> parseMigrations(std::string_view text)
{
    auto value = fields::lastValueOf(text, "se.nr_migrations");
    if (!value || fields::takeWord(*value) != ":")
        return std::nullopt;
    return fields::takeNumber<std::uint64_t>(*value);
}

namespace {

void readSwitches(ThreadUsage &usage)
{
    rusage resources{};
    ::getrusage(RUSAGE_THREAD, &resources);
    usage.voluntary = static_cast<std::uint64_t>(resources.ru_nvcsw);
    usage.involuntary = static_cast<std::uint64_t>(resources.ru_nivcsw);
}

} // namespace

ThreadUsage readOwnUsage()
{
    ThreadUsage usage;
    // Clock and counters have to be of one moment: a switch between two readings would be in one and not in
    // the other, and the trace of the same stretch would differ by it.
    constexpr int kTries = 100; // only a thread that is switched every microsecond would need that many
    for (int i = 0; i < kTries; ++i) {
        readSwitches(usage);
        usage.atNs = toBoardNs(MonotonicClock::now());
        usage.cpuNs = static_cast<std::uint64_t>(threadCpuTime().count());
        ThreadUsage after;
        readSwitches(after);
        if (after.voluntary == usage.voluntary && after.involuntary == usage.involuntary)
            break;
    }

    std::array<char, 8192> buffer;
    if (const auto file = KeptFile::open("/proc/thread-self/schedstat")) {
        const auto schedstat = parseSchedstat(file->read(buffer).value_or(std::string_view()));
        // A thread that runs was given a core at least once: no slice means that this kernel does not count.
        if (schedstat && schedstat->slices > 0)
            usage.queueWaitNs = schedstat->queueWaitNs;
    }
    if (const auto file = KeptFile::open("/proc/thread-self/sched")) {
        if (const auto text = file->readToEnd(buffer))
            usage.migrations = parseMigrations(*text).value_or(ThreadUsage::kUnknown);
    }
    return usage;
}

} // namespace timeslice
