// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/perf/switchmerge.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace timeslice::testing {

struct SyntheticOptions {
    unsigned tasks = 4;
    unsigned cpus = 2;
    std::uint64_t slices = 1000; ///< Of all tasks together; then each exits at the end of its slice.
    std::uint64_t seed = 1;
    std::uint64_t beginNs = 1'000'000'000;
    std::uint64_t meanRunNs = 10'000;
    std::uint64_t meanBlockNs = 10'000;
    double preemptedShare = 0.3;
    double migratingShare = 0.1;
    std::size_t chunkRecords = 10'000; ///< About that many in a chunk.
    bool keepTruth = true; ///< Remember every slice; switch off for millions of them.
};

/// One running slice as the simulated scheduler decided it.
struct SyntheticSlice {
    std::uint64_t startNs = 0;
    std::uint64_t endNs = 0;
    unsigned cpu = 0;
    SwitchKind end = SwitchKind::Out; ///< Out, OutPreempted or Exit.
};

struct SyntheticTask {
    int tid = 0;
    std::string name;
    std::uint64_t bornNs = 0;
    std::uint64_t goneNs = 0;
    std::uint64_t sliceCount = 0;
    std::vector<SyntheticSlice> slices;
};

/// A made-up but consistent run: a traced task creates others and waits; a simple scheduler lets them run on
/// the CPUs. The same for the same options. Comes as the tracer's chunks, with the truth beside them.
class SyntheticRunTrace {
public:
    explicit SyntheticRunTrace(const SyntheticOptions &options);

    /// The next chunk; the last one is marked. \return false behind it.
    bool next(SwitchChunk &chunk);

    /// Complete after the last chunk. The traced task (tid 1000, runs once and blocks) is the first.
    [[nodiscard]] const std::vector<SyntheticTask> &tasks() const { return m_tasks; }

private:
    struct Cpu {
        std::uint64_t timeNs =
            0; ///< No later record of this CPU is earlier; UINT64_MAX while it has no task.
        std::uint64_t freeNs = 0; ///< When it can take the next task.
        std::vector<std::size_t> queue; ///< Tasks that belong here, in the order of their turns.
    };

    void start();
    void step(std::size_t cpu);
    [[nodiscard]] std::uint64_t draw(std::uint64_t meanNs);
    [[nodiscard]] bool chance(double share);
    void
    emit(std::size_t cpu, std::uint64_t timeNs, std::size_t task, SwitchKind kind, std::uint32_t detail = 0);

    const SyntheticOptions m_options;
    std::mt19937_64 m_random;
    SwitchMerge m_merge;
    std::vector<Cpu> m_cpus;
    std::vector<SyntheticTask> m_tasks;
    std::vector<std::uint64_t> m_readyNs; ///< By task.
    std::uint64_t m_slices = 0;
    bool m_isDone = false;
};

} // namespace timeslice::testing
