// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/lab.h"
#include "core/lab/recorder.h"
#include "core/lab/runtrace.h"
#include "core/lab/windowgaps.h"
#include "core/run/rundirectory.h"
#include "core/run/runhost.h"
#include "core/run/serverprocess.h"
#include "core/run/straysweep.h"

#include <memory>
#include <optional>
#include <vector>

namespace timeslice {

/// The run under way: what it is, what carries it out, and how far that has come. Its parts end in this
/// order: host, server, run. Thread: the lab's.
struct CurrentRun {
    OrphanKeeper orphans; ///< What its processes leave behind when one of them is killed is ours to end.
    std::uint64_t id = 0;
    RunPlan plan;
    std::shared_ptr<const Workload> workload; ///< For what it tells of itself while it runs.
    std::unique_ptr<RunDirectory> directory;
    std::shared_ptr<const Board> board;
    std::unique_ptr<Recorder> recorder;
    RunOptions options;
    RunTrace trace;
    WindowGaps windowGaps; ///< Empty unless it works on the window's thread.
    std::vector<int> rootPids;
    std::unique_ptr<ServerProcess> server;
    int serverPid = 0; ///< Of the server, which is there before the trace; 0 without one.
    std::unique_ptr<RunHost> host;
    std::optional<HostEnd> hostEnd;
    std::optional<Error> serverError; ///< The server ended while it was needed.
    bool isServerGone = true;
    bool waitsForInterpreter = false; ///< It is not known yet which ones there are.
    bool stopAsked = false;

    [[nodiscard]] RunSubject subject() const;
    /// Begins its trace, of what the engine's thread is about to create.
    void openTrace(int engineTid, const LabOptions &lab);
    /// Which workers have not left yet although the run was stopped, as a sentence; empty for none.
    [[nodiscard]] QString lateWorkers() const;
    /// Freezes what was recorded, once host and server have ended and the recorder knows every snapshot. Call
    /// once.
    [[nodiscard]] RecordingPtr finish();
};

} // namespace timeslice
