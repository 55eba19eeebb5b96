// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timelinefeed.h"

#include "ui/charts/chartstack.h"
#include "ui/statusstrip.h"
#include "ui/timeline/timelinecard.h"

namespace timeslice {

namespace {

constexpr double kNsPerSecond = 1e9;

QString workerName(unsigned index)
{
    return TimelineFeed::tr("worker %1").arg(index);
}

QString whyNone(const TraceResult &trace)
{
    if (trace.source == TraceSource::Off)
        return TimelineFeed::tr("This run was not traced.");
    auto text = TimelineFeed::tr("No timeline: %1.").arg(QString::fromStdString(trace.reason));
    if (!trace.remedy.empty())
        text += u'\n' + TimelineFeed::tr("What helps: %1").arg(QString::fromStdString(trace.remedy));
    return text;
}

QString whySampled(const TraceResult &trace)
{
    return trace.source == TraceSource::Sampled ? QString::fromStdString(trace.reason) : QString();
}

} // namespace

TimelineFeed::TimelineFeed(
    Lab *lab, TimelineCard *card, ChartStack *charts, StatusStrip *strip, QObject *parent)
    : QObject(parent)
    , m_lab(lab)
    , m_card(card)
    , m_charts(charts)
    , m_strip(strip)
{
    m_card->clear(tr("Each worker gets a lane here while something runs."));
    connectCharts();
}

void TimelineFeed::connectCharts()
{
    // While a range is drawn it is marked in the charts, which stand still until the pointer lets go.
    connect(m_card, &TimelineCard::selectionChanged, this, [this] { shareRange(false); });
    connect(m_card, &TimelineCard::selectionSettled, this, [this] { shareRange(true); });
    connect(m_card, &TimelineCard::visibleRangeChanged, this, [this] { shareRange(true); });
    connect(m_card, &TimelineCard::followChanged, this, [this] { shareRange(true); });
    connect(m_card, &TimelineCard::hovered, this, [this](std::optional<quint64> timeNs) {
        m_charts->pointAt(timeNs ? std::optional(static_cast<double>(*timeNs) / kNsPerSecond) : std::nullopt);
    });
    connect(m_charts, &ChartStack::pointed, this, [this](std::optional<double> seconds) {
        m_card->setPointer(
            seconds && *seconds > 0 ? std::optional(static_cast<std::uint64_t>(*seconds * kNsPerSecond))
                                    : std::nullopt);
    });
    connect(m_card, &TimelineCard::done, m_strip, &StatusStrip::setMessage);
}

void TimelineFeed::shareRange(bool isSettled)
{
    const auto visible = m_card->visibleRange();
    auto selection = m_card->selection();
    if (selection && overlapNs(*selection, visible) == 0)
        selection.reset(); // it is looked at no longer
    const auto range = selection.value_or(visible);
    const bool isPart = selection || !(m_card->isFollowing() || m_card->isAllVisible());
    const auto seconds = isPart ? std::optional(std::pair(
                                      static_cast<double>(range.beginNs) / kNsPerSecond,
                                      static_cast<double>(range.endNs) / kNsPerSecond))
                                : std::nullopt;
    m_charts->markRange(seconds);
    if (isSettled || !isPart)
        m_charts->showRange(seconds);
}

void TimelineFeed::begin()
{
    m_isWatching = false;
    m_hasOrigin = false;
    m_named = 0;
    tell({});
    m_card->setLabels({});
    m_card->setOrigin({});
    m_card->setSampled({});
    m_card->clear(tr("Getting ready …"));
    refresh();
}

void TimelineFeed::refresh()
{
    if (m_lab->state() == LabState::Idle)
        return;
    const auto trace = m_lab->trace();
    if (!m_isWatching && trace.timeline) {
        m_isWatching = true;
        m_card->setSampled(whySampled(trace));
        m_card->watch([lab = m_lab] { return lab->timeline(); });
    } else if (trace.source == TraceSource::None && m_told.source != TraceSource::None) {
        m_card->clear(whyNone(trace));
    }
    // With each frame only what is news: words are written anew for the rest when the run is over.
    if (trace.source != m_told.source || trace.lost != m_told.lost)
        tell(trace);
    nameWorkers();
    if (const auto go = m_lab->board()->goTime(); go && !m_hasOrigin) {
        m_hasOrigin = true;
        m_card->setOrigin(toBoardNs(*go));
    }
}

// The tids appear on the board while the workers start. Of a foreign program every task has its own name.
void TimelineFeed::nameWorkers()
{
    const auto &board = *m_lab->board();
    if (m_lab->experiment().model == kOwnProgram || m_named == board.workers())
        return;
    std::vector<TaskLabel> labels;
    for (unsigned index = 0; index < board.workers(); ++index) {
        const int tid = board.slot(index).tid.load(std::memory_order_acquire);
        if (tid != 0)
            labels.push_back({.tid = tid, .worker = static_cast<int>(index), .name = workerName(index)});
    }
    if (labels.size() == m_named)
        return;
    m_named = labels.size();
    m_card->setLabels(std::move(labels));
}

void TimelineFeed::end(const Recording &recording)
{
    nameWorkers(); // a short run may be over before the first frame
    if (recording.go)
        m_card->setOrigin(toBoardNs(*recording.go));
    const auto &trace = recording.trace;
    tell(trace);
    if (!trace.timeline) {
        m_card->clear(whyNone(trace));
    } else if (!m_isWatching) {
        m_card->setSampled(whySampled(trace));
        m_card->showView(trace.timeline);
    }
}

void TimelineFeed::tell(const TraceResult &trace)
{
    m_told = {trace.source, trace.lost};
    m_strip->setTrace(trace);
}

} // namespace timeslice
