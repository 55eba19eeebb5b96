// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/progressline.h"

#include "app/console.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace timeslice {

namespace {

constexpr qint64 kInterval = 100; // ms

int terminalColumns()
{
    constexpr int kUsual = 80;
    winsize size{};
    const bool isKnown = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return isKnown ? size.ws_col : kUsual;
}

void writeLine(const QString &text)
{
    // Back to the first column, clear the line; without a newline, so the next one overwrites it.
    std::fprintf(stderr, "\r\x1B[K%s", text.toUtf8().constData());
    std::fflush(stderr);
}

std::uint64_t itemsDone(const Snapshot &snapshot)
{
    std::uint64_t items = 0;
    for (const auto &worker : snapshot.workers)
        items += worker.itemsDone + worker.itemsFailed;
    return items;
}

} // namespace

QString progressText(double done, const QString &what, int columns)
{
    constexpr int kMostBar = 30;
    constexpr int kBesideBar = 10; // brackets, blanks, percent
    const double share = std::clamp(std::isfinite(done) ? done : 0.0, 0.0, 1.0);
    const auto room = columns - 1 - kBesideBar - static_cast<int>(what.size());
    const int bar = std::clamp(room, 0, kMostBar);
    const int filled = static_cast<int>(share * bar);
    const auto percent =
        QString::number(static_cast<int>(share * 100)).rightJustified(3) + QStringLiteral(" %  ");
    const auto drawn = bar < 5
        ? QString()
        : u'[' + QString(filled, u'#') + QString(bar - filled, u'-') + QStringLiteral("] ");
    return (drawn + percent + what).left(std::max(0, columns - 1));
}

void ProgressLine::begin(const Experiment &experiment, const QString &label)
{
    m_experiment = experiment;
    m_label = label;
    m_sinceGo.invalidate();
    m_sinceShown.invalidate();
}

void ProgressLine::show(const Frame &frame, LabState state)
{
    if (!isLiveTerminal() || state == LabState::Idle)
        return;
    if (state == LabState::Running && !m_sinceGo.isValid())
        m_sinceGo.start();
    if (m_sinceShown.isValid() && m_sinceShown.elapsed() < kInterval)
        return;
    m_sinceShown.start();
    m_isShown = true;
    writeLine(text(frame, state));
}

void ProgressLine::clear()
{
    if (std::exchange(m_isShown, false))
        writeLine({});
}

QString ProgressLine::text(const Frame &frame, LabState state) const
{
    const auto items = itemsDone(*frame.latest);
    const double seconds = m_sinceGo.isValid() ? static_cast<double>(m_sinceGo.elapsed()) / 1000 : 0;
    const double done = m_experiment.items
        ? static_cast<double>(items) / static_cast<double>(*m_experiment.items)
        : seconds / m_experiment.durationSeconds.value_or(1);
    QStringList parts;
    if (!m_label.isEmpty())
        parts << m_label;
    if (state == LabState::Preparing)
        parts << QStringLiteral("preparing");
    else if (state == LabState::Stopping)
        parts << QStringLiteral("stopping");
    else
        parts << QStringLiteral("%1 items").arg(items)
              << QString::number(seconds, 'f', 1) + QStringLiteral(" s");
    const auto &points = frame.points;
    if (state == LabState::Running && !points.empty() && std::isfinite(points.back().itemsPerSecond))
        parts << QString::number(points.back().itemsPerSecond, 'f', 1) + QStringLiteral(" items/s");
    return progressText(done, parts.join(QStringLiteral(", ")), terminalColumns());
}

} // namespace timeslice
