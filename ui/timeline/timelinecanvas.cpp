// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinecanvas.h"

#include "ui/themecontroller.h"
#include "ui/timeline/timelinewords.h"

#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace timeslice {

namespace {

constexpr std::size_t kMostDescribed = 16; ///< Lanes a screen reader is told.
constexpr qint64 kDescribeMs = 1000;
/// Lanes change places once what is visible has come to rest; under a run that never rests, now and then.
constexpr int kReorderMs = 300;
constexpr int kReorderLiveMs = 1000;

} // namespace

TimelineCanvas::TimelineCanvas(ThemeController *themes, QWidget *parent)
    : QWidget(parent)
    , m_themes(themes)
    , m_bar(new QScrollBar(Qt::Vertical, this))
    , m_followButton(new QToolButton(this))
{
    setAccessibleName(tr("Timeline"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    m_bar->hide();
    m_bar->setAccessibleName(tr("Scroll the lanes"));
    m_bar->setFocusPolicy(Qt::NoFocus);
    connect(m_bar, &QScrollBar::valueChanged, this, &TimelineCanvas::invalidate);
    m_followButton->hide();
    m_followButton->setText(tr("Follow"));
    m_followButton->setAccessibleName(tr("Follow the run"));
    m_followButton->setToolTip(tr("Keep the newest in view (End)"));
    m_followButton->setProperty("control", true);
    m_followButton->setFocusPolicy(Qt::TabFocus);
    connect(m_followButton, &QToolButton::clicked, this, [this] { execute(TimelineCommand::ToEnd); });
    m_reorder.setSingleShot(true);
    connect(&m_reorder, &QTimer::timeout, this, &TimelineCanvas::reorder);
    connect(m_themes, &ThemeController::changed, this, &TimelineCanvas::applyTheme);
}

void TimelineCanvas::applyTheme()
{
    m_painter.reset();
    updateGeometry();
    invalidate();
}

void TimelineCanvas::invalidate()
{
    m_isLaidOut = false;
    m_isPainted = false;
    update();
}

void TimelineCanvas::arrangeAgain()
{
    m_scene.arrange();
    invalidate();
}

void TimelineCanvas::reorderSoon()
{
    if (m_scene.options.order != LaneOrder::Busiest || m_scene.isEmpty())
        return;
    if (!isLive())
        m_reorder.start(kReorderMs);
    else if (!m_reorder.isActive())
        m_reorder.start(kReorderLiveMs);
}

void TimelineCanvas::reorder()
{
    if (m_gesture.kind != Gesture::Kind::None)
        m_reorder.start(kReorderMs); // not below the pointer
    else if (m_scene.arrangeBusiest())
        invalidate();
}

void TimelineCanvas::begin(TimelineViewPtr view, bool isLive)
{
    const bool hadChoice = !m_scene.chosen.empty();
    m_scene.chosen.clear();
    m_cursor.clear();
    m_gesture = {};
    m_pointerNs.reset();
    m_scene.view = std::move(view);
    auto options = m_scene.options;
    options.forgetLanes();
    const bool hadLaneOptions = options != m_scene.options;
    m_scene.options = std::move(options);
    const auto viewport = m_scene.viewport;
    m_scene.viewport =
        Viewport(m_scene.view != nullptr ? m_scene.view->known() : TimeSpan{}, viewport.width());
    m_scene.viewport.setKnown(m_scene.viewport.known(), isLive);
    m_scene.viewport.setFollowing(isLive);
    m_scene.arrange();
    m_reorder.stop();
    tellChanges(viewport);
    m_bar->setValue(0);
    showFollowButton();
    invalidate();
    if (hadChoice)
        Q_EMIT chosenChanged();
    if (hadLaneOptions)
        Q_EMIT optionsChanged();
    m_described.invalidate();
    describe();
}

void TimelineCanvas::setView(TimelineViewPtr view, bool isLive)
{
    const auto before = std::exchange(m_scene.view, std::move(view));
    const auto &now = *m_scene.view;
    auto viewport = m_scene.viewport;
    viewport.setKnown(now.known(), isLive);
    // Slices only ever appear behind what was known; the store keeps its lists while they stay the same.
    const bool hasNewLanes =
        before == nullptr || &before->tasks() != &now.tasks() || before->cores().size() != now.cores().size();
    const bool hasNewSlices = before == nullptr || viewport.visible().endNs > before->known().endNs
        || &before->losses() != &now.losses();
    if (hasNewLanes)
        arrangeAgain();
    else if (hasNewSlices)
        invalidate();
    if (hasNewSlices || !isLive)
        reorderSoon();
    setViewport(viewport);
    showFollowButton();
    if (!isLive || !m_described.isValid() || m_described.elapsed() >= kDescribeMs)
        describe();
}

void TimelineCanvas::setLabels(std::vector<TaskLabel> labels)
{
    if (labels == m_scene.labels)
        return;
    m_scene.labels = std::move(labels);
    arrangeAgain();
    describe();
    Q_EMIT labelsChanged();
}

void TimelineCanvas::setOptions(LaneOptions options)
{
    if (options == m_scene.options)
        return;
    m_scene.options = std::move(options);
    arrangeAgain();
    Q_EMIT optionsChanged();
}

void TimelineCanvas::setOrigin(std::optional<std::uint64_t> originNs)
{
    if (std::exchange(m_scene.originNs, originNs) != originNs)
        invalidate();
}

void TimelineCanvas::setEmptyText(const QString &text)
{
    m_emptyText = text;
    update();
    describe();
}

void TimelineCanvas::setViewport(const Viewport &viewport)
{
    tellChanges(std::exchange(m_scene.viewport, viewport));
}

void TimelineCanvas::tellChanges(const Viewport &before)
{
    const auto viewport = m_scene.viewport; // a copy: who is told may change it
    if (before.visible() != viewport.visible()) {
        invalidate();
        reorderSoon();
        Q_EMIT visibleRangeChanged(viewport.visible().beginNs, viewport.visible().endNs);
        // The pointer stays where it is; the moment below it is another one.
        if (m_pointerX) {
            m_pointerNs = viewport.toNs(*m_pointerX);
            Q_EMIT hovered(m_pointerNs);
        }
    }
    if (before.selection() != viewport.selection()) {
        if (m_isLaidOut)
            m_list.selection = layoutSelection(viewport, m_list.plot);
        update();
        Q_EMIT selectionChanged();
    }
    if (before.isFollowing() != viewport.isFollowing()) {
        showFollowButton();
        Q_EMIT followChanged(viewport.isFollowing());
    }
}

void TimelineCanvas::setPointer(std::optional<std::uint64_t> timeNs)
{
    if (m_pointerNs == timeNs)
        return;
    update(pointerStrip());
    m_pointerNs = timeNs;
    update(pointerStrip());
}

void TimelineCanvas::showFollowButton()
{
    m_followButton->setVisible(m_scene.viewport.isLive() && !m_scene.viewport.isFollowing());
}

const DrawList &TimelineCanvas::drawList()
{
    layOut();
    return m_list;
}

double TimelineCanvas::scrolledShare()
{
    layOut();
    return m_list.contentHeight > 0 ? m_list.scroll / m_list.contentHeight : 0;
}

void TimelineCanvas::layOut()
{
    if (m_isLaidOut)
        return;
    if (!m_painter)
        paintFor(devicePixelRatioF());
    m_isLaidOut = true;
    m_list = {};
    if (m_scene.isEmpty()) {
        m_bar->hide();
        return;
    }
    // Whether a bar is needed depends on the height alone; so the second layout is the last one.
    for (int attempt = 0; attempt < 2; ++attempt) {
        const bool hasBar = !m_bar->isHidden();
        const QSizeF size(width() - (hasBar ? m_bar->sizeHint().width() : 0), height());
        const auto metrics = m_painter->metrics(m_scene.entries, size.width());
        DrawList rows;
        layoutRows(m_scene.entries, m_scene.view->cores().size(), size, 0, metrics, rows);
        const int hidden = static_cast<int>(std::ceil(rows.contentHeight - rows.rowsHeight));
        const QSignalBlocker blocker(m_bar);
        m_bar->setRange(0, std::max(0, hidden));
        m_bar->setPageStep(std::max(1, static_cast<int>(rows.rowsHeight)));
        m_bar->setSingleStep(static_cast<int>(metrics.lineHeight * 3));
        if ((hidden > 0) != hasBar) {
            m_bar->setVisible(hidden > 0);
            continue;
        }
        m_scene.viewport.setWidth(
            std::max(1, static_cast<int>(std::lround(rows.plot.width() * metrics.pixelRatio))));
        m_list = m_scene.layout(size, m_bar->value(), metrics);
        break;
    }
    placeBar();
}

void TimelineCanvas::placeBar()
{
    const int barWidth = m_bar->sizeHint().width();
    m_bar->setGeometry(
        width() - barWidth, static_cast<int>(m_list.rowsTop), barWidth, static_cast<int>(m_list.rowsHeight));
    const auto size = m_followButton->sizeHint();
    m_followButton->setGeometry(QRect(
        QPoint(
            static_cast<int>(m_list.plot.right()) - size.width() - 8,
            static_cast<int>(m_list.plot.bottom()) - size.height() - 8),
        size));
}

// A picture of the window may be finer than the screen.
void TimelineCanvas::paintFor(double pixelRatio)
{
    if (m_painter && m_painter->pixelRatio() == pixelRatio)
        return;
    m_painter.emplace(m_themes->theme(), m_themes->scale(), pixelRatio);
    m_isLaidOut = false;
    m_isPainted = false;
}

void TimelineCanvas::paintEvent(QPaintEvent *)
{
    const auto begin = threadCpuTime();
    QPainter painter(this);
    paintFor(painter.deviceTransform().m11());
    layOut();
    if (m_scene.isEmpty()) {
        painter.fillRect(rect(), m_themes->theme().card);
        painter.setFont(bodyFont(m_themes->scale()));
        painter.setPen(m_themes->theme().quietText);
        const int margin = static_cast<int>(24 * m_themes->scale());
        painter.drawText(
            rect().adjusted(margin, 0, -margin, 0), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
    } else {
        if (!m_isPainted) {
            m_painter->paintFrame(m_frame, m_list, size());
            m_isPainted = true;
            m_frameCost = threadCpuTime() - begin;
        }
        painter.drawImage(0, 0, m_frame);
        m_painter->paintSelection(painter, m_list);
        paintPointer(painter);
    }
    if (m_showsFocus && hasFocus()) {
        // Around the lanes and not around the names, which begin at the very edge.
        const auto ring = m_scene.isEmpty() ? rect() : m_list.plot.toAlignedRect();
        painter.setPen(QPen(m_themes->theme().accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(ring.adjusted(0, 0, -1, -1));
    }
}

// The line where the pointer is, here or on another chart, and the slice the keyboard stands on.
void TimelineCanvas::paintPointer(QPainter &painter) const
{
    const auto &theme = m_themes->theme();
    if (const auto strip = pointerStrip(); !strip.isEmpty()) {
        const double x = m_list.plot.left()
            + m_scene.viewport.toX(*m_pointerNs) / std::max(1, m_list.columns) * m_list.plot.width();
        if (x >= m_list.plot.left() && x <= m_list.plot.right())
            painter.fillRect(QRectF(std::floor(x), 0, 1, m_list.plot.bottom()), theme.quietText);
    }
    if (const auto rect = cursorRect(); !rect.isEmpty()) {
        painter.setPen(QPen(theme.text, 2 * m_themes->scale()));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect);
    }
}

QRect TimelineCanvas::pointerStrip() const
{
    if (!m_pointerNs || m_scene.isEmpty())
        return {};
    const double x = m_list.plot.left()
        + m_scene.viewport.toX(*m_pointerNs) / std::max(1, m_list.columns) * m_list.plot.width();
    if (!(x >= -1 && x <= width() + 1))
        return {};
    return {static_cast<int>(x) - 2, 0, 5, height()};
}

QRectF TimelineCanvas::cursorRect() const
{
    const auto segment = m_cursor.segment(m_scene);
    const auto entry = m_cursor.entry(m_scene);
    if (!segment || !entry)
        return {};
    const auto row = std::ranges::find(m_list.rows, m_scene.entries[*entry].lane, &DrawRow::lane);
    const auto visible = m_scene.viewport.visible();
    if (row == m_list.rows.end() || row->kind != m_scene.entries[*entry].kind
        || overlapNs(segment->span, visible) == 0)
        return {};
    const auto xAt = [&](std::uint64_t timeNs) {
        const double share = m_scene.viewport.toX(std::clamp(timeNs, visible.beginNs, visible.endNs))
            / m_scene.viewport.width();
        return m_list.plot.left() + share * m_list.plot.width();
    };
    const double left = xAt(segment->span.beginNs);
    return {left, row->bodyTop, std::max(3.0, xAt(segment->span.endNs) - left), row->bodyHeight};
}

void TimelineCanvas::describe()
{
    m_described.start();
    if (m_scene.isEmpty()) {
        setAccessibleDescription(m_emptyText);
        return;
    }
    QStringList lines;
    std::vector<LaneEntry> told;
    std::ranges::copy_if(m_scene.entries, std::back_inserter(told), [](const LaneEntry &entry) {
        return entry.kind == LaneEntry::Kind::Task
            || (entry.kind == LaneEntry::Kind::Group && entry.isClosed);
    });
    if (told.empty()) { // arranged by core; told are the tasks nevertheless
        for (const auto &[lane, name] : m_scene.taskLanes())
            told.push_back({.lane = lane, .name = name});
    }
    for (const auto &entry : told) {
        if (static_cast<std::size_t>(lines.size()) == kMostDescribed) {
            lines.append(tr("and more lanes"));
            break;
        }
        lines.append(summaryWords(entry.name, m_scene.visibleSums(entry)));
    }
    setAccessibleDescription(lines.join(QLatin1Char('\n')));
}

QSize TimelineCanvas::sizeHint() const
{
    return {static_cast<int>(640 * m_themes->scale()), static_cast<int>(280 * m_themes->scale())};
}

QSize TimelineCanvas::minimumSizeHint() const
{
    return {static_cast<int>(240 * m_themes->scale()), static_cast<int>(120 * m_themes->scale())};
}

void TimelineCanvas::resizeEvent(QResizeEvent *)
{
    invalidate();
}

void TimelineCanvas::showEvent(QShowEvent *)
{
    // Now the screen is known, and with it how many pixels a pixel has.
    m_painter.reset();
    invalidate();
}

} // namespace timeslice
