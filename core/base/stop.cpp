// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/stop.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>
#include <linux/futex.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

// Without a wake fd a poll cannot notice the stop; it then looks again after this long.
constexpr auto kPollWithoutWakeFd = 20ms;
// The same where the kernel cannot wait on two words at once (futex_waitv came with Linux 5.16, and some
// containers forbid it).
constexpr auto kWaitWithoutWaitv = 20ms;

timespec toTimespec(Nanoseconds time)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    return {static_cast<time_t>(seconds.count()), static_cast<long>((time - seconds).count())};
}

// FUTEX_WAIT_BITSET takes an absolute CLOCK_MONOTONIC time. Not FUTEX_PRIVATE: the word is shared with
// children.
void futexWait(std::atomic<std::uint32_t> &word, std::uint32_t expected, const timespec *until) noexcept
{
    ::syscall(
        SYS_futex, reinterpret_cast<std::uint32_t *>(&word), FUTEX_WAIT_BITSET, expected, until, nullptr,
        FUTEX_BITSET_MATCH_ANY);
}

futex_waitv waiterOn(const std::atomic<std::uint32_t> &word, std::uint32_t expected)
{
    return {expected, reinterpret_cast<std::uintptr_t>(&word), FUTEX_32, 0};
}

} // namespace

bool StopToken::sleepUntil(MonotonicTime deadline) const noexcept
{
    const timespec until = toTimespec(deadline.time_since_epoch());
    const Waits waits(m_checkpoint);
    for (;;) {
        const auto state = m_word->load(std::memory_order_acquire);
        if (state == static_cast<std::uint32_t>(RunState::Stop))
            return false;
        if (MonotonicClock::now() >= deadline)
            return true;
        futexWait(*m_word, state, &until);
    }
}

StopToken::Wait StopToken::waitFor(int fd, short events, MonotonicTime deadline) const noexcept
{
    const Waits waits(m_checkpoint);
    for (;;) {
        if (m_word->load(std::memory_order_relaxed) == static_cast<std::uint32_t>(RunState::Stop))
            return Wait::Stopped;
        const auto now = MonotonicClock::now();
        auto left = std::max(deadline - now, Nanoseconds(0));
        if (m_wakeFd < 0)
            left = std::min<Nanoseconds>(left, kPollWithoutWakeFd);
        pollfd fds[] = {{fd, events, 0}, {m_wakeFd, POLLIN, 0}};
        const timespec timeout = toTimespec(left);
        const int ready = ::ppoll(fds, 2, &timeout, nullptr);
        if (ready < 0 && errno != EINTR)
            return Wait::TimedOut;
        if (ready > 0 && fds[1].revents != 0)
            return Wait::Stopped;
        if (ready > 0 && fds[0].revents != 0)
            return Wait::Ready;
        if (ready == 0 && MonotonicClock::now() >= deadline)
            return Wait::TimedOut;
    }
}

StopToken::Wait StopToken::waitOn(
    std::atomic<std::uint32_t> &word, std::uint32_t expected, MonotonicTime deadline) const noexcept
{
    const bool hasDeadline = deadline != MonotonicTime::max();
    const timespec until = hasDeadline ? toTimespec(deadline.time_since_epoch()) : timespec{};
    const bool isStopped =
        m_word->load(std::memory_order_acquire) == static_cast<std::uint32_t>(RunState::Stop);
    if (!isStopped && word.load(std::memory_order_acquire) != expected)
        return Wait::Ready; // no wait at all
    const Waits waits(m_checkpoint);
    for (;;) {
        const auto state = m_word->load(std::memory_order_acquire);
        if (state == static_cast<std::uint32_t>(RunState::Stop))
            return Wait::Stopped;
        if (word.load(std::memory_order_acquire) != expected)
            return Wait::Ready;
        if (hasDeadline && MonotonicClock::now() >= deadline)
            return Wait::TimedOut;
        futex_waitv both[] = {waiterOn(word, expected), waiterOn(*m_word, state)};
        const auto woken =
            ::syscall(SYS_futex_waitv, both, 2, 0, hasDeadline ? &until : nullptr, CLOCK_MONOTONIC);
        if (woken < 0 && errno != EAGAIN && errno != EINTR && errno != ETIMEDOUT) {
            const auto slice =
                toTimespec(std::min(deadline, MonotonicClock::now() + kWaitWithoutWaitv).time_since_epoch());
            futexWait(word, expected, &slice);
        }
    }
}

RunState StopToken::waitForGo() const noexcept
{
    for (;;) {
        const auto state = m_word->load(std::memory_order_acquire);
        if (state != static_cast<std::uint32_t>(RunState::Preparing))
            return static_cast<RunState>(state);
        futexWait(*m_word, state, nullptr);
    }
}

void wakeOn(std::atomic<std::uint32_t> &word, int count) noexcept
{
    ::syscall(SYS_futex, reinterpret_cast<std::uint32_t *>(&word), FUTEX_WAKE, count, nullptr, nullptr, 0);
}

void publishState(std::atomic<std::uint32_t> &word, RunState state) noexcept
{
    auto current = word.load(std::memory_order_relaxed);
    while (current != static_cast<std::uint32_t>(RunState::Stop)) {
        if (word.compare_exchange_weak(
                current, static_cast<std::uint32_t>(state), std::memory_order_acq_rel,
                std::memory_order_relaxed))
            break;
    }
    wakeOn(word, INT_MAX);
}

} // namespace timeslice
