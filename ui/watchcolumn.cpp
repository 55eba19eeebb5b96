// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/watchcolumn.h"

#include "ui/charts/chartstack.h"
#include "ui/themecontroller.h"

#include <QEvent>
#include <QScrollArea>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr int kGap = 16;
// Parts of the height.
constexpr int kPerChart = 5;
constexpr int kLower = 12;
constexpr double kLeastCharts = 200; ///< More than one of them is seen.

} // namespace

WatchColumn::WatchColumn(ThemeController *themes, ChartStack *charts, QWidget *lower, QWidget *parent)
    : QWidget(parent)
    , m_themes(themes)
    , m_charts(charts)
    , m_scroll(new QScrollArea(this))
    , m_lower(lower)
{
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(charts);
    charts->installEventFilter(this);
    charts->setAutoFillBackground(false);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_scroll->setFocusPolicy(Qt::NoFocus); // the charts have it
    m_lower->setParent(this);
}

QSize WatchColumn::minimumSizeHint() const
{
    const QSize lower = m_lower->minimumSizeHint();
    const int least = static_cast<int>(std::lround(kLeastCharts * m_themes->scale()));
    return {std::max(m_charts->minimumSizeHint().width(), lower.width()), least + kGap + lower.height()};
}

bool WatchColumn::event(QEvent *event)
{
    if (event->type() == QEvent::LayoutRequest) { // from the part below
        updateGeometry();
        place();
    }
    return QWidget::event(event);
}

bool WatchColumn::eventFilter(QObject *watched, QEvent *event)
{
    // There is another chart, or larger letters. A scroll area passes it on to nobody.
    if (watched == m_charts && event->type() == QEvent::LayoutRequest) {
        updateGeometry();
        place();
    }
    return QWidget::eventFilter(watched, event);
}

void WatchColumn::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    place();
}

void WatchColumn::place()
{
    const int available = height() - kGap;
    const int most = available - m_lower->minimumSizeHint().height();
    const int parts = kPerChart * static_cast<int>(m_charts->chartIds().size());
    const int share = available * parts / (parts + kLower);
    const int charts = std::max(0, std::min(std::max(share, m_charts->minimumSizeHint().height()), most));
    m_scroll->setGeometry(0, 0, width(), charts);
    m_lower->setGeometry(0, charts + kGap, width(), available - charts);
}

} // namespace timeslice
