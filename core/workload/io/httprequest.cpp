// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/io/httprequest.h"

#include "core/workload/httpbody.h"

#include <charconv>
#include <utility>

namespace timeslice {

namespace {

// Digits and nothing else: from_chars takes neither sign nor blanks for an unsigned number.
std::optional<std::uint64_t> number(std::string_view text, std::uint64_t minimum, std::uint64_t maximum)
{
    std::uint64_t value = 0;
    const auto *const end = text.data() + text.size();
    const auto [last, code] = std::from_chars(text.data(), end, value);
    if (code != std::errc{} || last != end || value < minimum || value > maximum)
        return std::nullopt;
    return value;
}

} // namespace

std::optional<std::uint64_t> itemOfPath(std::string_view path)
{
    constexpr std::string_view kPrefix = "/item/";
    if (!path.starts_with(kPrefix))
        return std::nullopt;
    return number(path.substr(kPrefix.size()), 0, UINT64_MAX);
}

void HttpQueryReader::take(std::string_view key, std::string_view value)
{
    std::optional<std::uint64_t> taken;
    if (key == "delay_ms" && !std::exchange(m_hasDelay, true)) {
        taken = number(value, 0, kHttpMaxDelayMs);
        m_request.delay = std::chrono::milliseconds(taken.value_or(0));
    } else if (key == "bytes" && !std::exchange(m_hasBytes, true)) {
        taken = number(value, 1, kHttpMaxBodyBytes);
        m_request.bytes = taken.value_or(1);
    } else if (key == "seed" && !std::exchange(m_hasSeed, true)) {
        taken = number(value, 0, UINT64_MAX);
        m_request.seed = taken.value_or(0);
    }
    m_isValid = m_isValid && taken.has_value();
}

bool equalInConstantTime(std::string_view given, std::string_view secret)
{
    if (given.size() != secret.size())
        return false;
    // volatile: the compiler may not leave the loop at the first difference.
    volatile unsigned difference = 0;
    for (std::size_t i = 0; i < secret.size(); ++i)
        difference = difference | static_cast<unsigned>(given[i] ^ secret[i]);
    return difference == 0;
}

} // namespace timeslice
