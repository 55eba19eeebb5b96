// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/file.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace timeslice {

namespace {

using namespace testing_support;

namespace fs = std::filesystem;

WorkSpec fileSpec(std::int64_t kib, bool sync, bool readBack)
{
    return specOf(fileWorkload(), {{"kib", kib}, {"fsync", sync}, {"read_back", readBack}});
}

std::size_t entriesOf(const fs::path &directory)
{
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

TEST(FileWorkload, writesFilesThatNoItemLeavesBehind)
{
    // Less than a chunk, whole chunks, and some more.
    for (const std::int64_t kib : {1, 64, 128, 200}) {
        for (const bool readBack : {false, true}) {
            auto spec = fileSpec(kib, true, readBack);
            spec.workers = 2;
            PreparedWorkload prepared(fileWorkload(), spec);
            const auto outcome = carryOutOnThreads(prepared, 6, 2);
            EXPECT_EQ(outcome.failures, std::vector<std::string>{});
            std::uint64_t expected = 0;
            for (std::uint64_t item = 0; item < 6; ++item)
                expected += checksumShare(item, itemWord(1, item));
            EXPECT_EQ(outcome.checksum, expected);
            EXPECT_EQ(entriesOf(prepared.directory()), 0U);
        }
    }
}

TEST(FileWorkload, keepsItsFilesPrivate)
{
    PreparedWorkload prepared(fileWorkload(), fileSpec(1, false, false));
    auto worker = *prepared.workload().makeWorker(prepared.resources(0));
    const auto own = prepared.directory() / "files-0";
    EXPECT_EQ(fs::status(own).permissions() & fs::perms::mask, fs::perms::owner_all);
    worker.reset();
    EXPECT_FALSE(fs::exists(own));
}

TEST(FileWorkload, saysHowLongTheDiskTookAndWhatItIs)
{
    PreparedWorkload prepared(fileWorkload(), fileSpec(2, true, false));
    const auto outcome = carryOutOnThreads(prepared, 4, 1);
    const auto results = prepared.results(outcome.done);
    EXPECT_DOUBLE_EQ(std::get<double>(results.at(0)), 8192); // within the one second of these tests
    EXPECT_GT(std::get<double>(results.at(1)), 0);
    EXPECT_GE(std::get<double>(results.at(2)), std::get<double>(results.at(1)));
    EXPECT_FALSE(std::get<std::string>(results.at(3)).empty());

    PreparedWorkload unsynced(fileWorkload(), fileSpec(2, false, false));
    static_cast<void>(carryOutOnThreads(unsynced, 4, 1));
    EXPECT_TRUE(std::holds_alternative<std::monostate>(unsynced.results(4).at(1))) << "not measured, not 0";
}

TEST(FileWorkload, knowsFileSystemsByTheirNumber)
{
    EXPECT_EQ(fileSystemName(0xef53), "ext4");
    EXPECT_NE(fileSystemName(0x0102'1994).find("in memory"), std::string::npos);
    EXPECT_EQ(fileSystemName(0xabc), "type 0xabc");
}

TEST(FileWorkload, saysThatTheDiskIsFull)
{
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    ASSERT_GE(full, 0);
    RunWord word;
    const auto written = writeAll(full, std::as_bytes(std::span("text")), "some/file", word.token());
    ::close(full);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().errnoValue, ENOSPC);
    EXPECT_EQ(written.error().where, "some/file");
    EXPECT_NE(written.error().what.find("full"), std::string::npos);
}

TEST(FileWorkload, makesAFailureAFailedItemAndCleansUp)
{
    PreparedWorkload prepared(fileWorkload(), fileSpec(4, false, false));
    auto worker = *prepared.workload().makeWorker(prepared.resources(0));
    RunWord word;
    // A name that is taken already: nobody else's file is ever overwritten.
    std::ofstream(prepared.directory() / "files-0" / "3") << "mine";
    const auto taken = worker->carryOut(3, word.token());
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().errnoValue, EEXIST);
    EXPECT_TRUE(fs::exists(prepared.directory() / "files-0" / "3"));
    fs::remove(prepared.directory() / "files-0" / "3");

    // The directory is gone, as when the run's was swept away.
    fs::remove(prepared.directory() / "files-0");
    const auto gone = worker->carryOut(4, word.token());
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().kind, ErrorKind::Gone);
    EXPECT_TRUE(carryOutOnThreads(prepared, 2, 1).failures.empty());
}

TEST(FileWorkload, removesItsFileWhenItIsStopped)
{
    PreparedWorkload prepared(fileWorkload(), fileSpec(1'048'576, false, false));
    auto worker = *prepared.workload().makeWorker(prepared.resources(0));
    const auto own = prepared.directory() / "files-0";
    RunWord word;
    std::thread stopper([&] {
        while (entriesOf(own) == 0)
            std::this_thread::yield();
        word.stop();
    });
    const auto stopped = worker->carryOut(0, word.token());
    stopper.join();
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().kind, ErrorKind::Cancelled);
    EXPECT_EQ(entriesOf(own), 0U);
}

} // namespace
} // namespace timeslice
