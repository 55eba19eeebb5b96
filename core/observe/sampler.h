// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/mailbox.h"
#include "core/observe/runsubject.h"
#include "core/observe/snapshot.h"
#include "core/procfs/root.h"

#include <memory>
#include <thread>

namespace timeslice {

/// Reads /proc and the board on a thread of its own at aligned deadlines, and puts snapshots into a mailbox.
///
/// Files are opened once and read with pread; in the steady state a tick allocates nothing. A deadline that
/// was missed is counted and skipped, never made up for. The thread runs from construction to destruction.
/// Thread: construct, destroy, `watch`, `unwatch`, `addRootPid` and `setRate` from the thread that owns it,
/// where each may wait for a reading that is under way; `mailbox` from any.
class Sampler {
public:
    static constexpr double kMinHz = 1;
    static constexpr double kMaxHz = 50;
    static constexpr double kDefaultHz = 10;
    static constexpr std::size_t kMailboxCapacity = 64;

    /// \param root  Where /proc and /sys are; a fixture in tests.
    explicit Sampler(ProcRoot root = {}, double hz = kDefaultHz);
    ~Sampler();
    Sampler(const Sampler &) = delete;
    Sampler &operator=(const Sampler &) = delete;

    /// Snapshots per second, clamped to [kMinHz, kMaxHz]. Takes effect at once.
    void setRate(double hz);
    /// Begins to observe a run; one that was observed so far is dropped. A first snapshot of the run is in
    /// the mailbox when this returns: it is read on the caller's thread, so it lies before whatever the
    /// caller does next.
    void watch(RunSubject subject);
    /// Adds a process to the run observed (the server child, a supervisor that has said hello), from the next
    /// reading on. Without a run nothing happens.
    void addRootPid(int pid);
    /// Ends observing and returns a last snapshot of the run, taken now; it is in the mailbox, too. nullptr
    /// when none was observed. Blocks for one reading on the caller's thread (below 1 ms for 100 tasks).
    SnapshotPtr unwatch();

    /// Newest snapshots, at most kMailboxCapacity waiting.
    [[nodiscard]] Mailbox<SnapshotPtr> &mailbox() { return m_mailbox; }

private:
    class Reader;

    void loop(const std::stop_token &stop);

    Mailbox<SnapshotPtr> m_mailbox;
    std::unique_ptr<Reader> m_reader;
    std::jthread m_thread; ///< Last: it must end before what it uses.
};

} // namespace timeslice
