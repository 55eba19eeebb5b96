// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/gilthreads.h"

#include "core/board/gil.h"
#include "core/model/qthread.h"

namespace timeslice {

namespace {

// At the shortest interval a worker writes some 100,000 events a second; they are collected 30 times as
// often.
constexpr std::size_t kEvents = 16'384;

GilRules rulesFrom(const ParameterValues &params)
{
    return {
        .interval = std::chrono::microseconds(params.integer("switch_interval_us")),
        .forcesSwitch = params.toggle("forced_switching"),
        .releasesOnWaits = params.toggle("release_on_io")};
}

} // namespace

ModelInfo gilThreadsModel()
{
    return {
        .id = "gil-threads",
        .title = "Threads under a GIL",
        .pythonName = "threading, simulated",
        .help = "Threads of which only the one that holds a global lock runs, as in CPython: the others "
                "wait, ask "
                "for the lock after the switch interval, and get it at the holder's next checkpoint.",
        .parameters =
            {
                Parameter::integer(
                    "switch_interval_us", "Switch interval", "us",
                    "How long a thread waits for the lock before it asks the holder to give it up.", 5'000,
                    10, 1'000'000),
                Parameter::toggle(
                    "forced_switching", "Forced switching",
                    "Whoever gave the lock up on request waits until another thread has had it.", true),
                Parameter::toggle(
                    "release_on_io", "Release on I/O",
                    "A thread gives the lock up before it waits for a timer, a socket or a disk.", true),
            },
        .gilEvents = kEvents,
        .make = [](const ModelContext &context) -> std::unique_ptr<Model> {
            return makeThreads(context, std::make_unique<Gil>(rulesFrom(context.experiment->params)));
        },
    };
}

} // namespace timeslice
