// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinecard.h"

#include "ui/format.h"
#include "ui/themecontroller.h"
#include "ui/timeline/selectionpanel.h"
#include "ui/timeline/slicetable.h"
#include "ui/timeline/timelinecanvas.h"
#include "ui/timeline/timelineheader.h"
#include "ui/timeline/timelinepicture.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMenu>
#include <QMimeData>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace timeslice {

namespace {

constexpr int kMargin = 12;
constexpr int kHiddenRefreshMs = 500;

} // namespace

TimelineCard::TimelineCard(ThemeController *themes, QWidget *parent)
    : QFrame(parent)
    , m_themes(themes)
    , m_header(new TimelineHeader(themes, this))
    , m_canvas(new TimelineCanvas(themes, this))
    , m_panel(new SelectionPanel(themes, this))
    , m_menu(new QMenu(this))
{
    setProperty("card", true);
    m_panel->hide();
    auto *body = new QHBoxLayout;
    body->setSpacing(kMargin);
    body->addWidget(m_canvas, 1);
    body->addWidget(m_panel);
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(6);
    layout->addWidget(m_header);
    layout->addLayout(body, 1);

    setTabOrder(m_canvas, m_header->menuButton());
    m_header->menuButton()->setMenu(m_menu);
    connect(m_menu, &QMenu::aboutToShow, this, [this] { fillMenu(*m_menu); });
    connect(m_canvas, &TimelineCanvas::menuRequested, this, [this](QPoint global) { m_menu->popup(global); });

    connect(m_canvas, &TimelineCanvas::visibleRangeChanged, this, &TimelineCard::updateTitle);
    connect(m_canvas, &TimelineCanvas::visibleRangeChanged, this, &TimelineCard::visibleRangeChanged);
    connect(m_canvas, &TimelineCanvas::optionsChanged, this, [this] {
        updateTitle();
        updatePanel(false);
        Q_EMIT optionsChanged();
    });
    connect(m_canvas, &TimelineCanvas::selectionChanged, this, [this] {
        updatePanel(false);
        Q_EMIT selectionChanged(selection());
    });
    connect(m_canvas, &TimelineCanvas::selectionSettled, this, [this] {
        updatePanel(true);
        Q_EMIT selectionSettled();
    });
    connect(m_canvas, &TimelineCanvas::chosenChanged, this, [this] { updatePanel(false); });
    connect(m_canvas, &TimelineCanvas::labelsChanged, this, [this] { updatePanel(false); });
    connect(m_canvas, &TimelineCanvas::followChanged, this, &TimelineCard::followChanged);
    connect(m_canvas, &TimelineCanvas::hovered, this, &TimelineCard::hovered);
    connect(m_canvas, &TimelineCanvas::tableRequested, this, &TimelineCard::showTable);
    connect(m_canvas, &TimelineCanvas::copyRequested, this, &TimelineCard::copyStatistics);
    connect(m_panel, &SelectionPanel::copyRequested, this, &TimelineCard::copyStatistics);
    connect(m_panel, &SelectionPanel::closeRequested, this, [this] {
        setSelection(std::nullopt);
        m_canvas->setFocus();
    });
    m_timer.setInterval(kHiddenRefreshMs);
    connect(&m_timer, &QTimer::timeout, this, &TimelineCard::refresh);
    connect(m_themes, &ThemeController::changed, this, &TimelineCard::applyTheme);
    applyTheme();
}

TimelineCard::~TimelineCard() = default;

void TimelineCard::applyTheme()
{
    const int margin = static_cast<int>(std::lround(kMargin * m_themes->scale()));
    layout()->setContentsMargins(margin, margin, margin, margin);
    update();
}

void TimelineCard::watch(ViewSource source)
{
    m_source = std::move(source);
    m_canvas->setEmptyText(tr("Waiting for the first switch."));
    m_canvas->begin(m_source(), true);
    updatePanel(true);
    updateTitle();
    m_timer.start();
}

void TimelineCard::showView(TimelineViewPtr view)
{
    m_source = {};
    m_timer.stop();
    m_canvas->setEmptyText(tr("Nothing was traced."));
    m_canvas->begin(std::move(view), false);
    updatePanel(true);
    updateTitle();
}

void TimelineCard::clear(const QString &reason)
{
    m_source = {};
    m_timer.stop();
    m_canvas->setEmptyText(reason);
    m_canvas->begin(nullptr, false);
    updatePanel(true);
    updateTitle();
}

void TimelineCard::refresh()
{
    if (!m_source || m_isPaused)
        return;
    auto view = m_source();
    const bool isFinished = view->isFinished();
    const auto &shown = m_canvas->view();
    const bool isNew = view != shown
        && (isFinished || view->version() != shown->version() || view->known() != shown->known());
    if (!isNew && !isFinished)
        return;
    const bool wasFollowing = isFollowing();
    m_canvas->setView(std::move(view), !isFinished);
    if (isFinished) {
        m_source = {};
        m_timer.stop();
        if (wasFollowing)
            m_canvas->execute(TimelineCommand::Fit);
    }
    if (m_panel->isVisible())
        updatePanel(false);
    updateTitle();
    chooseInterval();
}

void TimelineCard::chooseInterval()
{
    const auto cost =
        std::chrono::duration_cast<std::chrono::milliseconds>(m_canvas->frameCost() * kPaintShare);
    const int wanted = isVisible() ? std::clamp(static_cast<int>(cost.count()), kRefreshMs, kSlowestRefreshMs)
                                   : kHiddenRefreshMs;
    // Setting an interval begins it anew: not for every millisecond of difference.
    if (std::abs(wanted - m_timer.interval()) > m_timer.interval() / 4)
        m_timer.setInterval(wanted);
}

void TimelineCard::showEvent(QShowEvent *)
{
    chooseInterval();
    refresh();
    updateTitle();
}

void TimelineCard::hideEvent(QHideEvent *)
{
    chooseInterval();
}

void TimelineCard::setLabels(std::vector<TaskLabel> labels)
{
    m_canvas->setLabels(std::move(labels));
}

void TimelineCard::setOrigin(std::optional<std::uint64_t> originNs)
{
    m_canvas->setOrigin(originNs);
}

void TimelineCard::setPaused(bool paused)
{
    m_isPaused = paused;
    updateTitle();
    refresh();
}

void TimelineCard::setSampled(const QString &reason)
{
    m_sampledReason = reason;
    updateTitle();
}

TimeSpan TimelineCard::visibleRange() const
{
    return m_canvas->viewport().visible();
}

bool TimelineCard::isAllVisible() const
{
    return m_canvas->viewport().isAllVisible();
}

bool TimelineCard::isFollowing() const
{
    return m_canvas->viewport().isFollowing();
}

std::optional<TimeSpan> TimelineCard::selection() const
{
    return m_canvas->viewport().selection();
}

void TimelineCard::setSelection(std::optional<TimeSpan> span)
{
    auto viewport = m_canvas->viewport();
    viewport.select(span);
    m_canvas->setViewport(viewport);
    updatePanel(true);
    Q_EMIT selectionSettled();
}

void TimelineCard::setPointer(std::optional<std::uint64_t> timeNs)
{
    m_canvas->setPointer(timeNs);
}

LaneOptions TimelineCard::options() const
{
    return m_canvas->scene().options;
}

void TimelineCard::setOptions(const LaneOptions &options)
{
    m_canvas->setOptions(options);
}

QString TimelineCard::description() const
{
    return describeScene(m_canvas->scene(), m_sampledReason);
}

void TimelineCard::settle()
{
    static_cast<void>(m_canvas->drawList());
}

void TimelineCard::updateTitle()
{
    TimelineTitle title;
    title.description = description();
    title.badge = m_isPaused && m_source ? tr("paused")
        : m_sampledReason.isEmpty()      ? QString()
                                         : tr("sampled");
    if (!m_canvas->scene().isEmpty()) {
        // What every timeline has is always explained: a legend that comes and goes makes the title jump.
        title.present = m_header->title().present;
        title.present[static_cast<std::size_t>(TimelineRole::Running)] = true;
        title.present[static_cast<std::size_t>(TimelineRole::Runnable)] = true;
        title.present[static_cast<std::size_t>(TimelineRole::Blocked)] = true;
        title.present[static_cast<std::size_t>(TimelineRole::GilWait)] =
            m_canvas->scene().view->gil() != nullptr;
        const bool hasLosses = !m_canvas->scene().view->losses().spans.empty();
        title.present[static_cast<std::size_t>(TimelineRole::Unknown)] = hasLosses;
    }
    m_header->setTitle(title);
    if (const bool isEmpty = m_canvas->scene().isEmpty(); std::exchange(m_isEmpty, isEmpty) != isEmpty)
        Q_EMIT emptyChanged(isEmpty);
}

// While a range is being drawn the panel stays away: it would move the lanes below the pointer.
void TimelineCard::updatePanel(bool mayAppear)
{
    const auto selected = selection();
    const auto &scene = m_canvas->scene();
    if (!selected || scene.isEmpty()) {
        if (mayAppear || m_panel->isVisible())
            m_panel->hide();
        return;
    }
    if (!mayAppear && m_panel->isHidden())
        return;
    m_panel->showStats(selectionStats(*scene.view, *selected, scene.measuredLanes()), scene.origin());
    m_panel->show();
}

void TimelineCard::fillMenu(QMenu &menu)
{
    fillTimelineMenu(menu, *m_canvas);
    menu.addSeparator();
    addMemoryChoice(menu, m_memoryMiB, [this](int mebibytes) {
        m_memoryMiB = mebibytes;
        Q_EMIT memoryChosen(mebibytes);
    });
    menu.addSeparator();
    auto *save = menu.addAction(tr("Save &picture…"), this, &TimelineCard::pictureRequested);
    save->setEnabled(!m_isEmpty);
}

TimelinePicture TimelineCard::pictureOf(const QString &caption) const
{
    TimelinePicture picture;
    picture.scene = m_canvas->scene();
    picture.title = m_header->title();
    picture.title.description = description();
    picture.caption = caption;
    picture.scrolled = m_canvas->scrolledShare();
    picture.theme = &m_themes->theme();
    return picture;
}

Result<void>
TimelineCard::savePicture(const QString &path, QSize pixels, double scale, const QString &caption) const
{
    return pictureOf(caption).save(path, pixels, scale);
}

void TimelineCard::showTable()
{
    const auto &scene = m_canvas->scene();
    if (scene.isEmpty())
        return;
    const auto span = selection().value_or(visibleRange());
    auto table = slicesOf(*scene.view, span, scene.tableLanes(), scene.origin());
    auto *window = new SliceTableWindow(std::move(table), this);
    window->show();
}

void TimelineCard::copyStatistics()
{
    const auto &scene = m_canvas->scene();
    if (scene.isEmpty())
        return;
    const auto span = selection().value_or(visibleRange());
    const auto text = statsAsText(selectionStats(*scene.view, span, scene.measuredLanes()));
    auto *copied = new QMimeData; // the clipboard becomes its owner
    copied->setText(text);
    copied->setData(QStringLiteral("text/tab-separated-values"), text.toUtf8());
    QGuiApplication::clipboard()->setMimeData(copied);
    Q_EMIT done(tr("Statistics copied"));
}

} // namespace timeslice
