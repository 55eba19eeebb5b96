// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/selectionpanel.h"

#include "ui/fieldrow.h"
#include "ui/measuretable.h"
#include "ui/statebars.h"
#include "ui/themecontroller.h"
#include "ui/timeline/timelinewords.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace timeslice {

namespace {

constexpr double kWidth = 260;

// Without what is not worth a line: unknown time where all is known, a lock where there is none.
std::vector<StatCell> shownCells(const LaneStats &lane)
{
    auto cells = statCells(lane);
    if (lane.stats.sums.unknownNs == 0)
        cells.erase(cells.begin() + 4);
    if (lane.stats.sums.gilWaitNs == 0)
        cells.erase(cells.begin() + 3);
    return cells;
}

// A bar has no place for what is not known.
std::vector<StateShares> barsOf(const SelectionStats &stats)
{
    std::vector<StateShares> rows;
    if (stats.lanes.size() < 2 || stats.lanes.size() > kMaxStateRows)
        return rows;
    for (const auto &lane : stats.lanes) {
        StateShares row;
        row.label = lane.name;
        row.isKnown = lane.presentNs() > 0 && lane.stats.sums.unknownNs == 0;
        if (row.isKnown) {
            row.running = lane.share(lane.stats.sums.runningNs);
            row.runnable = lane.share(lane.stats.sums.runnableNs);
            row.blocked = lane.share(lane.stats.sums.blockedNs);
            row.gilWait = lane.share(lane.stats.sums.gilWaitNs);
        }
        rows.push_back(row);
    }
    return rows;
}

} // namespace

QString statsLine(const LaneStats &lane)
{
    QStringList parts;
    for (const auto &cell : shownCells(lane))
        parts.append(QStringLiteral("%1: %2").arg(cell.name, Quantity{cell.value, cell.unit}.toString()));
    return QStringLiteral("%1: %2").arg(lane.name, parts.join(QStringLiteral(", ")));
}

SelectionPanel::SelectionPanel(ThemeController *themes, QWidget *parent)
    : QWidget(parent)
    , m_themes(themes)
    , m_title(makeLabel(TextRole::Title, {}, this))
    , m_range(makeLabel(TextRole::Quiet, {}, this))
    , m_table(new MeasureTable(themes, tr("Statistics of the selection"), this))
    , m_barsTitle(makeLabel(TextRole::Quiet, tr("Where the time went"), this))
    , m_bars(new StateBars(themes, this))
    , m_content(new QWidget)
{
    setAccessibleName(tr("Selection"));
    auto *copy = new QToolButton(this);
    copy->setText(tr("Copy"));
    copy->setToolTip(tr("Copy the statistics of each lane as a table (Ctrl+C)"));
    copy->setAutoRaise(true);
    auto *close = new QToolButton(this);
    close->setText(QStringLiteral("×"));
    close->setAccessibleName(tr("Clear the selection"));
    close->setToolTip(tr("Clear the selection (Esc)"));
    close->setAutoRaise(true);
    connect(copy, &QToolButton::clicked, this, &SelectionPanel::copyRequested);
    connect(close, &QToolButton::clicked, this, &SelectionPanel::closeRequested);

    auto *head = new QHBoxLayout;
    head->setSpacing(2);
    head->addWidget(m_title, 1);
    head->addWidget(copy);
    head->addWidget(close);
    auto *inner = new QVBoxLayout(m_content);
    inner->setContentsMargins(0, 0, 4, 0);
    inner->setSpacing(8);
    inner->addWidget(m_table);
    inner->addWidget(m_barsTitle);
    inner->addWidget(m_bars);
    inner->addStretch(1);
    // On a low card the numbers scroll instead of making it higher.
    auto *area = new QScrollArea(this);
    area->setWidget(m_content);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->viewport()->setAutoFillBackground(false);
    m_content->setAutoFillBackground(false);
    area->setFocusPolicy(Qt::NoFocus);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(m_range);
    layout->addWidget(area, 1);
    connect(m_themes, &ThemeController::changed, this, &SelectionPanel::applyTheme);
    applyTheme();
}

void SelectionPanel::applyTheme()
{
    setFixedWidth(static_cast<int>(kWidth * m_themes->scale()));
}

void SelectionPanel::showStats(const SelectionStats &stats, std::uint64_t originNs)
{
    m_text = statsLine(stats.together);
    m_title->setText(stats.together.name);
    m_range->setText(
        tr("%1 from %2")
            .arg(lengthWords(stats.span.lengthNs()), momentWords(stats.span.beginNs, originNs, 6)));
    std::vector<Measure> measures;
    for (const auto &cell : shownCells(stats.together))
        measures.push_back({cell.name, {cell.value, cell.unit}, cell.help, false});
    m_table->setMeasures(measures);
    const auto bars = barsOf(stats);
    m_bars->setRows(bars, StateBars::Runnable::Preempted);
    m_bars->setVisible(!bars.empty());
    m_barsTitle->setVisible(!bars.empty());
    setAccessibleDescription(m_text);
}

} // namespace timeslice
