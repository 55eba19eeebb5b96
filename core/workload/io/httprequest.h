// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace timeslice {

/// What a client asks of the local server, as httpbody.h describes it.
struct HttpItemRequest {
    std::uint64_t item = 0;
    std::chrono::milliseconds delay{};
    std::size_t bytes = 256;
    std::uint64_t seed = 1;

    friend bool operator==(const HttpItemRequest &, const HttpItemRequest &) = default;
};

/// The item of "/item/<digits>"; nothing for any other path.
/// Thread: any; pure.
[[nodiscard]] std::optional<std::uint64_t> itemOfPath(std::string_view path);

/// Takes the arguments of one query, one after another. Each of the three may occur once, in any order.
class HttpQueryReader {
public:
    explicit HttpQueryReader(HttpItemRequest &request)
        : m_request(request)
    { }

    void take(std::string_view key, std::string_view value);

    /// False after an unknown or repeated key, or a value that is no number or out of range.
    [[nodiscard]] bool isValid() const { return m_isValid; }

private:
    HttpItemRequest &m_request;
    bool m_isValid = true;
    bool m_hasDelay = false;
    bool m_hasBytes = false;
    bool m_hasSeed = false;
};

/// Compares in a time that depends on the lengths only, so that nobody learns a secret byte by byte.
[[nodiscard]] bool equalInConstantTime(std::string_view given, std::string_view secret);

} // namespace timeslice
