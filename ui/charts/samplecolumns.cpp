// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/samplecolumns.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace timeslice {

namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kForgetAtOnce = 256;

double secondsOf(MonotonicTime time)
{
    return toSeconds(time.time_since_epoch());
}

template <typename T>
void dropFront(std::vector<T> &values, std::size_t count)
{
    values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
}

} // namespace

void SampleColumns::append(const SeriesPoint &point)
{
    const double time = secondsOf(point.time);
    if (!m_times.empty() && time <= m_times.back())
        return;
    m_times.push_back(time);
    m_seconds.push_back(static_cast<float>(point.seconds));
    for (std::size_t i = 0; i < std::min(point.cpus.size(), point.cpuBusy.size()); ++i) {
        auto &cpu = cpuOf(point.cpus[i]);
        cpu.busy.push_back(static_cast<float>(point.cpuBusy[i]));
        cpu.ours.push_back(i < point.cpuOurs.size() ? static_cast<float>(point.cpuOurs[i]) : kUnknown);
    }
    const auto cpus = static_cast<double>(point.cpus.size());
    m_otherShare.push_back(cpus > 0 ? static_cast<float>(point.otherCores / cpus) : kUnknown);
    m_itemsPerSecond.push_back(static_cast<float>(point.itemsPerSecond));
    m_voluntary.push_back(static_cast<float>(point.voluntaryPerSecond));
    m_involuntary.push_back(static_cast<float>(point.involuntaryPerSecond));
    m_loopLag.push_back(static_cast<float>(point.loopLag));
    m_frameGap.push_back(static_cast<float>(point.frameGap));
    for (std::size_t i = 0; i < point.gauges.size(); ++i)
        columnOf(m_gauges, i).push_back(static_cast<float>(point.gauges[i]));
    if (point.workerItemsPerSecond.size() <= kMaxWorkers) {
        for (std::size_t i = 0; i < point.workerItemsPerSecond.size(); ++i)
            columnOf(m_workers, i).push_back(static_cast<float>(point.workerItemsPerSecond[i]));
    }
    fillUp();
}

void SampleColumns::append(const SampleColumns &other, std::size_t row)
{
    if (!m_times.empty() && other.m_times[row] <= m_times.back())
        return;
    m_times.push_back(other.m_times[row]);
    m_seconds.push_back(other.m_seconds[row]);
    for (const auto &cpu : other.m_cpus) {
        auto &mine = cpuOf(cpu.id);
        mine.busy.push_back(cpu.busy[row]);
        mine.ours.push_back(cpu.ours[row]);
    }
    m_otherShare.push_back(other.m_otherShare[row]);
    m_itemsPerSecond.push_back(other.m_itemsPerSecond[row]);
    m_voluntary.push_back(other.m_voluntary[row]);
    m_involuntary.push_back(other.m_involuntary[row]);
    m_loopLag.push_back(other.m_loopLag[row]);
    m_frameGap.push_back(other.m_frameGap[row]);
    for (std::size_t i = 0; i < other.m_workers.size(); ++i)
        columnOf(m_workers, i).push_back(other.m_workers[i][row]);
    for (std::size_t i = 0; i < other.m_gauges.size(); ++i)
        columnOf(m_gauges, i).push_back(other.m_gauges[i][row]);
    fillUp();
}

void SampleColumns::forgetBefore(double time)
{
    const auto first = std::lower_bound(m_times.begin(), m_times.end(), time);
    const auto count = static_cast<std::size_t>(first - m_times.begin());
    if (count < kForgetAtOnce)
        return;
    dropFront(m_times, count);
    for (auto *column :
         {&m_seconds, &m_otherShare, &m_itemsPerSecond, &m_voluntary, &m_involuntary, &m_loopLag,
          &m_frameGap})
        dropFront(*column, count);
    for (auto &cpu : m_cpus) {
        dropFront(cpu.busy, count);
        dropFront(cpu.ours, count);
    }
    for (auto *columns : {&m_workers, &m_gauges}) {
        for (auto &column : *columns)
            dropFront(column, count);
    }
}

void SampleColumns::forgetRun()
{
    m_workers.clear();
    m_gauges.clear();
}

std::size_t SampleColumns::nearestRow(double time) const
{
    if (m_times.empty())
        return 0;
    const auto next = std::lower_bound(m_times.begin(), m_times.end(), time);
    if (next == m_times.begin())
        return 0;
    if (next == m_times.end())
        return m_times.size() - 1;
    const auto row = static_cast<std::size_t>(next - m_times.begin());
    return time - m_times[row - 1] < m_times[row] - time ? row - 1 : row;
}

// A CPU that appears late was not there before: its earlier rows are unknown, not idle.
SampleColumns::Cpu &SampleColumns::cpuOf(int id)
{
    const auto at = std::lower_bound(
        m_cpus.begin(), m_cpus.end(), id, [](const Cpu &cpu, int wanted) { return cpu.id < wanted; });
    if (at != m_cpus.end() && at->id == id)
        return *at;
    const Column unknown(m_times.size() - 1, kUnknown);
    return *m_cpus.insert(at, Cpu{id, unknown, unknown});
}

Column &SampleColumns::columnOf(std::vector<Column> &columns, std::size_t index) const
{
    while (columns.size() <= index)
        columns.emplace_back(m_times.size() - 1, kUnknown);
    return columns[index];
}

// Columns that this row said nothing about get their hole.
void SampleColumns::fillUp()
{
    for (auto &cpu : m_cpus) {
        cpu.busy.resize(m_times.size(), kUnknown);
        cpu.ours.resize(m_times.size(), kUnknown);
    }
    for (auto *columns : {&m_workers, &m_gauges}) {
        for (auto &column : *columns)
            column.resize(m_times.size(), kUnknown);
    }
}

} // namespace timeslice
