// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/board/board.h"
#include "core/record/recording.h"
#include "core/run/runhost.h"

#include <memory>

namespace timeslice {

/// Builds the recording of one run: series points while it goes on, accounts from the board at its end.
/// Thread: the lab's.
class Recorder {
public:
    Recorder(
        std::uint64_t id, Experiment experiment, QStringList command, Machine machine,
        std::shared_ptr<const Board> board);

    /// A snapshot of this run, in order.
    void addSnapshot(const SnapshotPtr &snapshot);
    void addPoint(const SeriesPoint &point);
    /// What ran the workers, if it said so.
    void setInterpreter(std::optional<InterpreterReport> report)
    {
        m_recording->interpreter = std::move(report);
    }

    /// What a hypervisor took between the first snapshot and the newest; nothing where that is not known.
    [[nodiscard]] std::optional<Nanoseconds> stolen() const;

    /// Freezes the recording. Call once.
    /// \param stopAsked  Whether the user ended the run.
    [[nodiscard]] RecordingPtr
    finish(const HostEnd &end, TraceResult trace, std::optional<GilSummary> lock, bool stopAsked);

private:
    [[nodiscard]] WorkerResult workerResult(unsigned index) const;
    /// The tasks of the model `command`.
    [[nodiscard]] std::vector<WorkerResult> foreignTasks() const;
    void addTotals();
    /// Totals that the kernel's account of the program as a whole does not tell.
    void addMissingTotals();
    void addProgress();
    void addTraceNotes();
    void addResults();

    std::shared_ptr<Recording> m_recording;
    std::shared_ptr<const Board> m_board;
    SnapshotPtr m_first; ///< First snapshot of the run.
    SnapshotPtr m_last;
    std::uint64_t m_samples = 0;
    std::uint64_t m_unseen = 0; ///< Taken, but overwritten before they could be collected.
};

} // namespace timeslice
