// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/supervisor.h"

#include "core/base/clock.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <set>
#include <string>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

void appendChildren(pid_t pid, std::vector<pid_t> &into)
{
    std::error_code error;
    const auto tasks = std::filesystem::path("/proc") / std::to_string(pid) / "task";
    for (std::filesystem::directory_iterator task(tasks, error), end; !error && task != end;
         task.increment(error)) {
        std::ifstream children(task->path() / "children");
        for (pid_t child = 0; children >> child;)
            into.push_back(child);
    }
}

} // namespace

void reapOrphans(pid_t own)
{
    // Looked at first and only then taken: whose end somebody else waits for must be left to him.
    for (siginfo_t ended{};; ended = {}) {
        if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0
            || ended.si_pid == own)
            return;
        ::waitpid(ended.si_pid, nullptr, WNOHANG);
    }
}

int sweepDescendants(std::chrono::milliseconds patience)
{
    const auto deadline = MonotonicClock::now() + patience;
    std::set<pid_t> killed; // it takes several rounds until one is gone
    for (;;) {
        while (::waitpid(-1, nullptr, WNOHANG) > 0) { }
        // Breadth first over the whole tree: killing the parents first hands their children to us, the
        // subreaper.
        std::vector<pid_t> found;
        appendChildren(::getpid(), found);
        for (std::size_t i = 0; i < found.size(); ++i)
            appendChildren(found[i], found);
        if (found.empty())
            return static_cast<int>(killed.size());
        for (const pid_t pid : found) {
            if (::kill(pid, SIGKILL) == 0)
                killed.insert(pid);
        }
        if (MonotonicClock::now() >= deadline)
            return static_cast<int>(killed.size());
        std::this_thread::sleep_for(2ms);
    }
}

Supervisor::Supervisor(std::function<void(std::string_view)> onLine, std::function<void()> onEnd)
{
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        ::sigaddset(&signals, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    m_signalFd = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    m_quitFd = ::eventfd(0, EFD_CLOEXEC);
    m_thread =
        std::thread([this, onLine = std::move(onLine), onEnd = std::move(onEnd)] { watch(onLine, onEnd); });
}

Supervisor::~Supervisor()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(m_quitFd, &one, sizeof one);
    m_thread.join();
    ::close(m_signalFd);
    ::close(m_quitFd);
}

void Supervisor::watch(
    const std::function<void(std::string_view)> &onLine, const std::function<void()> &onEnd) const
{
    std::string line;
    for (;;) {
        pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {m_signalFd, POLLIN, 0}, {m_quitFd, POLLIN, 0}};
        if (::poll(fds, 3, -1) < 0)
            continue; // EINTR
        if (fds[2].revents != 0)
            return;
        bool isOver = fds[1].revents != 0;
        if (fds[0].revents != 0) {
            char bytes[256];
            const auto count = ::read(STDIN_FILENO, bytes, sizeof bytes);
            if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN))
                isOver = true;
            for (const char byte : std::string_view(bytes, count > 0 ? static_cast<std::size_t>(count) : 0)) {
                if (byte != '\n')
                    line += byte;
                else
                    onLine(std::exchange(line, {}));
            }
        }
        if (isOver) {
            ::alarm(2); // SIGALRM ends us even if the sweep cannot
            sweepDescendants(1500ms);
            onEnd();
            ::_exit(143);
        }
    }
}

} // namespace timeslice
