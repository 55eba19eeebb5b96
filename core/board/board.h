// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/histogram.h"
#include "core/base/mapping.h"
#include "core/base/stop.h"
#include "core/base/uniquefd.h"
#include "core/board/gillog.h"
#include "core/procfs/ownusage.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace timeslice {

/// Where a worker is in its life, as it says itself.
enum class WorkerPhase : std::uint32_t {
    Absent = 0, ///< Not started yet.
    Ready = 1, ///< Prepared; waits for go.
    Working = 2,
    Finished = 3, ///< Accounted and gone (or about to go).
};

/// One worker's part of the board: progress on the first cache line, accounting behind it.
///
/// Plain atomics in shared memory, written relaxed by the one worker that owns the slot, in C++ or through
/// Python's mmap; offsets are part of the format (`Board::kVersion`).
struct WorkerSlot {
    std::atomic<std::int32_t> pid; // offset 0
    std::atomic<std::int32_t> tid; // 4
    std::atomic<std::uint32_t> phase; // 8, WorkerPhase
    std::atomic<std::uint32_t> waitingForGil; // 12, 0 or 1
    std::atomic<std::uint64_t> itemsDone; // 16
    std::atomic<std::uint64_t> itemsFailed; // 24
    std::atomic<std::uint64_t> gilWaitNs; // 32
    std::atomic<std::uint64_t> checksum; // 40, sum modulo 2^64 over this worker's items
    std::atomic<std::uint64_t> lastItemNs; // 48, end of the last item, CLOCK_MONOTONIC
    std::atomic<std::uint64_t> reserved; // 56

    /// ThreadUsage as atomics; `atNs` is stored last with release, so a reader that sees it sees the rest.
    struct Usage {
        std::atomic<std::uint64_t> atNs;
        std::atomic<std::uint64_t> cpuNs;
        std::atomic<std::uint64_t> voluntary;
        std::atomic<std::uint64_t> involuntary;
        std::atomic<std::uint64_t> queueWaitNs;
        std::atomic<std::uint64_t> migrations;
        std::atomic<std::uint64_t> reserved[2];

        void store(const ThreadUsage &usage) noexcept;
        /// Nothing as long as the worker has not written it.
        [[nodiscard]] std::optional<ThreadUsage> load() const noexcept;
    };
    Usage atGo; // 64: when the worker began its first item
    Usage atEnd; // 128: after its last
};
static_assert(sizeof(WorkerSlot) == 192);

/// How an event loop is doing, while it runs: written by its thread, read by the sampler.
struct LoopState {
    std::atomic<std::uint64_t> nextBeatNs; ///< When it should look at its clock next; 0 before and after.
    std::atomic<std::uint64_t> worstLagNs; ///< Since the last reader took it, leaving 0.
};

/// How large a board is to be.
struct BoardSize {
    unsigned workers = 1; ///< 1 to Board::kMaxWorkers.
    std::size_t arenaBytes = 0; ///< Memory that all workers of the workload share, zeroed.
    std::size_t gilEvents = 0; ///< How many events each worker keeps of its lock; 0 for models without a GIL.
};

/// The shared page of one run: state, next item, and one slot per worker.
///
/// One mmap'ed file in the run's private directory. The lab creates it; engine, workers (threads or
/// processes) and sampler map it. Progress costs no system call and no pipe and is read the same way for
/// every model. Thread: any; each field is atomic. The object itself (the mapping) belongs to whoever made
/// it.
class Board {
public:
    static constexpr std::uint64_t kMagic = 0x3144'524f'4253'5401; // "\1TSBORD1" in memory
    static constexpr std::uint32_t kVersion = 2;
    static constexpr std::size_t kMaxErrorText = 247;
    static constexpr unsigned kMaxWorkers = 65536;

    /// A new board in a file that must not exist.
    /// \error System or Denied with the path; Unsupported when workers is 0 or above kMaxWorkers.
    [[nodiscard]] static Result<Board> create(const std::filesystem::path &path, const BoardSize &size);
    /// The same without a name, for one process (and its tests).
    [[nodiscard]] static Result<Board> createAnonymous(const BoardSize &size);
    /// Maps a board that another process made. \error Malformed when it is not one or of another version.
    [[nodiscard]] static Result<Board> open(const std::filesystem::path &path);

    [[nodiscard]] unsigned workers() const noexcept;
    [[nodiscard]] WorkerSlot &slot(unsigned worker) const noexcept;
    [[nodiscard]] LatencyHistogram &latency(unsigned worker) const noexcept;
    /// How late an event loop came to what was due, where the model is one; written by the loop's thread.
    [[nodiscard]] LatencyHistogram &loopLag() const noexcept;
    [[nodiscard]] LoopState &loopState() const noexcept;
    [[nodiscard]] std::span<std::byte> arena() const noexcept;
    /// What a worker did with its lock; keeps nothing where the model has none.
    [[nodiscard]] GilLog gilLog(unsigned worker) const noexcept;

    [[nodiscard]] RunState state() const noexcept;
    [[nodiscard]] std::atomic<std::uint32_t> &stateWord() const noexcept;
    /// Lets the workers begin: sets the go time, the deadline (go + duration, when given) and the state.
    void go(std::optional<Nanoseconds> duration) const noexcept;
    /// Ends the run early: no worker takes another item, kernels leave their item at the next check.
    void stop() const noexcept;
    /// When `go` was called. Nothing before.
    [[nodiscard]] std::optional<MonotonicTime> goTime() const noexcept;
    /// No worker takes an item after this time. Nothing: run until the items are used up.
    [[nodiscard]] std::optional<MonotonicTime> deadline() const noexcept;

    /// How many items there are in all. Nothing: as many as the duration allows.
    void setItemLimit(std::optional<std::uint64_t> items) const noexcept;
    [[nodiscard]] std::optional<std::uint64_t> itemLimit() const noexcept;
    /// Takes the next item for the caller. Nothing when all are taken, the deadline has passed or the run
    /// stops.
    /// \param now  The caller's latest reading of the clock; saves another one per item.
    [[nodiscard]] std::optional<std::uint64_t> takeItem(MonotonicTime now) const noexcept;

    /// Process that hosts the engine, once it has said hello; 0 before.
    void setEnginePid(std::int32_t pid) const noexcept;
    [[nodiscard]] std::int32_t enginePid() const noexcept;

    /// The first failure of a worker, cut to kMaxErrorText bytes. Later calls for that worker do nothing.
    /// Thread: the worker that owns the slot.
    void setErrorText(unsigned worker, std::string_view text) const noexcept;
    [[nodiscard]] std::string errorText(unsigned worker) const;

private:
    struct Header;
    struct Layout;
    struct ErrorText;
    explicit Board(Mapping mapping) noexcept;
    [[nodiscard]] static Result<Board> format(int fd, const BoardSize &size);
    [[nodiscard]] Header &header() const noexcept;
    template <typename T>
    [[nodiscard]] T &at(std::size_t offset) const noexcept;

    Mapping m_mapping;
};

} // namespace timeslice
