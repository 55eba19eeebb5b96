// SPDX-License-Identifier: GPL-3.0-or-later
//
// What exact tracing costs: the reader and the store, and the traced program.
// Usage: bench_tracer [KiB of a ring [records per second of the slowed-down ping-pong]]
#include "core/observe/timelinestore.h"
#include "core/perf/tracer.h"
#include "tests/bench/benchsupport.h"
#include "tests/support/pipepingpong.h"

#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

using namespace timeslice;

struct Measured {
    double seconds = 0;
    std::uint64_t switches = 0; ///< By the kernel's counters.
    TraceStatus status;
    std::size_t ringBytes = 0;
    double bytesPerSwitch = 0;
};

std::size_t ringKiB = kMaxRingBytes / 1024;

template <typename Load>
Measured run(bool isTraced, Load load)
{
    TimelineStore store;
    std::unique_ptr<SwitchTracer> tracer;
    if (isTraced) {
        auto opened = SwitchTracer::open(
            0,
            {.sink =
                 [&store](const SwitchChunkPtr &chunk) {
                     static_cast<void>(store.view()); // a window is looking
                     store.append(*chunk);
                 },
             .ringBytes = ringKiB * 1024});
        if (!opened) {
            const auto access = explainRefusal(opened.error(), readPerfEventParanoid());
            std::printf("not measured: %s; %s\n", access.cause.c_str(), access.remedy.c_str());
            std::exit(0);
        }
        tracer = std::move(*opened);
    }
    Measured measured;
    const auto begin = MonotonicClock::now();
    const std::vector<testing::PingPongThread> threads = load();
    measured.seconds = toSeconds(MonotonicClock::now() - begin);
    for (const auto &thread : threads)
        measured.switches += thread.voluntary + thread.involuntary;
    if (tracer) {
        tracer->stop();
        measured.status = tracer->status();
        measured.ringBytes = tracer->ringBytes();
        measured.bytesPerSwitch =
            static_cast<double>(store.view()->bytes()) / static_cast<double>(measured.switches);
    }
    return measured;
}

auto pingPong(std::vector<int> cpus, std::uint64_t roundTrips, std::uint64_t holdNs = 0)
{
    return [cpus = std::move(cpus), roundTrips, holdNs] {
        return testing::runPingPong({.pairCpus = cpus, .roundTrips = roundTrips, .holdNs = holdNs}).value();
    };
}

// Two threads that compute for some 150 us between two switches: about 10,000 switches/s on two cores.
auto ordinary(std::uint64_t pieces)
{
    return [pieces] {
        std::vector<testing::PingPongThread> accounts(4);
        std::vector<std::jthread> threads;
        for (auto &account : accounts) {
            threads.emplace_back([&account, pieces] {
                volatile double value = 1;
                for (std::uint64_t i = 0; i < pieces; ++i) {
                    for (int step = 0; step < 40'000; ++step)
                        value = value * 1.000001;
                    std::this_thread::yield();
                }
                testing::readCounters(account);
            });
        }
        threads.clear();
        return accounts;
    };
}

void report(const char *title, const Measured &measured, bool hasRateGoal)
{
    const auto records = static_cast<double>(measured.status.records);
    std::printf("\n%s, %zu KiB a ring\n", title, measured.ringBytes / 1024);
    std::printf(
        "  %.2f million records/s, %.0f drains/s\n", records / measured.seconds / 1e6,
        static_cast<double>(measured.status.drains) / measured.seconds);
    std::printf(
        "  lost                %8llu%s\n", static_cast<unsigned long long>(measured.status.lost),
        atMost(static_cast<double>(measured.status.lost), 0).c_str());
    const auto share = toSeconds(measured.status.readerCpu) / measured.seconds * 100;
    std::printf(
        "  reader and store    %8.2f %% of one core, %.1f ns a record%s\n", share,
        toSeconds(measured.status.readerCpu) / records * 1e9,
        hasRateGoal ? atMost(share, 5, " %").c_str() : "");
    std::printf(
        "  memory              %8.2f bytes a switch%s\n", measured.bytesPerSwitch,
        atMost(measured.bytesPerSwitch, 24).c_str());
}

// How long each player holds the token, so that all CPUs together come to this rate; 0 if they do not reach
// it anyway.
std::uint64_t holdForRate(const Measured &fastest, double recordsPerSecond, std::size_t cpus)
{
    constexpr double kRecordsPerHop = 2; // one leaves, one arrives
    const auto perHop = [&](double rate) { return static_cast<double>(cpus) * kRecordsPerHop / rate; };
    const auto reached = static_cast<double>(fastest.status.records) / fastest.seconds;
    return static_cast<std::uint64_t>(std::max(0.0, perHop(recordsPerSecond) - perHop(reached)) * 1e9);
}

// Traced and not in turn, so that what else happens on the machine hits both.
template <typename Load>
void compare(const char *title, double goalFactor, int turns, Load load)
{
    std::vector<double> without;
    std::vector<double> with;
    double rate = 0;
    double readerShare = 0;
    for (int turn = 0; turn < turns; ++turn) {
        without.push_back(run(false, load).seconds);
        const auto traced = run(true, load);
        with.push_back(traced.seconds);
        rate = static_cast<double>(traced.switches) / traced.seconds;
        readerShare = toSeconds(traced.status.readerCpu) / traced.seconds * 100;
    }
    const auto factor = median(with) / median(without);
    std::printf(
        "  %-28s x%.3f (best x%.3f) at %.0f switches/s, reader %.2f %%%s\n", title, factor,
        minimum(with) / minimum(without), rate, readerShare, atMost(factor, goalFactor).c_str());
}

} // namespace

int main(int argc, char **argv)
{
    double recordsPerSecond = 1.3e6;
    if (argc > 2)
        recordsPerSecond = std::strtod(argv[2], nullptr);
    if (argc > 1)
        ringKiB = static_cast<std::size_t>(std::strtoul(argv[1], nullptr, 10));
    printMachine();
    const auto allowed = readMachine().cpusAllowed;
    const std::vector<int> cpus(
        allowed.begin(), allowed.begin() + std::min<std::ptrdiff_t>(std::ssize(allowed), 2));
    // As fast as this machine goes, and then at the rate the goal is for: each player computes for a while.
    const auto fastest = run(true, pingPong(cpus, 500'000));
    report("two pipe ping-pong pairs, one on each CPU, as fast as they go", fastest, false);
    const auto paced =
        run(true, pingPong(cpus, 500'000, holdForRate(fastest, recordsPerSecond, cpus.size())));
    report("the same, slowed down to about the rate of the goal", paced, true);
    std::printf("\nslow-down of the traced program\n");
    compare("ping-pong on one CPU", 1.5, 5, pingPong({cpus.front()}, 100'000));
    compare("computing, ordinary switching", 1.01, 7, ordinary(1500));
}
