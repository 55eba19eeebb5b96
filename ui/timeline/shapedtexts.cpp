// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/shapedtexts.h"

#include <QPainter>

#include <cmath>

namespace timeslice {

ShapedTexts::ShapedTexts(const QFont &font)
    : m_font(font)
    , m_metrics(font)
{ }

void ShapedTexts::draw(
    QPainter &painter, QPointF topLeft, const QString &text, double room, Qt::TextElideMode mode)
{
    if (m_shaped.size() >= kMost)
        m_shaped.clear();
    auto shaped = m_shaped.find({text, room});
    if (shaped == m_shaped.end()) {
        QStaticText made(std::isfinite(room) ? m_metrics.elidedText(text, mode, room) : text);
        made.setTextFormat(Qt::PlainText); // a task may call itself "<b>"
        made.prepare({}, m_font);
        shaped = m_shaped.insert({text, room}, made);
    }
    painter.setFont(m_font);
    painter.drawStaticText(topLeft, *shaped);
}

} // namespace timeslice
