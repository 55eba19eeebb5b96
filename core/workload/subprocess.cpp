// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/subprocess.h"

#include "core/base/childsetup.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace timeslice {

namespace {

constexpr int kNotStarted = 127;

// What the child is told, and what it tells: between vfork and exec it uses the memory of its parent, which
// stands still meanwhile.
struct Launch {
    char *const *words;
    Subprocess::Files files;
    pid_t parent;
    int error = 0;
};

// The child's side. System calls only.
[[noreturn]] void becomeProgram(Launch &launch)
{
    setUpChild(launch.parent, SIGKILL);
    auto [input, output] = launch.files;
    if (input < 0)
        input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (output < 0)
        output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (::dup2(input, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0)
        ::execv(launch.words[0], launch.words);
    launch.error = errno;
    ::_exit(kNotStarted);
}

// On its own, so that no variable of the caller's is in a register while two processes use the stack. Not
// fork: that copies the page tables of the whole program, which then is most of what is measured.
[[gnu::noinline]] pid_t launchChild(Launch &launch)
{
    const pid_t pid = ::vfork();
    if (pid == 0)
        becomeProgram(launch);
    return pid;
}

void reap(pid_t pid) noexcept
{
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) { }
}

std::string howItEnded(int status)
{
    if (!WIFSIGNALED(status))
        return "exited with code " + std::to_string(WEXITSTATUS(status));
    const char *const name = ::sigabbrev_np(WTERMSIG(status));
    return "was killed by "
        + (name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(WTERMSIG(status)));
}

} // namespace

Result<Subprocess> Subprocess::start(const std::vector<std::string> &words, Files files)
{
    std::vector<char *> pointers;
    for (const auto &word : words)
        pointers.push_back(const_cast<char *>(word.c_str())); // execv promises not to change them
    pointers.push_back(nullptr);
    Launch launch{.words = pointers.data(), .files = files, .parent = ::getpid()};
    const pid_t pid = launchChild(launch);
    if (pid < 0 && errno == EAGAIN)
        return failErrno(
            EAGAIN, "process",
            "no further one can be started: this user or this container may have no more (RLIMIT_NPROC, "
            "pids.max)");
    if (pid < 0)
        return failErrno(errno, "process", "none can be started");
    if (launch.error != 0) {
        reap(pid);
        return failErrno(launch.error, words.front(), "cannot be executed");
    }
    UniqueFd pidFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidFd.isValid()) {
        const int code = errno;
        ::kill(pid, SIGKILL);
        reap(pid);
        return failErrno(code, "process", "cannot be watched");
    }
    return Subprocess(std::filesystem::path(words.front()).filename(), pid, std::move(pidFd));
}

Subprocess::Subprocess(std::string program, pid_t pid, UniqueFd pidFd) noexcept
    : m_program(std::move(program))
    , m_pid(pid)
    , m_pidFd(std::move(pidFd))
{ }

Subprocess::Subprocess(Subprocess &&other) noexcept
    : m_program(std::move(other.m_program))
    , m_pid(std::exchange(other.m_pid, -1))
    , m_pidFd(std::move(other.m_pidFd))
{ }

Subprocess::~Subprocess()
{
    kill();
}

void Subprocess::kill() noexcept
{
    if (m_pid < 0)
        return;
    ::kill(m_pid, SIGKILL);
    reap(std::exchange(m_pid, -1));
}

bool Subprocess::hasEnded() const noexcept
{
    if (m_pid < 0)
        return true;
    pollfd end{m_pidFd.get(), POLLIN, 0};
    return ::poll(&end, 1, 0) > 0;
}

Result<void> Subprocess::join(const StopToken &stop)
{
    if (stop.waitFor(m_pidFd.get(), POLLIN, MonotonicTime::max()) == StopToken::Wait::Stopped) {
        kill();
        return fail(ErrorKind::Cancelled, m_program, "stopped while it ran");
    }
    int status = 0;
    pid_t ended = -1;
    do {
        ended = ::waitpid(m_pid, &status, 0);
    } while (ended < 0 && errno == EINTR);
    m_pid = -1;
    if (ended < 0)
        return failErrno(errno, m_program, "cannot be waited for");
    if (status != 0)
        return fail(ErrorKind::System, m_program, howItEnded(status));
    return {};
}

} // namespace timeslice
