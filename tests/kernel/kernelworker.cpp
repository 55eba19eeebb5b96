// SPDX-License-Identifier: GPL-3.0-or-later
// timeslice-worker for the tests of the kernel, which is built without Qt: only what its workloads start.
#include "core/workload/payloadpartner.h"
#include "core/workload/starters.h"

#include <cstdlib>
#include <string_view>

int main(int argc, char **argv)
{
    const auto begin = timeslice::MonotonicClock::now();
    const std::string_view part = argc > 1 ? argv[1] : "";
    if (part == "nothing")
        return timeslice::tellBegin(begin);
    if (part == "echo" && argc == 4)
        return timeslice::servePayload(argv[2], std::strtoull(argv[3], nullptr, 10)) ? 0 : 1;
    return 2;
}
