// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <atomic>
#include <cstdint>

namespace timeslice {

/// The life of a run as its workers see it: one 32-bit word in shared memory that they can also sleep on.
enum class RunState : std::uint32_t { Preparing = 0, Go = 1, Stop = 2 };

/// What a worker does beside looking at the stop flag, and around each of its waits: a model whose workers
/// share a lock hands it over there. Thread: the worker's.
class Checkpoint {
public:
    virtual ~Checkpoint() = default;
    /// The worker looks at the stop flag.
    virtual void reached() noexcept = 0;
    /// It is about to wait, and has waited. Always in pairs.
    virtual void beginWait() noexcept = 0;
    virtual void endWait() noexcept = 0;
};

/// How a worker learns that it should end: a word to look at, and optionally an fd to poll beside a socket.
///
/// Every workload calls `requested()` at least each 10 ms of its work, and never blocks in anything that
/// none of the waits here can end. Thread: any; a value that refers to the board's word,
/// which outlives it.
class StopToken {
public:
    /// \param word    The run state; may lie in memory shared between processes.
    /// \param wakeFd  Becomes readable when the run stops; -1 where there is none (then waits look every 20
    /// ms).
    explicit StopToken(std::atomic<std::uint32_t> &word, int wakeFd = -1) noexcept
        : m_word(&word)
        , m_wakeFd(wakeFd)
    { }

    /// The same token, with a checkpoint of the worker's own; `checkpoint` outlives it.
    [[nodiscard]] StopToken with(Checkpoint *checkpoint) const noexcept
    {
        auto token = *this;
        token.m_checkpoint = checkpoint;
        return token;
    }

    [[nodiscard]] bool requested() const noexcept
    {
        if (m_checkpoint != nullptr)
            m_checkpoint->reached();
        return m_word->load(std::memory_order_relaxed) == static_cast<std::uint32_t>(RunState::Stop);
    }

    /// Sleeps until the time is reached or the run stops: one futex wait, so one voluntary switch.
    /// \return true when the time was reached, false when the run was stopped first.
    bool sleepUntil(MonotonicTime deadline) const noexcept;

    enum class Wait { Ready, Stopped, TimedOut };
    /// Waits until `fd` has one of `events` (poll(2)), the run stops, or the time is reached.
    [[nodiscard]] Wait waitFor(int fd, short events, MonotonicTime deadline) const noexcept;

    /// Sleeps as long as `word` holds `expected`: until somebody has changed it and called `wakeOn`, the run
    /// stops, or the time is reached. One futex wait on both words, so one voluntary switch and no time-out.
    /// \param word  May lie in memory shared between processes.
    [[nodiscard]] Wait waitOn(
        std::atomic<std::uint32_t> &word, std::uint32_t expected,
        MonotonicTime deadline = MonotonicTime::max()) const noexcept;

    /// Runs what may block without being a wait of this class: a write to a disk.
    template <typename Function>
    auto blocking(Function function) const
    {
        const Waits waits(m_checkpoint);
        return function();
    }

    /// Blocks while the state is Preparing; returns the first other state. No checkpoint.
    RunState waitForGo() const noexcept;

private:
    class Waits {
    public:
        explicit Waits(Checkpoint *checkpoint) noexcept
            : m_checkpoint(checkpoint)
        {
            if (m_checkpoint != nullptr)
                m_checkpoint->beginWait();
        }
        ~Waits()
        {
            if (m_checkpoint != nullptr)
                m_checkpoint->endWait();
        }
        Waits(const Waits &) = delete;
        Waits &operator=(const Waits &) = delete;

    private:
        Checkpoint *m_checkpoint;
    };

    std::atomic<std::uint32_t> *m_word;
    int m_wakeFd;
    Checkpoint *m_checkpoint = nullptr;
};

/// Wakes up to `count` threads, of any process, that sleep on the word.
void wakeOn(std::atomic<std::uint32_t> &word, int count) noexcept;

/// Changes the state and wakes every thread and process that sleeps on the word. Stop is final: a later Go is
/// ignored.
void publishState(std::atomic<std::uint32_t> &word, RunState state) noexcept;

} // namespace timeslice
