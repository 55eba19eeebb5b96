// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct evp_md_ctx_st;
struct evp_md_st;

namespace timeslice {

/// SHA-256 through OpenSSL's EVP, the code that CPython's hashlib calls. One context, used again for each
/// message.
///
/// Order: `begin`, any number of `add`, `finish`. Movable, not copyable.
/// Thread: one at a time; each worker has its own.
class Sha256 {
public:
    using Digest = std::array<std::byte, 32>;

    /// \error Unsupported when this OpenSSL has no SHA-256 (or no memory for a context).
    [[nodiscard]] static Result<Sha256> create();

    void begin() noexcept;
    void add(std::span<const std::byte> bytes) noexcept;
    /// \error System when OpenSSL refused any step since `begin`.
    [[nodiscard]] Result<Digest> finish() noexcept;

    /// `begin`, `add` and `finish` in one.
    [[nodiscard]] Result<Digest> of(std::span<const std::byte> bytes) noexcept;

private:
    struct FreeContext {
        void operator()(evp_md_ctx_st *context) const noexcept;
    };
    struct FreeAlgorithm {
        void operator()(evp_md_st *algorithm) const noexcept;
    };
    Sha256() = default;

    std::unique_ptr<evp_md_st, FreeAlgorithm> m_algorithm;
    std::unique_ptr<evp_md_ctx_st, FreeContext> m_context;
    bool m_ok = false;
};

/// The first eight bytes of a digest as a little-endian number: what `hash`, `http`, `https` and `mandelbrot`
/// hand in as an item's result. Any language with SHA-256 gets it in one line.
/// \error The digest's own.
[[nodiscard]] Result<std::uint64_t> firstWord(const Result<Sha256::Digest> &digest);

/// Writes a number as eight little-endian bytes, the same on every machine. `into` has room for eight.
void putLittleEndian(std::uint64_t value, std::span<std::byte> into) noexcept;

} // namespace timeslice
