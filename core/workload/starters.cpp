// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/starters.h"

#include "core/workload/pipeio.h"
#include "core/workload/subprocess.h"

#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace timeslice {

namespace {

class ThreadStarter final : public Starter {
public:
    Result<std::optional<MonotonicTime>> startAndJoin(const StopToken &stop) override
    {
        MonotonicTime begin;
        try {
            std::thread thread([&begin] { begin = MonotonicClock::now(); });
            // Not a wait that the stop can end, because it needs none: the thread does nothing.
            stop.blocking([&thread] { thread.join(); });
        } catch (const std::system_error &error) {
            return failErrno(
                error.code().value(), "thread",
                "no further one can be started: this user or this container may have no more (RLIMIT_NPROC, "
                "pids.max)");
        }
        return begin;
    }
};

class ProcessStarter final : public Starter {
public:
    ProcessStarter(std::string program, PipeEnds pipe)
        : m_words{std::move(program), "nothing"}
        , m_pipe(std::move(pipe))
    { }

    Result<std::optional<MonotonicTime>> startAndJoin(const StopToken &stop) override
    {
        auto child = Subprocess::start(m_words, {.output = m_pipe.writeEnd.get()});
        if (!child)
            return std::unexpected(child.error());
        const auto ended = child->join(stop);
        // Also of one that failed: what it said is not the next one's.
        std::uint64_t ns = 0;
        const bool hasTold = ::read(m_pipe.readEnd.get(), &ns, sizeof ns) == sizeof ns;
        if (!ended)
            return std::unexpected(ended.error());
        if (!hasTold)
            return fail(ErrorKind::Malformed, m_words.front(), "did not say when it began");
        return fromBoardNs(ns);
    }

private:
    std::vector<std::string> m_words;
    PipeEnds m_pipe;
};

class InterpreterStarter final : public Starter {
public:
    explicit InterpreterStarter(std::string program)
        : m_words{std::move(program), "-I", "-c", "pass"}
    { }

    Result<std::optional<MonotonicTime>> startAndJoin(const StopToken &stop) override
    {
        auto child = Subprocess::start(m_words, {});
        if (!child)
            return std::unexpected(child.error());
        if (const auto ended = child->join(stop); !ended)
            return std::unexpected(ended.error());
        return std::nullopt;
    }

private:
    std::vector<std::string> m_words;
};

} // namespace

std::unique_ptr<Starter> makeThreadStarter()
{
    return std::make_unique<ThreadStarter>();
}

Result<std::unique_ptr<Starter>> makeProcessStarter(std::string program)
{
    auto pipe = PipeEnds::make();
    if (!pipe)
        return std::unexpected(pipe.error());
    makeNonBlocking(pipe->readEnd.get());
    return std::make_unique<ProcessStarter>(std::move(program), std::move(*pipe));
}

std::unique_ptr<Starter> makeInterpreterStarter(std::string program)
{
    return std::make_unique<InterpreterStarter>(std::move(program));
}

int tellBegin(MonotonicTime begin)
{
    const auto ns = toBoardNs(begin);
    return ::write(STDOUT_FILENO, &ns, sizeof ns) == sizeof ns ? 0 : 1;
}

} // namespace timeslice
