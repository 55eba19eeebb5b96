// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/recordingpicture.h"

#include "core/record/commandtext.h"
#include "core/workload/catalogue.h"
#include "ui/charts/chartcard.h"
#include "ui/format.h"
#include "ui/machinewords.h"
#include "ui/verdictwords.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr double kMargin = 20;
constexpr double kGap = 12;

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

// The middle dot that keeps the parts of a caption apart.
QString joined(QStringList parts)
{
    parts.removeAll(QString());
    return parts.join(QStringLiteral("  ·  "));
}

QImage blank(QSize pixels, double scale, const QColor &color)
{
    QImage image(pixels, QImage::Format_RGB32);
    image.setDevicePixelRatio(scale);
    image.fill(color);
    return image;
}

bool isPaintable(QSize pixels, double scale)
{
    constexpr int kMostPixels = 16'384;
    return !pixels.isEmpty() && pixels.width() <= kMostPixels && pixels.height() <= kMostPixels && scale > 0;
}

struct Number {
    QString name;
    Quantity quantity;
};

std::vector<Number> numbersOf(const Recording &recording, const Verdict *verdict)
{
    std::vector<Number> numbers;
    if (verdict) {
        numbers.push_back({words("Throughput"), formatRate(verdict->itemsPerSecond)});
        numbers.push_back({words("CPU used"), formatCores(verdict->coresUsed)});
        numbers.push_back({words("Efficiency"), formatPercent(verdict->efficiency)});
        numbers.push_back({words("Voluntary"), formatPerSecond(verdict->voluntaryPerSecond)});
        numbers.push_back({words("Involuntary"), formatPerSecond(verdict->involuntaryPerSecond)});
    } else {
        numbers.push_back({words("Throughput"), formatRate(recording.itemsPerSecond)});
    }
    numbers.push_back(
        {words("Wall time"),
         formatDuration(recording.wallSeconds > 0 ? std::optional(recording.wallSeconds) : std::nullopt)});
    numbers.push_back({words("Items"), {formatCount(recording.items), {}}});
    return numbers;
}

// The sentence and the numbers, in a band over the charts. Returns its lower edge.
class Heading {
public:
    Heading(QPainter &painter, const Theme &theme, QRectF area)
        : m_painter(painter)
        , m_theme(theme)
        , m_area(area)
    { }

    double paint(const Recording &recording, const Verdict *verdict)
    {
        line(titleFont(1.25), m_theme.text, experimentCaption(recording));
        line(quietFont(1), m_theme.quietText, recordingCaption(recording));
        m_area.setTop(m_area.top() + 8);
        if (verdict)
            sentence(inWords(recording, *verdict));
        else
            line(bodyFont(1), m_theme.text, endInWords(recording));
        m_area.setTop(m_area.top() + 10);
        numbers(numbersOf(recording, verdict));
        return m_area.top();
    }

private:
    void line(const QFont &font, const QColor &color, const QString &text)
    {
        const QFontMetricsF metrics(font);
        m_painter.setFont(font);
        m_painter.setPen(color);
        m_painter.drawText(
            QRectF(m_area.topLeft(), QSizeF(m_area.width(), metrics.height())),
            Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
            metrics.elidedText(text, Qt::ElideRight, m_area.width()));
        m_area.setTop(m_area.top() + metrics.height() + 3);
    }

    void sentence(const VerdictWords &verdict)
    {
        const double top = m_area.top();
        double left = m_area.left();
        double numberBottom = top;
        if (!verdict.number.isEmpty()) {
            const QFont font = bigNumberFont(0.8);
            const QFontMetricsF metrics(font);
            m_painter.setFont(font);
            m_painter.setPen(m_theme.accent);
            m_painter.drawText(QPointF(left, top + metrics.ascent()), verdict.number);
            left += metrics.horizontalAdvance(verdict.number) + 14;
            numberBottom = top + metrics.height();
        }
        QStringList lines{joined({verdict.unit, verdict.caption}), verdict.happened};
        lines.removeAll(QString());
        QRectF text(left, top + 4, m_area.right() - left, 200);
        m_painter.setFont(bodyFont(1));
        m_painter.setPen(verdict.isFailure ? m_theme.failed : m_theme.text);
        QRectF used;
        m_painter.drawText(
            text, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, lines.join(QLatin1Char('\n')), &used);
        m_area.setTop(std::max(numberBottom, used.bottom()));
    }

    void numbers(const std::vector<Number> &all)
    {
        const QFont quiet = quietFont(1);
        const QFont strong = numberFont(1.1);
        const double column = m_area.width() / static_cast<double>(all.size());
        const double nameHeight = QFontMetricsF(quiet).height();
        const double valueHeight = QFontMetricsF(strong).height();
        double x = m_area.left();
        for (const auto &number : all) {
            m_painter.setFont(quiet);
            m_painter.setPen(m_theme.quietText);
            m_painter.drawText(QPointF(x, m_area.top() + QFontMetricsF(quiet).ascent()), number.name);
            m_painter.setFont(strong);
            m_painter.setPen(m_theme.text);
            const double baseline = m_area.top() + nameHeight + QFontMetricsF(strong).ascent() + 1;
            m_painter.drawText(QPointF(x, baseline), number.quantity.value);
            const double width = QFontMetricsF(strong).horizontalAdvance(number.quantity.value);
            m_painter.setFont(quiet);
            m_painter.setPen(m_theme.quietText);
            m_painter.drawText(QPointF(x + width + 5, baseline), number.quantity.unit);
            x += column;
        }
        m_area.setTop(m_area.top() + nameHeight + valueHeight + 12);
    }

    QPainter &m_painter;
    const Theme &m_theme;
    QRectF m_area; ///< What is still free.
};

} // namespace

QString experimentCaption(const Experiment &experiment)
{
    const auto *workload = findWorkload(experiment.workload);
    return joined(
        {QString::fromStdString(workload ? workload->title : experiment.workload), shortName(experiment)});
}

QString experimentCaption(const Recording &recording)
{
    const QString interpreter = interpreterInWords(recording);
    const QString experiment = recording.command.isEmpty() ? experimentCaption(recording.experiment)
                                                           : commandText(recording.command);
    return interpreter.isEmpty() ? experiment : joined({experiment, interpreter});
}

QString recordingCaption(const Recording &recording)
{
    QString machine = machineInWords(recording.machine);
    machine.replace(QLatin1Char('\n'), QLatin1String(", "));
    return joined(
        {machine, QStringLiteral("Timeslice " TIMESLICE_VERSION),
         QLocale().toString(recording.startedAt, QLocale::ShortFormat)});
}

QString pictureCaption(const Recording &recording)
{
    return joined({experimentCaption(recording), recordingCaption(recording)});
}

QImage paintChart(
    std::size_t chart, const std::vector<ChartSpec> &specs, const TimeWindow &window, const ValueTicks &ticks,
    const Theme &theme, const QString &caption, const QColor &behind, QSize pixels, double scale)
{
    if (!isPaintable(pixels, scale))
        return {};
    QImage image = blank(pixels, scale, behind);
    ChartCard card;
    card.setLook(PlotLook(theme, 1, needEndLabels(specs), scale));
    card.setTimeShown(true);
    card.setCaption(caption);
    card.resize((QSizeF(pixels) / scale).toSize());
    card.show(specs[chart], window, ticks);
    QPainter painter(&image);
    card.render(&painter, {}, {}, QWidget::DrawChildren);
    return image;
}

QImage paintRecording(
    const Recording &recording, const Theme &theme, QSize pixels, double scale, const Verdict *verdict)
{
    if (!isPaintable(pixels, scale))
        return {};
    QImage image = blank(pixels, scale, theme.ground);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    const QSizeF size = QSizeF(pixels) / scale;
    QRectF area = QRectF(QPointF(), size).adjusted(kMargin, kMargin, -kMargin, -kMargin);
    area.setTop(Heading(painter, theme, area).paint(recording, verdict));

    const auto run = finishedRun(recording, {});
    if (!run || area.height() < 60)
        return image;
    const auto specs = chartSpecs(
        run->columns, theme,
        {.perWorker = false,
         .baseline = {},
         .hasExactCores = recording.trace.source == TraceSource::Perf,
         .extra = extraQuantities(recording.experiment)});
    const auto count = static_cast<double>(specs.size());
    const double height = (area.height() - (count - 1) * kGap) / count;
    double top = area.top();
    for (std::size_t i = 0; i < specs.size(); ++i) {
        const auto rows = rowsInView(run->window());
        const auto ticks = specs[i].scale == ChartSpec::Scale::Shares
            ? shareTicks()
            : ticksUpTo(specs[i].highest(rows.first, rows.last) * 1.03);
        const QSize chartPixels = (QSizeF(area.width(), height) * scale).toSize();
        const QImage chart =
            paintChart(i, specs, run->window(), ticks, theme, {}, theme.ground, chartPixels, scale);
        painter.drawImage(QPointF(area.left(), top), chart);
        top += height + kGap;
    }
    return image;
}

} // namespace timeslice
