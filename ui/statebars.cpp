// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/statebars.h"

#include "core/record/timeshares.h"
#include "ui/format.h"
#include "ui/themecontroller.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <ranges>
#include <utility>

namespace timeslice {

namespace {

constexpr int kBarHeight = 18;
constexpr int kRowGap = 6;
constexpr int kLabelGap = 8;
constexpr int kSwatch = 10;

StateShares sharesOf(const StateTimes &times, const QString &label)
{
    StateShares shares;
    shares.label = label;
    if (const auto known = timeShares(times)) {
        shares.running = known->running;
        shares.runnable = known->runnable;
        shares.blocked = known->blocked;
        shares.gilWait = known->gilWait;
        shares.isKnown = true;
    }
    return shares;
}

StateTimes sumOf(const std::vector<WorkerResult> &workers)
{
    const auto sum = [&workers](std::optional<double> StateTimes::*field) {
        std::optional<double> total = 0;
        for (const WorkerResult &worker : workers) {
            const auto value = worker.states.*field;
            total = total && value ? std::optional(*total + *value) : std::nullopt;
        }
        return total;
    };
    return {
        sum(&StateTimes::running), sum(&StateTimes::runnable), sum(&StateTimes::blocked),
        sum(&StateTimes::gilWait)};
}

} // namespace

std::vector<StateShares> stateShares(const std::vector<WorkerResult> &workers)
{
    const auto nameOf = [](const WorkerResult &worker) {
        return StateBars::tr("worker %1").arg(worker.index);
    };
    std::vector<StateShares> rows;
    if (workers.size() <= kMaxStateRows) {
        for (const WorkerResult &worker : workers)
            rows.push_back(sharesOf(worker.states, nameOf(worker)));
        return rows;
    }
    rows.push_back(
        sharesOf(sumOf(workers), StateBars::tr("all %1").arg(formatCount(std::uint64_t{workers.size()}))));
    std::vector<StateShares> known;
    for (const WorkerResult &worker : workers) {
        StateShares shares = sharesOf(worker.states, nameOf(worker));
        if (shares.isKnown)
            known.push_back(std::move(shares));
    }
    std::ranges::stable_sort(known, std::ranges::greater(), &StateShares::running);
    const auto add = [&rows](const QString &which, StateShares shares) {
        shares.label = which.arg(shares.label);
        rows.push_back(std::move(shares));
    };
    if (known.size() >= 3) {
        add(StateBars::tr("most: %1"), known.front());
        add(StateBars::tr("middle: %1"), known[known.size() / 2]);
        add(StateBars::tr("least: %1"), known.back());
    }
    return rows;
}

std::vector<StateShares> taskShares(std::vector<WorkerResult> tasks)
{
    std::ranges::stable_sort(tasks, std::ranges::greater(), &WorkerResult::cpuSeconds);
    std::vector<StateShares> rows;
    for (const WorkerResult &task : tasks | std::views::take(kMaxStateRows))
        rows.push_back(sharesOf(
            task.states, QStringLiteral("%1 %2").arg(QString::fromStdString(task.name)).arg(task.tid)));
    return rows;
}

StateBars::StateBars(ThemeController *themes, QWidget *parent)
    : BarRows(themes, kBarHeight + kRowGap, parent)
{
    setAccessibleName(tr("Where the time went"));
}

QString StateBars::runnableName() const
{
    return m_runnable == Runnable::Preempted ? tr("preempted") : tr("waiting for a core");
}

void StateBars::setRows(std::vector<StateShares> rows, Runnable runnable)
{
    m_rows = std::move(rows);
    m_runnable = runnable;
    rowsChanged();
}

QString StateBars::describeRow(int index) const
{
    const auto &row = m_rows[static_cast<std::size_t>(index)];
    if (!row.isKnown)
        return tr("%1: %2").arg(row.label, notMeasured());
    QString words = tr("%1: running %2, %3 %4, blocked %5")
                        .arg(
                            row.label, formatPercent(row.running).toString(), runnableName(),
                            formatPercent(row.runnable).toString(), formatPercent(row.blocked).toString());
    if (row.gilWait > 0)
        words += tr(", waiting for GIL %1").arg(formatPercent(row.gilWait).toString());
    return words;
}

int StateBars::headHeight() const
{
    const int line = QFontMetrics(quietFont(themes().scale())).height() + kRowGap;
    return hasLock() ? 2 * line : line; // one state more does not fit beside the others
}

bool StateBars::hasLock() const
{
    return std::ranges::any_of(m_rows, [](const StateShares &row) { return row.gilWait > 0; });
}

int StateBars::labelWidth() const
{
    const QFontMetrics metrics(quietFont(themes().scale()));
    int widest = 0;
    for (const StateShares &row : m_rows)
        widest = std::max(widest, metrics.horizontalAdvance(row.label));
    return std::min(widest, width() * 9 / 20) + kLabelGap;
}

void StateBars::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setFont(quietFont(themes().scale()));
    paintLegend(painter);
    const QFontMetrics metrics = painter.fontMetrics();
    const int left = labelWidth();
    int y = headHeight();
    for (const StateShares &row : m_rows) {
        const QRect bar(left, y, width() - left, rowHeight() - kRowGap);
        painter.setPen(themes().theme().quietText);
        painter.drawText(
            QRect(0, y, left - kLabelGap, bar.height()), Qt::AlignLeft | Qt::AlignVCenter,
            metrics.elidedText(row.label, Qt::ElideMiddle, left - kLabelGap));
        paintRow(painter, row, bar);
        y += rowHeight();
    }
}

void StateBars::paintLegend(QPainter &painter) const
{
    const Theme &theme = themes().theme();
    const QFontMetrics metrics = painter.fontMetrics();
    const int size = static_cast<int>(kSwatch * themes().scale());
    int x = 0;
    int top = 0;
    const auto entry = [&](const QString &name, const auto &drawSwatch) {
        const int middle = top + metrics.height() / 2;
        drawSwatch(QRect(x, middle - size / 2, size, size));
        painter.setPen(theme.quietText);
        x += size + kLabelGap / 2;
        painter.drawText(
            QRect(x, top, metrics.horizontalAdvance(name) + 1, metrics.height()), Qt::AlignVCenter, name);
        x += metrics.horizontalAdvance(name) + kLabelGap * 3 / 2;
    };
    entry(tr("running"), [&](const QRect &swatch) { painter.fillRect(swatch, theme.running); });
    entry(runnableName(), [&](const QRect &swatch) {
        painter.fillRect(swatch, hatch(theme.preempted, themes().scale()));
        painter.setPen(theme.preempted);
        painter.drawRect(swatch.adjusted(0, 0, -1, -1));
    });
    if (hasLock()) {
        x = 0;
        top += metrics.height() + kRowGap;
        entry(tr("waiting for GIL"), [&](const QRect &swatch) { painter.fillRect(swatch, theme.gilWait); });
    }
    entry(tr("blocked"), [&](const QRect &swatch) {
        painter.fillRect(QRect(swatch.left(), swatch.center().y() - 1, swatch.width(), 3), theme.blocked);
    });
}

void StateBars::paintRow(QPainter &painter, const StateShares &row, const QRect &bar) const
{
    const Theme &theme = themes().theme();
    if (!row.isKnown) {
        painter.setPen(theme.quietText);
        painter.drawText(bar, Qt::AlignLeft | Qt::AlignVCenter, notMeasured());
        return;
    }
    const QFontMetrics metrics = painter.fontMetrics();
    const auto label = [&](const QRect &part, double share, const QColor &ink, const QColor &behind) {
        const QString words = formatPercent(share).toString();
        const int need = metrics.horizontalAdvance(words) + kLabelGap;
        if (need > part.width())
            return;
        if (behind.isValid()) {
            const int left = part.center().x() - need / 2;
            painter.fillRect(QRect(left, part.top() + 1, need, part.height() - 2), behind);
        }
        painter.setPen(ink);
        painter.drawText(part, Qt::AlignCenter, words);
    };
    // Borders are placed by the sum so far, so that rounding never leaves a hole.
    const auto xAt = [&bar](double share) {
        return bar.left() + static_cast<int>(std::lround(share * bar.width()));
    };
    const int runEnd = xAt(row.running);
    const int waitEnd = xAt(row.running + row.runnable);
    const int lockEnd = xAt(row.running + row.runnable + row.gilWait);

    const QRect running(bar.left(), bar.top(), runEnd - bar.left(), bar.height());
    painter.fillRect(running, theme.running);
    label(running, row.running, theme.onAccent, {});

    const QRect runnable(runEnd, bar.top(), waitEnd - runEnd, bar.height());
    if (runnable.width() > 0) {
        painter.fillRect(runnable, hatch(theme.preempted, themes().scale()));
        painter.setPen(theme.preempted);
        painter.drawRect(runnable.adjusted(0, 0, -1, -1));
        label(runnable, row.runnable, theme.text, theme.card);
    }
    const QRect locked(waitEnd, bar.top(), lockEnd - waitEnd, bar.height());
    if (locked.width() > 0) {
        const int inset = bar.height() / 5;
        painter.fillRect(locked.adjusted(0, inset, 0, -inset), theme.gilWait);
        label(locked, row.gilWait, theme.text, theme.card);
    }
    const QRect blocked(lockEnd, bar.top(), bar.right() + 1 - lockEnd, bar.height());
    if (blocked.width() > 0) {
        const int thickness = std::max(2, bar.height() / 6);
        painter.fillRect(
            QRect(blocked.left(), blocked.center().y() - thickness / 2, blocked.width(), thickness),
            theme.blocked);
        label(blocked, row.blocked, theme.text, theme.card);
    }
}

QString StateBars::describeHead() const
{
    const QString running = tr("Running: on a core.");
    const QString runnable = m_runnable == Runnable::Preempted
        ? tr("Preempted: it could have gone on, but lost its core to others.")
        : tr("Waiting for a core: ready, but others had it.");
    const QString blocked = tr("Blocked: waiting for something else, such as a timer or an answer.");
    return QStringList{QStringLiteral("%1 %2").arg(running, runnable), blocked}.join(QLatin1Char('\n'));
}

} // namespace timeslice
