// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QPainter>
#include <QPixmap>

#include <algorithm>
#include <array>
#include <cmath>

namespace timeslice {

namespace {

QColor rgb(unsigned value)
{
    return QColor::fromRgb(value);
}

QColor faded(QColor color, double alpha)
{
    color.setAlphaF(static_cast<float>(alpha));
    return color;
}

// The series colours begin with Okabe and Ito's, darkened (light) or lightened (dark) until each reaches 3:1
// on the card; sky and orange come late because a neighbour of theirs is already there.
Theme makeLight()
{
    Theme theme;
    theme.dark = false;
    theme.ground = rgb(0xF4F5F7);
    theme.card = rgb(0xFFFFFF);
    theme.hairline = rgb(0xE1E4E8);
    theme.text = rgb(0x1F2328);
    theme.quietText = rgb(0x5B6470);
    theme.accent = rgb(0x0072B2);
    theme.onAccent = rgb(0xFFFFFF);
    theme.running = theme.accent;
    theme.preempted = rgb(0xD55E00);
    theme.voluntary = rgb(0x007F5F);
    theme.gilWait = rgb(0xB4568C);
    theme.blocked = rgb(0xB9C0C9);
    theme.others = rgb(0xC6CCD4);
    theme.selection = faded(theme.accent, 0.10);
    theme.failed = rgb(0xB3261E);
    theme.heatLow = rgb(0xECF3F8);
    theme.heatHigh = rgb(0x003A5C);
    theme.series = {theme.running, theme.preempted, theme.voluntary, theme.gilWait,
                    theme.text,    rgb(0xA66F00),   rgb(0x2B8CBE),   rgb(0x76808C)};
    return theme;
}

Theme makeDark()
{
    Theme theme;
    theme.dark = true;
    theme.ground = rgb(0x1B1E23);
    theme.card = rgb(0x23272E);
    theme.hairline = rgb(0x343A43);
    theme.text = rgb(0xE6E8EB);
    theme.quietText = rgb(0x9AA3AE);
    theme.accent = rgb(0x56B4E9);
    theme.onAccent = rgb(0x10161C);
    theme.running = theme.accent;
    theme.preempted = rgb(0xE69F00);
    theme.voluntary = rgb(0x2BB58A);
    theme.gilWait = rgb(0xCC79A7);
    theme.blocked = rgb(0x4A525C);
    theme.others = rgb(0x4A525C);
    theme.selection = faded(theme.accent, 0.14);
    theme.failed = rgb(0xFF8A80);
    theme.heatLow = rgb(0x2A323B);
    theme.heatHigh = rgb(0xC4E8FB);
    theme.series = {theme.running, theme.preempted, theme.voluntary, theme.gilWait,
                    theme.text,    rgb(0xF0E442),   rgb(0x8C9EFF),   rgb(0x9AA3AE)};
    return theme;
}

const std::array<QList<qreal>, 4> &dashes()
{
    static const std::array<QList<qreal>, 4> patterns{
        QList<qreal>{}, QList<qreal>{10, 5}, QList<qreal>{3, 3}, QList<qreal>{11, 4, 3, 4}};
    return patterns;
}

QFont scaled(QFont font, double factor)
{
    if (font.pixelSize() > 0)
        font.setPixelSize(std::max(1, static_cast<int>(std::lround(font.pixelSize() * factor))));
    else
        font.setPointSizeF(std::max(1.0, font.pointSizeF() * factor));
    return font;
}

// The platform's font and not QApplication::font(): that one already carries the user's factor.
QFont systemFont()
{
    return QFontDatabase::systemFont(QFontDatabase::GeneralFont);
}

bool hasTabularFigures(const QFont &font)
{
    const QFontMetricsF metrics(font);
    const double width = metrics.horizontalAdvance(QLatin1Char('0'));
    for (char digit = '1'; digit <= '9'; ++digit) {
        if (std::abs(metrics.horizontalAdvance(QLatin1Char(digit)) - width) > 0.01 * width)
            return false;
    }
    return true;
}

// Qt 6.4 cannot switch on a font's `tnum` feature, so a family whose figures differ in width gives way to one
// of those that nearly every desktop has and whose figures do not.
QString tabularFamily(const QFont &font)
{
    if (hasTabularFigures(font))
        return font.family();
    for (const auto *family : {"Noto Sans", "DejaVu Sans", "Liberation Sans"}) {
        QFont candidate = font;
        candidate.setFamily(QLatin1String(family));
        if (QFontDatabase::hasFamily(QLatin1String(family)) && hasTabularFigures(candidate))
            return QLatin1String(family);
    }
    return font.family();
}

} // namespace

const Theme &lightTheme()
{
    static const Theme theme = makeLight();
    return theme;
}

const Theme &darkTheme()
{
    static const Theme theme = makeDark();
    return theme;
}

QPalette paletteOf(const Theme &theme)
{
    QPalette palette;
    const auto set = [&](QPalette::ColorRole role, const QColor &color) {
        palette.setColor(QPalette::Active, role, color);
        palette.setColor(QPalette::Inactive, role, color);
        palette.setColor(QPalette::Disabled, role, color);
    };
    set(QPalette::Window, theme.ground);
    set(QPalette::WindowText, theme.text);
    set(QPalette::Base, theme.card);
    set(QPalette::Text, theme.text);
    set(QPalette::Button, theme.card);
    set(QPalette::ButtonText, theme.text);
    set(QPalette::BrightText, theme.onAccent);
    set(QPalette::Highlight, theme.accent);
    set(QPalette::HighlightedText, theme.onAccent);
    set(QPalette::Link, theme.accent);
    set(QPalette::LinkVisited, theme.gilWait);
    set(QPalette::PlaceholderText, theme.quietText);
    set(QPalette::ToolTipBase, theme.card);
    set(QPalette::ToolTipText, theme.text);
    set(QPalette::Light, mixed(theme.card, theme.text, 0.04));
    set(QPalette::Midlight, mixed(theme.card, theme.hairline, 0.5));
    set(QPalette::Mid, theme.hairline);
    set(QPalette::Dark, theme.blocked);
    set(QPalette::Shadow, mixed(theme.ground, QColor(Qt::black), 0.5));
    // Disabled, AlternateBase is not set: see the header.
    palette.setColor(QPalette::Active, QPalette::AlternateBase, theme.ground);
    palette.setColor(QPalette::Inactive, QPalette::AlternateBase, theme.ground);
    const QColor faint = mixed(theme.card, theme.quietText, 0.6);
    for (const auto role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::PlaceholderText})
        palette.setColor(QPalette::Disabled, role, faint);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, theme.blocked);
    return palette;
}

SeriesStyle seriesStyle(const Theme &theme, int index)
{
    const auto number = static_cast<std::size_t>(std::max(0, index));
    const auto colors = theme.series.size();
    // The dash pattern moves on by one more each four lines, so that two lines of one colour never share it.
    return {theme.series[number % colors], dashes()[(number + number / 4) % dashes().size()]};
}

SeriesStyle voluntaryStyle(const Theme &theme)
{
    return {theme.voluntary, dashes()[0]};
}

SeriesStyle involuntaryStyle(const Theme &theme)
{
    return {theme.preempted, dashes()[1]};
}

QPen penOf(const SeriesStyle &style, double width, double scale)
{
    QPen pen(style.color, width * scale);
    pen.setCapStyle(Qt::FlatCap);
    if (!style.dash.isEmpty()) {
        QList<qreal> inPenWidths;
        for (const auto length : style.dash)
            inPenWidths.append(length / width);
        pen.setDashPattern(inPenWidths);
    }
    return pen;
}

QPen referencePen(const Theme &theme, double scale)
{
    QPen pen(theme.text, std::max(1.0, scale));
    pen.setDashPattern({1, 4});
    pen.setCapStyle(Qt::FlatCap);
    return pen;
}

QColor workerColour(const Theme &theme, int index)
{
    return theme.series[static_cast<std::size_t>(std::max(0, index)) % theme.series.size()];
}

QColor heatColour(const Theme &theme, double share)
{
    constexpr double kAccentAt = 0.7;
    const double bounded = std::clamp(share, 0.0, 1.0);
    return bounded <= kAccentAt
        ? mixed(theme.heatLow, theme.accent, bounded / kAccentAt)
        : mixed(theme.accent, theme.heatHigh, (bounded - kAccentAt) / (1 - kAccentAt));
}

QColor mixed(const QColor &under, const QColor &over, double share)
{
    const auto channel = [share](int a, int b) { return static_cast<int>(std::lround(a + share * (b - a))); };
    return {
        channel(under.red(), over.red()), channel(under.green(), over.green()),
        channel(under.blue(), over.blue())};
}

QBrush hatch(const QColor &color, double scale, double pixelRatio)
{
    // A tile of its own and not Qt::BDiagPattern: that one does not grow with the scale.
    const int period = std::max(4, static_cast<int>(std::lround(7 * scale * pixelRatio)));
    QPixmap tile(period, period);
    tile.fill(Qt::transparent);
    QPainter painter(&tile);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, 2.2 * scale * pixelRatio));
    for (const int shift : {-period, 0, period})
        painter.drawLine(QPointF(shift - period, 2 * period), QPointF(shift + 2 * period, -period));
    painter.end();
    QBrush brush(tile);
    if (pixelRatio != 1)
        brush.setTransform(QTransform::fromScale(1 / pixelRatio, 1 / pixelRatio));
    return brush;
}

double luminance(const QColor &color)
{
    const auto linear = [](double channel) {
        return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

double contrast(const QColor &a, const QColor &b)
{
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QFont bodyFont(double scale)
{
    return scaled(systemFont(), scale);
}

QFont quietFont(double scale)
{
    return scaled(systemFont(), scale * 11.5 / 13.0);
}

QFont titleFont(double scale)
{
    QFont font = scaled(systemFont(), scale * 14.0 / 13.0);
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont numberFont(double scale)
{
    static const QString family = tabularFamily(systemFont());
    QFont font = scaled(systemFont(), scale);
    font.setFamily(family);
    font.setKerning(false);
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont bigNumberFont(double scale)
{
    QFont font = scaled(numberFont(1), scale * 40.0 / 13.0);
    font.setWeight(QFont::Bold);
    return font;
}

} // namespace timeslice
