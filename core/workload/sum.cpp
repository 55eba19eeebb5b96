// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/sum.h"

#include <algorithm>
#include <array>
#include <bit>

namespace timeslice {

namespace {

// Sixteen running sums are eight SSE2 registers: enough to hide the latency of the addition behind the
// loads.
constexpr std::size_t kLanes = 16;

struct Plan {
    std::uint64_t numbers = 0;
    std::uint64_t slices = 1;
    bool simd = false;
};

class SumItems final : public WorkerItems {
public:
    SumItems(const Plan &plan, DataSource &data)
        : m_plan(plan)
        , m_data(data)
    { }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        const auto slice = sumSlice(m_plan.numbers, m_plan.slices, item % m_plan.slices);
        double total = 0;
        for (std::uint64_t done = 0; done < slice.count; done += kSumBlock) {
            if (stop.requested())
                return fail(ErrorKind::Cancelled, "sum", "stopped within its slice");
            const auto count = std::min(kSumBlock, slice.count - done);
            const auto bytes =
                m_data.fetch((slice.first + done) * sizeof(double), count * sizeof(double), stop);
            if (!bytes)
                return std::unexpected(bytes.error());
            const std::span numbers(reinterpret_cast<const double *>(bytes->data()), count);
            total = m_plan.simd ? addSimd(total, numbers) : addStrict(total, numbers);
        }
        return std::bit_cast<std::uint64_t>(total);
    }

private:
    Plan m_plan;
    DataSource &m_data;
};

class Sum final : public Workload {
public:
    explicit Sum(const WorkSpec &spec)
        : m_plan { .numbers = static_cast<std::uint64_t>(spec.params.integer("numbers")),
                   .slices = std::max<std::uint64_t>(spec.items.value_or(kDefaultSumSlices), 1),
                   .simd = spec.params.choice("loop") == "simd" }
        , m_seed(spec.seed)
    { }

    Needs needs() const override { return {.dataBytes = m_plan.numbers * sizeof(double)}; }

    Result<void> fillData(std::span<std::byte> data, const StopToken &stop) const override
    {
        const std::span numbers(reinterpret_cast<double *>(data.data()), data.size() / sizeof(double));
        for (std::size_t first = 0; first < numbers.size(); first += kSumBlock) {
            if (stop.requested())
                return fail(ErrorKind::Cancelled, "sum", "stopped while the list was made");
            const auto last = std::min<std::size_t>(first + kSumBlock, numbers.size());
            for (std::size_t i = first; i < last; ++i)
                numbers[i] = sumNumber(m_seed, i);
        }
        return {};
    }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        if (resources.data == nullptr)
            return fail(ErrorKind::Unsupported, "sum", "the worker was given no list to add up");
        return std::make_unique<SumItems>(m_plan, *resources.data);
    }

private:
    Plan m_plan;
    std::uint64_t m_seed;
};

} // namespace

double addStrict(double total, std::span<const double> numbers)
{
    for (const double number : numbers)
        total += number;
    return total;
}

double addSimd(double total, std::span<const double> numbers)
{
    std::array<double, kLanes> lanes{};
    const std::size_t whole = numbers.size() / kLanes * kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] += numbers[i + lane];
    }
    for (std::size_t i = whole; i < numbers.size(); ++i)
        lanes[i - whole] += numbers[i];
    for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
        for (std::size_t lane = 0; lane < half; ++lane)
            lanes[lane] += lanes[lane + half];
    }
    return total + lanes[0];
}

SumSlice sumSlice(std::uint64_t numbers, std::uint64_t slices, std::uint64_t index)
{
    const auto small = numbers / slices;
    const auto large = numbers % slices; // how many slices have one number more
    const auto firstLarge = slices - large;
    return {
        .first = index * small + (index > firstLarge ? index - firstLarge : 0),
        .count = small + (index >= firstLarge ? 1 : 0)};
}

double sumNumber(std::uint64_t seed, std::uint64_t position)
{
    // 53 bits, as many as a double holds. Through a signed number: its conversion is one instruction on
    // every machine.
    const auto bits = static_cast<std::int64_t>(mixBits(mixBits(seed) + position) >> 11);
    return static_cast<double>(bits) * 0x1p-53;
}

WorkloadInfo sumWorkload()
{
    return {
        .id = "sum",
        .title = "Sum a huge list",
        .kind = "CPU, memory",
        .item =
            "Add up one slice of a huge list of numbers. The list is made before the run and lies in memory; "
            "threads read it where it is, processes have to be given it.",
        .parameters =
            {
                Parameter::integer(
                    "numbers", "Length of the list", "numbers",
                    "How many numbers the list has; each takes 8 bytes.", 100'000'000, 1'000, 2'000'000'000),
                Parameter::choice(
                    "loop", "Loop",
                    "How a slice is added up: one number after another, so that computing is what it waits "
                    "for, or several sums at once that the processor adds in one instruction, so that "
                    "memory is.",
                    {{"strict", "Left to right"}, {"simd", "Several sums at once"}}),
            },
        .defaultItems = kDefaultSumSlices,
        .results = {},
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> { return std::make_unique<Sum>(spec); },
    };
}

} // namespace timeslice
