// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `http`: an item is one request to the local server, which answers after a set delay; the result is the
/// first word of the SHA-256 over the body (httpbody.h says what the body is).
///
/// A worker keeps one connection (parameter `keep_alive`) and waits without using a core. Failures of server
/// or network are failed items.
[[nodiscard]] WorkloadInfo httpWorkload();

} // namespace timeslice
