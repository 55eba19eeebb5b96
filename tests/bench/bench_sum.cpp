// SPDX-License-Identifier: GPL-3.0-or-later
//
// What sharing out items costs: the workload `sum` on two threads that take slices from a board, against the
// same loops under OpenMP, which cuts the list once, in turns within one run.
//
// Usage: bench_sum [numbers] [turns]
#include "core/board/board.h"
#include "core/workload/datasource.h"
#include "core/workload/sum.h"
#include "tests/bench/benchsupport.h"

#include <cmath>
#include <cstdlib>
#include <thread>

using namespace timeslice;

namespace {

constexpr unsigned kThreads = 2;

// How a turn went.
struct Turn {
    double seconds = 0;
    double cpuSeconds = 0; // of the whole process: what other programs on the machine hardly change
    double total = 0;
};

// Both loops as OpenMP's manuals write them. Functions of their own, not lambdas: what a lambda captures by
// reference is reloaded in each round of the loop, which costs a factor of ten.
[[gnu::noinline]] double openMpStrict(const double *numbers, std::int64_t count)
{
    double total = 0;
#pragma omp parallel for reduction(+ : total) num_threads(kThreads) schedule(static)
    for (std::int64_t i = 0; i < count; ++i)
        total += numbers[i];
    return total;
}

[[gnu::noinline]] double openMpSimd(const double *numbers, std::int64_t count)
{
    double total = 0;
    const auto blocks = (count + std::int64_t{kSumBlock} - 1) / std::int64_t{kSumBlock};
#pragma omp parallel for reduction(+ : total) num_threads(kThreads) schedule(static)
    for (std::int64_t block = 0; block < blocks; ++block) {
        const auto first = block * std::int64_t{kSumBlock};
        const auto size = std::min(std::int64_t{kSumBlock}, count - first);
        total = addSimd(total, {numbers + first, static_cast<std::size_t>(size)});
    }
    return total;
}

// What the compiler makes of OpenMP's own `simd`; printed beside the others, no goal.
[[gnu::noinline]] double openMpPragmaSimd(const double *numbers, std::int64_t count)
{
    double total = 0;
#pragma omp parallel for simd reduction(+ : total) num_threads(kThreads) schedule(static)
    for (std::int64_t i = 0; i < count; ++i)
        total += numbers[i];
    return total;
}

Turn withOpenMp(double (*sum)(const double *, std::int64_t), std::span<const double> numbers)
{
    const auto cpuBefore = processCpuTime();
    const auto begin = MonotonicClock::now();
    const double total = sum(numbers.data(), static_cast<std::int64_t>(numbers.size()));
    const auto end = MonotonicClock::now();
    return {toSeconds(end - begin), toSeconds(processCpuTime() - cpuBefore), total};
}

// As a model does it: threads that wait for go and take items until there are none; from go to the last item.
Turn withTheBoard(const Workload &workload, std::uint64_t items, std::span<const std::byte> bytes)
{
    const auto board = Board::createAnonymous({.workers = kThreads});
    if (!board)
        std::abort();
    board->setItemLimit(items);
    const StopToken stop(board->stateWord());
    MappedData data(bytes);
    std::vector<std::thread> threads;
    std::vector<double> totals(kThreads);
    for (unsigned i = 0; i < kThreads; ++i) {
        threads.emplace_back([&, i] {
            WorkerResources resources;
            resources.index = i;
            resources.data = &data;
            const auto worker = workload.makeWorker(resources);
            auto &slot = board->slot(i);
            slot.phase.store(static_cast<std::uint32_t>(WorkerPhase::Ready), std::memory_order_release);
            stop.waitForGo();
            double total = 0;
            auto now = MonotonicClock::now();
            while (const auto item = board->takeItem(now)) {
                total += std::bit_cast<double>((*worker)->carryOut(*item, stop).value_or(0));
                const auto begun = std::exchange(now, MonotonicClock::now());
                board->latency(i).record(now - begun);
            }
            slot.lastItemNs.store(toBoardNs(now), std::memory_order_relaxed);
            totals[i] = total;
        });
    }
    for (unsigned i = 0; i < kThreads; ++i) {
        while (board->slot(i).phase.load(std::memory_order_acquire)
               != static_cast<std::uint32_t>(WorkerPhase::Ready))
            std::this_thread::yield();
    }
    const auto cpuBefore = processCpuTime();
    board->go(std::nullopt);
    Turn turn;
    for (unsigned i = 0; i < kThreads; ++i) {
        threads[i].join();
        turn.total += totals[i];
        turn.seconds =
            std::max(turn.seconds, toSeconds(fromBoardNs(board->slot(i).lastItemNs) - *board->goTime()));
    }
    turn.cpuSeconds = toSeconds(processCpuTime() - cpuBefore);
    return turn;
}

void settle()
{
    // OpenMP's threads spin for a while after their work, in case there is more: not during the other's turn.
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
}

// The turns of one way to do it.
struct Turns {
    std::vector<double> seconds;
    std::vector<double> cpuSeconds;

    void add(const Turn &turn)
    {
        seconds.push_back(turn.seconds);
        cpuSeconds.push_back(turn.cpuSeconds);
    }
    void print(const char *what, std::size_t bytes) const
    {
        std::printf(
            "  %-26s median %7.2f ms (%.2f to %.2f)  %5.1f GB/s  CPU %.2f ms\n", what, median(seconds) * 1e3,
            minimum(seconds) * 1e3, maximum(seconds) * 1e3,
            static_cast<double>(bytes) / median(seconds) / 1e9, median(cpuSeconds) * 1e3);
    }
};

int run(std::int64_t count, int turns)
{
    auto memory = Mapping::anonymous(static_cast<std::size_t>(count) * sizeof(double));
    if (!memory) {
        std::fprintf(stderr, "%s\n", describe(memory.error()).c_str());
        return 1;
    }
    const auto bytes = memory->bytes();
    const std::span numbers(reinterpret_cast<const double *>(bytes.data()), static_cast<std::size_t>(count));
    const auto info = sumWorkload();
    bool isFilled = false;
    bool isRight = true;
    std::printf("sum of %.0e numbers, %u threads, %d turns\n", static_cast<double>(count), kThreads, turns);
    for (const char *const loop : {"strict", "simd"}) {
        const bool isSimd = std::string_view(loop) == "simd";
        WorkSpec spec;
        spec.params.set("numbers", count);
        spec.params.set("loop", std::string(loop));
        spec.items = info.defaultItems;
        const auto workload = info.make(spec);
        if (!std::exchange(isFilled, true)) {
            std::atomic<std::uint32_t> go{static_cast<std::uint32_t>(RunState::Go)};
            const auto begin = MonotonicClock::now();
            static_cast<void>(workload->fillData(bytes, StopToken(go)));
            std::printf("  the list was made in %.2f s\n", toSeconds(MonotonicClock::now() - begin));
        }
        auto *const same = isSimd ? openMpSimd : openMpStrict;
        withOpenMp(same, numbers); // starts OpenMP's threads
        Turns ours;
        Turns theirs;
        Turns pragma;
        for (int turn = 0; turn < turns; ++turn) {
            settle();
            const auto mine = withTheBoard(*workload, info.defaultItems, bytes);
            ours.add(mine);
            settle();
            const auto other = withOpenMp(same, numbers);
            theirs.add(other);
            isRight = isRight && std::abs(mine.total - other.total) < 1e-9 * std::abs(other.total);
            if (isSimd) {
                settle();
                pragma.add(withOpenMp(openMpPragmaSimd, numbers));
            }
        }
        std::printf("loop %s\n", loop);
        ours.print("sum, items from the board", bytes.size());
        theirs.print("the same loop under OpenMP", bytes.size());
        if (isSimd)
            pragma.print("(omp parallel for simd)", bytes.size());
        const double ratio = median(theirs.seconds) / median(ours.seconds);
        std::printf(
            "  throughput against OpenMP: %.3f%s; per CPU second: %.3f\n", ratio,
            atLeast(ratio, 0.95).c_str(), median(theirs.cpuSeconds) / median(ours.cpuSeconds));
    }
    if (!isRight)
        std::fprintf(stderr, "the sums differ\n");
    return isRight ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
    printMachine();
    const auto count = argc > 1 ? std::atoll(argv[1]) : 100'000'000;
    const auto turns = argc > 2 ? std::atoi(argv[2]) : 15;
    if (count < 1'000 || count > 2'000'000'000 || turns < 1 || turns > 1'000) {
        std::fprintf(stderr, "usage: bench_sum [numbers: 1000 to 2000000000] [turns: 1 to 1000]\n");
        return 2;
    }
    return run(count, turns);
}
