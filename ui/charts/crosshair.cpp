// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/crosshair.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace timeslice {

BandLayer::BandLayer(QWidget *parent)
    : QWidget(parent)
    , m_look(lightTheme(), 1)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void BandLayer::show(const std::optional<QRectF> &band, const PlotLook &look)
{
    const auto place = [](const std::optional<QRectF> &of) {
        return of ? of->adjusted(-1, 0, 1, 0).toAlignedRect() : QRect();
    };
    if (band != m_band)
        update(QRegion(place(m_band)) + place(band));
    m_band = band;
    m_look = look;
    setVisible(m_band.has_value());
}

void BandLayer::paintEvent(QPaintEvent *)
{
    if (!m_band)
        return;
    QPainter painter(this);
    painter.fillRect(*m_band, m_look.theme().selection);
    painter.setPen(QPen(m_look.theme().accent, 1, Qt::DashLine));
    for (const double x : {m_band->left(), m_band->right()}) {
        const double middle = std::floor(x) + 0.5;
        painter.drawLine(QPointF(middle, m_band->top()), QPointF(middle, m_band->bottom()));
    }
}

CrosshairLayer::CrosshairLayer(QWidget *parent)
    : QWidget(parent)
    , m_look(lightTheme(), 1)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

QRect CrosshairLayer::strip() const
{
    if (!m_crosshair)
        return {};
    const double reach = 6 * m_look.scale();
    return QRectF(m_plot.left() + m_crosshair->x - reach, 0, 2 * reach, height()).toAlignedRect();
}

void CrosshairLayer::show(const std::optional<Crosshair> &crosshair, const QRectF &plot, const PlotLook &look)
{
    const QRect before = strip();
    m_crosshair = crosshair;
    m_plot = plot;
    m_look = look;
    setVisible(m_crosshair.has_value());
    if (m_crosshair) {
        update(before);
        update(strip());
    }
}

void CrosshairLayer::paintEvent(QPaintEvent *)
{
    if (!m_crosshair)
        return;
    QPainter painter(this);
    const Theme &theme = m_look.theme();
    const double x = std::floor(m_plot.left() + m_crosshair->x) + 0.5;
    painter.setPen(QPen(theme.quietText, 1));
    painter.drawLine(QPointF(x, m_plot.top()), QPointF(x, m_plot.bottom()));
    painter.setRenderHint(QPainter::Antialiasing);
    for (const auto &dot : m_crosshair->dots) {
        painter.setPen(QPen(theme.card, 1.5 * m_look.scale()));
        painter.setBrush(dot.color);
        painter.drawEllipse(m_plot.topLeft() + dot.at, 4 * m_look.scale(), 4 * m_look.scale());
    }
}

// Rows run in as many columns as keep the card lower than wide.
struct Readout::Measures {
    double line = 0; ///< Height of a row.
    double name = 0; ///< Widest name.
    double value = 0; ///< Widest value.
    double column = 0; ///< Width of a column with its gap.
    std::size_t columns = 1;
    QSizeF size;
};

namespace {

constexpr double kPad = 10;
constexpr double kSwatch = 14;
constexpr std::size_t kRowsPerColumn = 9;

std::size_t linesOf(std::size_t rows, std::size_t columns)
{
    return (rows + columns - 1) / columns;
}

} // namespace

Readout::Readout(QWidget *parent)
    : QWidget(parent)
    , m_look(lightTheme(), 1)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

Readout::Measures Readout::measure() const
{
    const double scale = m_look.scale();
    const QFontMetricsF quiet(m_look.font());
    const QFontMetricsF numbers(numberFont(scale * 11.5 / 13));
    Measures measures;
    measures.line = std::ceil(quiet.height() + 3 * scale);
    std::size_t most = 1;
    for (const auto &section : m_sections) {
        most = std::max(most, section.rows.size());
        for (const auto &row : section.rows) {
            measures.name = std::max(measures.name, quiet.horizontalAdvance(row.name));
            measures.value = std::max(measures.value, numbers.horizontalAdvance(row.value));
        }
    }
    measures.columns = linesOf(most, kRowsPerColumn);
    measures.column = kSwatch * scale + 6 * scale + measures.name + 12 * scale + measures.value;
    double lines = 1;
    double gaps = 0;
    for (const auto &section : m_sections) {
        lines += static_cast<double>(1 + linesOf(section.rows.size(), measures.columns));
        gaps += 4 * scale;
    }
    const auto columns = static_cast<double>(measures.columns);
    measures.size = QSizeF(
        2 * kPad * scale + columns * measures.column + (columns - 1) * 20 * scale,
        2 * kPad * scale + lines * measures.line + gaps);
    return measures;
}

void Readout::show(const QString &title, std::vector<Section> sections, QPointF beside, const PlotLook &look)
{
    m_title = title;
    m_sections = std::move(sections);
    m_look = look;
    const QSize size = measure().size.toSize();
    const double gap = 14 * look.scale();
    double x = beside.x() + gap;
    if (x + size.width() > parentWidget()->width())
        x = beside.x() - gap - size.width();
    const double y = std::clamp(
        beside.y() - size.height() / 2.0, 0.0,
        std::max(0.0, static_cast<double>(parentWidget()->height() - size.height())));
    setGeometry(QRect(QPoint(static_cast<int>(std::max(0.0, x)), static_cast<int>(y)), size));
    raise();
    setVisible(true);
    update();
}

QString Readout::text() const
{
    QStringList lines{m_title};
    for (const auto &section : m_sections) {
        lines.append(section.title);
        for (const auto &row : section.rows)
            lines.append(row.name + QLatin1Char(' ') + row.value);
    }
    return lines.join(QLatin1Char('\n'));
}

void Readout::paintEvent(QPaintEvent *)
{
    const Theme &theme = m_look.theme();
    const double scale = m_look.scale();
    const Measures measures = measure();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme.blocked, 1));
    painter.setBrush(theme.card);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6 * scale, 6 * scale);

    const QFont quiet = m_look.font();
    const QFont numbers = numberFont(scale * 11.5 / 13);
    double y = kPad * scale;
    const auto line = [&](double x, double width) { return QRectF(x, y, width, measures.line); };
    painter.setFont(numbers);
    painter.setPen(theme.text);
    painter.drawText(line(kPad * scale, width()), Qt::AlignLeft | Qt::AlignVCenter, m_title);
    y += measures.line;
    for (const auto &section : m_sections) {
        y += 4 * scale;
        painter.setFont(quiet);
        painter.setPen(theme.quietText);
        painter.drawText(line(kPad * scale, width()), Qt::AlignLeft | Qt::AlignVCenter, section.title);
        y += measures.line;
        const std::size_t lines = linesOf(section.rows.size(), measures.columns);
        const double top = y;
        for (std::size_t i = 0; i < section.rows.size(); ++i) {
            const auto &row = section.rows[i];
            y = top + static_cast<double>(i % lines) * measures.line;
            double x = kPad * scale + static_cast<double>(i / lines) * (measures.column + 20 * scale);
            const double middle = std::floor(y + measures.line / 2) + 0.5;
            if (row.hatched) {
                painter.setPen(Qt::NoPen);
                painter.setBrush(hatch(row.style.color, scale));
                painter.drawRect(QRectF(x, middle - 4 * scale, kSwatch * scale, 8 * scale));
            } else {
                painter.setPen(penOf(row.style, 2, scale));
                painter.drawLine(QPointF(x, middle), QPointF(x + kSwatch * scale, middle));
            }
            x += (kSwatch + 6) * scale;
            painter.setFont(quiet);
            painter.setPen(theme.text);
            painter.drawText(line(x, measures.name + 1), Qt::AlignLeft | Qt::AlignVCenter, row.name);
            x += measures.name + 12 * scale;
            painter.setFont(numbers);
            painter.drawText(line(x, measures.value), Qt::AlignRight | Qt::AlignVCenter, row.value);
        }
        y = top + static_cast<double>(lines) * measures.line;
    }
}

} // namespace timeslice
