// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every workload of the catalogue.
#include "core/workload/catalogue.h"
#include "tests/kernel/tlstesting.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <pthread.h>
#include <set>
#include <variant>

namespace timeslice {

// What a failed test prints instead of the bytes.
void PrintTo(const WorkloadInfo &info, std::ostream *stream)
{
    *stream << info.id;
}

namespace {

using namespace testing_support;

constexpr Nanoseconds kStopBudget = std::chrono::milliseconds(50);

// What its server proves itself with, where it has to.
std::shared_ptr<const TlsIdentity> identityFor(const Needs &needs)
{
    return needs.tls ? makeIdentity() : nullptr;
}

class EveryWorkload : public ::testing::TestWithParam<WorkloadInfo> {
protected:
    // With at least as many threads as the workload needs.
    static Outcome carryOut(WorkSpec spec, std::uint64_t items, unsigned threads)
    {
        const auto &info = GetParam();
        threads = spec.workers = std::max(threads, info.minWorkers);
        std::optional<SocketServer> server;
        if (const auto needs = info.make(spec)->needs(); needs.httpServer)
            server.emplace(answerFaithfully, identityFor(needs));
        PreparedWorkload prepared(info, spec, server ? std::optional(server->endpoint()) : std::nullopt);
        auto outcome = carryOutOnThreads(prepared, items, threads);
        EXPECT_EQ(outcome.failures, std::vector<std::string>{});
        EXPECT_EQ(outcome.done, items);
        return outcome;
    }
};

bool isSnakeCase(const std::string &id)
{
    return !id.empty() && id.front() >= 'a' && id.front() <= 'z' && std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

TEST_P(EveryWorkload, isDescribedCompletely)
{
    const auto &info = GetParam();
    auto words = info.id; // "false-sharing"
    std::ranges::replace(words, '-', '_');
    EXPECT_TRUE(isSnakeCase(words)) << info.id;
    EXPECT_EQ(info.minWorkers > 1, !info.whyNotFewer.empty());
    EXPECT_FALSE(info.title.empty());
    EXPECT_FALSE(info.kind.empty());
    EXPECT_TRUE(info.item.ends_with('.')) << info.item;
    EXPECT_GT(info.defaultItems, 0U);
    ASSERT_NE(info.make, nullptr);
    std::set<std::string> ids;
    for (const auto &parameter : info.parameters) {
        EXPECT_TRUE(isSnakeCase(parameter.id)) << parameter.id;
        EXPECT_TRUE(ids.insert(parameter.id).second) << parameter.id << " occurs twice";
        EXPECT_FALSE(parameter.title.empty()) << parameter.id;
        EXPECT_TRUE(parameter.help.ends_with('.')) << parameter.id;
    }
}

TEST_P(EveryWorkload, hasDefaultsWithinTheirBounds)
{
    for (const auto &parameter : GetParam().parameters) {
        const auto expectWithin = [&](double value) {
            EXPECT_LT(parameter.minimum, parameter.maximum) << parameter.id;
            EXPECT_GE(value, parameter.minimum) << parameter.id;
            EXPECT_LE(value, parameter.maximum) << parameter.id;
            EXPECT_FALSE(parameter.unit.empty()) << parameter.id;
        };
        switch (parameter.kind) {
        case Parameter::Kind::Integer:
            expectWithin(static_cast<double>(std::get<std::int64_t>(parameter.defaultValue)));
            break;
        case Parameter::Kind::Real:
            expectWithin(std::get<double>(parameter.defaultValue));
            break;
        case Parameter::Kind::Toggle:
            EXPECT_TRUE(std::holds_alternative<bool>(parameter.defaultValue)) << parameter.id;
            break;
        case Parameter::Kind::Choice:
            EXPECT_EQ(std::get<std::string>(parameter.defaultValue), parameter.choices.at(0).id);
            EXPECT_GE(parameter.choices.size(), 2U);
            break;
        }
    }
}

TEST_P(EveryWorkload, givesTheSameChecksumWhateverTheWorkers)
{
    constexpr std::uint64_t kItems = 37;
    const auto &info = GetParam();
    auto spec = specOf(info, smallParameters(info.id));
    spec.items = kItems;
    const auto one = carryOut(spec, kItems, 1);
    EXPECT_NE(one.checksum, 0U);
    EXPECT_EQ(carryOut(spec, kItems, 2).checksum, one.checksum);
    EXPECT_EQ(carryOut(spec, kItems, 5).checksum, one.checksum);
}

TEST_P(EveryWorkload, dependsOnTheSeedUnlessItOnlyWaits)
{
    constexpr std::uint64_t kItems = 12;
    const auto &info = GetParam();
    auto spec = specOf(info, smallParameters(info.id));
    spec.items = kItems;
    std::set<std::uint64_t> checksums;
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        spec.seed = seed;
        checksums.insert(carryOut(spec, kItems, 1).checksum);
    }
    EXPECT_EQ(checksums.size(), info.id == "sleep" ? 1U : 3U);
}

TEST_P(EveryWorkload, takesItemsBeyondThoseOfTheSpec)
{
    const auto &info = GetParam();
    auto spec = specOf(info, smallParameters(info.id));
    spec.items = 3;
    carryOut(spec, 8, 2);
    spec.items.reset();
    carryOut(spec, 200, 2);
}

TEST_P(EveryWorkload, doesNothingOnceStopped)
{
    const auto &info = GetParam();
    auto spec = specOf(info, smallParameters(info.id));
    spec.workers = info.minWorkers;
    std::optional<HttpEndpoint> nobody;
    if (const auto needs = info.make(spec)->needs(); needs.httpServer) {
        nobody = HttpEndpoint{.port = 1, .token = "secret"};
        if (const auto identity = identityFor(needs))
            nobody->certificate = identity->certificate();
    }
    PreparedWorkload prepared(info, spec, nobody);
    RunWord word;
    word.stop();
    // The last, because the first may be one that only passes items on.
    auto worker = prepared.workload().makeWorker(prepared.resources(spec.workers - 1));
    ASSERT_TRUE(worker);
    CountingSource source;
    if (info.drawsItems) {
        EXPECT_EQ((*worker)->next(source, MonotonicClock::now(), word.token()), std::nullopt);
    }
    const auto result = (*worker)->carryOut(0, word.token());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Cancelled);
}

// How much CPU a worker uses between the stop and the moment it leaves its item. Not the time: on a loaded
// machine it may have to wait for a core.
Nanoseconds cpuAfterStop(const WorkloadInfo &info, PreparedWorkload &prepared)
{
    RunWord word;
    std::atomic<bool> begun = false;
    std::atomic<bool> mayEnd = false;
    Nanoseconds atEnd{};
    std::thread worker([&] {
        auto items = prepared.workload().makeWorker(prepared.resources(0));
        ASSERT_TRUE(items) << describe(items.error());
        begun = true;
        CountingSource source;
        while (const auto item = (*items)->next(source, MonotonicClock::now(), word.token())) {
            const auto result = (*items)->carryOut(*item, word.token());
            if (!result) {
                EXPECT_EQ(result.error().kind, ErrorKind::Cancelled)
                    << info.id << ": " << describe(result.error());
                break;
            }
        }
        atEnd = threadCpuTime();
        while (!mayEnd)
            std::this_thread::yield();
    });
    while (!begun)
        std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(5)); // so that it is within an item, wherever
    clockid_t clock{};
    EXPECT_EQ(pthread_getcpuclockid(worker.native_handle(), &clock), 0);
    timespec atStop{};
    EXPECT_EQ(clock_gettime(clock, &atStop), 0);
    word.stop();
    mayEnd = true;
    worker.join();
    return atEnd - (std::chrono::seconds(atStop.tv_sec) + Nanoseconds(atStop.tv_nsec));
}

TEST_P(EveryWorkload, leavesAnItemSoonAfterTheStop)
{
    const auto &info = GetParam();
    auto spec = specOf(info, longParameters(info.id));
    spec.items = 1;
    spec.workers = info.minWorkers;
    std::optional<SocketServer> server;
    // It never answers: an item that did not notice the stop would wait for the server's end, which comes
    // after it.
    if (const auto needs = info.make(spec)->needs(); needs.httpServer)
        server.emplace(
            [](int fd) {
                while (receiveHead(fd)) { }
            },
            identityFor(needs));
    PreparedWorkload prepared(info, spec, server ? std::optional(server->endpoint()) : std::nullopt);
    std::vector<Nanoseconds> tries;
    for (int i = 0; i < 5; ++i)
        tries.push_back(cpuAfterStop(info, prepared));
    std::ranges::sort(tries);
    EXPECT_LE(tries[2], kStopBudget);
}

TEST_P(EveryWorkload, stopsWhileItsDataIsMade)
{
    const auto &info = GetParam();
    const auto workload = info.make(specOf(info, smallParameters(info.id)));
    std::vector<std::uint64_t> data(workload->needs().dataBytes / sizeof(std::uint64_t));
    RunWord word;
    word.stop();
    const auto filled = workload->fillData(std::as_writable_bytes(std::span(data)), word.token());
    if (data.empty())
        return;
    ASSERT_FALSE(filled);
    EXPECT_EQ(filled.error().kind, ErrorKind::Cancelled);
}

TEST_P(EveryWorkload, saysWhatItLacks)
{
    const auto &info = GetParam();
    const auto workload = info.make(specOf(info, smallParameters(info.id)));
    const auto needs = workload->needs();
    const auto worker = workload->makeWorker({});
    const bool needsSomething =
        needs.dataBytes > 0 || needs.arenaBytes > 0 || needs.httpServer || needs.directory;
    EXPECT_EQ(worker.has_value(), !needsSomething);
    if (needsSomething && !worker) {
        EXPECT_FALSE(worker.error().what.empty());
    }
}

TEST_P(EveryWorkload, givesItsResultsOrNone)
{
    const auto &info = GetParam();
    auto spec = specOf(info, smallParameters(info.id));
    spec.items = 20;
    spec.workers = std::max(2U, info.minWorkers);
    const auto none = info.make(spec)->results({});
    EXPECT_TRUE(std::ranges::all_of(
        none, [](const ResultValue &value) { return std::holds_alternative<std::monostate>(value); }));
    EXPECT_LE(none.size(), info.results.size());

    std::set<std::string> ids;
    for (const auto &result : info.results) {
        EXPECT_TRUE(isSnakeCase(result.id)) << result.id;
        EXPECT_TRUE(ids.insert(result.id).second) << result.id << " occurs twice";
        EXPECT_FALSE(result.title.empty()) << result.id;
        EXPECT_LT(result.title.size(), 16U) << result.id << ": a column of the command line";
        EXPECT_TRUE(result.help.ends_with('.')) << result.id;
    }
    if (info.results.empty() || info.make(spec)->needs().httpServer)
        return;
    PreparedWorkload prepared(info, spec);
    const auto outcome = carryOutOnThreads(prepared, 20, spec.workers);
    const auto results = prepared.results(outcome.done);
    EXPECT_EQ(results.size(), info.results.size());
}

std::vector<WorkloadInfo> ownWorkloads()
{
    std::vector<WorkloadInfo> own(workloads().begin(), workloads().end());
    std::erase_if(own, [](const WorkloadInfo &info) { return info.isForeign; });
    return own;
}

INSTANTIATE_TEST_SUITE_P(
    Catalogue, EveryWorkload, ::testing::ValuesIn(ownWorkloads()),
    [](const ::testing::TestParamInfo<WorkloadInfo> &param) {
        auto name = param.param.id;
        std::ranges::replace(name, '-', '_');
        return name;
    });

TEST(Catalogue, aForeignProgramHasNoItemsOfOurs)
{
    const auto *const info = findWorkload("command");
    ASSERT_NE(info, nullptr);
    EXPECT_TRUE(info->isForeign);
    const auto worker = info->make({.params = {}, .seed = 1, .items = 1, .workers = 1})->makeWorker({});
    ASSERT_FALSE(worker);
    EXPECT_EQ(worker.error().kind, ErrorKind::Unsupported);
}

TEST(Catalogue, findsEachWorkloadByItsId)
{
    for (const auto &info : workloads())
        EXPECT_EQ(findWorkload(info.id), &info);
    EXPECT_EQ(findWorkload("no-such-workload"), nullptr);
    EXPECT_EQ(findWorkload(""), nullptr);
}

TEST(Checksum, doesNotDependOnOrderButOnEachResult)
{
    EXPECT_NE(checksumShare(0, 0), 0U);
    EXPECT_NE(checksumShare(0, 1) + checksumShare(1, 0), checksumShare(0, 0) + checksumShare(1, 1));
    EXPECT_EQ(mixBits(0), 0xe220'a839'7b1d'cdafULL); // the first number of splitmix64 from seed 0
}

} // namespace
} // namespace timeslice
