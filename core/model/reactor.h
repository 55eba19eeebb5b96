// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/uniquefd.h"
#include "core/workload/workload.h"

#include <QObject>
#include <QTimer>

#include <coroutine>
#include <deque>
#include <memory>
#include <set>
#include <utility>
#include <vector>

class QSocketNotifier;

namespace timeslice {

/// Lets the coroutines of one thread wait, any number of them at once, on the thread's Qt event loop.
///
/// All sockets and the next time that is due lie behind one epoll descriptor, which Qt watches as a single
/// notifier: Qt's own loop polls each notifier at each turn, which for ten thousand sockets costs more than
/// the work. Thread: lives on the loop's thread; everything is called there.
class Reactor : public QObject {
    Q_OBJECT

public:
    enum class Wake { Ready, TimedOut, Cancelled };

    /// \param turn  For how long those who wait for a turn may follow one another before the loop looks at
    /// its
    ///              descriptors and timers again; at least one of them gets its turn.
    /// \error  System when the kernel has no descriptor to give.
    [[nodiscard]] static Result<std::unique_ptr<Reactor>> create(Nanoseconds turn);
    /// No coroutine may be waiting any more.
    ~Reactor() override;

    /// Something to co_await; see `wait` and `turn`.
    class Awaitable {
    public:
        Awaitable(Reactor &reactor, const Waiting *waiting)
            : m_reactor(reactor)
            , m_waiting(waiting)
        { }
        [[nodiscard]] bool await_ready() const noexcept { return m_reactor.m_isCancelled; }
        void await_suspend(std::coroutine_handle<> coroutine);
        Wake await_resume() const noexcept { return m_wake; }

    private:
        friend class Reactor;

        Reactor &m_reactor;
        const Waiting *m_waiting; ///< nullptr: for the loop's next turn.
        std::coroutine_handle<> m_coroutine;
        Wake m_wake = Wake::Cancelled;
    };

    /// co_await it: until the descriptor is ready or the time has come. `waiting` outlives the wait. A
    /// descriptor is waited for by one coroutine at a time.
    [[nodiscard]] Awaitable wait(const Waiting &waiting) { return {*this, &waiting}; }
    /// co_await it: until the loop has looked at everything else that is ready.
    [[nodiscard]] Awaitable turn() { return {*this, nullptr}; }

    /// Ends every wait, now and from now on, with Wake::Cancelled. Coroutines are resumed before it returns.
    void cancel();

private:
    struct Due {
        MonotonicTime time;
        Awaitable *waiter;
        friend auto operator<=>(const Due &, const Due &) = default;
    };

    Reactor(Nanoseconds turn, UniqueFd epoll, UniqueFd timer);
    void add(Awaitable &waiter);
    void watch(int fd, short events);
    void armTimer();
    void dispatch();
    void expire();
    void takeTurn();
    void resume(Awaitable &waiter, Wake wake);

    const Nanoseconds m_turnLength;
    UniqueFd m_epoll;
    UniqueFd m_timer;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::vector<Awaitable *> m_byFd; ///< Who waits for a descriptor; indexed by it.
    std::set<Due> m_due;
    MonotonicTime m_armedFor{};
    std::deque<Awaitable *> m_turn; ///< Those who wait for a turn, first come first.
    QTimer m_turnTimer; ///< Of no length: fires once Qt has looked at everything else.
    bool m_isCancelled = false;
};

} // namespace timeslice
