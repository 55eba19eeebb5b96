// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace timeslice {

/// The parts that `timeslice-worker` plays, chosen by its first argument. Each returns the process's exit
/// code. One more, `nothing`, is in core/workload/starters.h.

/// `engine RUN_DIRECTORY`: carries out a run as its supervisor; reports on the board and in end.json.
int runEngineCommand(int argc, char **argv);

/// `leaf RUN_DIRECTORY WORKER [shared FD BYTES | pipe REQUEST_FD REPLY_FD]`: one worker of the `qprocess`
/// model, on one thread, without an event loop.
int runLeafCommand(std::span<char *> arguments);

/// `echo WAY BYTES`: the partner of a worker of the workload `payload` (core/workload/payloadpartner.h).
int runEchoCommand(std::string_view way, std::string_view bytes);

/// `serve [tls]`: the local HTTP server. Writes "listening PORT TOKEN\n", with TLS "listening PORT TOKEN
/// CERTIFICATE\n" (PEM, in Base64), and serves until standard input ends. The certificate's key never leaves
/// the memory of the process.
int runServeCommand(bool tls);

} // namespace timeslice
