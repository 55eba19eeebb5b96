// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/worker/workercommands.h"

#include "core/run/supervisor.h"
#include "core/workload/io/httpserver.h"

#include <cstdio>
#include <unistd.h>

namespace timeslice {

int runServeCommand()
{
    const Supervisor supervisor([](std::string_view) { }, [] { });
    const auto server = HttpServer::start();
    if (!server) {
        std::fprintf(stderr, "timeslice-worker: %s\n", describe(server.error()).c_str());
        return 3;
    }
    std::printf("listening %u %s\n", static_cast<unsigned>((*server)->port()), (*server)->token().c_str());
    std::fflush(stdout);
    for (;;)
        ::pause(); // the watchdog ends the process
}

} // namespace timeslice
