// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/syntheticruntrace.h"

#include <algorithm>
#include <cstring>

namespace timeslice::testing {

namespace {

constexpr int kFirstTid = 1000;
constexpr std::uint64_t kNever = UINT64_MAX;
constexpr std::uint64_t kSwitchNs = 100;

} // namespace

SyntheticRunTrace::SyntheticRunTrace(const SyntheticOptions &options)
    : m_options(options)
    , m_random(options.seed)
    , m_merge(options.cpus)
    , m_cpus(options.cpus)
{
    start();
}

void SyntheticRunTrace::start()
{
    auto nowNs = m_options.beginNs;
    m_tasks.push_back(
        {.tid = kFirstTid,
         .name = "main",
         .bornNs = m_options.beginNs,
         .goneNs = kNever,
         .sliceCount = 1,
         .slices = {}});
    for (unsigned i = 1; i <= m_options.tasks; ++i) {
        nowNs += 1000;
        m_tasks.push_back(
            {.tid = kFirstTid + static_cast<int>(i),
             .name = "worker " + std::to_string(i),
             .bornNs = nowNs,
             .goneNs = kNever,
             .sliceCount = 0,
             .slices = {}});
        emit(0, nowNs, i, SwitchKind::Fork, kFirstTid);
        TaskName name{.timeNs = nowNs + 500, .tid = m_tasks[i].tid, .pid = kFirstTid, .comm = {}};
        std::memcpy(
            name.comm.data(), m_tasks[i].name.data(), std::min<std::size_t>(m_tasks[i].name.size(), 15));
        m_merge.input(0).names.push_back(name);
        m_cpus[i % m_cpus.size()].queue.push_back(i);
    }
    nowNs += 1000;
    emit(0, nowNs, 0, SwitchKind::Out);
    m_tasks[0].slices.push_back({m_options.beginNs, nowNs, 0, SwitchKind::Out});
    m_readyNs.assign(m_tasks.size(), nowNs);
    for (auto &cpu : m_cpus)
        cpu.timeNs = cpu.queue.empty() ? kNever : nowNs + kSwitchNs;
}

bool SyntheticRunTrace::next(SwitchChunk &chunk)
{
    chunk = {};
    chunk.traceBeginNs = m_options.beginNs;
    if (m_isDone)
        return false;
    const auto nextCpu = [this] { return std::ranges::min_element(m_cpus, {}, &Cpu::timeNs); };
    for (std::size_t records = 0; records < m_options.chunkRecords; records += 2) {
        const auto cpu = nextCpu();
        if (cpu->timeNs == kNever)
            break;
        step(static_cast<std::size_t>(cpu - m_cpus.begin()));
    }
    // Here, so that it is seen where the last task's end is the last record a chunk takes, too.
    const auto nowNs = nextCpu()->timeNs;
    m_isDone = nowNs == kNever;
    if (m_isDone) {
        std::uint64_t lastNs = 0;
        for (const auto &task : m_tasks)
            lastNs = std::max(lastNs, task.goneNs == kNever ? 0 : task.goneNs);
        m_merge.take(lastNs + 1000, chunk);
        chunk.last = true;
    } else {
        m_merge.take(nowNs - 1, chunk);
    }
    return true;
}

// One CPU lets the task that has waited longest run for one slice.
void SyntheticRunTrace::step(std::size_t index)
{
    auto &cpu = m_cpus[index];
    const auto isReady = [&](std::size_t task) { return m_readyNs[task] <= cpu.timeNs; };
    auto chosen = std::ranges::find_if(cpu.queue, isReady);
    if (chosen == cpu.queue.end())
        chosen =
            std::ranges::min_element(cpu.queue, {}, [this](std::size_t task) { return m_readyNs[task]; });
    const auto task = *chosen;
    cpu.queue.erase(chosen);

    const auto startNs = std::max(cpu.timeNs, m_readyNs[task]);
    const auto endNs = startNs + draw(m_options.meanRunNs);
    const bool isLast = m_slices++ >= m_options.slices;
    const auto end = isLast                ? SwitchKind::Exit
        : chance(m_options.preemptedShare) ? SwitchKind::OutPreempted
                                           : SwitchKind::Out;
    emit(index, startNs, task, SwitchKind::In);
    emit(index, endNs, task, end);
    ++m_tasks[task].sliceCount;
    if (m_options.keepTruth)
        m_tasks[task].slices.push_back({startNs, endNs, static_cast<unsigned>(index), end});

    cpu.freeNs = endNs + kSwitchNs;
    cpu.timeNs = cpu.freeNs;
    if (isLast) {
        m_tasks[task].goneNs = endNs;
    } else {
        m_readyNs[task] = endNs + kSwitchNs + (end == SwitchKind::Out ? draw(m_options.meanBlockNs) : 0);
        const auto target = chance(m_options.migratingShare) ? m_random() % m_cpus.size() : index;
        auto &next = m_cpus[target];
        if (next.timeNs == kNever)
            next.timeNs = std::max(next.freeNs, m_readyNs[task]);
        next.queue.push_back(task);
    }
    if (cpu.queue.empty())
        cpu.timeNs = kNever;
}

// Mostly short, now and then long: geometric around the mean.
std::uint64_t SyntheticRunTrace::draw(std::uint64_t meanNs)
{
    const auto bits = m_random();
    return 1 + bits % (2 * meanNs) + ((bits >> 60) == 0 ? 8 * meanNs : 0);
}

bool SyntheticRunTrace::chance(double share)
{
    return static_cast<double>(m_random() >> 11) * 0x1p-53 < share;
}

void SyntheticRunTrace::emit(
    std::size_t cpu, std::uint64_t timeNs, std::size_t task, SwitchKind kind, std::uint32_t detail)
{
    m_merge.input(cpu).switches.push_back(
        {.timeNs = timeNs,
         .tid = m_tasks[task].tid,
         .pid = kFirstTid,
         .detail = detail,
         .cpu = static_cast<std::uint16_t>(cpu),
         .kind = kind});
}

} // namespace timeslice::testing
