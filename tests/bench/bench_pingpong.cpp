// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the workload `ping-pong` adds to what it measures: its items (stop checks, a clock reading and a
// histogram entry for each round trip) against a bare loop over one futex, in turns within one run.
//
// Usage: bench_pingpong [round trips] [turns]
#include "core/base/affinity.h"
#include "core/base/clock.h"
#include "core/base/mapping.h"
#include "core/workload/pingpong.h"
#include "tests/bench/benchsupport.h"

#include <atomic>
#include <cstdlib>
#include <linux/futex.h>
#include <string>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace timeslice;

namespace {

struct BareBall {
    std::atomic<std::uint32_t> atPartner{0};

    void pass(std::uint32_t to)
    {
        atPartner.store(to, std::memory_order_release);
        ::syscall(SYS_futex, &atPartner, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    }
    void await(std::uint32_t side)
    {
        while (atPartner.load(std::memory_order_acquire) != side)
            ::syscall(SYS_futex, &atPartner, FUTEX_WAIT_PRIVATE, 1 - side, nullptr, nullptr, 0);
    }
};

// Seconds per round trip. The caller may use all CPUs again afterwards.
double bareTurn(std::span<const int> cpus, int workerCpu, int partnerCpu, std::int64_t roundTrips)
{
    static_cast<void>(bindThread({&workerCpu, 1}));
    BareBall ball;
    std::atomic<bool> isReady = false;
    std::thread partner([&] {
        static_cast<void>(bindThread({&partnerCpu, 1}));
        isReady = true;
        for (std::int64_t i = 0; i < roundTrips; ++i) {
            ball.await(1);
            ball.pass(0);
        }
    });
    while (!isReady)
        std::this_thread::yield();
    const auto begin = MonotonicClock::now();
    for (std::int64_t i = 0; i < roundTrips; ++i) {
        ball.pass(1);
        ball.await(0);
    }
    const auto end = MonotonicClock::now();
    partner.join();
    static_cast<void>(bindThread(cpus));
    return toSeconds(end - begin) / static_cast<double>(roundTrips);
}

// The same as an item of the workload.
class WorkloadTurns {
public:
    WorkloadTurns(const char *via, const char *placement, std::int64_t roundTrips)
        : m_roundTrips(roundTrips)
    {
        WorkSpec spec;
        spec.params.set("via", std::string(via));
        spec.params.set("placement", std::string(placement));
        spec.params.set("round_trips", roundTrips);
        m_workload = pingPongWorkload().make(spec);
        m_arena = std::move(*Mapping::anonymous(m_workload->needs().arenaBytes));
    }
    double turn()
    {
        const StopToken stop(m_go);
        const auto items = m_workload->makeWorker(
            {.index = 0, .data = nullptr, .arena = m_arena.bytes(), .httpServer = {}, .directory = {}});
        if (!items) {
            std::fprintf(stderr, "%s\n", describe(items.error()).c_str());
            std::exit(1);
        }
        const auto begin = MonotonicClock::now();
        const auto result = (*items)->carryOut(0, stop);
        const auto end = MonotonicClock::now();
        if (!result)
            std::exit(1);
        return toSeconds(end - begin) / static_cast<double>(m_roundTrips);
    }

private:
    std::int64_t m_roundTrips;
    std::unique_ptr<Workload> m_workload;
    Mapping m_arena;
    std::atomic<std::uint32_t> m_go{static_cast<std::uint32_t>(RunState::Go)};
};

void print(const char *what, const std::vector<double> &seconds)
{
    std::printf(
        "  %-28s median %6.2f us (%.2f to %.2f)\n", what, median(seconds) * 1e6, minimum(seconds) * 1e6,
        maximum(seconds) * 1e6);
}

void compare(std::span<const int> cpus, bool onOneCore, std::int64_t roundTrips, int turns)
{
    const char *const placement = onOneCore ? "same" : "other";
    const int partnerCpu = onOneCore ? cpus[0] : cpus[1];
    std::printf("round trip, worker and partner on %s\n", onOneCore ? "one core" : "two cores");
    WorkloadTurns ours("futex", placement, roundTrips);
    std::vector<double> bare;
    std::vector<double> workload;
    for (int turn = 0; turn < turns; ++turn) {
        bare.push_back(bareTurn(cpus, cpus[0], partnerCpu, roundTrips));
        workload.push_back(ours.turn());
    }
    print("bare loop over a futex", bare);
    print("ping-pong, via futex", workload);
    const double ratio = median(workload) / median(bare);
    std::printf(
        "  ping-pong against the bare loop: %.3f%s\n", ratio, onOneCore ? atMost(ratio, 1.1).c_str() : "");
    for (const char *const via : {"pipe", "eventfd", "condition"}) {
        WorkloadTurns others(via, placement, roundTrips);
        std::vector<double> seconds;
        for (int turn = 0; turn < turns; ++turn)
            seconds.push_back(others.turn());
        print(("ping-pong, via " + std::string(via)).c_str(), seconds);
    }
}

} // namespace

int main(int argc, char **argv)
{
    printMachine();
    const auto roundTrips = argc > 1 ? std::atoll(argv[1]) : 20'000;
    const auto turns = argc > 2 ? std::atoi(argv[2]) : 15;
    if (roundTrips < 100 || roundTrips > 10'000'000 || turns < 1 || turns > 1'000) {
        std::fprintf(stderr, "usage: bench_pingpong [round trips: 100 to 10000000] [turns: 1 to 1000]\n");
        return 2;
    }
    const auto cpus = allowedCpus();
    if (cpus.empty())
        return 1;
    compare(cpus, true, roundTrips, turns);
    if (cpus.size() > 1)
        compare(cpus, false, roundTrips / 10, turns);
    return 0;
}
