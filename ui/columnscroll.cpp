// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/columnscroll.h"

#include <QEvent>
#include <QScreen>
#include <QScrollBar>

#include <algorithm>

namespace timeslice {

namespace {

/// Two side columns of this share leave room for charts between them.
constexpr double kMostOfScreen = 0.32;

} // namespace

ColumnScroll::ColumnScroll(QWidget *parent)
    : QScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
}

QSize ColumnScroll::minimumSizeHint() const
{
    QSize size = QScrollArea::minimumSizeHint();
    if (!widget())
        return size;
    const int needed = widget()->minimumSizeHint().width() + verticalScrollBar()->sizeHint().width();
    const int most = static_cast<int>(kMostOfScreen * screen()->availableSize().width());
    size.setWidth(std::max(size.width(), std::min(needed, most)));
    return size;
}

bool ColumnScroll::eventFilter(QObject *watched, QEvent *event)
{
    // A scroll area passes on to nobody that its content needs another size.
    if (watched == widget() && event->type() == QEvent::LayoutRequest)
        updateGeometry();
    return QScrollArea::eventFilter(watched, event);
}

} // namespace timeslice
