// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/matrix.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

namespace timeslice {

namespace {

using namespace testing_support;

// As any language does it: three loops, row by row.
std::uint64_t plainProduct(std::uint64_t seed, std::uint64_t item, std::size_t side)
{
    std::vector<double> product;
    for (std::size_t row = 0; row < side; ++row) {
        for (std::size_t column = 0; column < side; ++column) {
            double sum = 0;
            for (std::size_t k = 0; k < side; ++k)
                sum += matrixEntry(seed, item, 0, row * side + k)
                    * matrixEntry(seed, item, 1, k * side + column);
            product.push_back(sum);
        }
    }
    return matrixFingerprint(product);
}

TEST(Matrix, isTheProductOfThreePlainLoops)
{
    // Within one block of 64, at its edges, and over several.
    for (const std::int64_t side : {1, 3, 16, 63, 64, 65, 130}) {
        const auto info = matrixWorkload();
        auto spec = specOf(info, {{"size", side}});
        spec.seed = 9;
        PreparedWorkload prepared(info, spec);
        auto worker = *prepared.workload().makeWorker(prepared.resources(0));
        RunWord word;
        for (const std::uint64_t item : {0U, 1U, 77U})
            EXPECT_EQ(
                *worker->carryOut(item, word.token()), plainProduct(9, item, static_cast<std::size_t>(side)))
                << side;
    }
}

TEST(Matrix, hasEntriesOfEveryKind)
{
    std::vector<unsigned> counts(16);
    for (std::uint64_t i = 0; i < 16'000; ++i)
        ++counts.at(static_cast<std::size_t>(matrixEntry(1, 0, 0, i) + 8));
    for (const auto count : counts)
        EXPECT_NEAR(count, 1'000, 200);
    EXPECT_NE(plainProduct(1, 0, 8), plainProduct(1, 1, 8));
    EXPECT_NE(plainProduct(1, 0, 8), plainProduct(2, 0, 8));
}

TEST(Matrix, fingerprintIsThatOfTheEntriesInTheirOrder)
{
    EXPECT_EQ(matrixFingerprint({}), 0U);
    EXPECT_EQ(matrixFingerprint(std::vector{3.0}), 3U);
    EXPECT_EQ(matrixFingerprint(std::vector{-1.0}), UINT64_MAX);
    EXPECT_EQ(matrixFingerprint(std::vector{1.0, 2.0}), 0x100'0000'01b5U);
    EXPECT_NE(matrixFingerprint(std::vector{1.0, 2.0}), matrixFingerprint(std::vector{2.0, 1.0}));
}

TEST(Matrix, saysHowMuchArithmeticItWas)
{
    const auto info = matrixWorkload();
    const auto workload = info.make(specOf(info, {{"size", std::int64_t{100}}}));
    const auto results = workload->results({.arena = {}, .workers = 1, .items = 500, .wallSeconds = 2});
    ASSERT_EQ(results.size(), 1U);
    EXPECT_DOUBLE_EQ(std::get<double>(results[0]), 0.5); // 2 million operations, 250 times a second
}

} // namespace
} // namespace timeslice
