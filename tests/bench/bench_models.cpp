// SPDX-License-Identifier: GPL-3.0-or-later
// What the models themselves cost: useful CPU of the pool for small items, and how long processes take to be
// ready. Usage: bench_models [ROUNDS]

#include "core/lab/lab.h"
#include "tests/bench/benchsupport.h"

#include <QCoreApplication>
#include <QEventLoop>

#include <cstdio>

using namespace timeslice;

namespace {

RecordingPtr run(Lab &lab, const Experiment &experiment)
{
    QEventLoop loop;
    RecordingPtr recording;
    QObject::connect(&lab, &Lab::runFinished, &loop, [&](const RecordingPtr &finished) {
        recording = finished;
        loop.quit();
    });
    if (const auto started = lab.start(experiment); !started) {
        std::fprintf(stderr, "%s\n", describe(started.error()).c_str());
        std::exit(1);
    }
    loop.exec();
    return recording;
}

Experiment primes(const char *model, unsigned workers, std::int64_t range)
{
    Experiment experiment{.workload = "primes", .model = model, .workers = workers, .durationSeconds = 1.0};
    experiment.params.set("range", range);
    return experiment;
}

// The length of a range whose item takes about `wanted`, from a run of the baseline itself.
std::int64_t rangeFor(Lab &lab, Nanoseconds wanted)
{
    constexpr std::int64_t kProbe = 1000;
    const auto recording = run(lab, primes("sequential", 1, kProbe));
    const double nsPerNumber = recording->wallSeconds * 1e9 / static_cast<double>(recording->items) / kProbe;
    return std::max<std::int64_t>(
        1, static_cast<std::int64_t>(static_cast<double>(wanted.count()) / nsPerNumber));
}

// Share of two cores that went into items: throughput against twice the baseline's, in turns.
void benchPool(Lab &lab, int rounds)
{
    for (const auto microseconds : {10, 100}) {
        const auto range = rangeFor(lab, std::chrono::microseconds(microseconds));
        std::vector<double> shares;
        std::vector<double> itemUs;
        for (int round = 0; round < rounds; ++round) {
            const auto baseline = run(lab, primes("sequential", 1, range));
            const auto pool = run(lab, primes("pool", 2, range));
            shares.push_back(*pool->itemsPerSecond / (2 * *baseline->itemsPerSecond));
            itemUs.push_back(1e6 / *baseline->itemsPerSecond);
        }
        std::printf(
            "pool, items of %.1f us, 2 workers: useful CPU share %.3f (%.3f to %.3f)%s\n", median(itemUs),
            median(shares), minimum(shares), maximum(shares),
            microseconds == 10 ? atLeast(median(shares), 0.95).c_str() : "");
    }
}

void benchProcessStart(Lab &lab, int rounds)
{
    std::vector<double> readyMs;
    for (int round = 0; round < rounds * 4; ++round) {
        auto experiment = primes("qprocess", 2, 1000);
        experiment.durationSeconds = 0.1;
        const auto before = MonotonicClock::now();
        const auto recording = run(lab, experiment);
        if (recording->go)
            readyMs.push_back(toSeconds(*recording->go - before) * 1e3);
    }
    std::printf(
        "qprocess: from start to 2 workers ready: median %.1f ms (%.1f to %.1f)%s\n", median(readyMs),
        minimum(readyMs), maximum(readyMs), atMost(median(readyMs), 30, " ms").c_str());
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
    printMachine();
    Lab lab({.workerProgram = QStringLiteral(TIMESLICE_WORKER)});
    benchPool(lab, rounds);
    benchProcessStart(lab, rounds);
    return 0;
}
