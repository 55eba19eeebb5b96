// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `https`: an item is what it is for `http`, with the same result, over TLS.
///
/// Key and certificate are made by the local server for the run; a worker trusts that certificate and no
/// other, and verifies it for the server's address. No session is resumed, so each connection makes a full
/// handshake; how long each took, each worker keeps in the arena, models in Python too: a LatencyHistogram
/// for each worker, kApart bytes from the beginning and each aligned to kApart.
[[nodiscard]] WorkloadInfo httpsWorkload();

} // namespace timeslice
