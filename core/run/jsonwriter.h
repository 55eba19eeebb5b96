// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace timeslice {

/// A number as files carry it: the C locale, the shortest text that reads back as the same double, plain
/// digits between 1e-6 and 1e21. NaN and infinities have no such text: empty.
[[nodiscard]] QByteArray numberText(double value);

/// Writes JSON in the order it is told, which QJsonDocument (alphabetical, doubles) cannot.
///
/// Keys and values must alternate as JSON wants; a wrong order is a programmer's error (assert). What has no
/// value (std::nullopt, NaN, an infinity) becomes null. Text that is not UTF-8 gets U+FFFD in its place;
/// control characters, C1 included, are escaped, so that the output is safe on a terminal. Thread: one.
class JsonWriter {
public:
    enum class Style {
        Compact, ///< One line without its end: for streams of objects.
        Indented, ///< Two spaces, with a final newline: for files that people open.
    };

    explicit JsonWriter(Style style)
        : m_style(style)
    { }

    void beginObject() { begin('{'); }
    void endObject() { end('}'); }
    void beginArray() { begin('['); }
    void endArray() { end(']'); }
    void key(std::string_view name);

    void value(std::nullopt_t /*none*/) { scalar("null"); }
    void value(std::monostate /*none*/) { scalar("null"); }
    void value(double number);
    void value(std::string_view text);
    void value(const QString &text);
    template <std::integral T>
    void value(T number)
    {
        if constexpr (std::same_as<T, bool>)
            scalar(number ? QByteArrayLiteral("true") : QByteArrayLiteral("false"));
        else
            scalar(QByteArray::number(number));
    }
    template <typename T>
    void value(const std::optional<T> &maybe)
    {
        if (maybe)
            value(*maybe);
        else
            value(std::nullopt);
    }
    template <typename... Ts>
    void value(const std::variant<Ts...> &one)
    {
        std::visit([this](const auto &held) { this->value(held); }, one);
    }

    template <typename T>
    void field(std::string_view name, const T &held)
    {
        key(name);
        value(held);
    }

    /// The text. The writer is empty afterwards.
    [[nodiscard]] QByteArray take();

private:
    void begin(char bracket);
    void end(char bracket);
    void separate();
    void newLine();
    void scalar(const QByteArray &text);
    void string(const QString &text);

    Style m_style;
    QByteArray m_out;
    int m_depth = 0;
    bool m_isFirst = true; ///< Nothing stands yet in the innermost object or array.
    bool m_afterKey = false;
};

} // namespace timeslice
