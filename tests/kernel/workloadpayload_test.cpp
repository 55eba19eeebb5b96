// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/payload.h"
#include "core/workload/payloadmarks.h"
#include "core/workload/payloadpartner.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

namespace timeslice {

namespace {

using namespace testing_support;

WorkSpec payloadSpec(const std::string &way, std::int64_t bytes, unsigned workers = 1)
{
    auto spec = specOf(payloadWorkload(), {{"way", way}, {"bytes", bytes}});
    spec.workers = workers;
    return spec;
}

class PayloadBy : public ::testing::TestWithParam<const char *> {
protected:
    [[nodiscard]] bool isByProcess() const { return std::string_view(GetParam()) != "reference"; }
};

// Byte by byte, and not as payloadmarks.h has it.
std::uint64_t expectedChecksum(std::uint64_t items, std::int64_t bytes)
{
    std::uint64_t checksum = 0;
    for (std::uint64_t item = 0; item < items; ++item) {
        const auto word = itemWord(1, item);
        auto result = word;
        for (std::int64_t page = 0; page * 4096 < bytes; ++page)
            result += ((word >> (8 * (page % 8))) + 1) & 0xff;
        checksum += checksumShare(item, result);
    }
    return checksum;
}

TEST_P(PayloadBy, thePartnerHasChangedEveryPage)
{
    for (const std::int64_t bytes : {1, 4'096, 4'097, 300'000}) {
        PreparedWorkload prepared(payloadWorkload(), payloadSpec(GetParam(), bytes, 2));
        const auto outcome = carryOutOnThreads(prepared, 11, 2);
        EXPECT_EQ(outcome.failures, std::vector<std::string>{});
        EXPECT_EQ(outcome.checksum, expectedChecksum(11, bytes)) << bytes;
        EXPECT_EQ(childCount(), 0U);
    }
}

TEST_P(PayloadBy, measuresItsRoundTripsAndTheRate)
{
    PreparedWorkload prepared(payloadWorkload(), payloadSpec(GetParam(), 50'000));
    const auto outcome = carryOutOnThreads(prepared, 20, 1);
    const auto results = prepared.results(outcome.done);
    ASSERT_EQ(results.size(), 3U);
    EXPECT_GT(std::get<double>(results[0]), 0);
    EXPECT_GE(std::get<double>(results[1]), std::get<double>(results[0]));
    EXPECT_DOUBLE_EQ(
        std::get<double>(results[2]), 2.0 * 50'000 * 20); // in the second that it is said to take
}

TEST_P(PayloadBy, aPartnerThatWasKilledFailsTheItem)
{
    if (!isByProcess())
        GTEST_SKIP() << "the partner is a thread, which cannot be killed";
    PreparedWorkload prepared(payloadWorkload(), payloadSpec(GetParam(), 50'000));
    const auto worker = *prepared.workload().makeWorker(prepared.resources(0));
    RunWord word;
    EXPECT_TRUE(worker->carryOut(0, word.token()));
    const auto children = childrenOfThisProcess();
    ASSERT_EQ(children.size(), 1U);
    ::kill(children.front(), SIGKILL);
    for (std::uint64_t item = 1; item < 3; ++item) {
        const auto result = worker->carryOut(item, word.token());
        ASSERT_FALSE(result);
        EXPECT_EQ(describe(result.error()), "the partner process: was killed by SIGKILL");
    }
    EXPECT_EQ(childCount(), 0U);
}

TEST_P(PayloadBy, aStopEndsTheWaitForAPartnerThatHangs)
{
    if (!isByProcess())
        GTEST_SKIP() << "the partner is a thread, which cannot be halted";
    PreparedWorkload prepared(payloadWorkload(), payloadSpec(GetParam(), 1'000'000));
    RunWord word;
    std::atomic<bool> isHalted = false;
    std::thread worker([&] {
        const auto items = *prepared.workload().makeWorker(prepared.resources(0));
        EXPECT_TRUE(items->carryOut(0, word.token()));
        ::kill(childrenOfThisProcess().at(0), SIGSTOP);
        isHalted = true;
        const auto result = items->carryOut(1, word.token());
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, ErrorKind::Cancelled);
    });
    while (!isHalted)
        std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20)); // so that it waits, if it can
    word.stop();
    worker.join();
    EXPECT_EQ(childCount(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Payload, PayloadBy, ::testing::Values("reference", "pipe", "shared-memory"),
    [](const ::testing::TestParamInfo<const char *> &param) {
        std::string name = param.param;
        std::ranges::replace(name, '-', '_');
        return name;
    });

TEST(Payload, saysThatItHasNoProgram)
{
    for (const auto way : {PayloadWay::Pipe, PayloadWay::SharedMemory}) {
        const auto partner = PayloadPartner::make(way, 100, 0, {});
        ASSERT_FALSE(partner);
        EXPECT_EQ(partner.error().kind, ErrorKind::Unsupported);
    }
    EXPECT_FALSE(servePayload("pigeon", 100));
}

TEST(Payload, aPartnerThatIsNoneFailsTheItem)
{
    auto partner = *PayloadPartner::make(PayloadWay::Pipe, 100, 0, "/bin/true");
    RunWord word;
    const auto done = partner->handOver(word.token());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "ended before it had given the bytes back");
}

TEST(Payload, isPickledInPythonOnly)
{
    const auto info = payloadWorkload();
    auto spec = payloadSpec("pickle", 100);
    const auto checked = info.check(spec);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().where, "/params/way");
    spec.inPython = true;
    EXPECT_TRUE(info.check(spec));
}

TEST(PayloadMarks, oneThatIsMissingIsNoticed)
{
    std::vector<std::byte> bytes(20'000);
    constexpr std::uint64_t kWord = 0x0102'0304'0506'07ff;
    putMarks(bytes, kWord);
    EXPECT_FALSE(sumOfMarks(bytes, kWord)); // nobody has raised them
    raiseMarks(bytes);
    EXPECT_EQ(sumOfMarks(bytes, kWord), 0x00U + 0x08 + 0x07 + 0x06 + 0x05); // 0xff and 1 are 0
    EXPECT_FALSE(sumOfMarks(bytes, kWord + (1ULL << 32)));
    bytes[16'384] = std::byte{0};
    EXPECT_FALSE(sumOfMarks(bytes, kWord));
}

} // namespace
} // namespace timeslice
