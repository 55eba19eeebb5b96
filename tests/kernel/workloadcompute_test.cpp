// SPDX-License-Identifier: GPL-3.0-or-later
// Known answers of the workloads that compute: sum, primes, mandelbrot, hash.
#include "core/workload/digest.h"
#include "core/workload/hash.h"
#include "core/workload/mandelbrot.h"
#include "core/workload/mandelbrotcanvas.h"
#include "core/workload/primes.h"
#include "core/workload/sum.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <numbers>
#include <set>

namespace timeslice {
namespace {

using namespace testing_support;

TEST(SumSlice, coversTheListWithoutGapOrOverlap)
{
    for (const std::uint64_t numbers : {1'000U, 1'001U, 1'063U, 100'003U}) {
        for (const std::uint64_t slices : {1U, 2U, 3U, 64U, 999U, 1'000U, 1'001U, 5'000U}) {
            std::uint64_t next = 0;
            for (std::uint64_t i = 0; i < slices; ++i) {
                const auto slice = sumSlice(numbers, slices, i);
                EXPECT_EQ(slice.first, next);
                EXPECT_GE(slice.count, numbers / slices);
                EXPECT_LE(slice.count, numbers / slices + 1);
                next += slice.count;
            }
            EXPECT_EQ(next, numbers) << slices << " slices";
        }
    }
}

TEST(SumSlice, givesTheRemainderToTheLast)
{
    EXPECT_EQ(sumSlice(10, 4, 0), (SumSlice{0, 2}));
    EXPECT_EQ(sumSlice(10, 4, 1), (SumSlice{2, 2}));
    EXPECT_EQ(sumSlice(10, 4, 2), (SumSlice{4, 3}));
    EXPECT_EQ(sumSlice(10, 4, 3), (SumSlice{7, 3}));
    // More slices than numbers, as many as a run may have: nothing overflows.
    EXPECT_EQ(sumSlice(1'000, 1'000'000'000'000, 0).count, 0U);
    EXPECT_EQ(sumSlice(2'000'000'000, 1'000'000'000'000, 999'999'999'999), (SumSlice{1'999'999'999, 1}));
}

// A list of a prime number of numbers, so that blocks, lanes and slices all have remainders.
constexpr std::int64_t kNumbers = 200'003;

std::vector<double> numbersOf(std::uint64_t seed)
{
    std::vector<double> numbers(kNumbers);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = sumNumber(seed, i);
    return numbers;
}

// A run of `sum` over that list, cut into as many slices as it is told.
class SumRun {
public:
    SumRun(const char *loop, std::uint64_t slices)
        : m_prepared(sumWorkload(), spec(loop, slices))
        , m_worker(*m_prepared.workload().makeWorker(m_prepared.resources(0)))
    { }
    double operator()(std::uint64_t item)
    {
        const auto result = m_worker->carryOut(item, m_word.token());
        EXPECT_TRUE(result);
        return std::bit_cast<double>(result.value_or(0));
    }

private:
    static WorkSpec spec(const char *loop, std::uint64_t slices)
    {
        auto spec = specOf(sumWorkload(), {{"numbers", kNumbers}, {"loop", std::string(loop)}});
        spec.items = slices;
        return spec;
    }

    RunWord m_word;
    PreparedWorkload m_prepared;
    std::unique_ptr<WorkerItems> m_worker;
};

TEST(Sum, fillsTheListByPosition)
{
    const auto info = sumWorkload();
    auto spec = specOf(info, {{"numbers", kNumbers}});
    spec.seed = 5;
    PreparedWorkload prepared(info, spec);
    ASSERT_EQ(prepared.data().size(), kNumbers * sizeof(double));
    const auto expected = numbersOf(5);
    EXPECT_EQ(std::memcmp(prepared.data().data(), expected.data(), prepared.data().size()), 0);
    EXPECT_TRUE(std::ranges::all_of(expected, [](double number) { return number >= 0 && number < 1; }));
}

TEST(Sum, strictIsTheSumFromLeftToRight)
{
    const auto numbers = numbersOf(1);
    for (const std::uint64_t slices : {1U, 7U}) {
        SumRun sumOf("strict", slices);
        for (std::uint64_t item = 0; item < slices; ++item) {
            const auto slice = sumSlice(kNumbers, slices, item);
            double expected = 0;
            for (std::uint64_t i = slice.first; i < slice.first + slice.count; ++i)
                expected += numbers[i];
            EXPECT_EQ(sumOf(item), expected);
        }
    }
}

TEST(Sum, simdIsSixteenSumsPerBlock)
{
    const auto numbers = numbersOf(1);
    double expected = 0;
    for (std::size_t first = 0; first < numbers.size(); first += 65'536) {
        double lanes[16] = {};
        for (std::size_t i = first; i < std::min(first + 65'536, numbers.size()); ++i)
            lanes[(i - first) % 16] += numbers[i];
        for (std::size_t half : {8U, 4U, 2U, 1U}) {
            for (std::size_t lane = 0; lane < half; ++lane)
                lanes[lane] += lanes[lane + half];
        }
        expected += lanes[0];
    }
    EXPECT_EQ(SumRun("simd", 1)(0), expected);
}

TEST(Sum, bothLoopsAreNearTheTrueSum)
{
    long double expected = 0;
    for (const double number : numbersOf(1))
        expected += number;
    for (const char *const loop : {"strict", "simd"}) {
        EXPECT_NEAR(SumRun(loop, 1)(0), static_cast<double>(expected), 1e-6);
        SumRun sumOf(loop, 64);
        double parts = 0;
        for (std::uint64_t item = 0; item < 64; ++item)
            parts += sumOf(item);
        EXPECT_NEAR(parts, static_cast<double>(expected), 1e-6);
    }
    // The numbers are spread evenly over [0, 1).
    EXPECT_NEAR(static_cast<double>(expected) / kNumbers, 0.5, 0.01);
}

TEST(Sum, ofAnEmptySliceIsZero)
{
    EXPECT_EQ(SumRun("strict", 1'000'000)(0), 0.0);
    EXPECT_EQ(SumRun("simd", 1'000'000)(0), 0.0);
    EXPECT_EQ(SumRun("simd", 1'000'000)(999'999), numbersOf(1).back());
}

TEST(Sum, handsOnWhatItsDataSourceSays)
{
    class Broken final : public DataSource {
        Result<std::span<const std::byte>> fetch(std::size_t, std::size_t, const StopToken &) override
        {
            return fail(ErrorKind::Gone, "data", "the feeder went away");
        }
    } broken;
    const auto info = sumWorkload();
    const auto workload = info.make(specOf(info, smallParameters("sum")));
    WorkerResources resources;
    resources.data = &broken;
    RunWord word;
    const auto result = (*workload->makeWorker(resources))->carryOut(0, word.token());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().what, "the feeder went away");
}

TEST(Primes, areThoseOfASieve)
{
    constexpr std::size_t kLimit = 200'000;
    std::vector<bool> composite(kLimit, false);
    composite[0] = composite[1] = true;
    for (std::size_t i = 2; i * i < kLimit; ++i) {
        for (std::size_t multiple = i * i; !composite[i] && multiple < kLimit; multiple += i)
            composite[multiple] = true;
    }
    RunWord word;
    for (const auto &[first, count] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
             {0, 1}, {0, 30}, {1, 1}, {2, 1}, {3, 2}, {25, 1}, {0, kLimit}, {123'457, 50'000}}) {
        const auto begin = composite.begin() + static_cast<std::ptrdiff_t>(first);
        const auto expected = std::count(begin, begin + static_cast<std::ptrdiff_t>(count), false);
        EXPECT_EQ(countPrimes(first, count, word.token()), static_cast<std::uint64_t>(expected)) << first;
    }
}

TEST(Primes, areKnownAtTheEndsOfTheRange)
{
    RunWord word;
    EXPECT_EQ(countPrimes(10'000'000, 1'000, word.token()), 61U); // pi(10,001,000) - pi(10,000,000)
    EXPECT_EQ(countPrimes(10'000'019, 1, word.token()), 1U); // the first prime above ten million
    EXPECT_EQ(countPrimes(4'294'967'291, 1, word.token()), 1U); // the largest below 2^32
    EXPECT_EQ(countPrimes(4'294'967'292, 4, word.token()), 0U);
    EXPECT_EQ(countPrimes(65'521ULL * 65'521ULL, 1, word.token()), 0U);
}

TEST(Primes, rangesLieInTheirWindow)
{
    std::set<std::uint64_t> starts;
    for (std::uint64_t item = 0; item < 1'000; ++item) {
        const auto start = primesRangeStart(1, item);
        EXPECT_GE(start, kPrimesLowest);
        EXPECT_LT(start, 2 * kPrimesLowest);
        starts.insert(start);
    }
    EXPECT_GT(starts.size(), 990U);
    EXPECT_NE(primesRangeStart(1, 0), primesRangeStart(2, 0));
}

TEST(Mandelbrot, knowsPointsInsideAndOutside)
{
    // In the set: 0, -1 (period 2), i (ends in a cycle), -2 (its tip), 0.25 (the cusp).
    EXPECT_EQ(mandelbrotIterations(0, 0, 5'000), 5'000U);
    EXPECT_EQ(mandelbrotIterations(-1, 0, 5'000), 5'000U);
    EXPECT_EQ(mandelbrotIterations(0, 1, 5'000), 5'000U);
    EXPECT_EQ(mandelbrotIterations(-2, 0, 5'000), 5'000U);
    EXPECT_EQ(mandelbrotIterations(0.25, 0, 5'000), 5'000U);
    // 1: 0, 1, 2, 5. 2: 0, 2, 6. 3: 0, 3.
    EXPECT_EQ(mandelbrotIterations(1, 0, 5'000), 3U);
    EXPECT_EQ(mandelbrotIterations(2, 0, 5'000), 2U);
    EXPECT_EQ(mandelbrotIterations(3, 0, 5'000), 1U);
    EXPECT_EQ(mandelbrotIterations(0, 0, 1), 1U);
}

TEST(Mandelbrot, escapesAtTheNeckAfterPiOverEpsilonSteps)
{
    // D. Boll's observation: at -3/4 + i * epsilon the count times epsilon tends to pi.
    for (const double epsilon : {0.1, 0.01, 0.001, 0.0001})
        EXPECT_NEAR(mandelbrotIterations(-0.75, epsilon, 65'535) * epsilon, std::numbers::pi, 2 * epsilon);
}

constexpr std::uint32_t kWidth = 100;
constexpr std::uint32_t kHeight = 70;
constexpr std::uint32_t kTile = 16; // 7 x 5 tiles, cut at the right and below
constexpr std::uint64_t kTiles = 35;

TEST(Mandelbrot, paintsEveryPixelOnceWithItsWorker)
{
    const auto info = mandelbrotWorkload();
    PreparedWorkload prepared(info, specOf(info, smallParameters("mandelbrot")));
    EXPECT_FALSE(MandelbrotView::of(prepared.arena()));
    auto first = *prepared.workload().makeWorker(prepared.resources(0));
    auto second = *prepared.workload().makeWorker(prepared.resources(4));
    const auto view = MandelbrotView::of(prepared.arena());
    ASSERT_TRUE(view);
    EXPECT_EQ(view->width(), kWidth);
    EXPECT_EQ(view->height(), kHeight);
    EXPECT_EQ(view->tile(), kTile);
    EXPECT_EQ(view->maxIterations(), 200U);

    const auto painted = [&](std::uint16_t by) {
        std::size_t count = 0;
        for (std::uint32_t y = 0; y < kHeight; ++y) {
            for (std::uint32_t x = 0; x < kWidth; ++x)
                count += view->pixel(x, y).paintedBy == by ? 1 : 0;
        }
        return count;
    };
    EXPECT_EQ(painted(0), kWidth * kHeight);
    RunWord word;
    ASSERT_TRUE(first->carryOut(0, word.token()));
    EXPECT_EQ(painted(1), kTile * kTile);
    EXPECT_EQ(view->pixel(kWidth / 2, kHeight / 2).paintedBy, 1U) << "it begins in the middle";
    for (std::uint64_t item = 1; item < kTiles; ++item)
        ASSERT_TRUE((item % 2 == 0 ? first : second)->carryOut(item, word.token()));
    EXPECT_EQ(painted(0), 0U);
    EXPECT_EQ(painted(1) + painted(5), kWidth * kHeight);
    EXPECT_GT(painted(5), 0U);

    // The whole set: symmetric about the real axis, with the body in it and the corners far outside.
    EXPECT_EQ(view->pixel(0, 0).iterations, view->pixel(0, kHeight - 1).iterations);
    EXPECT_LT(view->pixel(0, 0).iterations, 5U);
    EXPECT_EQ(view->pixel(kWidth / 2, kHeight / 2).iterations, 200U);
    for (std::uint32_t x = 0; x < kWidth; ++x)
        EXPECT_EQ(view->pixel(x, 10).iterations, view->pixel(x, kHeight - 11).iterations);
}

TEST(Mandelbrot, beginsAgainAfterTheLastTile)
{
    const auto info = mandelbrotWorkload();
    PreparedWorkload prepared(info, specOf(info, smallParameters("mandelbrot")));
    auto worker = *prepared.workload().makeWorker(prepared.resources(0));
    RunWord word;
    for (const std::uint64_t item : {std::uint64_t{0}, std::uint64_t{34}})
        EXPECT_EQ(
            *worker->carryOut(item, word.token()), *worker->carryOut(item + 1'000 * kTiles, word.token()));
    EXPECT_NE(*worker->carryOut(0, word.token()), *worker->carryOut(1, word.token()));
}

TEST(Mandelbrot, showsTheSetForSeedOneAndOtherPlacesElse)
{
    EXPECT_GT(mandelbrotRegion(1).width, 3);
    for (std::uint64_t seed = 2; seed < 100; ++seed) {
        EXPECT_LT(mandelbrotRegion(seed).width, 0.1);
        EXPECT_GT(mandelbrotRegion(seed).width, 0.001);
        EXPECT_NE(mandelbrotRegion(seed), mandelbrotRegion(seed + 1));
    }
}

TEST(MandelbrotCanvas, thatIsNoneIsNotRead)
{
    std::vector<std::uint64_t> memory(mandelbrotCanvasBytes(64, 64) / 8, 0);
    const auto canvas = std::as_writable_bytes(std::span(memory));
    const MandelbrotHeader good{.width = 64, .height = 64, .tile = 16, .maxIterations = 100};
    EXPECT_FALSE(MandelbrotView::of({}));
    EXPECT_FALSE(MandelbrotView::of(canvas.first(8)));
    EXPECT_FALSE(MandelbrotView::of(canvas));
    EXPECT_FALSE(MandelbrotPainter::on(canvas.first(canvas.size() - 1), good));
    EXPECT_FALSE(MandelbrotPainter::on(canvas.subspan(1), good));
    ASSERT_TRUE(MandelbrotPainter::on(canvas, good));
    EXPECT_TRUE(MandelbrotView::of(canvas));
    EXPECT_FALSE(MandelbrotView::of(canvas.first(canvas.size() - 1)));

    auto &header = *reinterpret_cast<MandelbrotHeader *>(memory.data());
    const auto expectRefused = [&](std::uint32_t MandelbrotHeader::*field, std::uint32_t value) {
        const auto before = std::exchange(header.*field, value);
        EXPECT_FALSE(MandelbrotView::of(canvas)) << value;
        header.*field = before;
    };
    for (const std::uint32_t value : {0U, 15U, 65U, 4'097U, 0xffff'ffffU}) {
        expectRefused(&MandelbrotHeader::width, value);
        expectRefused(&MandelbrotHeader::height, value);
    }
    expectRefused(&MandelbrotHeader::tile, 0);
    expectRefused(&MandelbrotHeader::tile, 513);
    expectRefused(&MandelbrotHeader::maxIterations, 0);
    expectRefused(&MandelbrotHeader::maxIterations, 65'536);
    EXPECT_TRUE(MandelbrotView::of(canvas));
}

TEST(MandelbrotCanvas, keepsBothHalvesOfAPixel)
{
    std::vector<std::uint64_t> memory(mandelbrotCanvasBytes(32, 16) / 8, 0);
    const auto canvas = std::as_writable_bytes(std::span(memory));
    auto painter =
        MandelbrotPainter::on(canvas, {.width = 32, .height = 16, .tile = 8, .maxIterations = 65'535});
    ASSERT_TRUE(painter);
    painter->paint(31, 15, {.iterations = 65'535, .paintedBy = 4'096});
    const auto view = MandelbrotView::of(canvas);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->pixel(31, 15), (MandelbrotPixel{.iterations = 65'535, .paintedBy = 4'096}));
    EXPECT_EQ(view->pixel(30, 15), MandelbrotPixel{});
}

std::string hexOf(const Sha256::Digest &digest)
{
    std::string text;
    for (const auto byte : digest) {
        text += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4];
        text += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15];
    }
    return text;
}

TEST(Sha256, matchesThePublishedVectors)
{
    // FIPS 180-2, appendix B, and the digest of nothing.
    auto sha = *Sha256::create();
    const auto hex = [&sha](std::string_view text) { return hexOf(*sha.of(std::as_bytes(std::span(text)))); };
    EXPECT_EQ(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(
        hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(
        hex(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, takesAMessageInPieces)
{
    const std::string text(100'000, 'a');
    const auto bytes = std::as_bytes(std::span(text));
    auto sha = *Sha256::create();
    const auto whole = *sha.of(bytes);
    sha.begin();
    for (std::size_t at = 0; at < bytes.size(); at += 777)
        sha.add(bytes.subspan(at, std::min<std::size_t>(777, bytes.size() - at)));
    EXPECT_EQ(*sha.finish(), whole);
}

TEST(Sha256, withoutABeginningIsAnError)
{
    auto sha = *Sha256::create();
    EXPECT_FALSE(sha.finish());
}

TEST(Sha256, firstWordIsLittleEndian)
{
    Sha256::Digest digest{};
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<std::byte>(i + 1);
    EXPECT_EQ(firstWord(digest), 0x0807'0605'0403'0201ULL);
    std::array<std::byte, 8> bytes{};
    putLittleEndian(0x0807'0605'0403'0201ULL, bytes);
    EXPECT_TRUE(std::ranges::equal(bytes, std::span(digest).first(8)));
}

TEST(Hash, isTheDigestOfSeedItemAndFill)
{
    // 300 KiB: more than one chunk, and the last one not full.
    const auto info = hashWorkload();
    auto spec = specOf(info, {{"block_kib", std::int64_t{300}}});
    spec.seed = 0x0102'0304'0506'0708ULL;
    PreparedWorkload prepared(info, spec);
    auto worker = *prepared.workload().makeWorker(prepared.resources(0));

    auto sha = *Sha256::create();
    std::vector<std::byte> seedBytes(8);
    putLittleEndian(spec.seed, seedBytes);
    const auto fill = *sha.of(seedBytes);
    std::vector<std::byte> block;
    while (block.size() < std::size_t{300} * 1024)
        block.insert(block.end(), fill.begin(), fill.end());
    putLittleEndian(spec.seed, block);
    RunWord word;
    for (const std::uint64_t item : {std::uint64_t{0}, std::uint64_t{1}, UINT64_MAX, std::uint64_t{0}}) {
        putLittleEndian(item, std::span(block).subspan(8));
        EXPECT_EQ(worker->carryOut(item, word.token()), firstWord(sha.of(block)));
    }
}

} // namespace
} // namespace timeslice
