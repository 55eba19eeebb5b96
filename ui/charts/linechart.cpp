// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/linechart.h"

#include <QChart>
#include <QChartView>
#include <QGraphicsLayout>
#include <QLineSeries>
#include <QValueAxis>

#include <algorithm>
#include <utility>
#include <vector>

namespace timeslice {

namespace {

// Qt Charts clips lines to its plot area. Ours is so much larger on each side, or a line along the edge would
// lose half its width.
constexpr double kOverhang = 4;
constexpr double kTrace = 0.3;

// Opaque and solid is what Qt's rasteriser draws quickly: a dashed or transparent pen costs up to ten times
// as much. So a dashed line is drawn as a faint solid one, by Qt Charts, with its dashes over it, by us; no
// peak can hide in a gap.
QPen plainPen(const SeriesStyle &style, const PlotLook &look)
{
    const bool isSolid = style.dash.isEmpty();
    QPen pen(isSolid ? style.color : mixed(look.theme().card, style.color, kTrace), look.lineWidth());
    pen.setCapStyle(Qt::FlatCap);
    return pen;
}

// Qt's AVX2 fills return with the upper halves of the vector registers in use, and code compiled for SSE (all
// of Qt Charts) then runs at a third of its speed until somebody clears them. QXYSeries::replace of 250
// points: 0.32 ms without this, 0.12 ms with it.
#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx"))) void zeroUpperHalves()
{
    __builtin_ia32_vzeroupper();
}
void clearVectorRegisters()
{
    static const bool hasAvx = __builtin_cpu_supports("avx");
    if (hasAvx)
        zeroUpperHalves();
}
#else
void clearVectorRegisters() { }
#endif

} // namespace

class LineChart::View : public QChartView {
public:
    explicit View(QWidget *parent)
        : QChartView(parent)
        , m_x(new QValueAxis(chart()))
        , m_y(new QValueAxis(chart()))
        , m_look(lightTheme(), 1)
    {
        chart()->legend()->hide();
        chart()->setBackgroundVisible(false);
        chart()->setMargins({});
        chart()->layout()->setContentsMargins(0, 0, 0, 0);
        chart()->setAnimationOptions(QChart::NoAnimation);
        chart()->addAxis(m_x, Qt::AlignBottom);
        chart()->addAxis(m_y, Qt::AlignLeft);
        for (auto *axis : {m_x, m_y})
            axis->setVisible(false);

        setFrameShape(QFrame::NoFrame);
        setRenderHint(QPainter::Antialiasing);
        setInteractive(false);
        setFocusPolicy(Qt::NoFocus);
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        // One repaint per update, asked for by us, instead of one region per changed item.
        setViewportUpdateMode(QGraphicsView::NoViewportUpdate);
        setOptimizationFlags(DontSavePainterState | DontAdjustForAntialiasing);
        scene()->setItemIndexMethod(QGraphicsScene::NoIndex);
        viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    }

    void setLook(const PlotLook &look)
    {
        m_look = look;
        m_painter.forgetLabels();
        m_lines.clear(); // Their pens are set again; the series stay with the chart.
        layOut();
    }

    void setTimeShown(bool shown)
    {
        m_timeShown = shown;
        layOut();
    }

    [[nodiscard]] QRectF plotRect() const { return m_look.plotRect(QSizeF(size()), m_timeShown); }

    // Also called for widgets that are never shown, which get no resize events; so all sizes are passed on
    // here.
    void layOut()
    {
        const QRectF plot = plotRect();
        chart()->resize(size());
        setSceneRect(QRectF(rect())); // Scene and widget coordinates are the same.
        if (plot != m_plot) {
            m_plot = plot;
            m_x->setRange(-kOverhang, plot.width() + kOverhang);
            m_y->setRange(-kOverhang, plot.height() + kOverhang);
            chart()->setPlotArea(plot.adjusted(-kOverhang, -kOverhang, kOverhang, kOverhang));
        }
        viewport()->update();
    }

    void show(PlotContent content)
    {
        m_content = std::move(content);
        m_dashes.clear();
        clearVectorRegisters();
        std::size_t used = 0;
        // Dashed lines first: their faint parts lie below the solid lines.
        for (const bool isDashed : {true, false}) {
            for (const auto &line : m_content.lines) {
                if (line.style.dash.isEmpty() == isDashed)
                    continue;
                for (const auto &piece : line.pieces) {
                    draw(used++, line.style, piece);
                    if (isDashed)
                        m_dashes.push_back(
                            {line.style.color, dashesAlong(piece, line.style.dash, m_look.scale())});
                }
            }
        }
        for (; used < m_series.size(); ++used) {
            if (m_series[used]->isVisible()) {
                m_series[used]->setVisible(false);
                m_series[used]->clear();
            }
        }
        viewport()->update();
    }

protected:
    void drawBackground(QPainter *painter, const QRectF &) override
    {
        m_painter.paintBelow(*painter, QRectF(viewport()->rect()), m_plot, m_content, m_look, m_timeShown);
    }

    void drawForeground(QPainter *painter, const QRectF &) override
    {
        painter->save();
        painter->translate(m_plot.topLeft());
        for (const auto &[color, lines] : m_dashes) {
            painter->setPen(plainPen({color, {}}, m_look));
            painter->drawLines(lines);
        }
        painter->restore();
        m_painter.paintAbove(*painter, m_plot, m_content, m_look);
    }

private:
    struct Line {
        SeriesStyle style;
        bool isStyled = false;
    };

    // Series are made as they are needed and then kept: removing one from a chart is where Qt Charts loses
    // track of who owns what.
    void draw(std::size_t index, const SeriesStyle &style, const QPolygonF &piece)
    {
        if (index == m_series.size()) {
            auto *series = new QLineSeries(chart());
            chart()->addSeries(series);
            series->attachAxis(m_x);
            series->attachAxis(m_y);
            m_series.push_back(series);
        }
        if (m_lines.size() <= index)
            m_lines.resize(index + 1);
        auto *series = m_series[index];
        auto &line = m_lines[index];
        if (!line.isStyled || line.style.color != style.color || line.style.dash != style.dash) {
            series->setPen(plainPen(style, m_look));
            line = {style, true};
        }
        if (!series->isVisible())
            series->setVisible(true);
        QList<QPointF> points;
        points.reserve(piece.size());
        for (const auto &point : piece)
            points.append(QPointF(point.x(), m_plot.height() - point.y()));
        series->replace(points);
    }

    QValueAxis *m_x; ///< Owned by the chart, as are the series.
    QValueAxis *m_y;
    std::vector<QLineSeries *> m_series;
    std::vector<Line> m_lines; ///< What the pens of `m_series` were made from.
    PlotLook m_look;
    PlotPainter m_painter;
    PlotContent m_content;
    std::vector<std::pair<QColor, QList<QLineF>>> m_dashes; ///< Of `m_content`.
    QRectF m_plot;
    bool m_timeShown = false;
};

LineChart::LineChart(QWidget *parent)
    : QWidget(parent)
    , m_view(new View(this))
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

LineChart::~LineChart() = default;

void LineChart::setLook(const PlotLook &look)
{
    m_view->setLook(look);
}

void LineChart::setTimeShown(bool shown)
{
    m_view->setTimeShown(shown);
}

QRectF LineChart::plotRect() const
{
    return m_view->plotRect();
}

void LineChart::show(PlotContent content)
{
    m_view->show(std::move(content));
}

void LineChart::layOut()
{
    m_view->setGeometry(rect());
    m_view->layOut();
}

QSize LineChart::minimumSizeHint() const
{
    return {160, 70};
}

void LineChart::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    layOut();
}

} // namespace timeslice
