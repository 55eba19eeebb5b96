// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace timeslice {

/// A JSON value exactly as it was written, with its place in the text, so that a complaint can point at it.
///
/// QJsonDocument takes the last of two equal keys without a word and reads every number as a double or a
/// qint64; a file that decides what is measured deserves better.
struct JsonValue {
    enum class Kind { Null, Boolean, Number, String, Array, Object };

    Kind kind = Kind::Null;
    bool boolean = false;
    std::string text; ///< String: decoded, valid UTF-8. Number: the characters as written.
    std::vector<std::string> keys; ///< Object: in the order written, each once.
    std::vector<JsonValue> elements; ///< Array: its elements. Object: the values, in the order of `keys`.
    std::size_t offset = 0; ///< Of its first byte in the text.

    /// The member of an object; nullptr when there is none or this is not an object.
    [[nodiscard]] const JsonValue *find(std::string_view key) const;
};

struct JsonLimits {
    std::size_t bytes = 1 << 20;
    unsigned depth = 8; ///< Objects and arrays inside each other; the outermost counts as 1.
    std::size_t values = 2'000; ///< In all; bounds the memory that a hostile text can ask for.
};

/// Parses RFC 8259 JSON and nothing beside it: no comments, no trailing commas, no duplicate keys, no text
/// behind the value, valid UTF-8 only (a byte order mark at the beginning is passed over).
///
/// \error  Malformed; `where` is the JSON pointer (RFC 6901) of the innermost value reached, empty for the
/// whole text,
///         `what` begins with line and column and says what was expected.
/// Thread: any; pure. Never throws on any input; the recursion is bounded by `limits.depth`.
[[nodiscard]] Result<JsonValue> parseStrictJson(std::string_view text, const JsonLimits &limits = {});

/// "line 3, column 7" of a byte in a text; columns count characters.
[[nodiscard]] std::string jsonPlace(std::string_view text, std::size_t offset);

/// Appends one key to a JSON pointer, escaped after RFC 6901.
[[nodiscard]] std::string jsonPointer(std::string_view parent, std::string_view key);

/// Text of unknown origin in quotes, fit to be shown: control characters replaced by '?', cut after 60 bytes.
[[nodiscard]] std::string inQuotes(std::string_view text);

} // namespace timeslice
