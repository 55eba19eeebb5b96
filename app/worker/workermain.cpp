// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/worker/workercommands.h"
#include "core/workload/starters.h"

#include <cstdio>
#include <string_view>
#include <unistd.h>

int main(int argc, char **argv)
{
    const auto begin = timeslice::MonotonicClock::now();
    const std::string_view part = argc > 1 ? argv[1] : "";
    if (part == "engine" && argc == 3)
        return timeslice::runEngineCommand(argc, argv);
    if (part == "leaf" && argc >= 5)
        return timeslice::runLeafCommand(std::span(argv, static_cast<std::size_t>(argc)).subspan(2));
    if (part == "nothing" && argc == 2)
        ::_exit(
            timeslice::tellBegin(begin)); // at once, as a process of Python's does: it has nothing to tidy up
    if (part == "echo" && argc == 4)
        return timeslice::runEchoCommand(argv[2], argv[3]);
    if (part == "serve" && argc == 2)
        return timeslice::runServeCommand(false);
    if (part == "serve" && argc == 3 && std::string_view(argv[2]) == "tls")
        return timeslice::runServeCommand(true);
    std::fputs("timeslice-worker carries out runs for timeslice; it is not started by hand.\n", stderr);
    return 2;
}
