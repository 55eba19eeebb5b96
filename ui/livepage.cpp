// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/livepage.h"

#include "ui/fieldrow.h"
#include "ui/headline.h"
#include "ui/measuretable.h"

#include <QLabel>
#include <QProgressBar>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr int kRowGap = 12;
constexpr int kBarSteps = 1000;
constexpr qint64 kNumbersMs = 200;
constexpr qsizetype kMaxNotices = 6;

QString wordsFor(LabState state)
{
    switch (state) {
    case LabState::Idle:
        return {};
    case LabState::Preparing:
        return LivePage::tr("Getting ready: data, workers …");
    case LabState::Running:
        return LivePage::tr("Running");
    case LabState::Stopping:
        return LivePage::tr("Stopping …");
    }
    return {};
}

} // namespace

std::optional<double> shareDone(const RunProgress &progress)
{
    if (!progress.seconds)
        return std::nullopt;
    if (progress.itemLimit && *progress.itemLimit > 0)
        return std::min(
            1.0,
            static_cast<double>(progress.items + progress.itemsFailed)
                / static_cast<double>(*progress.itemLimit));
    if (progress.duration && *progress.duration > 0)
        return std::clamp(*progress.seconds / *progress.duration, 0.0, 1.0);
    return std::nullopt;
}

LivePage::LivePage(ThemeController *themes, QWidget *parent)
    : QWidget(parent)
    , m_state(makeLabel(TextRole::Plain, {}, this))
    , m_bar(new QProgressBar(this))
    , m_headline(new Headline(themes, this))
    , m_table(new MeasureTable(themes, tr("Live numbers"), this))
    , m_noticeLabel(makeLabel(TextRole::Quiet, {}, this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kRowGap);
    column->addWidget(m_state);
    column->addWidget(m_bar);
    column->addWidget(m_headline);
    column->addWidget(m_table);
    column->addWidget(m_noticeLabel);
    column->addStretch();
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress of the run"));
}

void LivePage::begin()
{
    m_notices.clear();
    m_noticeLabel->clear();
    m_noticeLabel->hide();
    m_shownState = LabState::Idle;
    m_sinceNumbers.invalidate();
    setProgress({});
}

void LivePage::setProgress(const RunProgress &progress)
{
    if (progress.state != m_shownState) {
        m_shownState = progress.state;
        m_state->setText(wordsFor(progress.state));
        m_sinceNumbers.invalidate();
    }
    const auto share = shareDone(progress);
    // A bar without a range would run to and fro and repaint the window all the time; an empty one is calm.
    m_bar->setRange(0, kBarSteps);
    const int step = share ? static_cast<int>(std::lround(*share * kBarSteps)) : 0;
    if (step != m_bar->value())
        m_bar->setValue(step);
    if (!m_sinceNumbers.isValid() || m_sinceNumbers.elapsed() >= kNumbersMs) {
        m_sinceNumbers.start();
        showNumbers(progress);
    }
}

void LivePage::showNumbers(const RunProgress &progress)
{
    if (progress.isProgram) {
        const Quantity cores = progress.coresUsed ? formatCores(progress.coresUsed) : Quantity();
        m_headline->show(cores.value, cores.unit, cores.value.isEmpty() ? QString() : tr("now"));
    } else if (progress.itemsPerSecond) {
        const Quantity rate = formatRate(progress.itemsPerSecond);
        m_headline->show(rate.value, rate.unit, tr("now"));
    } else {
        m_headline->show({}, {}, {});
    }
    const auto of = [](const QString &done, const QString &all) { return tr("%1 of %2").arg(done, all); };
    std::vector<Measure> rows;
    const QString items = formatCount(progress.items);
    if (!progress.isProgram)
        rows.push_back(
            {tr("Items done"),
             {progress.itemLimit ? of(items, formatCount(progress.itemLimit)) : items, {}},
             tr("Items that all workers together have finished."),
             false});
    if (progress.itemsFailed > 0 && !progress.isProgram)
        rows.push_back(
            {tr("Items failed"),
             {formatCount(progress.itemsFailed), {}},
             tr("Items that ended with an error."),
             false});
    if (progress.seconds) {
        // One decimal and always in seconds: it counts up evenly.
        const QString seconds = locale().toString(std::max(0.0, *progress.seconds), 'f', 1);
        const QString all = progress.duration ? of(seconds, locale().toString(*progress.duration)) : seconds;
        rows.push_back(
            {tr("Time"),
             {all, tr("s")},
             progress.isProgram ? tr("Since the program was started.") : tr("Since the workers were let go."),
             false});
    }
    if (progress.coresUsed)
        rows.push_back(
            {tr("CPU used"), formatCores(progress.coresUsed),
             tr("How many cores this run keeps busy, over the last second."), false});
    m_table->setMeasures(rows);
}

void LivePage::addNotice(const QString &text)
{
    if (m_notices.contains(text))
        return;
    m_notices.append(text);
    if (m_notices.size() > kMaxNotices)
        m_notices.removeFirst();
    m_noticeLabel->setText(m_notices.join(QLatin1Char('\n')));
    m_noticeLabel->show();
}

} // namespace timeslice
