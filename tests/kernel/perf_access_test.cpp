// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/perf/access.h"
#include "core/perf/tracer.h"
#include "tests/support/fakeperf.h"
#include "tests/support/temptree.h"

#include <cerrno>
#include <gtest/gtest.h>

namespace timeslice {
namespace {

PerfRefusal refusal(const char *where, int code, std::optional<int> paranoid)
{
    const auto access = explainRefusal(systemError(code, where, "refused"), paranoid);
    EXPECT_FALSE(access.cause.empty());
    EXPECT_EQ(access.error->errnoValue, code);
    return access.refusal;
}

TEST(PerfAccess, TellsTheSettingFromTheSandbox)
{
    EXPECT_EQ(refusal(kPerfOpen, EACCES, 3), PerfRefusal::Paranoid);
    EXPECT_EQ(refusal(kPerfOpen, EPERM, 4), PerfRefusal::Paranoid);
    EXPECT_EQ(refusal(kPerfOpen, EPERM, 2), PerfRefusal::Sandbox);
    EXPECT_EQ(refusal(kPerfOpen, EACCES, std::nullopt), PerfRefusal::Sandbox);
    EXPECT_EQ(refusal(kPerfOpen, ENOSYS, 2), PerfRefusal::NoSupport);
    EXPECT_EQ(refusal(kPerfOpen, EMFILE, 2), PerfRefusal::FdLimit);
    EXPECT_EQ(refusal(kPerfRing, EPERM, 2), PerfRefusal::LockLimit);
    EXPECT_EQ(refusal(kPerfRing, EPERM, 3), PerfRefusal::LockLimit);
    EXPECT_EQ(refusal(kPerfOpen, EIO, 2), PerfRefusal::Other);
}

TEST(PerfAccess, NamesTheSettingAndItsRemedy)
{
    const auto access = explainRefusal(systemError(EACCES, kPerfOpen, "refused"), 3);
    EXPECT_EQ(access.cause, "kernel.perf_event_paranoid is 3, which keeps ordinary users from tracing");
    EXPECT_EQ(access.remedy, "sudo sysctl kernel.perf_event_paranoid=2");
    EXPECT_STREQ(nameOf(access.refusal), "paranoid");
}

TEST(PerfAccess, ReadsTheSettingFromTheGivenRoot)
{
    const testing::TempTree tree;
    const ProcRoot root{.proc = tree.path(), .sys = tree.path()};
    EXPECT_EQ(readPerfEventParanoid(root), std::nullopt);
    tree.write("sys/kernel/perf_event_paranoid", "-1\n");
    EXPECT_EQ(readPerfEventParanoid(root), -1);
    tree.write("sys/kernel/perf_event_paranoid", "rubbish");
    EXPECT_EQ(readPerfEventParanoid(root), std::nullopt);
}

TEST(PerfAccess, ProbesWithARealAttempt)
{
    testing::FakePerf calls;
    EXPECT_EQ(probePerfAccess(calls).refusal, PerfRefusal::None);
    calls.refuseOpen(ENOSYS);
    EXPECT_EQ(probePerfAccess(calls).refusal, PerfRefusal::NoSupport);
    calls.refuseOpen(0);
    calls.refuseRingsAbove(0, EPERM);
    EXPECT_EQ(probePerfAccess(calls).refusal, PerfRefusal::LockLimit);
}

// Opening a trace with each call refused: the error says which one it was, and nothing is left behind.
class RefusedTrace : public ::testing::TestWithParam<int> { };

TEST_P(RefusedTrace, SaysSo)
{
    const auto calls = std::make_shared<testing::FakePerf>();
    calls->refuseOpen(GetParam());
    const auto tracer = SwitchTracer::open(0, {.sink = [](const auto &) { }, .cpus = {0, 1}, .calls = calls});
    ASSERT_FALSE(tracer);
    EXPECT_EQ(tracer.error().errnoValue, GetParam());
    EXPECT_EQ(tracer.error().where, kPerfOpen);
    EXPECT_EQ(calls->openEvents(), 0);
}

INSTANTIATE_TEST_SUITE_P(PerfAccess, RefusedTrace, ::testing::Values(EACCES, EPERM, ENOSYS, EMFILE));

} // namespace
} // namespace timeslice
