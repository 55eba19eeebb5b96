// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <concepts>
#include <cstring>
#include <optional>
#include <string_view>

/// Cutting the kernel's text files into lines, words and numbers; no allocation, no locale.
namespace timeslice::fields {

/// Cuts the first line off `rest` and returns it without its newline; the last line may lack one.
[[nodiscard]] inline std::string_view takeLine(std::string_view &rest)
{
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
}

/// Cuts the first word off `rest`: what stands between blanks, tabs and newlines. Empty when there is none.
[[nodiscard]] inline std::string_view takeWord(std::string_view &rest)
{
    constexpr std::string_view kBlank = " \t\n";
    const auto begin = rest.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) {
        rest = {};
        return {};
    }
    rest.remove_prefix(begin);
    const auto word = rest.substr(0, rest.find_first_of(kBlank));
    rest.remove_prefix(word.size());
    return word;
}

/// The number that `word` is, all of it. Nothing when it is none or does not fit.
template <std::integral T>
[[nodiscard]] std::optional<T> toNumber(std::string_view word)
{
    T value{};
    const auto *const end = word.data() + word.size();
    const auto [stopped, code] = std::from_chars(word.data(), end, value);
    if (code != std::errc() || stopped != end || word.empty())
        return std::nullopt;
    return value;
}

template <std::integral T>
[[nodiscard]] std::optional<T> takeNumber(std::string_view &rest)
{
    return toNumber<T>(takeWord(rest));
}

/// What follows `key` on the last line that begins with it. Nothing when no line does.
/// The last one, because a task may choose its name and the kernel prints names first. Quick for keys near
/// the end.
[[nodiscard]] inline std::optional<std::string_view> lastValueOf(std::string_view text, std::string_view key)
{
    while (!text.empty()) {
        if (text.back() == '\n')
            text.remove_suffix(1);
        // memrchr reads many bytes at once, rfind one by one.
        const void *const newline = ::memrchr(text.data(), '\n', text.size());
        const auto begin = newline == nullptr
            ? std::size_t{0}
            : static_cast<std::size_t>(static_cast<const char *>(newline) - text.data()) + 1;
        const auto line = text.substr(begin);
        if (line.starts_with(key))
            return line.substr(key.size());
        text = text.substr(0, begin);
    }
    return std::nullopt;
}

} // namespace timeslice::fields
