// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/signals.h"

#include <QSocketNotifier>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace timeslice {

namespace {

constexpr std::array kWatched{SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing but globals; these are written by the one watcher and its handler.
std::atomic<int> s_caught = 0;
std::atomic<unsigned> s_patienceSeconds = 0;
std::array<int, 2> s_pipe{-1, -1};
std::array<struct sigaction, kWatched.size()> s_before{};
struct sigaction s_pipeBefore{};
struct sigaction s_alarmBefore{};

static_assert(std::atomic<int>::is_always_lock_free);

// Everything here is async-signal-safe.
void noteSignal(int number)
{
    const int savedErrno = errno;
    int none = 0;
    if (!s_caught.compare_exchange_strong(none, number))
        ::_exit(128 + number);
    ::alarm(s_patienceSeconds.load());
    const char byte = 0;
    static_cast<void>(!::write(s_pipe[1], &byte, 1)); // a full pipe has been noticed anyway
    errno = savedErrno;
}

void giveUp(int /*alarm*/)
{
    ::_exit(128 + s_caught.load());
}

void install(int number, void (*handler)(int), struct sigaction &before)
{
    struct sigaction action{};
    action.sa_handler = handler;
    ::sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    ::sigaction(number, &action, &before);
}

} // namespace

SignalWatcher::SignalWatcher(std::chrono::seconds patience, QObject *parent)
    : QObject(parent)
{
    s_caught = 0;
    s_patienceSeconds = static_cast<unsigned>(patience.count());
    if (::pipe2(s_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return; // no descriptor left: signals keep their usual, deadly meaning
    m_notifier = std::make_unique<QSocketNotifier>(s_pipe[0], QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        std::array<char, 16> bytes{};
        while (::read(s_pipe[0], bytes.data(), bytes.size()) > 0) { }
        Q_EMIT signalled(s_caught.load());
    });
    // Handlers and not signalfd: blocked signals would be inherited by every child.
    for (std::size_t i = 0; i < kWatched.size(); ++i) {
        ::sigaction(kWatched[i], nullptr, &s_before[i]);
        if (s_before[i].sa_handler != SIG_IGN) // nohup, a job in the background: not meant for it
            install(kWatched[i], noteSignal, s_before[i]);
    }
    install(SIGALRM, giveUp, s_alarmBefore);
    install(SIGPIPE, SIG_IGN, s_pipeBefore);
}

SignalWatcher::~SignalWatcher()
{
    if (!m_notifier)
        return;
    // After a signal its clock keeps running: leaving main must not hang either.
    if (s_caught.load() == 0) {
        for (std::size_t i = 0; i < kWatched.size(); ++i)
            ::sigaction(kWatched[i], &s_before[i], nullptr);
        ::sigaction(SIGALRM, &s_alarmBefore, nullptr);
    }
    ::sigaction(SIGPIPE, &s_pipeBefore, nullptr);
    m_notifier.reset();
    const auto ends = std::exchange(s_pipe, {-1, -1});
    for (const int end : ends)
        ::close(end);
}

int SignalWatcher::caught()
{
    return s_caught.load();
}

} // namespace timeslice
