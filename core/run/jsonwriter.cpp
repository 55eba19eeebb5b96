// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/jsonwriter.h"

#include <array>
#include <charconv>
#include <cmath>

namespace timeslice {

QByteArray numberText(double value)
{
    if (!std::isfinite(value))
        return {};
    if (value == 0)
        return QByteArrayLiteral("0"); // also for -0
    const double size = std::abs(value);
    const auto format =
        size >= 1e-6 && size < 1e21 ? std::chars_format::fixed : std::chars_format::scientific;
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format).ptr;
    return QByteArray(buffer.data(), end - buffer.data());
}

void JsonWriter::key(std::string_view name)
{
    Q_ASSERT(!m_afterKey && m_depth > 0);
    separate();
    string(QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
    m_out += m_style == Style::Indented ? ": " : ":";
    m_afterKey = true;
}

void JsonWriter::value(double number)
{
    const auto text = numberText(number);
    scalar(text.isEmpty() ? QByteArrayLiteral("null") : text);
}

void JsonWriter::value(std::string_view text)
{
    value(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())));
}

void JsonWriter::value(const QString &text)
{
    separate();
    string(text);
}

QByteArray JsonWriter::take()
{
    Q_ASSERT(m_depth == 0 && !m_afterKey);
    if (m_style == Style::Indented)
        m_out += '\n';
    m_isFirst = true;
    return std::exchange(m_out, {});
}

void JsonWriter::begin(char bracket)
{
    separate();
    m_out += bracket;
    ++m_depth;
    m_isFirst = true;
}

void JsonWriter::end(char bracket)
{
    Q_ASSERT(m_depth > 0 && !m_afterKey);
    --m_depth;
    if (!m_isFirst)
        newLine();
    m_out += bracket;
    m_isFirst = false;
}

void JsonWriter::separate()
{
    if (std::exchange(m_afterKey, false))
        return;
    if (!m_isFirst)
        m_out += ',';
    if (m_depth > 0)
        newLine();
    m_isFirst = false;
}

void JsonWriter::newLine()
{
    if (m_style == Style::Indented)
        m_out += '\n' + QByteArray(m_depth * 2, ' ');
}

void JsonWriter::scalar(const QByteArray &text)
{
    separate();
    m_out += text;
}

void JsonWriter::string(const QString &text)
{
    m_out += '"';
    for (const QChar c : text) {
        const auto code = c.unicode();
        if (c == u'"' || c == u'\\') {
            m_out += '\\';
            m_out += static_cast<char>(code);
        } else if (c == u'\n') {
            m_out += "\\n";
        } else if (c == u'\t') {
            m_out += "\\t";
        } else if (
            code < 0x20 || (code >= 0x7F && code < 0xA0) || c.isSurrogate() || c == QChar(0x2028)
            || c == QChar(0x2029)) {
            m_out += "\\u" + QByteArray::number(code, 16).rightJustified(4, '0');
        } else {
            m_out += QString(c).toUtf8();
        }
    }
    m_out += '"';
}

} // namespace timeslice
