// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/run/experiment.h"

namespace timeslice {

/// 24 items of a size that takes milliseconds.
inline Experiment tinyExperiment(const std::string &workload, const std::string &model, unsigned workers)
{
    Experiment experiment{.workload = workload, .model = model, .workers = workers, .items = 24};
    if (workload == "sum")
        experiment.params.set("numbers", std::int64_t{100'000});
    if (workload == "primes")
        experiment.params.set("range", std::int64_t{200});
    if (workload == "mandelbrot") {
        experiment.params.set("width", std::int64_t{64});
        experiment.params.set("height", std::int64_t{64});
    }
    if (workload == "hash")
        experiment.params.set("block_kib", std::int64_t{16});
    if (workload == "matrix")
        experiment.params.set("size", std::int64_t{40});
    if (workload == "counter")
        experiment.params.set("increments", std::int64_t{2'000});
    if (workload == "false-sharing")
        experiment.params.set("increments", std::int64_t{10'000});
    if (workload == "ping-pong")
        experiment.params.set("round_trips", std::int64_t{20});
    if (workload == "file") {
        experiment.params.set("kib", std::int64_t{4});
        experiment.params.set("fsync", false); // on a busy disk that takes as long as it likes
    }
    if (workload == "database") {
        experiment.params.set("rows", std::int64_t{100});
        experiment.params.set("transform", std::int64_t{8});
    }
    if (workload == "philosophers") {
        experiment.params.set("strategy", std::string("ordered")); // the first one ends in a deadlock
        experiment.params.set("think_ms", 0.1);
        experiment.params.set("eat_ms", 0.1);
        experiment.params.set("pause_ms", 0.1);
    }
    if (workload == "producer-consumer") {
        experiment.params.set("produce_steps", std::int64_t{1'000});
        experiment.params.set("consume_steps", std::int64_t{2'000});
    }
    if (workload == "sleep")
        experiment.params.set("sleep_ms", 1.0);
    if (workload == "http" || workload == "https")
        experiment.params.set("delay_ms", std::int64_t{1});
    return experiment;
}

/// The same small items, for as long as nobody stops it.
inline Experiment longExperiment(const std::string &workload, const std::string &model, unsigned workers)
{
    auto experiment = tinyExperiment(workload, model, workers);
    experiment.items.reset();
    experiment.durationSeconds = 600;
    return experiment;
}

/// As many workers as asked for, or the one that the model has.
inline unsigned workersFor(const ModelInfo &model, unsigned wanted)
{
    return model.singleWorker ? 1 : wanted;
}

} // namespace timeslice
