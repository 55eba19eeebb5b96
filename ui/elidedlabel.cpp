// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/elidedlabel.h"

#include <QPainter>
#include <QStyle>

namespace timeslice {

QSize ElidedLabel::minimumSizeHint() const
{
    constexpr int kFewestCharacters = 4;
    return {
        std::min(fontMetrics().averageCharWidth() * kFewestCharacters, sizeHint().width()),
        QLabel::minimumSizeHint().height()};
}

void ElidedLabel::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    style()->drawItemText(
        &painter, contentsRect(), static_cast<int>(alignment()), palette(), isEnabled(),
        fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width()), foregroundRole());
}

} // namespace timeslice
