// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analyse/verdict.h"
#include "core/record/recording.h"

#include <memory>

namespace timeslice {

/// A completed run of two threads that kept two cores busy.
inline Recording aRun()
{
    Recording run;
    run.id = 2;
    run.experiment.workload = "primes";
    run.experiment.model = "qthread";
    run.experiment.workers = 2;
    run.experiment.items = 1000;
    run.machine.cpusOnline = {0, 1};
    run.machine.cpusAllowed = {0, 1};
    run.outcome = Outcome::Completed;
    run.wallSeconds = 10;
    run.cpuSeconds = 19.8;
    run.items = 1000;
    run.itemsPerSecond = 100;
    run.latency = LatencySummary{
        std::chrono::milliseconds(20), std::chrono::milliseconds(21), std::chrono::milliseconds(25),
        std::chrono::milliseconds(34)};
    run.switches = {100, 300, 5};
    run.memoryPeak = MemoryReading{30'000'000, 19'200'000, 10'000'000};
    for (unsigned i = 0; i < 2; ++i) {
        WorkerResult worker;
        worker.index = i;
        worker.states = {9.9, 0.1, 0.0, std::nullopt};
        run.workers.push_back(worker);
    }
    return run;
}

inline RecordingPtr shared(const Recording &run)
{
    return std::make_shared<const Recording>(run);
}

inline Verdict aVerdict()
{
    Verdict verdict;
    verdict.happening = Happening::CoresBusy;
    verdict.itemsPerSecond = 100;
    verdict.coresUsed = 1.98;
    verdict.efficiency = 0.99;
    verdict.voluntaryPerSecond = 10;
    verdict.involuntaryPerSecond = 30;
    verdict.runnableShare = 0.01;
    verdict.blockedShare = 0.0;
    verdict.possibleCores = 2;
    verdict.speedup = Speedup{1.97, 0.03, true, 2};
    return verdict;
}

} // namespace timeslice
