// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/barrows.h"

#include "ui/themecontroller.h"

#include <QHelpEvent>
#include <QStringList>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace timeslice {

BarRows::BarRows(ThemeController *themes, int rowHeight, QWidget *parent)
    : QWidget(parent)
    , m_themes(themes)
    , m_rowHeight(rowHeight)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(m_themes, &ThemeController::changed, this, &QWidget::updateGeometry);
    connect(m_themes, &ThemeController::changed, this, qOverload<>(&QWidget::update));
}

int BarRows::rowHeight() const
{
    return static_cast<int>(std::lround(m_rowHeight * m_themes->scale()));
}

void BarRows::rowsChanged()
{
    QStringList lines;
    for (int row = 0; row < rows(); ++row)
        lines.append(describeRow(row));
    setAccessibleDescription(lines.join(QLatin1Char('\n')));
    updateGeometry();
    update();
}

QSize BarRows::sizeHint() const
{
    return {static_cast<int>(240 * m_themes->scale()), headHeight() + rowHeight() * rows()};
}

QSize BarRows::minimumSizeHint() const
{
    return {static_cast<int>(120 * m_themes->scale()), sizeHint().height()};
}

bool BarRows::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    const int below = help->pos().y() - headHeight();
    const int row = below / std::max(1, rowHeight());
    const bool isRow = below >= 0 && row < rows();
    QToolTip::showText(help->globalPos(), isRow ? describeRow(row) : describeHead(), this);
    return true;
}

} // namespace timeslice
