// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/snapshot.h"

#include <cstddef>
#include <memory>

namespace timeslice {

/// Hands out snapshots whose memory comes back when their last reader lets go, so that a sampler whose
/// readers keep up allocates nothing.
///
/// A pool that looked for `use_count() == 1` would have to prove that the reader's last access happens before
/// its next write: use_count is a relaxed load, and a weak_ptr could revive the snapshot after the look. So a
/// snapshot returns by its deleter instead: shared_ptr runs it exactly once, after every release on every
/// thread, and the pool's lock orders it before the next `take`. The shared_ptr's own control block is kept
/// in the same way.
///
/// Thread: `take` and `share` from one thread at a time; a SnapshotPtr may be dropped on any, also after the
/// pool.
class SnapshotPool {
public:
    SnapshotPool();
    ~SnapshotPool();
    SnapshotPool(const SnapshotPool &) = delete;
    SnapshotPool &operator=(const SnapshotPool &) = delete;

    /// A snapshot to fill in. Everything in it is as in a new one; its vectors keep their capacity, and
    /// `tasks` its elements with stale values, so that their names need no new memory.
    [[nodiscard]] std::unique_ptr<Snapshot> take();
    /// From now on nobody changes it; it comes back when the last copy is gone.
    [[nodiscard]] SnapshotPtr share(std::unique_ptr<Snapshot> snapshot);

    /// How many snapshots wait to be used again; for tests.
    [[nodiscard]] std::size_t idle() const;

private:
    class Store;
    struct Return;
    template <typename T>
    struct BlockAllocator;

    std::shared_ptr<Store> m_store; ///< Shared with every snapshot that is out.
};

} // namespace timeslice
