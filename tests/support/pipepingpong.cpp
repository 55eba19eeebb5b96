// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/pipepingpong.h"

#include "core/base/clock.h"
#include "core/base/uniquefd.h"

#include <array>
#include <atomic>
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace timeslice::testing {

namespace {

struct Pipe {
    UniqueFd readEnd;
    UniqueFd writeEnd;
};

std::optional<Pipe> makePipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return std::nullopt;
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

struct Player {
    const Pipe *from;
    const Pipe *to;
    int cpu;
    bool serves;
    std::uint64_t roundTrips;
    std::uint64_t holdNs;
    PingPongThread *account;
    std::atomic<bool> *refused;
};

void compute(std::uint64_t ns)
{
    if (ns == 0)
        return;
    const auto end = MonotonicClock::now() + Nanoseconds(static_cast<std::int64_t>(ns));
    while (MonotonicClock::now() < end) { }
}

void play(const Player &player)
{
    if (player.cpu >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(static_cast<unsigned>(player.cpu), &set);
        if (::sched_setaffinity(0, sizeof set, &set) != 0)
            player.refused->store(true);
    }
    player.account->tid = ::gettid();
    player.account->beginNs = toBoardNs(MonotonicClock::now());
    char token = 'x';
    bool isAlive = true;
    if (player.serves)
        isAlive = ::write(player.to->writeEnd.get(), &token, 1) == 1;
    for (std::uint64_t i = 0; isAlive && i < player.roundTrips; ++i) {
        isAlive = ::read(player.from->readEnd.get(), &token, 1) == 1;
        compute(player.holdNs);
        const bool isLast = player.serves && i + 1 == player.roundTrips;
        isAlive = isAlive && (isLast || ::write(player.to->writeEnd.get(), &token, 1) == 1);
    }
    readCounters(*player.account);
}

} // namespace

// The counters are read until two readings agree: then no switch fell between them, nor between them and the
// clock.
void readCounters(PingPongThread &thread)
{
    rusage before{};
    rusage after{};
    do {
        ::getrusage(RUSAGE_THREAD, &before);
        thread.cpuNs = static_cast<std::uint64_t>(threadCpuTime().count());
        thread.atNs = toBoardNs(MonotonicClock::now());
        ::getrusage(RUSAGE_THREAD, &after);
    } while (before.ru_nvcsw != after.ru_nvcsw || before.ru_nivcsw != after.ru_nivcsw);
    thread.voluntary = static_cast<std::uint64_t>(after.ru_nvcsw);
    thread.involuntary = static_cast<std::uint64_t>(after.ru_nivcsw);
}

std::optional<std::vector<PingPongThread>> runPingPong(const PingPongOptions &options)
{
    const auto pairs = options.pairCpus.size();
    std::vector<Pipe> pipes;
    for (std::size_t i = 0; i < 2 * pairs; ++i) {
        auto pipe = makePipe();
        if (!pipe)
            return std::nullopt;
        pipes.push_back(std::move(*pipe));
    }
    std::vector<PingPongThread> accounts(2 * pairs);
    std::atomic<bool> refused = false;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < 2 * pairs; ++i) {
            threads.emplace_back(
                play,
                Player{
                    .from = &pipes[i],
                    .to = &pipes[i ^ 1],
                    .cpu = options.pairCpus[i / 2],
                    .serves = i % 2 == 0,
                    .roundTrips = options.roundTrips,
                    .holdNs = options.holdNs,
                    .account = &accounts[i],
                    .refused = &refused});
        }
    }
    if (refused)
        return std::nullopt;
    return accounts;
}

} // namespace timeslice::testing
