// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/worker/workercommands.h"

#include "core/workload/payloadpartner.h"

#include <charconv>
#include <cstdio>
#include <unistd.h>

namespace timeslice {

int runEchoCommand(std::string_view way, std::string_view bytes)
{
    std::size_t size = 0;
    const auto *const end = bytes.data() + bytes.size();
    if (const auto [at, error] = std::from_chars(bytes.data(), end, size); error != std::errc() || at != end)
        return 2;
    const auto served = servePayload(way, size);
    if (served || served.error().kind == ErrorKind::Gone) // closed by the worker, which is what ends it
        ::_exit(0); // at once: it leaves nothing to be tidied up, and is killed should it take its time
    std::fprintf(stderr, "timeslice-worker: %s\n", describe(served.error()).c_str());
    return 3;
}

} // namespace timeslice
