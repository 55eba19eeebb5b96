// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinepainter.h"

#include "ui/timeline/laneshapes.h"
#include "ui/timeline/timelinewords.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr double kNameGap = 14; ///< Between names and plot.
constexpr double kIndent = 14;
constexpr int kMostIndents = 4; ///< Deeper names would have no room.
constexpr double kMostNames = 0.26; ///< Of the width.
constexpr double kLeastNames = 84;
constexpr double kArrow = 12; ///< In front of a group's name.

// What stands in front of a name.
double indentOf(LaneEntry::Kind kind, int depth)
{
    return kIndent * std::min(depth, kMostIndents) + (kind == LaneEntry::Kind::Group ? kArrow : 0);
}

QFont bold(QFont font)
{
    font.setWeight(QFont::DemiBold);
    return font;
}

} // namespace

TimelinePainter::TimelinePainter(const Theme &theme, double scale, double pixelRatio)
    : m_theme(&theme)
    , m_scale(scale)
    , m_pixelRatio(pixelRatio)
    , m_nameFont(bodyFont(scale))
    , m_quietFont(quietFont(scale))
    , m_numberFont(numberFont(scale * 11.0 / 13.0))
    , m_raster(theme, scale, pixelRatio)
    , m_texts{
          ShapedTexts(m_nameFont), ShapedTexts(bold(m_nameFont)), ShapedTexts(m_quietFont),
          ShapedTexts(bold(m_quietFont)), ShapedTexts(m_numberFont)}
{ }

TimelineMetrics TimelinePainter::metrics(std::span<const LaneEntry> entries, double width) const
{
    const QFontMetricsF name(m_nameFont);
    const QFontMetricsF quiet(m_quietFont);
    const QFontMetricsF chosen(bold(m_nameFont)); // as names become when they are chosen
    double widest = kLeastNames * m_scale;
    std::size_t measured = 0;
    for (const auto &entry : entries) {
        if (++measured > 200) // of thousands the first tell enough
            break;
        widest = std::max(
            widest,
            indentOf(entry.kind, entry.depth) * m_scale
                + std::max(chosen.horizontalAdvance(entry.name), quiet.horizontalAdvance(entry.detail)));
    }
    TimelineMetrics metrics;
    metrics.scale = m_scale;
    metrics.pixelRatio = m_pixelRatio;
    metrics.lineHeight = name.height();
    metrics.quietHeight = quiet.height();
    metrics.digitWidth = QFontMetricsF(m_numberFont).horizontalAdvance(QLatin1Char('0'));
    const double most = std::max(kLeastNames * m_scale, kMostNames * width);
    // On a whole device pixel: the lanes begin there.
    metrics.labelWidth =
        std::round((std::min(std::ceil(widest), most) + kNameGap * m_scale) * m_pixelRatio) / m_pixelRatio;
    return metrics;
}

void TimelinePainter::paintFrame(QImage &image, const DrawList &list, QSizeF size) const
{
    const QSize pixels(
        std::max(1, static_cast<int>(std::lround(size.width() * m_pixelRatio))),
        std::max(1, static_cast<int>(std::lround(size.height() * m_pixelRatio))));
    if (image.size() != pixels || image.format() != QImage::Format_RGB32)
        image = QImage(pixels, QImage::Format_RGB32);
    image.setDevicePixelRatio(m_pixelRatio);
    {
        QPainter painter(&image);
        paintBelow(painter, list, size);
    }
    m_raster.paint(image, list);
    QPainter painter(&image);
    paintAbove(painter, list);
}

void TimelinePainter::paintShapes(QPainter &painter, const DrawList &list, QSizeF size) const
{
    paintBelow(painter, list, size);
    LaneShapes(*m_theme, m_scale).paint(painter, list);
    paintAbove(painter, list);
}

void TimelinePainter::paintBelow(QPainter &painter, const DrawList &list, QSizeF size) const
{
    painter.fillRect(QRectF(QPointF(), size), m_theme->card);
    for (const auto &row : list.rows) {
        if (!row.isChosen)
            continue;
        const double top = std::max(row.top, list.rowsTop);
        const double bottom = std::min(row.top + row.height, list.rowsTop + list.rowsHeight);
        painter.fillRect(
            QRectF(0, top, list.plot.right(), bottom - top), mixed(m_theme->card, m_theme->accent, 0.08));
    }
    const double hairline = std::max(1.0, std::round(m_scale * m_pixelRatio)) / m_pixelRatio;
    for (const auto &tick : list.ticks) {
        const double x = std::round(tick.x * m_pixelRatio) / m_pixelRatio;
        const QColor colour =
            tick.text.isEmpty() ? mixed(m_theme->card, m_theme->hairline, 0.5) : m_theme->hairline;
        painter.fillRect(QRectF(x, list.rowsTop, hairline, list.plot.bottom() - list.rowsTop), colour);
    }
}

void TimelinePainter::paintAbove(QPainter &painter, const DrawList &list) const
{
    painter.save();
    paintMarks(painter, list);
    paintNumbers(painter, list);
    painter.setClipping(false);
    for (const auto &row : list.rows)
        paintName(painter, list, row);
    painter.setClipping(false);
    paintRuler(painter, list);
    painter.restore();
}

void TimelinePainter::paintName(QPainter &painter, const DrawList &list, const DrawRow &row) const
{
    if (!row.isNamed)
        return;
    painter.setClipping(false);
    if (row.kind != LaneEntry::Kind::Heat)
        // The first name of many may use the air below the heat strip.
        painter.setClipRect(
            QRectF(0, list.rowsTop, list.plot.right(), list.rowsHeight).adjusted(0, -4 * m_scale, 0, 0));
    const bool isQuiet = row.kind == LaneEntry::Kind::Heat || row.kind == LaneEntry::Kind::Heading;
    const bool isBold = row.isChosen || row.kind == LaneEntry::Kind::Heading;
    auto &texts =
        isQuiet ? (isBold ? m_texts.boldQuiet : m_texts.quiet) : (isBold ? m_texts.boldName : m_texts.name);
    const auto &metrics = texts.metrics();
    const auto &quiet = m_texts.quiet.metrics();
    const double left = indentOf(row.kind, row.depth) * m_scale;
    const double middle = row.top + row.height / 2;
    const double height = metrics.height() + (row.detail.isEmpty() ? 0 : quiet.height());
    const double top =
        row.kind == LaneEntry::Kind::Heading ? row.top + row.height - metrics.height() : middle - height / 2;
    if (row.isChosen)
        painter.fillRect(
            QRectF(list.plot.left() - 6 * m_scale, row.bodyTop, 3 * m_scale, row.bodyHeight),
            m_theme->accent);
    painter.setPen(isQuiet ? m_theme->quietText : m_theme->text);
    if (row.kind == LaneEntry::Kind::Group) {
        const double size = 3.5 * m_scale;
        const QPointF centre(left - kArrow * m_scale + size, top + metrics.height() / 2);
        const QPolygonF arrow = row.isClosed
            ? QPolygonF(
                  {centre + QPointF(-size / 2, -size), centre + QPointF(-size / 2, size),
                   centre + QPointF(size, 0)})
            : QPolygonF(
                  {centre + QPointF(-size, -size / 2), centre + QPointF(size, -size / 2),
                   centre + QPointF(0, size)});
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme->quietText);
        painter.drawPolygon(arrow);
        painter.restore();
    }
    const double room = list.plot.left() - kNameGap * m_scale * 0.6 - left;
    texts.draw(painter, {left, top}, row.name, room, Qt::ElideMiddle);
    if (row.detail.isEmpty())
        return;
    painter.setPen(m_theme->quietText);
    m_texts.quiet.draw(painter, {left, top + metrics.height()}, row.detail, room);
}

void TimelinePainter::paintMarks(QPainter &painter, const DrawList &list) const
{
    const double width = list.plot.width() / std::max(1, list.columns);
    const QFontMetricsF metrics(m_quietFont);
    painter.setFont(m_quietFont);
    const QRectF rows(list.plot.left(), list.rowsTop, list.plot.width(), list.rowsHeight);
    double freeFrom = list.plot.left();
    for (const auto &mark : list.lost) {
        const auto &row = list.rows[mark.row];
        const QRectF area(
            list.plot.left() + mark.begin * width, row.bodyTop, (mark.end - mark.begin) * width,
            row.bodyHeight);
        painter.setClipping(row.kind != LaneEntry::Kind::Heat);
        if (row.kind != LaneEntry::Kind::Heat)
            painter.setClipRect(rows);
        // A loss too short to be seen on its lane has its hatching here.
        if (area.width() <= 6 * m_scale)
            LaneShapes(*m_theme, m_scale).paintRole(painter, area, TimelineRole::Unknown);
        const auto text = lossWords(mark.count, mark.hasUncounted);
        const double needed = metrics.horizontalAdvance(text) + 8 * m_scale;
        const bool isHeat = row.kind == LaneEntry::Kind::Heat;
        // They are the core's records; that nothing is known of the tasks meanwhile is but the consequence.
        if (!isHeat && (row.kind != LaneEntry::Kind::Core || row.bodyHeight < metrics.height() * 0.8))
            continue;
        QRectF pill(
            area.center().x() - needed / 2, row.top + (row.height - metrics.height()) / 2, needed,
            metrics.height());
        // On the strip of all cores every loss says its number, as long as they do not cover each other.
        if (isHeat) {
            pill.moveLeft(std::clamp(
                pill.left(), list.plot.left(), std::max(list.plot.left(), list.plot.right() - needed)));
            if (pill.left() < freeFrom)
                continue;
            freeFrom = pill.right() + 4 * m_scale;
        } else if (needed > area.width()) {
            continue;
        }
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme->card);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.drawRoundedRect(pill, 3 * m_scale, 3 * m_scale);
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(isHeat ? m_theme->failed : m_theme->text);
        painter.drawText(pill, Qt::AlignCenter, text);
    }
    painter.setClipRect(rows);
    for (const auto &mark : list.summaries) {
        const auto &row = list.rows[mark.row];
        QPen dotted(m_theme->quietText, std::max(1.0, m_scale));
        dotted.setDashPattern({1, 3});
        painter.setPen(dotted);
        const double y = row.bodyTop + row.bodyHeight + m_scale;
        painter.drawLine(
            QPointF(list.plot.left() + mark.begin * width, y),
            QPointF(list.plot.left() + mark.end * width, y));
    }
    painter.setClipping(false);
}

void TimelinePainter::paintNumbers(QPainter &painter, const DrawList &list) const
{
    const auto &metrics = m_texts.number.metrics();
    const double width = list.plot.width() / std::max(1, list.columns);
    painter.setClipRect(QRectF(list.plot.left(), list.rowsTop, list.plot.width(), list.rowsHeight));
    for (const auto &label : list.labels) {
        const auto &row = list.rows[label.row];
        if (row.bodyHeight < 0.75 * metrics.height())
            continue;
        painter.setPen(inkOn(runningColour(*m_theme, label.colour)));
        m_texts.number.draw(
            painter,
            {list.plot.left() + label.begin * width + 5 * m_scale,
             row.bodyTop + (row.bodyHeight - metrics.height()) / 2},
            label.text);
    }
}

void TimelinePainter::paintRuler(QPainter &painter, const DrawList &list) const
{
    painter.setFont(m_quietFont);
    painter.setPen(m_theme->quietText);
    const auto &metrics = m_texts.quiet.metrics();
    const double top = list.plot.bottom() + 4 * m_scale;
    double firstLeft = list.plot.left();
    bool isFirst = true;
    for (const auto &tick : list.ticks) {
        if (tick.text.isEmpty())
            continue;
        const double width = metrics.horizontalAdvance(tick.text);
        double left = tick.x - width / 2;
        left = std::min(left, list.plot.right() + 8 * m_scale - width);
        if (isFirst)
            firstLeft = left;
        isFirst = false;
        m_texts.quiet.draw(painter, {left, top}, tick.text);
    }
    // The unit stands once, in front of the first number.
    auto unit = list.rulerUnit;
    if (!list.rulerBase.isEmpty())
        unit = list.rulerBase + QLatin1Char(' ') + unit;
    const double right = std::min(firstLeft, list.plot.left()) - 8 * m_scale;
    painter.drawText(
        QRectF(0, top, std::max(0.0, right), metrics.height()), Qt::AlignRight | Qt::TextSingleLine, unit);
}

void TimelinePainter::paintSelection(QPainter &painter, const DrawList &list) const
{
    if (!list.selection)
        return;
    const auto &mark = *list.selection;
    painter.save();
    painter.setFont(m_quietFont);
    const QFontMetricsF metrics(m_quietFont);
    const QRectF area(mark.begin, 0, std::max(mark.end - mark.begin, 1.0), list.plot.bottom());
    painter.fillRect(area, m_theme->selection);
    QPen edge(m_theme->accent, std::max(1.0, m_scale));
    edge.setDashPattern({3, 3});
    edge.setCapStyle(Qt::FlatCap);
    painter.setPen(edge);
    const auto line = [&](double x) {
        const double at = std::floor(x) + 0.5;
        painter.drawLine(QPointF(at, 0), QPointF(at, area.bottom()));
    };
    if (mark.isBeginVisible)
        line(mark.begin);
    if (mark.isEndVisible)
        line(mark.end);
    QFont font = m_quietFont;
    font.setWeight(QFont::DemiBold);
    const double width = QFontMetricsF(font).horizontalAdvance(mark.text) + 16 * m_scale;
    QRectF pill(area.center().x() - width / 2, 0, width, metrics.height() + 4 * m_scale);
    pill.moveLeft(
        std::clamp(pill.left(), list.plot.left(), std::max(list.plot.left(), list.plot.right() - width)));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme->accent);
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2);
    painter.setFont(font);
    painter.setPen(m_theme->onAccent);
    painter.drawText(pill, Qt::AlignCenter, mark.text);
    painter.restore();
}

} // namespace timeslice
