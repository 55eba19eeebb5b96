// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <chrono>
#include <string>

namespace timeslice {

/// What a TLS server proves itself with: its certificate, which anybody may see, and its key, which never
/// leaves the process.
///
/// Moves, but makes no copies of the key; the destructor wipes it. Immutable. Thread: any.
class TlsIdentity {
public:
    struct Options {
        std::string address = "127.0.0.1"; ///< The IP address that the certificate is for.
        std::string name = "localhost"; ///< And the host name.
        /// When it begins to be valid, seen from now: a little before, because the clock may be set back.
        std::chrono::seconds from = -std::chrono::hours(1);
        std::chrono::seconds lifetime = std::chrono::hours(25);
    };

    /// A fresh key on the curve P-256 and a certificate signed by itself, which can sign no others.
    /// \error  Unsupported where this OpenSSL cannot make them; `what` has its reason.
    /// Cost: a fraction of a millisecond.
    [[nodiscard]] static Result<TlsIdentity> create(const Options &options);
    /// For the local server of a run: 127.0.0.1, for a day.
    [[nodiscard]] static Result<TlsIdentity> create() { return create(Options()); }

    ~TlsIdentity();
    TlsIdentity(TlsIdentity &&) noexcept = default;
    TlsIdentity &operator=(TlsIdentity &&) = delete;
    TlsIdentity(const TlsIdentity &) = delete;
    TlsIdentity &operator=(const TlsIdentity &) = delete;

    [[nodiscard]] const std::string &certificate() const noexcept { return m_certificate; } ///< PEM.
    [[nodiscard]] const std::string &key() const noexcept { return m_key; } ///< PEM, PKCS #8.

private:
    TlsIdentity() = default;

    std::string m_certificate;
    std::string m_key;
};

} // namespace timeslice
