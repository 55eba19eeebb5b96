// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/matrix.h"

// The workers are what is compared: Eigen must not start threads of its own.
#define EIGEN_DONT_PARALLELIZE
#define EIGEN_MPL2_ONLY
#include <Eigen/Core>

#include <algorithm>

namespace timeslice {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// The product of two blocks of this side takes some 50 us; smaller ones lose speed, larger ones would look at
// the stop flag less often.
constexpr Eigen::Index kBlock = 64;

// Filling a matrix and taking its fingerprint: 4,096 entries take some 10 us.
constexpr std::size_t kEntriesPerCheck = 4096;

std::span<double> entriesOf(Matrix &matrix)
{
    return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

class MatrixItems final : public WorkerItems {
public:
    MatrixItems(std::uint64_t seed, Eigen::Index side)
        : m_seed(seed)
        , m_left(side, side)
        , m_right(side, side)
        , m_product(side, side)
    { }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        if (!fill(m_left, item, 0, stop) || !fill(m_right, item, 1, stop) || !multiply(stop))
            return stopped();
        std::uint64_t number = 0;
        const auto entries = entriesOf(m_product);
        for (std::size_t first = 0; first < entries.size(); first += kEntriesPerCheck) {
            if (stop.requested())
                return stopped();
            number = matrixFingerprint(
                entries.subspan(first, std::min(kEntriesPerCheck, entries.size() - first)), number);
        }
        return number;
    }

private:
    static std::unexpected<Error> stopped()
    {
        return fail(ErrorKind::Cancelled, "matrix", "stopped within its product");
    }

    // As matrixEntry says, sixteen at a time. All of these: false when the run stops.
    bool fill(Matrix &matrix, std::uint64_t item, unsigned factor, const StopToken &stop) const
    {
        const auto key = itemWord(m_seed, 2 * item + factor);
        const auto entries = entriesOf(matrix);
        for (std::size_t first = 0; first < entries.size(); first += 16) {
            if (first % kEntriesPerCheck == 0 && stop.requested())
                return false;
            auto word = mixBits(key ^ (first / 16));
            for (std::size_t i = first; i < std::min(first + 16, entries.size()); ++i, word >>= 4)
                entries[i] = static_cast<double>(static_cast<int>(word & 15) - 8);
        }
        return true;
    }

    bool multiply(const StopToken &stop)
    {
        const auto side = m_product.rows();
        for (Eigen::Index row = 0; row < side; row += kBlock) {
            const auto rows = std::min(kBlock, side - row);
            m_product.middleRows(row, rows).setZero();
            for (Eigen::Index column = 0; column < side; column += kBlock) {
                const auto columns = std::min(kBlock, side - column);
                for (Eigen::Index inner = 0; inner < side; inner += kBlock) {
                    if (stop.requested())
                        return false;
                    const auto length = std::min(kBlock, side - inner);
                    m_product.block(row, column, rows, columns).noalias() +=
                        m_left.block(row, inner, rows, length)
                        * m_right.block(inner, column, length, columns);
                }
            }
        }
        return true;
    }

    std::uint64_t m_seed;
    Matrix m_left; // kept, as are the others, so that an item allocates nothing
    Matrix m_right;
    Matrix m_product;
};

class MatrixProduct final : public Workload {
public:
    explicit MatrixProduct(const WorkSpec &spec)
        : m_seed(spec.seed)
        , m_side(static_cast<Eigen::Index>(spec.params.integer("size")))
    { }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources & /*resources*/) const override
    {
        return std::make_unique<MatrixItems>(m_seed, m_side);
    }

    std::vector<ResultValue> results(const RunFacts &facts) const override
    {
        if (!(facts.wallSeconds > 0))
            return {};
        const auto side = static_cast<double>(m_side);
        const double operations = 2 * side * side * side * static_cast<double>(facts.items);
        return {operations / facts.wallSeconds / 1e9};
    }

private:
    std::uint64_t m_seed;
    Eigen::Index m_side;
};

} // namespace

std::uint64_t matrixFingerprint(std::span<const double> entries, std::uint64_t before)
{
    auto number = before;
    for (const double entry : entries)
        number = number * 0x100'0000'01b3ULL + static_cast<std::uint64_t>(static_cast<std::int64_t>(entry));
    return number;
}

WorkloadInfo matrixWorkload()
{
    return {
        .id = "matrix",
        .title = "Multiply matrices",
        .kind = "CPU",
        .item =
            "Multiply two square matrices with Eigen, a library that keeps a core's arithmetic units busy. "
            "They fit into the caches, so more cores do more of it.",
        .parameters = {Parameter::integer(
            "size", "Size", "rows",
            "Rows and columns of the matrices; twice the size is eight times the work.", 300, 1, 2048)},
        .defaultItems = 256,
        .results =
            {{.id = "gflops",
              .title = "Arithmetic",
              .unit = "Gflop/s",
              .help = "Multiplications and additions of all workers together."}},
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<MatrixProduct>(spec);
        },
    };
}

} // namespace timeslice
