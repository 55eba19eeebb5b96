// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvasview.h"

#include "core/workload/mandelbrotcanvas.h"
#include "ui/format.h"
#include "ui/themecontroller.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

namespace timeslice {

namespace {

constexpr int kMargin = 16;
constexpr int kGap = 8;
constexpr int kSwatch = 10;
constexpr unsigned kLegendWorkers = 8;
// From a tint of the worker's colour far outside to all of it at the edge of the set; what is inside the set,
// and took longest, is dark but still tells whose it is.
constexpr double kTint = 0.35;
constexpr double kInside = 0.28;

QColor mixedColour(const QColor &from, const QColor &to, double share)
{
    const auto part = [share](float a, float b) { return static_cast<float>(a + (b - a) * share); };
    return QColor::fromRgbF(
        part(from.redF(), to.redF()), part(from.greenF(), to.greenF()), part(from.blueF(), to.blueF()));
}

/// 0 as long as nothing has been painted.
std::uint32_t maxIterationsOf(std::span<const std::byte> canvas)
{
    const auto view = MandelbrotView::of(canvas);
    return view ? view->maxIterations() : 0;
}

} // namespace

CanvasColours::CanvasColours(const ThemeController &themes, unsigned workers, std::uint32_t maxIterations)
    : m_unpainted(themes.theme().ground.rgb())
{
    const unsigned hues = std::clamp(workers, 1U, kHues);
    for (unsigned hue = 0; hue < hues; ++hue) {
        const QColor colour = workerColour(themes.theme(), static_cast<int>(hue));
        for (unsigned shade = 0; shade < kShades - 1; ++shade) {
            const double share = kTint + (1 - kTint) * shade / (kShades - 2);
            m_shades.push_back(mixedColour(themes.theme().card, colour, share).rgb());
        }
        m_shades.push_back(mixedColour(Qt::black, colour, kInside).rgb());
    }
    // Iterations span orders of magnitude, so the eye needs their logarithm.
    const std::uint32_t most = std::min<std::uint32_t>(maxIterations, kMandelbrotMaxIterations);
    m_shadeOf.resize(most + 1, kShades - 1);
    const double whole = std::log1p(static_cast<double>(most));
    for (std::uint32_t i = 0; i < most; ++i) {
        const double depth = whole > 0 ? std::log1p(static_cast<double>(i)) / whole : 0;
        m_shadeOf[i] = static_cast<std::uint8_t>(std::lround(depth * (kShades - 2)));
    }
}

QRgb CanvasColours::of(std::uint16_t iterations, std::uint16_t paintedBy) const
{
    if (paintedBy == 0)
        return m_unpainted;
    const std::size_t hues = m_shades.size() / kShades;
    const std::size_t hue = (paintedBy - 1U) % hues;
    // A hostile or torn word may hold more iterations than the header allows.
    const std::size_t shade = m_shadeOf[std::min<std::size_t>(iterations, m_shadeOf.size() - 1)];
    return m_shades[hue * kShades + shade];
}

QImage canvasPicture(std::span<const std::byte> canvas, const CanvasColours &colours, QSize atMost)
{
    const auto view = MandelbrotView::of(canvas);
    if (!view)
        return {};
    std::uint32_t step = 1;
    if (!atMost.isEmpty()) {
        const auto wide = view->width() / static_cast<std::uint32_t>(atMost.width());
        const auto high = view->height() / static_cast<std::uint32_t>(atMost.height());
        step = std::max<std::uint32_t>(1, std::max(wide, high));
    }
    QImage image(
        static_cast<int>((view->width() + step - 1) / step),
        static_cast<int>((view->height() + step - 1) / step), QImage::Format_RGB32);
    if (image.isNull())
        return {};
    for (int row = 0; row < image.height(); ++row) {
        auto *line = reinterpret_cast<QRgb *>(image.scanLine(row));
        const auto y = static_cast<std::uint32_t>(row) * step;
        for (int column = 0; column < image.width(); ++column) {
            const MandelbrotPixel pixel = view->pixel(static_cast<std::uint32_t>(column) * step, y);
            line[column] = colours.of(pixel.iterations, pixel.paintedBy);
        }
    }
    return image;
}

CanvasView::CanvasView(ThemeController *themes, QWidget *parent)
    : QFrame(parent)
    , m_themes(themes)
{
    setProperty("card", true);
    setAccessibleName(tr("Picture"));
    m_timer.setInterval(kInterval);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (isVisible() && !m_paused && !window()->isMinimized())
            refresh();
    });
    connect(m_themes, &ThemeController::changed, this, &CanvasView::forgetColours);
}

void CanvasView::watch(std::function<std::span<const std::byte>()> canvas, unsigned workers)
{
    m_live = std::move(canvas);
    m_frozen.clear();
    m_workers = workers;
    m_paused = false;
    m_shown = {};
    m_colours.reset();
    m_timer.start();
    update();
}

void CanvasView::freeze(std::vector<std::byte> canvas, unsigned workers)
{
    m_timer.stop();
    m_live = nullptr;
    m_frozen = std::move(canvas);
    m_workers = workers;
    forgetColours();
}

void CanvasView::forgetColours()
{
    m_colours.reset();
    refresh();
}

void CanvasView::setPaused(bool paused)
{
    m_paused = paused;
}

std::span<const std::byte> CanvasView::canvas() const
{
    return m_live ? m_live() : std::span<const std::byte>(m_frozen);
}

QImage CanvasView::picture() const
{
    const auto bytes = canvas();
    return canvasPicture(bytes, CanvasColours(*m_themes, m_workers, maxIterationsOf(bytes)));
}

void CanvasView::refresh()
{
    const auto bytes = canvas();
    if (!m_colours && maxIterationsOf(bytes) > 0)
        m_colours.emplace(*m_themes, m_workers, maxIterationsOf(bytes));
    const QSize space = pictureSpace().size() * devicePixelRatio();
    m_shown = m_colours ? canvasPicture(bytes, *m_colours, space.isEmpty() ? QSize(1, 1) : space) : QImage();
    setAccessibleDescription(
        m_shown.isNull() ? tr("Nothing painted yet.") : tr("The Mandelbrot set, coloured by worker."));
    update();
}

void CanvasView::resizeEvent(QResizeEvent *event)
{
    QFrame::resizeEvent(event);
    refresh();
}

QSize CanvasView::minimumSizeHint() const
{
    const int side = static_cast<int>(180 * m_themes->scale());
    return {side, side};
}

QSize CanvasView::sizeHint() const
{
    const auto scaled = [this](int length) { return static_cast<int>(length * m_themes->scale()); };
    return {scaled(480), scaled(300)};
}

QRect CanvasView::pictureSpace() const
{
    const int header = QFontMetrics(titleFont(m_themes->scale())).height() + kGap;
    return rect().adjusted(kMargin, kMargin + header, -kMargin, -kMargin);
}

void CanvasView::paintHeader(QPainter &painter) const
{
    const Theme &theme = m_themes->theme();
    const QRect line(
        kMargin, kMargin, width() - 2 * kMargin, QFontMetrics(titleFont(m_themes->scale())).height());
    painter.setFont(titleFont(m_themes->scale()));
    painter.setPen(theme.text);
    const QString title = tr("Picture");
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, title);
    int left = line.left() + painter.fontMetrics().horizontalAdvance(title) + kGap;

    painter.setFont(quietFont(m_themes->scale()));
    const QFontMetrics metrics = painter.fontMetrics();
    // The legend is laid out from the right; what is left belongs to the explanation.
    int right = line.right();
    const auto put = [&](const QString &text) {
        right -= metrics.horizontalAdvance(text);
        painter.setPen(theme.quietText);
        painter.drawText(
            QRect(right, line.top(), line.right() - right + 1, line.height()), Qt::AlignVCenter, text);
    };
    const int size = static_cast<int>(kSwatch * m_themes->scale());
    const auto label = [](unsigned worker, bool isLong) {
        return isLong ? tr("worker %1").arg(worker) : QString::number(worker);
    };
    const auto widthOf = [&](unsigned workers, bool isLong) {
        int sum =
            workers < m_workers ? metrics.horizontalAdvance(tr("and %1 more").arg(m_workers)) + kGap : 0;
        for (unsigned worker = 0; worker < workers; ++worker)
            sum += metrics.horizontalAdvance(label(worker, isLong)) + size + 2 * kGap;
        return sum;
    };
    // On a narrow card the workers are numbers only, and as many as there is room for.
    unsigned named = std::min(m_workers, kLegendWorkers);
    const int room = line.right() - left;
    const bool isLong = widthOf(named, true) <= room;
    while (!isLong && named > 0 && widthOf(named, false) > room)
        --named;
    if (m_workers > named) {
        put(tr("and %1 more").arg(formatCount(std::uint64_t{m_workers - named})));
        right -= kGap;
    }
    for (unsigned worker = named; worker-- > 0;) {
        put(label(worker, isLong));
        right -= size + kGap / 2;
        painter.fillRect(
            QRect(right, line.center().y() - size / 2, size, size),
            workerColour(theme, static_cast<int>(worker)));
        right -= kGap * 3 / 2;
    }
    painter.setPen(theme.quietText);
    left += kGap / 2;
    const QString words = metrics.elidedText(tr("coloured by worker"), Qt::ElideRight, right - left);
    painter.drawText(
        QRect(left, line.top(), std::max(0, right - left), line.height()), Qt::AlignVCenter, words);
}

void CanvasView::paintEvent(QPaintEvent *event)
{
    QFrame::paintEvent(event);
    QPainter painter(this);
    paintHeader(painter);
    const QRect space = pictureSpace();
    if (m_shown.isNull() || space.isEmpty())
        return;
    const QSize size = m_shown.size().scaled(space.size(), Qt::KeepAspectRatio);
    const QRect target(space.center() - QPoint(size.width() / 2, size.height() / 2), size);
    // Nearest neighbour: tiles keep their edges, and it is cheap.
    painter.drawImage(target, m_shown);
}

} // namespace timeslice
