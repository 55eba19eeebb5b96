// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/tlsidentity.h"

#include <functional>
#include <memory>

namespace timeslice::testing_support {

/// An identity as the real server makes one for a run, or another.
[[nodiscard]] std::shared_ptr<const TlsIdentity> makeIdentity(const TlsIdentity::Options &options = {});

/// The server's end of TLS on one connection: the handshake, and then `script` with a socket on which
/// everything is in plain text. Returns when the script has, or at once where there is no handshake.
void serveOverTls(int fd, const TlsIdentity &identity, const std::function<void(int fd)> &script);

} // namespace timeslice::testing_support
