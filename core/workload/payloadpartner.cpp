// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/payloadpartner.h"

#include "core/base/mapping.h"
#include "core/workload/payloadmarks.h"
#include "core/workload/pingpongtable.h"
#include "core/workload/pipeio.h"
#include "core/workload/subprocess.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <pthread.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

constexpr char kWhere[] = "payload";
constexpr char kPipe[] = "pipe";
constexpr char kSharedMemory[] = "shared-memory";

// A wait on shared memory does not end when the other side dies, so the worker looks this often.
constexpr auto kLookForPartner = 50ms;

std::vector<std::string> echoCommand(const std::string &program, const char *way, std::size_t size)
{
    return {program, "echo", way, std::to_string(size)};
}

class ReferencePartner final : public PayloadPartner {
public:
    ReferencePartner(Mapping memory, std::unique_ptr<PingPongTable> table, unsigned index)
        : m_memory(std::move(memory))
        , m_table(std::move(table))
        , m_thread([this, index] {
            ::pthread_setname_np(::pthread_self(), ("partner " + std::to_string(index)).c_str());
            while (m_table->awaitWorker()) {
                raiseMarks(m_handedOver);
                m_table->toWorker();
            }
        })
    { }
    ~ReferencePartner() override
    {
        m_table->end();
        m_thread.join();
    }
    ReferencePartner(const ReferencePartner &) = delete;
    ReferencePartner &operator=(const ReferencePartner &) = delete;

    std::span<std::byte> bytes() noexcept override { return m_memory.bytes(); }

    Result<void> handOver(const StopToken &stop) override
    {
        m_handedOver = m_memory.bytes();
        m_table->toPartner();
        // Not a wait that the stop can end, because it needs none: the partner does nothing but answer.
        stop.blocking([this] { m_table->awaitPartner(); });
        return {};
    }

private:
    Mapping m_memory;
    std::unique_ptr<PingPongTable> m_table;
    std::span<std::byte> m_handedOver; ///< Of the side whose turn it is.
    std::thread m_thread; // last: it uses the others
};

// A partner that is a process, and may die.
class ProcessPartner : public PayloadPartner {
public:
    explicit ProcessPartner(Subprocess process)
        : m_process(std::move(process))
    { }

    Result<void> handOver(const StopToken &stop) final
    {
        if (m_lost)
            return std::unexpected(*m_lost);
        auto done = exchange(stop);
        if (done || done.error().kind == ErrorKind::Cancelled)
            return done;
        if (done.error().kind
            != ErrorKind::Gone) { // it lives, but nobody knows any more what is in the pipes
            m_lost = done.error();
            return done;
        }
        // Its files are closed a moment before it can be waited for.
        const auto ended = m_process.join(stop);
        if (!ended && ended.error().kind == ErrorKind::Cancelled)
            return ended;
        m_lost = Error{
            ErrorKind::Gone, 0, "the partner process",
            ended ? "ended before it had given the bytes back" : ended.error().what};
        return std::unexpected(*m_lost);
    }

protected:
    /// \error Cancelled; anything else: the partner is gone.
    virtual Result<void> exchange(const StopToken &stop) = 0;
    [[nodiscard]] const Subprocess &process() const { return m_process; }

private:
    Subprocess m_process;
    std::optional<Error> m_lost;
};

class PipePartner final : public ProcessPartner {
public:
    PipePartner(Mapping memory, UniqueFd there, UniqueFd back, Subprocess process)
        : ProcessPartner(std::move(process))
        , m_memory(std::move(memory))
        , m_there(std::move(there))
        , m_back(std::move(back))
    {
        makeNonBlocking(m_there.get());
        makeNonBlocking(m_back.get());
    }

    std::span<std::byte> bytes() noexcept override { return m_memory.bytes(); }

private:
    // The partner reads all of it before it answers, so neither waits for the other to read.
    Result<void> exchange(const StopToken &stop) override
    {
        if (auto sent = writeFully(m_there.get(), m_memory.bytes(), stop, kWhere); !sent)
            return sent;
        const auto got = readFully(m_back.get(), m_memory.bytes(), stop, kWhere);
        if (!got)
            return std::unexpected(got.error());
        if (*got < m_memory.bytes().size())
            return fail(ErrorKind::Gone, kWhere, "the other end was closed");
        return {};
    }

    Mapping m_memory;
    UniqueFd m_there;
    UniqueFd m_back;
};

// Memory that a worker and its partner share: whose turn it is, then the bytes from the next page on.
class SharedBytes {
public:
    enum : std::uint32_t { AtWorker, AtPartner };

    [[nodiscard]] static std::size_t bytesFor(std::size_t size) { return kMarkEvery + size; }
    [[nodiscard]] static Result<SharedBytes> on(int fd, std::size_t size)
    {
        auto mapping = Mapping::shared(fd, bytesFor(size), Mapping::Access::ReadWrite);
        if (!mapping)
            return std::unexpected(mapping.error());
        return SharedBytes(std::move(*mapping));
    }

    [[nodiscard]] std::atomic<std::uint32_t> &turn() const noexcept
    {
        return *reinterpret_cast<std::atomic<std::uint32_t> *>(m_mapping.bytes().data());
    }
    [[nodiscard]] std::span<std::byte> bytes() const noexcept
    {
        return m_mapping.bytes().subspan(kMarkEvery);
    }
    void pass(std::uint32_t to) const noexcept
    {
        turn().store(to, std::memory_order_release);
        wakeOn(turn(), 1);
    }

private:
    explicit SharedBytes(Mapping mapping) noexcept
        : m_mapping(std::move(mapping))
    { }

    Mapping m_mapping;
};

class SharedPartner final : public ProcessPartner {
public:
    SharedPartner(SharedBytes shared, Subprocess process)
        : ProcessPartner(std::move(process))
        , m_shared(std::move(shared))
    { }

    std::span<std::byte> bytes() noexcept override { return m_shared.bytes(); }

private:
    Result<void> exchange(const StopToken &stop) override
    {
        m_shared.pass(SharedBytes::AtPartner);
        for (;;) {
            const auto look = MonotonicClock::now() + kLookForPartner;
            switch (stop.waitOn(m_shared.turn(), SharedBytes::AtPartner, look)) {
            case StopToken::Wait::Ready:
                return {};
            case StopToken::Wait::Stopped:
                return fail(ErrorKind::Cancelled, kWhere, "stopped while the partner had the bytes");
            case StopToken::Wait::TimedOut:
                if (process().hasEnded())
                    return fail(ErrorKind::Gone, kWhere, "the partner has ended");
            }
        }
    }

    SharedBytes m_shared;
};

Result<std::unique_ptr<PayloadPartner>> makeReferencePartner(std::size_t size, unsigned index)
{
    auto memory = Mapping::anonymous(size);
    if (!memory)
        return std::unexpected(memory.error());
    auto table = PingPongTable::make(PingPongVia::Futex);
    if (!table)
        return std::unexpected(table.error());
    return std::make_unique<ReferencePartner>(std::move(*memory), std::move(*table), index);
}

Result<std::unique_ptr<PayloadPartner>> makePipePartner(std::size_t size, const std::string &program)
{
    auto memory = Mapping::anonymous(size);
    if (!memory)
        return std::unexpected(memory.error());
    auto there = PipeEnds::make();
    auto back = PipeEnds::make();
    if (!there || !back)
        return std::unexpected((there ? back : there).error());
    auto process = Subprocess::start(
        echoCommand(program, kPipe, size), {.input = there->readEnd.get(), .output = back->writeEnd.get()});
    if (!process)
        return std::unexpected(process.error());
    return std::make_unique<PipePartner>(
        std::move(*memory), std::move(there->writeEnd), std::move(back->readEnd), std::move(*process));
}

Result<std::unique_ptr<PayloadPartner>> makeSharedPartner(std::size_t size, const std::string &program)
{
    const UniqueFd fd(::memfd_create("timeslice-payload", MFD_CLOEXEC));
    if (!fd.isValid())
        return failErrno(errno, kWhere, "cannot create shared memory");
    const auto whole = SharedBytes::bytesFor(size);
    if (const int code = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(whole)); code != 0)
        return failErrno(code, kWhere, "cannot reserve " + std::to_string(whole) + " bytes");
    auto shared = SharedBytes::on(fd.get(), size);
    if (!shared)
        return std::unexpected(shared.error());
    auto process = Subprocess::start(echoCommand(program, kSharedMemory, size), {.input = fd.get()});
    if (!process)
        return std::unexpected(process.error());
    return std::make_unique<SharedPartner>(std::move(*shared), std::move(*process));
}

Result<void> servePipe(std::size_t size, const StopToken &stop)
{
    const auto memory = Mapping::anonymous(size);
    if (!memory)
        return std::unexpected(memory.error());
    for (;;) {
        const auto got = readFully(STDIN_FILENO, memory->bytes(), stop, kWhere);
        if (!got)
            return std::unexpected(got.error());
        if (*got < size)
            return {};
        raiseMarks(memory->bytes());
        if (const auto sent = writeFully(STDOUT_FILENO, memory->bytes(), stop, kWhere); !sent)
            return sent;
    }
}

} // namespace

Result<std::unique_ptr<PayloadPartner>>
PayloadPartner::make(PayloadWay way, std::size_t size, unsigned index, const std::string &workerProgram)
{
    if (way == PayloadWay::Reference)
        return makeReferencePartner(size, index);
    if (workerProgram.empty())
        return fail(ErrorKind::Unsupported, kWhere, "the worker was given no program to start");
    return way == PayloadWay::Pipe ? makePipePartner(size, workerProgram)
                                   : makeSharedPartner(size, workerProgram);
}

Result<void> servePayload(std::string_view way, std::size_t size)
{
    std::atomic<std::uint32_t> never{static_cast<std::uint32_t>(RunState::Go)};
    const StopToken stop(never); // the worker kills its partner
    if (way == kPipe)
        return servePipe(size, stop);
    if (way != kSharedMemory)
        return fail(ErrorKind::Malformed, "echo", "unknown way");
    const auto shared = SharedBytes::on(STDIN_FILENO, size);
    if (!shared)
        return std::unexpected(shared.error());
    for (;;) {
        static_cast<void>(stop.waitOn(shared->turn(), SharedBytes::AtWorker));
        raiseMarks(shared->bytes());
        shared->pass(SharedBytes::AtWorker);
    }
}

} // namespace timeslice
