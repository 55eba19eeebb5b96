// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/pipeio.h"
#include "core/workload/spawn.h"
#include "core/workload/starters.h"
#include "core/workload/subprocess.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <sys/resource.h>
#include <sys/wait.h>

namespace timeslice {

namespace {

using namespace testing_support;

WorkSpec spawnSpec(const char *what, unsigned workers)
{
    auto spec = specOf(spawnWorkload(), {{"what", std::string(what)}});
    spec.workers = workers;
    return spec;
}

class SpawnOf : public ::testing::TestWithParam<const char *> { };

TEST_P(SpawnOf, startsOneForEachItemAndLeavesNone)
{
    PreparedWorkload prepared(spawnWorkload(), spawnSpec(GetParam(), 2));
    const auto outcome = carryOutOnThreads(prepared, 12, 2);
    EXPECT_EQ(outcome.failures, std::vector<std::string>{});
    std::uint64_t expected = 0;
    for (std::uint64_t item = 0; item < 12; ++item)
        expected += checksumShare(item, itemWord(1, item));
    EXPECT_EQ(outcome.checksum, expected);
    EXPECT_EQ(childCount(), 0U);
}

TEST_P(SpawnOf, measuresWhatCanBeKnown)
{
    PreparedWorkload prepared(spawnWorkload(), spawnSpec(GetParam(), 1));
    const auto outcome = carryOutOnThreads(prepared, 8, 1);
    const auto results = prepared.results(outcome.done);
    ASSERT_EQ(results.size(), 3U);
    ASSERT_TRUE(std::holds_alternative<double>(results[1]));
    const auto half = std::get<double>(results[1]);
    EXPECT_GT(half, 0);
    EXPECT_GE(std::get<double>(results[2]), half);
    const bool saysWhenItBegins = std::string_view(GetParam()) != "interpreter";
    ASSERT_EQ(std::holds_alternative<double>(results[0]), saysWhenItBegins);
    if (saysWhenItBegins) {
        // Each begins before it has ended, and so the medians come in this order, to a bucket's width.
        EXPECT_GT(std::get<double>(results[0]), 0);
        EXPECT_LE(std::get<double>(results[0]), half * 17 / 16);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Spawn, SpawnOf, ::testing::Values("thread", "process", "interpreter"),
    [](const ::testing::TestParamInfo<const char *> &param) { return std::string(param.param); });

TEST(Spawn, saysWhichStarterIsNotThere)
{
    for (const char *const what : {"qthread", "pool-task", "process", "interpreter"}) {
        PreparedWorkload prepared(spawnWorkload(), spawnSpec(what, 1));
        auto resources = prepared.resources(0);
        resources.workerProgram.clear();
        resources.interpreter.clear();
        const auto worker = prepared.workload().makeWorker(resources);
        ASSERT_FALSE(worker) << what;
        EXPECT_EQ(worker.error().kind, ErrorKind::Unsupported);
    }
}

TEST(Spawn, aProgramThatDoesNotDoItsPartIsAFailedItem)
{
    const auto failureOf = [](const char *what, const char *program) {
        PreparedWorkload prepared(spawnWorkload(), spawnSpec(what, 1));
        auto resources = prepared.resources(0);
        resources.workerProgram = resources.interpreter = program;
        const auto worker = *prepared.workload().makeWorker(resources);
        RunWord word;
        const auto result = worker->carryOut(0, word.token());
        return result ? std::string() : describe(result.error());
    };
    EXPECT_EQ(failureOf("interpreter", "/bin/true"), "");
    EXPECT_EQ(failureOf("interpreter", "/bin/false"), "false: exited with code 1");
    EXPECT_EQ(failureOf("process", "/bin/false"), "false: exited with code 1");
    EXPECT_EQ(failureOf("process", "/bin/true"), "/bin/true: did not say when it began");
    EXPECT_EQ(childCount(), 0U);
}

TEST(Spawn, aStopEndsAProcessThatHangs)
{
    PreparedWorkload prepared(spawnWorkload(), spawnSpec("interpreter", 1));
    auto resources = prepared.resources(0);
    resources.interpreter = putScript(prepared.directory(), "exec sleep 600");
    RunWord word;
    std::thread worker([&] {
        const auto items = *prepared.workload().makeWorker(resources);
        const auto result = items->carryOut(0, word.token());
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, ErrorKind::Cancelled);
        EXPECT_EQ(childCount(), 0U);
    });
    while (childCount() == 0)
        std::this_thread::yield();
    word.stop();
    worker.join();
}

TEST(Spawn, hasNoQThreadInPython)
{
    const auto info = spawnWorkload();
    auto spec = spawnSpec("qthread", 1);
    EXPECT_TRUE(info.check(spec));
    spec.inPython = true;
    const auto checked = info.check(spec);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().where, "/params/what");
    spec.params.set("what", std::string("thread"));
    EXPECT_TRUE(info.check(spec));
}

TEST(Spawn, needsAnInterpreterOnlyToStartOne)
{
    EXPECT_TRUE(spawnWorkload().make(spawnSpec("interpreter", 1))->needs().interpreter);
    EXPECT_FALSE(spawnWorkload().make(spawnSpec("process", 1))->needs().interpreter);
}

// Runs `body` in a child of its own, as a user who may have no further process or thread. Its exit code.
int asUserWithoutRoom(int (*body)())
{
    const pid_t pid = ::fork();
    if (pid == 0) {
        const rlimit none{1, 1};
        if (::setrlimit(RLIMIT_NPROC, &none) != 0
            || (::getuid() == 0 && ::setresuid(65534, 65534, 65534) != 0))
            ::_exit(77);
        ::_exit(body());
    }
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Spawn, saysWhichLimitWasReached)
{
    const auto process = asUserWithoutRoom([] {
        const auto starter = makeInterpreterStarter("/bin/true");
        RunWord word;
        const auto refused = starter->startAndJoin(word.token());
        return !refused && refused.error().errnoValue == EAGAIN
                && refused.error().what.find("RLIMIT_NPROC") != std::string::npos
            ? 0
            : 1;
    });
    if (process == 77)
        GTEST_SKIP() << "this user cannot become another one";
    EXPECT_EQ(process, 0);
#if !defined(__SANITIZE_THREAD__)
    EXPECT_EQ(
        asUserWithoutRoom([] {
            RunWord word;
            const auto refused = makeThreadStarter()->startAndJoin(word.token());
            return !refused && refused.error().errnoValue == EAGAIN
                    && refused.error().what.find("RLIMIT_NPROC") != std::string::npos
                ? 0
                : 1;
        }),
        0);
#endif
}

TEST(Subprocess, isGivenTwoFilesAndNoOther)
{
    const auto pipe = *PipeEnds::make();
    RunWord word;
    const auto number = std::to_string(pipe.writeEnd.get());
    auto child = Subprocess::start(
        {"/bin/sh", "-c", "test ! -e /proc/$$/fd/" + number + " && readlink /proc/$$/fd/0"},
        {.output = pipe.writeEnd.get()});
    ASSERT_TRUE(child);
    const auto ended = child->join(word.token());
    EXPECT_TRUE(ended) << describe(ended.error());
    char text[64] = {};
    EXPECT_GT(::read(pipe.readEnd.get(), text, sizeof text - 1), 0);
    EXPECT_STREQ(text, "/dev/null\n");
}

TEST(Subprocess, tellsHowItEnded)
{
    RunWord word;
    const auto end = [&](const char *script) {
        const auto ended = Subprocess::start({"/bin/sh", "-c", script}, {})->join(word.token());
        return ended ? std::string("well") : ended.error().what;
    };
    EXPECT_EQ(end("exit 0"), "well");
    EXPECT_EQ(end("exit 3"), "exited with code 3");
    EXPECT_EQ(end("kill -SEGV $$"), "was killed by SIGSEGV");
}

TEST(Subprocess, aProgramThatIsNotThereIsNamed)
{
    const auto child = Subprocess::start({"/nonexistent/program"}, {});
#if !defined(__SANITIZE_THREAD__) // there the child has memory of its own, and says it by its exit code only
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().kind, ErrorKind::Gone);
    EXPECT_NE(describe(child.error()).find("/nonexistent/program"), std::string::npos);
    EXPECT_EQ(childCount(), 0U);
#endif
}

TEST(Subprocess, endsWithItsOwner)
{
    {
        const auto child = Subprocess::start({"/bin/sleep", "600"}, {});
        ASSERT_TRUE(child);
        EXPECT_EQ(childCount(), 1U);
        EXPECT_FALSE(child->hasEnded());
    }
    EXPECT_EQ(childCount(), 0U);
}

TEST(Subprocess, endsWithTheThreadThatStartedIt)
{
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP()
        << "here the child runs beside the thread, which may be gone before it asks to be told of that";
#endif
    std::optional<Result<Subprocess>> child;
    std::thread([&] { child.emplace(Subprocess::start({"/bin/sleep", "600"}, {})); }).join();
    ASSERT_TRUE(*child);
    RunWord word;
    const auto ended = (*child)->join(word.token());
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().what, "was killed by SIGKILL");
}

} // namespace
} // namespace timeslice
