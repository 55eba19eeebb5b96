// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/reactor.h"

#include <QSocketNotifier>

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace timeslice {

namespace {

// The bits of poll(2) and epoll(7) are the same.
static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT);

constexpr std::size_t kEventsAtOnce = 256;

} // namespace

Result<std::unique_ptr<Reactor>> Reactor::create(Nanoseconds turn)
{
    UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
    UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!epoll.isValid() || !timer.isValid())
        return failErrno(errno, "event loop", "cannot create its descriptors");
    epoll_event event{.events = EPOLLIN, .data = {.fd = timer.get()}};
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, timer.get(), &event) != 0)
        return failErrno(errno, "event loop", "cannot watch its timer");
    return std::unique_ptr<Reactor>(new Reactor(turn, std::move(epoll), std::move(timer)));
}

Reactor::Reactor(Nanoseconds turn, UniqueFd epoll, UniqueFd timer)
    : m_turnLength(turn)
    , m_epoll(std::move(epoll))
    , m_timer(std::move(timer))
    , m_notifier(std::make_unique<QSocketNotifier>(m_epoll.get(), QSocketNotifier::Read))
{
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &Reactor::dispatch);
    connect(&m_turnTimer, &QTimer::timeout, this, &Reactor::takeTurn);
}

Reactor::~Reactor() = default;

void Reactor::Awaitable::await_suspend(std::coroutine_handle<> coroutine)
{
    m_coroutine = coroutine;
    m_reactor.add(*this);
}

void Reactor::add(Awaitable &waiter)
{
    if (waiter.m_waiting == nullptr) {
        m_turn.push_back(&waiter);
        if (!m_turnTimer.isActive())
            m_turnTimer.start(0);
        return;
    }
    const auto &waiting = *waiter.m_waiting;
    m_due.insert({waiting.until, &waiter});
    armTimer();
    if (waiting.fd < 0)
        return;
    const auto index = static_cast<std::size_t>(waiting.fd);
    if (index >= m_byFd.size())
        m_byFd.resize(index + 1);
    m_byFd[index] = &waiter;
    watch(waiting.fd, waiting.events);
}

// One shot: a descriptor that nobody waits for is not reported. A closed one leaves the set by itself, and
// its number comes back as another's.
void Reactor::watch(int fd, short events)
{
    epoll_event event{.events = static_cast<std::uint32_t>(events) | EPOLLONESHOT, .data = {.fd = fd}};
    if (::epoll_ctl(m_epoll.get(), EPOLL_CTL_MOD, fd, &event) == 0)
        return;
    if (errno == ENOENT && ::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0)
        return;
    // It cannot be watched: whoever waits looks for itself, at the next turn, and learns why.
    QMetaObject::invokeMethod(
        this,
        [this, fd] {
            if (auto *const waiter = m_byFd[static_cast<std::size_t>(fd)])
                resume(*waiter, Wake::Ready);
        },
        Qt::QueuedConnection);
}

void Reactor::armTimer()
{
    const auto next = m_due.empty() ? MonotonicTime() : m_due.begin()->time;
    if (next == m_armedFor)
        return;
    m_armedFor = next;
    // 0 would disarm it; a time that has passed fires at once.
    const auto ns = std::max<std::int64_t>(next.time_since_epoch().count(), m_due.empty() ? 0 : 1);
    constexpr std::int64_t kSecond = 1'000'000'000;
    const itimerspec when{.it_interval = {}, .it_value = {.tv_sec = ns / kSecond, .tv_nsec = ns % kSecond}};
    ::timerfd_settime(m_timer.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

void Reactor::resume(Awaitable &waiter, Wake wake)
{
    if (const auto *const waiting = waiter.m_waiting) {
        m_due.erase({waiting->until, &waiter});
        if (waiting->fd >= 0)
            m_byFd[static_cast<std::size_t>(waiting->fd)] = nullptr;
    }
    waiter.m_wake = wake;
    waiter.m_coroutine.resume(); // the waiter is gone now
}

void Reactor::expire()
{
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(m_timer.get(), &count, sizeof count);
    m_armedFor = {};
    const auto now = MonotonicClock::now();
    while (!m_due.empty() && m_due.begin()->time <= now) {
        auto &waiter = *m_due.begin()->waiter;
        resume(waiter, waiter.m_waiting->fd < 0 ? Wake::Ready : Wake::TimedOut);
    }
}

void Reactor::dispatch()
{
    std::array<epoll_event, kEventsAtOnce> events{};
    const int count = ::epoll_wait(m_epoll.get(), events.data(), static_cast<int>(events.size()), 0);
    bool isTimeDue = false;
    for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == m_timer.get())
            isTimeDue = true;
        else if (auto *const waiter = m_byFd[static_cast<std::size_t>(fd)])
            resume(*waiter, Wake::Ready);
    }
    if (isTimeDue)
        expire();
    armTimer();
}

void Reactor::takeTurn()
{
    const auto end = MonotonicClock::now() + m_turnLength;
    while (!m_turn.empty()) {
        auto &waiter = *m_turn.front();
        m_turn.pop_front();
        resume(waiter, Wake::Ready);
        if (MonotonicClock::now() >= end)
            break;
    }
    if (m_turn.empty())
        m_turnTimer.stop();
}

void Reactor::cancel()
{
    m_isCancelled = true; // who is resumed and would wait again does not
    while (!m_due.empty())
        resume(*m_due.begin()->waiter, Wake::Cancelled);
    for (auto *const waiter : std::exchange(m_turn, {}))
        resume(*waiter, Wake::Cancelled);
}

} // namespace timeslice
