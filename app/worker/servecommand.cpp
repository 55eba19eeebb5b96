// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/worker/workercommands.h"

#include "core/run/supervisor.h"
#include "core/workload/io/httpserver.h"

#include <QByteArray>

#include <cstdio>
#include <unistd.h>

namespace timeslice {

namespace {

Result<std::unique_ptr<HttpServer>> startServer(bool tls)
{
    HttpServerOptions options;
    if (tls) {
        auto identity = TlsIdentity::create();
        if (!identity)
            return std::unexpected(identity.error());
        options.tls = std::make_shared<const TlsIdentity>(std::move(*identity));
    }
    return HttpServer::start(std::move(options));
}

} // namespace

int runServeCommand(bool tls)
{
    const Supervisor supervisor([](std::string_view) { }, [] { });
    const auto server = startServer(tls);
    if (!server) {
        std::fprintf(stderr, "timeslice-worker: %s\n", describe(server.error()).c_str());
        return 3;
    }
    const auto endpoint = (*server)->endpoint();
    std::printf("listening %u %s", static_cast<unsigned>(endpoint.port), endpoint.token.c_str());
    if (tls)
        std::printf(" %s", QByteArray::fromStdString(endpoint.certificate).toBase64().constData());
    std::printf("\n");
    std::fflush(stdout);
    for (;;)
        ::pause(); // the watchdog ends the process
}

} // namespace timeslice
