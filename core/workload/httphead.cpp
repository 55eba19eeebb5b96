// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/httphead.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace timeslice {

namespace {

std::unexpected<Error> malformed(std::string what)
{
    return fail(ErrorKind::Malformed, "http", "the local server sent " + std::move(what));
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

char toLower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equalsIgnoringCase(std::string_view text, std::string_view lower)
{
    return std::ranges::equal(text, lower, {}, toLower);
}

// RFC 9110 "token": what a field name is made of.
bool isTokenCharacter(char c)
{
    const char lower = toLower(c);
    return (lower >= 'a' && lower <= 'z') || isDigit(c)
        || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool isFieldCharacter(char c)
{
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

std::string_view withoutBlanks(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes the text up to the next CR LF off the front; the rest when there is none.
std::string_view takeLine(std::string_view &text)
{
    const auto end = text.find("\r\n");
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 2);
    return line;
}

// "HTTP/1.1 200 OK", where the reason may be missing but not its blank.
std::optional<int> statusOf(std::string_view line)
{
    constexpr std::string_view kVersion = "HTTP/1.1 ";
    if (!line.starts_with(kVersion))
        return std::nullopt;
    line.remove_prefix(kVersion.size());
    if (line.size() < 4 || !std::ranges::all_of(line.substr(0, 3), isDigit) || line[3] != ' ')
        return std::nullopt;
    if (!std::ranges::all_of(line, isFieldCharacter))
        return std::nullopt;
    const int status = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    return status >= 100 && status < 600 ? std::optional(status) : std::nullopt;
}

std::optional<std::size_t> lengthOf(std::string_view value)
{
    std::size_t length = 0;
    const auto *const end = value.data() + value.size();
    const auto [last, code] = std::from_chars(value.data(), end, length);
    // from_chars takes no sign for an unsigned number, so digits are all that can have been there.
    return code == std::errc{} && last == end ? std::optional(length) : std::nullopt;
}

} // namespace

Result<HttpHead> parseHttpHead(std::string_view text)
{
    const auto status = statusOf(takeLine(text));
    if (!status)
        return malformed("something that is no HTTP/1.1 answer");

    HttpHead head{.status = *status};
    std::optional<std::size_t> length;
    while (!text.empty()) {
        const auto line = takeLine(text);
        const auto colon = line.find(':');
        if (colon == 0 || colon == std::string_view::npos
            || !std::ranges::all_of(line.substr(0, colon), isTokenCharacter)
            || !std::ranges::all_of(line, isFieldCharacter))
            return malformed("a malformed header field");
        const auto name = line.substr(0, colon);
        const auto value = withoutBlanks(line.substr(colon + 1));
        if (equalsIgnoringCase(name, "content-length")) {
            if (length)
                return malformed("its length twice");
            length = lengthOf(value);
            if (!length)
                return malformed("a length that is no number");
        } else if (equalsIgnoringCase(name, "transfer-encoding")) {
            return malformed("an encoded answer, which it was not asked for");
        } else if (equalsIgnoringCase(name, "connection")) {
            head.closes = head.closes || equalsIgnoringCase(value, "close");
        }
    }
    if (!length)
        return malformed("an answer without its length");
    head.contentLength = *length;
    return head;
}

} // namespace timeslice
