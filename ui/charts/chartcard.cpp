// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartcard.h"

#include "ui/charts/crosshair.h"
#include "ui/charts/heatmap.h"
#include "ui/charts/linechart.h"

#include <QAction>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

namespace timeslice {

namespace {

constexpr double kPad = 16;
constexpr double kTopPad = 12;
constexpr double kBottomPad = 8;
constexpr double kHeaderGap = 6;
constexpr double kRadius = 8;
constexpr double kLeastHeight = 106; ///< Below, the labels of the value axis run into each other.
constexpr qint64 kDescribeEveryMs = 1000;

} // namespace

ChartCard::ChartCard(QWidget *parent)
    : QWidget(parent)
    , m_look(lightTheme(), 1)
    , m_lines(new LineChart(this))
    , m_heat(nullptr)
    , m_band(new BandLayer(this))
    , m_crosshair(new CrosshairLayer(this))
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    // The key stands behind the words and is no shortcut: it is the window's, for the chart that has the
    // focus, and a second one would leave both without effect.
    const auto key = QKeySequence(Qt::CTRL | Qt::Key_T).toString(QKeySequence::NativeText);
    auto *table = new QAction(tr("Show as table") + QLatin1Char('\t') + key, this);
    connect(table, &QAction::triggered, this, &ChartCard::tableRequested);
    addAction(table);
}

ChartCard::~ChartCard() = default;

void ChartCard::setLook(const PlotLook &look)
{
    m_look = look;
    m_lines->setLook(look);
    if (m_heat)
        m_heat->setLook(look);
    layOut();
    updateGeometry();
    update();
}

void ChartCard::setTimeShown(bool shown)
{
    m_timeShown = shown;
    m_lines->setTimeShown(shown);
    if (m_heat)
        m_heat->setTimeShown(shown);
    updateGeometry();
}

void ChartCard::setCaption(const QString &caption)
{
    m_caption = caption;
    layOut();
    update();
}

void ChartCard::setNote(const QString &note)
{
    m_note = note;
    m_header.setNote(note);
    layOut();
    update();
}

void ChartCard::setHeaderRoom(double width)
{
    if (std::exchange(m_headerRoom, width) == width)
        return;
    layOut();
    update();
}

QRectF ChartCard::headerRoom() const
{
    const QRectF header = headerRect();
    const double line = QFontMetricsF(titleFont(m_look.scale())).height();
    return {width() - kPad * m_look.scale() - m_headerRoom, header.top(), m_headerRoom, line};
}

QWidget *ChartCard::plotWidget() const
{
    if (m_heat && m_heat->isVisibleTo(this))
        return m_heat;
    return m_lines;
}

QRectF ChartCard::plotRect() const
{
    const QRectF plot = plotWidget() == m_lines ? m_lines->plotRect() : m_heat->plotRect();
    return plot.translated(plotWidget()->pos());
}

QRectF ChartCard::headerRect() const
{
    const double scale = m_look.scale();
    const double width = std::max(1.0, this->width() - 2 * kPad * scale - m_headerRoom);
    return {kPad * scale, kTopPad * scale, width, m_header.height(width, scale)};
}

void ChartCard::layOut()
{
    const double scale = m_look.scale();
    const QRectF header = headerRect();
    const double caption = m_caption.isEmpty() ? 0 : QFontMetricsF(m_look.font()).height() + 6 * scale;
    const int top = static_cast<int>(std::ceil(header.bottom() + kHeaderGap * scale));
    const int bottom = static_cast<int>(std::floor(height() - kBottomPad * scale - caption));
    const QRect plot(
        static_cast<int>(kPad * scale), top, std::max(1, width() - static_cast<int>(2 * kPad * scale)),
        std::max(1, bottom - top));
    m_lines->setGeometry(plot);
    m_lines->layOut();
    if (m_heat)
        m_heat->setGeometry(plot);
    m_band->setGeometry(plot);
    m_crosshair->setGeometry(plot);
}

void ChartCard::show(const ChartSpec &spec, const TimeWindow &window, const ValueTicks &ticks)
{
    ChartHeader header(spec);
    header.setNote(m_note);
    if (!(header == m_header)) {
        m_header = std::move(header);
        layOut();
        update();
    }
    const bool isHeatMap = spec.form == ChartSpec::Form::HeatMap;
    if (isHeatMap && !m_heat) {
        m_heat = new HeatMap(this);
        m_heat->setLook(m_look);
        m_heat->setTimeShown(m_timeShown);
        m_heat->setGeometry(m_lines->geometry());
        m_band->raise();
        m_crosshair->raise();
    }
    m_lines->setVisible(!isHeatMap);
    if (m_heat)
        m_heat->setVisible(isHeatMap);

    const QSizeF size = plotRect().size();
    if (!isHeatMap) {
        m_lines->show(layoutLines(spec, window, ticks, size, m_look.theme().card));
        return;
    }
    const int width = static_cast<int>(std::ceil(size.width() * devicePixelRatioF()));
    m_heat->show(
        layoutFrame(spec, window.axis, ticks, size),
        heatCells(spec, window, ticks.top, width, m_look.theme()),
        heatLabels(spec, size.height(), QFontMetricsF(m_look.font()).height()));
}

void ChartCard::setCrosshair(const std::optional<Crosshair> &crosshair)
{
    m_crosshair->show(crosshair, plotRect().translated(-m_crosshair->pos()), m_look);
}

void ChartCard::setBand(const std::optional<std::pair<double, double>> &band)
{
    if (!band) {
        m_band->show({}, m_look);
        return;
    }
    const QRectF plot = plotRect().translated(-m_band->pos());
    const auto x = [&](double share) { return plot.left() + std::clamp(share, 0.0, 1.0) * plot.width(); };
    const QRectF place(QPointF(x(band->first), plot.top()), QPointF(x(band->second), plot.bottom()));
    m_band->show(place, m_look);
}

void ChartCard::describe(const QString &words)
{
    if (m_described.isValid() && m_described.elapsed() < kDescribeEveryMs)
        return;
    m_described.start();
    if (accessibleDescription() != words)
        setAccessibleDescription(words);
}

QSize ChartCard::sizeHint() const
{
    return QSizeF(760 * m_look.scale(), 190 * m_look.scale()).toSize();
}

QSize ChartCard::minimumSizeHint() const
{
    const double time = m_timeShown ? m_look.timeHeight() : 0;
    return QSizeF(280 * m_look.scale(), kLeastHeight * m_look.scale() + time).toSize();
}

bool ChartCard::event(QEvent *event)
{
    if (event->type() == QEvent::ContextMenu)
        setFocus(Qt::MouseFocusReason);
    return QWidget::event(event);
}

void ChartCard::paintEvent(QPaintEvent *)
{
    const Theme &theme = m_look.theme();
    const double scale = m_look.scale();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool isFocused = hasFocus();
    painter.setPen(QPen(isFocused ? theme.accent : theme.hairline, isFocused ? 1.5 : 1));
    painter.setBrush(theme.card);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRadius * scale, kRadius * scale);
    m_header.paint(painter, headerRect(), theme, scale);
    if (!m_caption.isEmpty()) {
        const QFontMetricsF metrics(m_look.font());
        const QRectF line(
            kPad * scale, height() - kBottomPad * scale - metrics.height(), width() - 2 * kPad * scale,
            metrics.height());
        painter.setFont(m_look.font());
        painter.setPen(theme.quietText);
        painter.drawText(
            line, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
            metrics.elidedText(m_caption, Qt::ElideRight, line.width()));
    }
}

void ChartCard::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    layOut();
    Q_EMIT resized();
}

void ChartCard::mouseMoveEvent(QMouseEvent *event)
{
    const QRectF plot = plotRect();
    if (plot.adjusted(-2, -8, 2, 8).contains(event->position()))
        Q_EMIT hovered(event->position() - plot.topLeft());
    else
        Q_EMIT hoverEnded();
}

void ChartCard::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        Q_EMIT doubleClicked();
}

void ChartCard::leaveEvent(QEvent *event)
{
    QWidget::leaveEvent(event);
    Q_EMIT hoverEnded();
}

void ChartCard::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Left:
        Q_EMIT stepped(Step::Back);
        return;
    case Qt::Key_Right:
        Q_EMIT stepped(Step::Forward);
        return;
    case Qt::Key_Home:
        Q_EMIT stepped(Step::First);
        return;
    case Qt::Key_End:
        Q_EMIT stepped(Step::Last);
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

void ChartCard::focusInEvent(QFocusEvent *event)
{
    QWidget::focusInEvent(event);
    update();
    Q_EMIT focused();
}

void ChartCard::focusOutEvent(QFocusEvent *event)
{
    QWidget::focusOutEvent(event);
    update();
    Q_EMIT hoverEnded();
}

} // namespace timeslice
