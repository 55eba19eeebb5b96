// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/statusstrip.h"

#include "ui/fieldrow.h"
#include "ui/format.h"
#include "ui/machinewords.h"
#include "ui/verdictwords.h"

#include <QHBoxLayout>
#include <QLabel>

#include <algorithm>
#include <utility>

namespace timeslice {

void ObserverCost::add(
    MonotonicTime at, Nanoseconds samplerCpu, std::optional<Nanoseconds> windowCpu,
    std::optional<double> readerSeconds)
{
    if (readerSeconds)
        m_reader = std::max(
            m_reader, std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(*readerSeconds)));
    m_readings.push_back({at, samplerCpu + m_readerBefore + m_reader, windowCpu});
    // One reading older than the window stays, so that the average spans all of it.
    while (m_readings.size() > 2 && m_readings[1].at + kWindow < at)
        m_readings.pop_front();
}

void ObserverCost::beginRun()
{
    m_readerBefore += std::exchange(m_reader, Nanoseconds{});
}

std::optional<ObserverCost::Shares> ObserverCost::shares() const
{
    if (m_readings.size() < 2)
        return std::nullopt;
    const Reading &first = m_readings.front();
    const Reading &last = m_readings.back();
    const double seconds = toSeconds(last.at - first.at);
    if (!(seconds > 0))
        return std::nullopt;
    Shares shares{.sampler = toSeconds(last.sampler - first.sampler) / seconds, .window = {}};
    if (std::ranges::all_of(m_readings, [](const Reading &reading) { return reading.window.has_value(); }))
        shares.window = toSeconds(*last.window - *first.window) / seconds;
    return shares;
}

StatusStrip::StatusStrip(const Machine &machine, QWidget *parent)
    : QFrame(parent)
    , m_cores(coresInWords(machine))
{
    constexpr int kMargin = 16;
    constexpr int kFieldGap = 24;
    constexpr int kPad = 6;
    setObjectName(QStringLiteral("statusStrip"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    setAccessibleName(tr("Status"));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(kMargin, kPad, kMargin, kPad);
    row->setSpacing(kFieldGap);
    m_trace = addField({});
    m_trace->hide();
    m_cost = addField(
        tr("CPU time of the sampler, of the trace's reader and of this window, over the last two seconds."));
    m_missed = addField(tr("Moments at which the machine should have been looked at and was not."));
    m_gap = addField({});
    m_machine = addField(machineInWords(machine));
    m_interpreter = addField(tr("The Python interpreter that runs the workers, and the state of its lock."));
    m_interpreter->hide();
    m_message = addField({});
    m_message->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    row->setStretchFactor(m_message, 1);
    m_state = makeLabel(TextRole::Plain, {}, this);
    m_state->setWordWrap(false);
    m_state->setAccessibleName(tr("State of the run"));
    QFont bold = m_state->font();
    bold.setWeight(QFont::DemiBold);
    m_state->setFont(bold);
    row->addWidget(m_state);
    show(m_machine, m_cores);
    setMissed(0);
    setGaps({}, {});
    setCost({});
}

QLabel *StatusStrip::addField(const QString &help)
{
    QLabel *label = makeElidedLabel(TextRole::Quiet, this);
    label->setToolTip(help);
    static_cast<QHBoxLayout *>(layout())->addWidget(label);
    return label;
}

void StatusStrip::show(QLabel *label, const QString &text)
{
    if (label->text() != text)
        label->setText(text);
    label->setVisible(!text.isEmpty());
}

void StatusStrip::setCost(const std::optional<ObserverCost::Shares> &shares)
{
    if (!shares) {
        show(m_cost, tr("observer: %1").arg(notMeasured()));
        return;
    }
    if (!shares->window) {
        show(
            m_cost,
            tr("observer %1 of a core, without the window").arg(formatPercent(shares->sampler).toString()));
        m_cost->setToolTip(
            tr("CPU time over the last two seconds: the sampler and the trace's reader %1 of one "
               "core. What this window costs cannot be told from the work on its thread.")
                .arg(formatPercent(shares->sampler).toString()));
        return;
    }
    show(
        m_cost, tr("observer %1 of a core").arg(formatPercent(shares->sampler + *shares->window).toString()));
    m_cost->setToolTip(
        tr("CPU time over the last two seconds: the sampler and the trace's reader %1, this window %2 of one "
           "core.")
            .arg(formatPercent(shares->sampler).toString(), formatPercent(*shares->window).toString()));
}

void StatusStrip::setMissed(std::uint64_t missed)
{
    show(m_missed, missed == 1 ? tr("1 sample missed") : tr("%1 samples missed").arg(formatCount(missed)));
}

void StatusStrip::setTrace(const TraceResult &trace)
{
    const auto inWords = [](const std::string &text) { return QString::fromStdString(text); };
    const QString remedy =
        trace.remedy.empty() ? QString() : u'\n' + tr("What helps: %1").arg(inWords(trace.remedy));
    bool isFaulty = false;
    switch (trace.source) {
    case TraceSource::Off:
        show(m_trace, {});
        return;
    case TraceSource::None:
        show(m_trace, tr("no timeline"));
        m_trace->setToolTip(tr("Switches cannot be recorded: %1.").arg(inWords(trace.reason)) + remedy);
        break;
    case TraceSource::Sampled:
        show(m_trace, tr("timeline sampled"));
        m_trace->setToolTip(
            tr("Each task is asked every %1 how long it ran and waited, since %2.")
                .arg(formatDuration(trace.samplePeriodSeconds).toString(), inWords(trace.reason))
            + remedy);
        break;
    case TraceSource::Perf: {
        const auto lost = trace.lost.value_or(0);
        const bool differs = trace.check && trace.check->verdict == SelfCheckVerdict::Differs;
        isFaulty = lost > 0 || differs;
        show(
            m_trace,
            differs ? tr("trace differs from the kernel's counters")
                    : tr("exact trace, %1 lost").arg(formatCount(lost)));
        const QString recorded = lost == 0
            ? tr("Every context switch of the run is recorded: %1 records, none lost.")
                  .arg(formatCount(trace.records.value_or(0)))
            : tr("%1 context switches are recorded; %2 came faster than they could be stored and are "
                 "missing, "
                 "where the timeline is hatched.")
                  .arg(formatCount(trace.records.value_or(0)), formatCount(lost));
        const QString check = trace.check ? u'\n' + selfCheckInWords(*trace.check) : QString();
        m_trace->setToolTip(recorded + check);
        break;
    }
    }
    setTextRole(m_trace, isFaulty ? TextRole::Failed : TextRole::Quiet);
}

void StatusStrip::setGaps(const std::optional<GapSummary> &recent, const std::optional<GapSummary> &overall)
{
    show(m_gap, recent ? tr("window gap p99 %1").arg(formatDuration(recent->p99).toString()) : QString());
    if (!recent || !overall)
        return;
    m_gap->setToolTip(tr("Time between two turns of this window's event loop, which looks each 16 ms.\n"
                         "Last 10 s: half within %1, 99 of 100 within %2, longest %3.\n"
                         "Whole run: half within %4, 99 of 100 within %5, longest %6.")
                          .arg(
                              formatDuration(recent->p50).toString(), formatDuration(recent->p99).toString(),
                              formatDuration(recent->max).toString(), formatDuration(overall->p50).toString(),
                              formatDuration(overall->p99).toString(),
                              formatDuration(overall->max).toString()));
}

void StatusStrip::setGapsOfRun(const GapSummary &overall)
{
    show(m_gap, tr("window gap p99 %1").arg(formatDuration(overall.p99).toString()));
    m_gap->setToolTip(tr("Time between two turns of this window's event loop, which looks each 16 ms.\n"
                         "Whole run: half within %1, 99 of 100 within %2, longest %3.")
                          .arg(
                              formatDuration(overall.p50).toString(), formatDuration(overall.p99).toString(),
                              formatDuration(overall.max).toString()));
}

void StatusStrip::setInterpreter(const QString &text)
{
    show(m_interpreter, text);
}

void StatusStrip::setThrottle(const std::optional<ThrottleReading> &throttle)
{
    // Counters that went back are those of another group.
    if (!throttle || !m_firstThrottle || throttle->periods < m_firstThrottle->periods
        || throttle->throttledPeriods < m_firstThrottle->throttledPeriods)
        m_firstThrottle = throttle;
    const auto periods = throttle ? throttle->periods - m_firstThrottle->periods : 0;
    const auto throttled = throttle ? throttle->throttledPeriods - m_firstThrottle->throttledPeriods : 0;
    if (periods == 0 || throttled == 0) {
        show(m_machine, m_cores);
        return;
    }
    const double share = static_cast<double>(throttled) / static_cast<double>(periods);
    show(
        m_machine,
        tr("%1, throttled in %2 of the quota's periods").arg(m_cores, formatPercent(share).toString()));
}

void StatusStrip::setState(const QString &text, bool isFailure)
{
    setTextRole(m_state, isFailure ? TextRole::Failed : TextRole::Plain);
    show(m_state, text);
}

void StatusStrip::setMessage(const QString &text)
{
    // Kept visible when empty: it is the stretch between the fields and the state.
    m_message->setText(text);
    m_message->setToolTip(text);
}

} // namespace timeslice
