// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/jsonstrict.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace timeslice {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Length of the valid UTF-8 sequence at the beginning of `text`; 0 when there is none.
/// Source: the table of well-formed sequences in the Unicode Standard, section 3.9.
std::size_t sequenceLength(std::string_view text)
{
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto within = [&](std::size_t i, unsigned low, unsigned high) {
        return byte(i) >= low && byte(i) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return within(1, 0x80, 0xBF) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = first == 0xED ? 0x9F : 0xBF;
        return within(1, low, high) && within(2, 0x80, 0xBF) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned low = first == 0xF0 ? 0x90 : 0x80;
        const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
        return within(1, low, high) && within(2, 0x80, 0xBF) && within(3, 0x80, 0xBF) ? 4 : 0;
    }
    return 0;
}

void appendUtf8(std::string &out, std::uint32_t code)
{
    const auto put = [&](std::uint32_t byte) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
    };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | (code >> 6));
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | (code >> 12));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | (code >> 18));
        put(0x80 | ((code >> 12) & 0x3F));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

/// Cut to `most` bytes without cutting a character, control characters replaced.
std::string printable(std::string_view text, std::size_t most)
{
    auto cut = std::min(text.size(), most);
    while (cut < text.size() && cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U)
        --cut;
    std::string shown(text.substr(0, cut));
    std::ranges::replace_if(
        shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; }, '?');
    return cut < text.size() ? shown + "..." : shown;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Recursive descent over one text. The first complaint wins and stays in `m_error`.
class Parser {
public:
    Parser(std::string_view text, const JsonLimits &limits)
        : m_text(text)
        , m_limits(limits)
    { }

    Result<JsonValue> parse()
    {
        if (m_text.starts_with(kByteOrderMark))
            m_at = kByteOrderMark.size();
        JsonValue root;
        if (skipSpace(); !value(root, {}, 1))
            return std::unexpected(std::move(*m_error));
        if (skipSpace(); m_at != m_text.size()) {
            complain({}, "there is text behind the end of the value");
            return std::unexpected(std::move(*m_error));
        }
        return root;
    }

private:
    bool complain(std::string_view pointer, std::string what)
    {
        m_error =
            Error{ErrorKind::Malformed, 0, printable(pointer, 200), jsonPlace(m_text, m_at) + ": " + what};
        return false;
    }

    [[nodiscard]] char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    [[nodiscard]] bool atEnd() const { return m_at >= m_text.size(); }

    void skipSpace()
    {
        while (!atEnd() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r'))
            ++m_at;
    }

    bool take(char expected)
    {
        if (atEnd() || peek() != expected)
            return false;
        ++m_at;
        return true;
    }

    bool value(JsonValue &into, const std::string &pointer, unsigned depth)
    {
        if (++m_values > m_limits.values)
            return complain(pointer, "too many values; " + std::to_string(m_limits.values) + " are allowed");
        into.offset = m_at;
        if (atEnd())
            return complain(pointer, "the text ends where a value should be");
        switch (peek()) {
        case '{':
        case '[':
            if (depth > m_limits.depth)
                return complain(pointer, "nested deeper than " + std::to_string(m_limits.depth) + " levels");
            return peek() == '{' ? object(into, pointer, depth) : array(into, pointer, depth);
        case '"':
            into.kind = JsonValue::Kind::String;
            return string(into.text, pointer);
        case 't':
        case 'f':
        case 'n':
            return word(into, pointer);
        default:
            return number(into, pointer);
        }
    }

    bool object(JsonValue &into, const std::string &pointer, unsigned depth)
    {
        into.kind = JsonValue::Kind::Object;
        ++m_at;
        if (skipSpace(); take('}'))
            return true;
        while (true) {
            skipSpace();
            if (peek() != '"')
                return complain(pointer, "expected a key in double quotes");
            const auto keyAt = m_at;
            std::string key;
            if (!string(key, pointer))
                return false;
            auto inner = jsonPointer(pointer, key);
            if (std::ranges::find(into.keys, key) != into.keys.end()) {
                m_at = keyAt;
                return complain(inner, "the key " + inQuotes(key) + " is there twice");
            }
            if (skipSpace(); !take(':'))
                return complain(inner, "expected a colon after the key");
            skipSpace();
            into.keys.push_back(std::move(key));
            if (!value(into.elements.emplace_back(), inner, depth + 1))
                return false;
            if (skipSpace(); take('}'))
                return true;
            if (!take(','))
                return complain(pointer, "expected a comma or the end of the object");
        }
    }

    bool array(JsonValue &into, const std::string &pointer, unsigned depth)
    {
        into.kind = JsonValue::Kind::Array;
        ++m_at;
        if (skipSpace(); take(']'))
            return true;
        while (true) {
            skipSpace();
            const auto inner = jsonPointer(pointer, std::to_string(into.elements.size()));
            if (!value(into.elements.emplace_back(), inner, depth + 1))
                return false;
            if (skipSpace(); take(']'))
                return true;
            if (!take(','))
                return complain(pointer, "expected a comma or the end of the array");
        }
    }

    bool word(JsonValue &into, const std::string &pointer)
    {
        const auto rest = m_text.substr(m_at);
        for (const std::string_view known : {"true", "false", "null"}) {
            if (!rest.starts_with(known))
                continue;
            m_at += known.size();
            into.kind = known == "null" ? JsonValue::Kind::Null : JsonValue::Kind::Boolean;
            into.boolean = known == "true";
            return true;
        }
        return complain(pointer, "expected a value; words are true, false and null");
    }

    bool number(JsonValue &into, const std::string &pointer)
    {
        const auto begin = m_at;
        (void)take('-');
        if (!isDigit(peek())) {
            m_at = begin;
            return complain(pointer, "expected a value");
        }
        // No leading zeros: "01" is two tokens, and the second one has no place.
        if (!take('0'))
            skipDigits();
        if (take('.') && !skipDigits())
            return complain(pointer, "expected a digit after the decimal point");
        if (peek() == 'e' || peek() == 'E') {
            ++m_at;
            if (!take('+'))
                (void)take('-');
            if (!skipDigits())
                return complain(pointer, "expected a digit in the exponent");
        }
        into.kind = JsonValue::Kind::Number;
        into.text = m_text.substr(begin, m_at - begin);
        return true;
    }

    bool skipDigits()
    {
        const auto begin = m_at;
        while (isDigit(peek()))
            ++m_at;
        return m_at != begin;
    }

    bool string(std::string &into, const std::string &pointer)
    {
        ++m_at;
        while (true) {
            if (atEnd())
                return complain(pointer, "the text ends inside a string");
            if (take('"'))
                return true;
            if (peek() == '\\') {
                if (!escape(into, pointer))
                    return false;
                continue;
            }
            if (static_cast<unsigned char>(peek()) < 0x20)
                return complain(pointer, "a control character inside a string must be escaped");
            const auto length = sequenceLength(m_text.substr(m_at));
            if (length == 0)
                return complain(pointer, "a string must be valid UTF-8");
            into.append(m_text.substr(m_at, length));
            m_at += length;
        }
    }

    bool escape(std::string &into, const std::string &pointer)
    {
        ++m_at;
        const char which = peek();
        const auto position = std::string_view("\"\\/bfnrt").find(which);
        if (!atEnd() && position != std::string_view::npos) {
            into.push_back("\"\\/\b\f\n\r\t"[position]);
            ++m_at;
            return true;
        }
        if (which != 'u')
            return complain(pointer, "unknown escape in a string");
        ++m_at;
        const auto first = hexQuad();
        if (!first || (*first >= 0xDC00 && *first <= 0xDFFF))
            return complain(pointer, "expected four hexadecimal digits of a character");
        auto code = *first;
        if (code >= 0xD800 && code <= 0xDBFF) {
            const bool more = take('\\') && take('u');
            const auto second = more ? hexQuad() : std::nullopt;
            if (!second || *second < 0xDC00 || *second > 0xDFFF)
                return complain(pointer, "the first half of a surrogate pair lacks the second");
            code = 0x10000 + ((code - 0xD800) << 10) + (*second - 0xDC00);
        }
        appendUtf8(into, code);
        return true;
    }

    std::optional<std::uint32_t> hexQuad()
    {
        std::uint32_t code = 0;
        for (int i = 0; i < 4; ++i, ++m_at) {
            const char c = peek();
            if (isDigit(c))
                code = code * 16 + static_cast<std::uint32_t>(c - '0');
            else if (c >= 'a' && c <= 'f')
                code = code * 16 + static_cast<std::uint32_t>(c - 'a' + 10);
            else if (c >= 'A' && c <= 'F')
                code = code * 16 + static_cast<std::uint32_t>(c - 'A' + 10);
            else
                return std::nullopt;
        }
        return code;
    }

    std::string_view m_text;
    const JsonLimits &m_limits;
    std::size_t m_at = 0;
    std::size_t m_values = 0;
    std::optional<Error> m_error;
};

} // namespace

const JsonValue *JsonValue::find(std::string_view key) const
{
    const auto found = std::ranges::find(keys, key);
    return found == keys.end() ? nullptr : &elements[static_cast<std::size_t>(found - keys.begin())];
}

Result<JsonValue> parseStrictJson(std::string_view text, const JsonLimits &limits)
{
    if (text.size() > limits.bytes)
        return fail(
            ErrorKind::Malformed, {},
            "has " + std::to_string(text.size()) + " bytes; " + std::to_string(limits.bytes)
                + " are allowed");
    return Parser(text, limits).parse();
}

std::string jsonPlace(std::string_view text, std::size_t offset)
{
    const auto before = text.substr(0, std::min(offset, text.size()));
    const auto lineBegin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    const auto isFirstByte = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto column = std::ranges::count_if(before.substr(lineBegin), isFirstByte) + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::string jsonPointer(std::string_view parent, std::string_view key)
{
    std::string pointer(parent);
    pointer += '/';
    for (const char c : key) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
    return pointer;
}

std::string inQuotes(std::string_view text)
{
    return '"' + printable(text, 60) + '"';
}

} // namespace timeslice
