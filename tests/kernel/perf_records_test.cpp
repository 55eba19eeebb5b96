// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/perf/records.h"
#include "tests/support/perfbytes.h"

#include <array>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <sstream>

namespace timeslice {
namespace {

using testing::PerfBytes;

constexpr std::size_t kRing = 4096;

const char *nameOf(SwitchKind kind)
{
    switch (kind) {
    case SwitchKind::In:
        return "in";
    case SwitchKind::Out:
        return "out";
    case SwitchKind::OutPreempted:
        return "preempted";
    case SwitchKind::Fork:
        return "fork";
    case SwitchKind::Exit:
        return "exit";
    case SwitchKind::Lost:
        return "lost";
    }
    return "?";
}

std::string text(const RingRecords &records)
{
    std::ostringstream out;
    for (const auto &record : records.switches) {
        out << record.timeNs << " cpu" << record.cpu << ' ' << nameOf(record.kind) << ' ' << record.pid << '/'
            << record.tid;
        if (record.detail != 0)
            out << ' ' << record.detail;
        out << '\n';
    }
    for (const auto &name : records.names)
        out << name.timeNs << " name " << name.pid << '/' << name.tid << " '" << name.text() << "'\n";
    return out.str();
}

struct Decoded {
    RingRecords records;
    DecodeCounts counts;
};

Decoded decode(const PerfBytes &bytes, std::uint64_t tail, std::uint64_t head, std::size_t ringBytes = kRing)
{
    const auto ring = bytes.inRing(ringBytes, tail);
    const auto decoder = std::make_unique<RecordDecoder>();
    Decoded decoded;
    decoder->decode(ring, tail, head, decoded.records);
    decoded.counts = decoder->counts();
    return decoded;
}

// One of everything; the golden text is below.
PerfBytes everything()
{
    PerfBytes bytes;
    bytes.fork(10, 11, {10, 10, 100, 1});
    bytes.comm(10, 11, "worker 1", {10, 11, 150, 1});
    bytes.switchIn({10, 11, 200, 1});
    bytes.preempted({10, 11, 300, 1});
    bytes.switchIn({10, 11, 400, 1});
    bytes.add(PERF_RECORD_THROTTLE, 0, std::vector<std::byte>(24), {10, 11, 450, 1});
    bytes.switchOut({10, 11, 500, 1});
    bytes.lost(42, {10, 11, 600, 1});
    bytes.add(PERF_RECORD_SWITCH_CPU_WIDE, 0, std::vector<std::byte>(8), {10, 11, 650, 1});
    bytes.switchIn({10, 11, 700, 1});
    bytes.lostSamples(3, {10, 11, 750, 1});
    bytes.exit(10, 11, {10, 11, 800, 1});
    return bytes;
}

constexpr const char *kEverything = "100 cpu1 fork 10/11 10\n"
                                    "200 cpu1 in 10/11\n"
                                    "300 cpu1 preempted 10/11\n"
                                    "400 cpu1 in 10/11\n"
                                    "500 cpu1 out 10/11\n"
                                    "600 cpu1 lost 0/0 42\n"
                                    "700 cpu1 in 10/11\n"
                                    "750 cpu1 lost 0/0 3\n"
                                    "800 cpu1 exit 10/11\n"
                                    "150 name 10/11 'worker 1'\n";

TEST(PerfRecords, ReadsEachTypeAndPassesOverTheOthers)
{
    auto bytes = everything();
    const auto decoded = decode(bytes, 0, bytes.bytes().size());
    EXPECT_EQ(text(decoded.records), kEverything);
    EXPECT_EQ(decoded.counts.decoded, 8U);
    EXPECT_EQ(decoded.counts.lost, 45U);
    EXPECT_EQ(decoded.counts.ignored, 2U);
    EXPECT_EQ(decoded.counts.malformed, 0U);
}

TEST(PerfRecords, ReadsTheSameWhereverTheRingWraps)
{
    auto bytes = everything();
    for (std::uint64_t tail = 0; tail < 2 * kRing; tail += 8) {
        const auto decoded = decode(bytes, tail, tail + bytes.bytes().size());
        ASSERT_EQ(text(decoded.records), kEverything) << "from " << tail;
    }
    // Positions are 64 bits and may themselves wrap.
    const auto nearEnd = std::uint64_t{0} - 64;
    EXPECT_EQ(text(decode(bytes, nearEnd, nearEnd + bytes.bytes().size()).records), kEverything);
}

TEST(PerfRecords, GoesOnWhereThePreviousStretchEnded)
{
    PerfBytes bytes;
    for (std::uint64_t i = 0; i < 64; ++i)
        bytes.switchIn({5, 5, i + 1, 0});
    const auto ring = bytes.inRing(kRing, 0);
    const auto decoder = std::make_unique<RecordDecoder>();
    RingRecords records;
    for (std::uint64_t tail = 0; tail < 64 * 32; tail += 8 * 32)
        decoder->decode(ring, tail, tail + 8 * 32, records);
    ASSERT_EQ(records.switches.size(), 64U);
    for (std::uint64_t i = 0; i < 64; ++i)
        EXPECT_EQ(records.switches[i].timeNs, i + 1);
}

TEST(PerfRecords, CutsLongNamesAndKeepsOddOnes)
{
    PerfBytes bytes;
    bytes.comm(1, 2, "a name of more than fifteen bytes", {1, 2, 5, 0});
    bytes.comm(1, 3, ") (\n;'", {1, 3, 6, 0});
    bytes.comm(1, 4, "", {1, 4, 7, 0});
    const auto decoded = decode(bytes, 0, bytes.bytes().size());
    EXPECT_EQ(text(decoded.records), "5 name 1/2 'a name of more '\n6 name 1/3 ') (\n;''\n7 name 1/4 ''\n");
}

TEST(PerfRecords, LeavesOutTasksThatHaveNoIdHere)
{
    PerfBytes bytes;
    bytes.switchIn({0, 0, 1, 0});
    bytes.switchOut({UINT32_MAX, UINT32_MAX, 2, 0});
    bytes.comm(UINT32_MAX, UINT32_MAX, "x", {1, 1, 3, 0});
    const auto decoded = decode(bytes, 0, bytes.bytes().size());
    EXPECT_EQ(text(decoded.records), "");
    EXPECT_EQ(decoded.counts.ignored, 3U);
}

TEST(PerfRecords, CountsRecordsThatAreTooShortAndGoesOn)
{
    PerfBytes bytes;
    bytes.raw(perf_event_header{PERF_RECORD_SWITCH, 0, 16});
    bytes.raw(std::uint64_t{0});
    bytes.raw(perf_event_header{PERF_RECORD_FORK, 0, 32});
    bytes.raw(PerfBytes::Id{1, 1, 1, 0});
    bytes.switchIn({1, 1, 9, 0});
    const auto decoded = decode(bytes, 0, bytes.bytes().size());
    EXPECT_EQ(text(decoded.records), "9 cpu0 in 1/1\n");
    EXPECT_EQ(decoded.counts.malformed, 2U);
}

TEST(PerfRecords, CountsImpossibleTimesAndCpus)
{
    PerfBytes bytes;
    bytes.switchIn({1, 1, UINT64_MAX, 0});
    bytes.switchIn({1, 1, 5, 70'000});
    const auto decoded = decode(bytes, 0, bytes.bytes().size());
    EXPECT_EQ(text(decoded.records), "");
    EXPECT_EQ(decoded.counts.malformed, 2U);
}

TEST(PerfRecords, ShowsAnUnreadableStretchAsLostBeforeTheNextRecord)
{
    for (const __u16 size : std::to_array<__u16>({0, 4, 12, 65'528})) {
        PerfBytes bytes;
        bytes.switchIn({1, 1, 5, 3});
        bytes.raw(perf_event_header{PERF_RECORD_SWITCH, 0, size});
        bytes.switchOut({1, 1, 6, 3});
        const auto first = bytes.bytes().size();
        bytes.switchIn({1, 1, 9, 3});
        const auto ring = bytes.inRing(kRing, 0);
        const auto decoder = std::make_unique<RecordDecoder>();
        RingRecords records;
        decoder->decode(ring, 0, first, records);
        decoder->decode(ring, first, first + 32, records);
        EXPECT_EQ(text(records), "5 cpu3 in 1/1\n9 cpu3 lost 0/0\n9 cpu3 in 1/1\n") << size;
        EXPECT_EQ(decoder->counts().malformed, 1U);
    }
}

TEST(PerfRecords, ReadsNothingWhenMoreThanARingIsClaimed)
{
    auto bytes = everything();
    const auto decoded = decode(bytes, 8, 8 + kRing + 8);
    EXPECT_EQ(text(decoded.records), "");
    EXPECT_EQ(decoded.counts.malformed, 1U);
    EXPECT_EQ(decode(bytes, 8, 0).counts.malformed, 1U); // backwards
}

// Whatever the bytes are, the decoder neither leaves them (the sanitizers watch) nor loops, and what it
// returns keeps the promises of SwitchRecord.
TEST(PerfRecords, SurvivesTenThousandMutations)
{
    std::mt19937_64 random(20'240'917);
    auto original = everything();
    const auto decoder = std::make_unique<RecordDecoder>();
    for (int round = 0; round < 10'000; ++round) {
        auto bytes = original;
        const auto changes = 1 + random() % 8;
        for (std::uint64_t i = 0; i < changes; ++i) {
            const auto at = random() % bytes.bytes().size();
            // Half of the changes hit a size field or a type, where they hurt most.
            const auto place = random() % 2 == 0 ? at : at / 8 * 8 + (random() % 2 == 0 ? 6 : 0);
            bytes.bytes()[place % bytes.bytes().size()] = static_cast<std::byte>(random());
        }
        const auto tail = random();
        const auto length = random() % 4 == 0 ? random() % (2 * kRing) : bytes.bytes().size();
        RingRecords records;
        decoder->decode(bytes.inRing(kRing, tail), tail, tail + length, records);
        ASSERT_LE(records.switches.size(), 2 * kRing / 32);
        for (const auto &record : records.switches) {
            ASSERT_LT(record.timeNs, 1ULL << 63);
            ASSERT_TRUE(record.kind == SwitchKind::Lost ? record.tid == 0 : record.tid > 0);
        }
        for (const auto &name : records.names)
            ASSERT_LT(name.text().size(), name.comm.size());
    }
}

} // namespace
} // namespace timeslice
