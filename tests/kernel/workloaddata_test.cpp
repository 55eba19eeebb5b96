// SPDX-License-Identifier: GPL-3.0-or-later
// The ways to the input data: memory, and a pair of pipes.
#include "core/base/uniquefd.h"
#include "core/workload/catalogue.h"
#include "core/workload/datasource.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <sys/mman.h>
#include <sys/wait.h>

namespace timeslice {
namespace {

using namespace testing_support;

struct Pipe {
    UniqueFd readEnd;
    UniqueFd writeEnd;

    Pipe()
    {
        int fds[2] = {-1, -1};
        EXPECT_EQ(::pipe2(fds, O_CLOEXEC), 0);
        readEnd.reset(fds[0]);
        writeEnd.reset(fds[1]);
    }
};

// Both pipes between a worker and its feeder.
struct Pipes {
    Pipe requests;
    Pipe replies;

    [[nodiscard]] PipedData source() const { return {requests.writeEnd.get(), replies.readEnd.get()}; }
    [[nodiscard]] Result<void> serve(std::span<const std::byte> data, const StopToken &stop) const
    {
        return serveData(requests.readEnd.get(), replies.writeEnd.get(), data, stop);
    }
    void closeFeeder()
    {
        requests.readEnd.reset();
        replies.writeEnd.reset();
    }
    void closeWorker()
    {
        requests.writeEnd.reset();
        replies.readEnd.reset();
    }
};

// Sets the default action of SIGPIPE for one test: it would end the test program.
class DeadlySigpipe {
public:
    DeadlySigpipe() { m_before = std::signal(SIGPIPE, SIG_DFL); }
    DeadlySigpipe(const DeadlySigpipe &) = delete;
    DeadlySigpipe &operator=(const DeadlySigpipe &) = delete;
    ~DeadlySigpipe() { std::signal(SIGPIPE, m_before); }

private:
    void (*m_before)(int) = SIG_DFL;
};

std::vector<std::byte> someBytes(std::size_t size)
{
    std::vector<std::byte> bytes(size);
    std::mt19937 random(3);
    for (auto &byte : bytes)
        byte = static_cast<std::byte>(random());
    return bytes;
}

ErrorKind kindOf(const auto &result)
{
    EXPECT_FALSE(result.has_value());
    return result ? ErrorKind::System : result.error().kind;
}

TEST(MappedData, isTheMemoryItself)
{
    const auto bytes = someBytes(1'000);
    MappedData data(bytes);
    RunWord word;
    const auto part = data.fetch(10, 20, word.token());
    ASSERT_TRUE(part);
    EXPECT_EQ(part->data(), bytes.data() + 10);
    EXPECT_EQ(part->size(), 20U);
    EXPECT_TRUE(data.fetch(1'000, 0, word.token()));
    EXPECT_TRUE(data.fetch(0, 1'000, word.token()));
}

TEST(MappedData, endsWhereTheDataEnds)
{
    const auto bytes = someBytes(1'000);
    MappedData data(bytes);
    RunWord word;
    EXPECT_EQ(kindOf(data.fetch(0, 1'001, word.token())), ErrorKind::Malformed);
    EXPECT_EQ(kindOf(data.fetch(1'001, 0, word.token())), ErrorKind::Malformed);
    EXPECT_EQ(kindOf(data.fetch(999, 2, word.token())), ErrorKind::Malformed);
    EXPECT_EQ(kindOf(data.fetch(SIZE_MAX, 2, word.token())), ErrorKind::Malformed);
    EXPECT_EQ(kindOf(data.fetch(2, SIZE_MAX, word.token())), ErrorKind::Malformed);
}

TEST(PipedData, fetchesTheSameBytes)
{
    // Three MiB: more than any pipe holds, so reads and writes are partial.
    const auto bytes = someBytes(3 << 20);
    Pipes pipes;
    RunWord word;
    Result<void> served;
    std::thread feeder([&] { served = pipes.serve(bytes, word.token()); });
    auto source = pipes.source();
    std::mt19937 random(5);
    const auto expectSame = [&](std::size_t offset, std::size_t size) {
        const auto part = source.fetch(offset, size, word.token());
        ASSERT_TRUE(part) << describe(part.error());
        ASSERT_EQ(part->size(), size);
        EXPECT_EQ(size == 0 ? 0 : std::memcmp(part->data(), bytes.data() + offset, size), 0);
    };
    expectSame(0, bytes.size());
    expectSame(0, 0);
    expectSame(bytes.size() - 1, 1);
    for (int i = 0; i < 50; ++i) {
        const auto offset = random() % bytes.size();
        expectSame(offset, std::min<std::size_t>(random() % 200'000, bytes.size() - offset));
    }
    pipes.closeWorker();
    feeder.join();
    EXPECT_TRUE(served);
}

TEST(PipedData, reachesBeyondFourGibibytes)
{
    constexpr std::size_t kSize = std::size_t{5} << 30;
    constexpr std::size_t kAt = (std::size_t{9} << 29) + 123;
    const UniqueFd file(::memfd_create("sparse", MFD_CLOEXEC)); // all hole, but for one page
    ASSERT_EQ(::ftruncate(file.get(), static_cast<off_t>(kSize)), 0);
    ASSERT_EQ(::pwrite(file.get(), "here", 4, static_cast<off_t>(kAt)), 4);
    const auto mapping = Mapping::shared(file.get(), kSize, Mapping::Access::ReadOnly);
    ASSERT_TRUE(mapping);
    Pipes pipes;
    RunWord word;
    std::thread feeder([&] { EXPECT_TRUE(pipes.serve(mapping->bytes(), word.token())); });
    auto source = pipes.source();
    const auto part = source.fetch(kAt, 4, word.token());
    ASSERT_TRUE(part);
    EXPECT_EQ(std::memcmp(part->data(), "here", 4), 0);
    pipes.closeWorker();
    feeder.join();
}

TEST(PipedData, servesAChildProcess)
{
    const auto *const info = findWorkload("sum");
    auto spec = specOf(*info, smallParameters("sum"));
    spec.items = 5;
    PreparedWorkload prepared(*info, spec);
    RunWord word;
    const auto sumAll = [&](DataSource &source) {
        WorkerResources resources;
        resources.data = &source;
        auto worker = *prepared.workload().makeWorker(resources);
        std::uint64_t checksum = 0;
        for (std::uint64_t item = 0; item < 5; ++item)
            checksum += checksumShare(item, worker->carryOut(item, word.token()).value_or(0));
        return checksum;
    };

    Pipes pipes;
    Pipe result;
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        pipes.closeFeeder();
        auto source = pipes.source();
        const auto checksum = sumAll(source);
        ::_exit(::write(result.writeEnd.get(), &checksum, sizeof checksum) == sizeof checksum ? 0 : 1);
    }
    pipes.closeWorker();
    Result<void> served;
    std::thread feeder([&] { served = pipes.serve(prepared.data(), word.token()); });
    std::uint64_t checksum = 0;
    EXPECT_EQ(
        ::read(result.readEnd.get(), &checksum, sizeof checksum), static_cast<ssize_t>(sizeof checksum));
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    feeder.join();
    EXPECT_TRUE(served);
    MappedData memory(prepared.data());
    EXPECT_EQ(checksum, sumAll(memory));
}

TEST(PipedData, stopsWhileNobodyAnswers)
{
    const Pipes pipes;
    RunWord word;
    auto source = pipes.source();
    ErrorKind kind{};
    std::thread worker([&] { kind = kindOf(source.fetch(0, 100, word.token())); });
    word.stop();
    worker.join();
    EXPECT_EQ(kind, ErrorKind::Cancelled);
    RunWord other;
    // The answer may still come, and would be taken for the next one.
    EXPECT_EQ(kindOf(source.fetch(0, 100, other.token())), ErrorKind::Gone);
}

TEST(PipedData, saysWhenTheFeederIsGone)
{
    RunWord word;
    {
        const DeadlySigpipe deadly;
        Pipes pipes;
        pipes.closeFeeder();
        auto source = pipes.source();
        EXPECT_EQ(kindOf(source.fetch(0, 100, word.token())), ErrorKind::Gone);
    }
    Pipes pipes;
    auto source = pipes.source();
    ASSERT_EQ(::write(pipes.replies.writeEnd.get(), "half", 4), 4);
    pipes.replies.writeEnd.reset();
    const auto part = source.fetch(0, 100, word.token());
    EXPECT_EQ(kindOf(part), ErrorKind::Gone);
}

TEST(PipedData, failsForASizeThatDoesNotFit)
{
    const Pipes pipes;
    RunWord word;
    auto source = pipes.source();
    const auto part = source.fetch(0, std::size_t{1} << 62, word.token());
    ASSERT_FALSE(part);
    EXPECT_EQ(part.error().errnoValue, ENOMEM);
}

TEST(ServeData, endsWhenTheWorkerClosesItsEnd)
{
    Pipes pipes;
    RunWord word;
    pipes.closeWorker();
    EXPECT_TRUE(pipes.serve({}, word.token()));
}

TEST(ServeData, stopsWhileNobodyAsks)
{
    const Pipes pipes;
    RunWord word;
    ErrorKind kind{};
    std::thread feeder([&] { kind = kindOf(pipes.serve({}, word.token())); });
    word.stop();
    feeder.join();
    EXPECT_EQ(kind, ErrorKind::Cancelled);
}

void ask(const Pipes &pipes, std::uint64_t offset, std::uint64_t size)
{
    const std::uint64_t request[] = {offset, size};
    EXPECT_EQ(
        ::write(pipes.requests.writeEnd.get(), request, sizeof request),
        static_cast<ssize_t>(sizeof request));
}

TEST(ServeData, stopsWhileNobodyTakesTheBytes)
{
    const auto bytes = someBytes(4 << 20);
    const Pipes pipes;
    RunWord word;
    ask(pipes, 0, bytes.size());
    ErrorKind kind{};
    std::thread feeder([&] { kind = kindOf(pipes.serve(bytes, word.token())); });
    char first = 0;
    EXPECT_EQ(::read(pipes.replies.readEnd.get(), &first, 1), 1); // it is at it
    word.stop();
    feeder.join();
    EXPECT_EQ(kind, ErrorKind::Cancelled);
}

TEST(ServeData, survivesAWorkerThatDiesWhileItIsServed)
{
    const DeadlySigpipe deadly;
    const auto bytes = someBytes(4 << 20);
    Pipes pipes;
    RunWord word;
    ask(pipes, 0, bytes.size());
    ErrorKind kind{};
    std::thread feeder([&] { kind = kindOf(pipes.serve(bytes, word.token())); });
    char first = 0;
    EXPECT_EQ(::read(pipes.replies.readEnd.get(), &first, 1), 1);
    pipes.replies.readEnd.reset();
    feeder.join();
    EXPECT_EQ(kind, ErrorKind::Gone);
}

TEST(ServeData, refusesWhatLiesOutsideTheData)
{
    const auto bytes = someBytes(1'000);
    for (const auto &[offset, size] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
             {0, 1'001}, {1'000, 1}, {UINT64_MAX, 2}, {2, UINT64_MAX}}) {
        const Pipes pipes;
        RunWord word;
        ask(pipes, offset, size);
        EXPECT_EQ(kindOf(pipes.serve(bytes, word.token())), ErrorKind::Malformed) << offset;
    }
}

TEST(ServeData, refusesHalfARequest)
{
    Pipes pipes;
    RunWord word;
    EXPECT_EQ(::write(pipes.requests.writeEnd.get(), "1234567", 7), 7);
    pipes.closeWorker();
    EXPECT_EQ(kindOf(pipes.serve({}, word.token())), ErrorKind::Malformed);
}

} // namespace
} // namespace timeslice
