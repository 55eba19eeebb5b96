// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelineheader.h"

#include "ui/format.h"
#include "ui/themecontroller.h"
#include "ui/timeline/laneshapes.h"
#include "ui/timeline/timelinewords.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr double kSwatch = 14;
constexpr double kSwatchGap = 6;
constexpr double kEntryGap = 16;
constexpr double kLeastWords = 90;
constexpr int kButtonGap = 12;

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

QString titleText()
{
    return words("Timeline");
}

QString legendName(TimelineRole role)
{
    switch (role) {
    case TimelineRole::Running:
        return words("running");
    case TimelineRole::Runnable:
        return words("preempted");
    case TimelineRole::GilWait:
        return words("waiting for GIL");
    case TimelineRole::Blocked:
        return words("blocked");
    case TimelineRole::Unknown:
        return words("not known");
    }
    return {};
}

std::vector<TimelineRole> legendOf(const TimelineTitle &title)
{
    std::vector<TimelineRole> roles;
    for (std::size_t i = 0; i < kTimelineRoles; ++i) {
        if (title.present[i])
            roles.push_back(static_cast<TimelineRole>(i));
    }
    return roles;
}

double legendWidth(const TimelineTitle &title, double scale)
{
    const QFontMetricsF metrics(quietFont(scale));
    double width = 0;
    for (const auto role : legendOf(title))
        width += (kSwatch + kSwatchGap + kEntryGap) * scale + metrics.horizontalAdvance(legendName(role));
    return std::max(0.0, width - kEntryGap * scale);
}

double firstLineHeight(double scale)
{
    return std::ceil(QFontMetricsF(titleFont(scale)).height());
}

bool isLegendBelow(const TimelineTitle &title, double width, double scale)
{
    const double legend = legendWidth(title, scale);
    const double wordsWidth = QFontMetricsF(titleFont(scale)).horizontalAdvance(titleText())
        + std::min(kLeastWords * 2 * scale,
                   QFontMetricsF(quietFont(scale)).horizontalAdvance(title.description));
    return legend > 0 && wordsWidth + legend + 3 * kEntryGap * scale > width;
}

void paintLegend(QPainter &painter, QRectF area, const TimelineTitle &title, const Theme &theme, double scale)
{
    const QFontMetricsF metrics(painter.font());
    const LaneShapes shapes(theme, scale);
    double x = area.left();
    for (const auto role : legendOf(title)) {
        const auto name = legendName(role);
        const double width = metrics.horizontalAdvance(name);
        if (x + (kSwatch + kSwatchGap) * scale + width > area.right() + 1)
            return;
        const double side = 11 * scale;
        shapes.paintRole(
            painter, QRectF(x, std::round(area.center().y() - side / 2), kSwatch * scale, side), role);
        x += (kSwatch + kSwatchGap) * scale;
        painter.setPen(theme.quietText);
        painter.drawText(
            QRectF(x, area.top(), width + 1, area.height()), Qt::AlignVCenter | Qt::TextSingleLine, name);
        x += width + kEntryGap * scale;
    }
}

} // namespace

QString describeScene(const TimelineScene &scene, const QString &sampledReason)
{
    QStringList parts;
    if (sampledReason.isEmpty())
        parts.append(words("exact"));
    else
        parts.append(words("sampled: %1").arg(sampledReason));
    if (scene.isEmpty())
        return sampledReason.isEmpty() ? QString() : parts.first();
    const auto known = scene.view->known();
    const auto visible = scene.viewport.visible();
    const auto whole = lengthWords(known.lengthNs());
    if (scene.viewport.isAllVisible())
        parts.append(words("all of %1").arg(whole));
    else
        parts.append(words("%1 shown of %2").arg(lengthWords(overlapNs(visible, known)), whole));
    const auto &losses = scene.view->losses();
    if (losses.count > 0)
        parts.append(words("%1 records lost").arg(formatCount(losses.count)));
    else if (losses.hasUncounted)
        parts.append(words("some records lost"));
    if (const auto without = scene.view->tasksWithoutLane(); without > 0)
        parts.append(words("%1 tasks without a lane").arg(formatCount(without)));
    if (const auto hidden = scene.hiddenLanes(); hidden > 0)
        parts.append(words("%1 hidden").arg(formatCount(hidden)));
    return parts.join(words(", "));
}

double titleHeight(const TimelineTitle &title, double width, double scale)
{
    const double below = isLegendBelow(title, width, scale)
        ? std::ceil(QFontMetricsF(quietFont(scale)).height() + 6 * scale)
        : 0;
    return firstLineHeight(scale) + below;
}

void paintTitle(
    QPainter &painter, const QRectF &area, const TimelineTitle &title, const Theme &theme, double scale)
{
    const QFont bold = titleFont(scale);
    const QFont quiet = quietFont(scale);
    const QFontMetricsF boldMetrics(bold);
    const QFontMetricsF metrics(quiet);
    const QRectF line(area.topLeft(), QSizeF(area.width(), firstLineHeight(scale)));
    const double legend = legendWidth(title, scale);
    const bool isBelow = isLegendBelow(title, area.width(), scale);
    painter.setFont(bold);
    painter.setPen(theme.text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, titleText());
    double left = line.left() + boldMetrics.horizontalAdvance(titleText()) + 10 * scale;
    const double right = isBelow || legend <= 0 ? line.right() : line.right() - legend - kEntryGap * scale;
    painter.setFont(quiet);
    if (!title.badge.isEmpty()) {
        const double width = metrics.horizontalAdvance(title.badge) + 12 * scale;
        const QRectF pill(
            left, line.center().y() - metrics.height() / 2 - scale, width, metrics.height() + 2 * scale);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.accent);
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2);
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(theme.onAccent);
        painter.drawText(pill, Qt::AlignCenter, title.badge);
        left = pill.right() + 10 * scale;
    }
    if (right - left > kLeastWords * scale) {
        // One baseline for both sizes of type.
        const double top =
            line.top() + (line.height() - boldMetrics.height()) / 2 + boldMetrics.ascent() - metrics.ascent();
        painter.setPen(theme.quietText);
        painter.drawText(
            QRectF(left, top, right - left, metrics.height()),
            Qt::AlignLeft | Qt::AlignTop | Qt::TextSingleLine,
            metrics.elidedText(title.description, Qt::ElideRight, right - left));
    }
    if (isBelow)
        paintLegend(
            painter, QRectF(area.left(), line.bottom() + 6 * scale, area.width(), metrics.height()), title,
            theme, scale);
    else if (legend > 0)
        paintLegend(
            painter, QRectF(line.right() - legend, line.top(), legend + 1, line.height()), title, theme,
            scale);
}

TimelineHeader::TimelineHeader(ThemeController *themes, QWidget *parent)
    : QWidget(parent)
    , m_themes(themes)
    , m_button(new QToolButton(this))
{
    auto policy = QSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    constexpr int kSmallestTarget = 24;
    m_button->setText(tr("Lanes \u25be"));
    m_button->setMinimumHeight(kSmallestTarget);
    m_button->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    m_button->setAccessibleName(tr("Arrange, colour and name the lanes"));
    m_button->setToolTip(tr("Arrange, colour, name and hide lanes"));
    m_button->setPopupMode(QToolButton::InstantPopup);
    m_button->setAutoRaise(true);
    connect(m_themes, &ThemeController::changed, this, [this] {
        updateGeometry();
        placeButton();
        update();
    });
}

void TimelineHeader::setTitle(const TimelineTitle &title)
{
    if (title == m_title)
        return;
    const bool isOtherLegend = title.present != m_title.present;
    m_title = title;
    if (isOtherLegend)
        updateGeometry();
    setAccessibleDescription(title.description);
    setToolTip(title.description);
    update();
}

int TimelineHeader::heightForWidth(int width) const
{
    const double room = width - m_button->sizeHint().width() - kButtonGap;
    const double height = titleTop() + titleHeight(m_title, room, m_themes->scale());
    return static_cast<int>(std::ceil(std::max<double>(height, m_button->sizeHint().height())));
}

// Title and button are on one line.
double TimelineHeader::titleTop() const
{
    return std::max(
        0.0, std::floor((m_button->sizeHint().height() - firstLineHeight(m_themes->scale())) / 2));
}

QSize TimelineHeader::sizeHint() const
{
    return {static_cast<int>(400 * m_themes->scale()), heightForWidth(std::max(width(), 200))};
}

QSize TimelineHeader::minimumSizeHint() const
{
    return {static_cast<int>(160 * m_themes->scale()), heightForWidth(std::max(width(), 200))};
}

void TimelineHeader::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const double room = m_button->x() - kButtonGap;
    const double height = titleHeight(m_title, room, m_themes->scale());
    paintTitle(painter, QRectF(0, titleTop(), room, height), m_title, m_themes->theme(), m_themes->scale());
}

void TimelineHeader::resizeEvent(QResizeEvent *)
{
    placeButton();
}

void TimelineHeader::placeButton()
{
    const auto size = m_button->sizeHint();
    m_button->setGeometry(width() - size.width(), 0, size.width(), size.height());
}

} // namespace timeslice
