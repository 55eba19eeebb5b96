// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/primes.h"

#include <algorithm>
#include <cassert>

namespace timeslice {

namespace {

// About a microsecond of work, of which looking takes half a hundredth. Whoever waits for the simulated
// interpreter lock is so let in about as soon as by an interpreter, which looks at every jump backwards.
constexpr std::uint64_t kNumbersPerCheck = 8;

bool isPrime(std::uint32_t number)
{
    if (number < 4)
        return number >= 2;
    if (number % 2 == 0 || number % 3 == 0)
        return false;
    // Every prime above 3 is one less or one more than a multiple of 6. At most 65,537 squared: hence 64
    // bits.
    for (std::uint32_t divisor = 5; std::uint64_t{divisor} * divisor <= number; divisor += 6) {
        if (number % divisor == 0 || number % (divisor + 2) == 0)
            return false;
    }
    return true;
}

class PrimesItems final : public WorkerItems {
public:
    PrimesItems(std::uint64_t seed, std::uint64_t range)
        : m_seed(seed)
        , m_range(range)
    { }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        return countPrimes(primesRangeStart(m_seed, item), m_range, stop);
    }

private:
    std::uint64_t m_seed;
    std::uint64_t m_range;
};

class Primes final : public Workload {
public:
    explicit Primes(const WorkSpec &spec)
        : m_seed(spec.seed)
        , m_range(static_cast<std::uint64_t>(spec.params.integer("range")))
    { }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources & /*resources*/) const override
    {
        return std::make_unique<PrimesItems>(m_seed, m_range);
    }

private:
    std::uint64_t m_seed;
    std::uint64_t m_range;
};

} // namespace

std::uint64_t primesRangeStart(std::uint64_t seed, std::uint64_t item)
{
    return kPrimesLowest + mixBits(mixBits(seed) ^ item) % kPrimesLowest;
}

Result<std::uint64_t> countPrimes(std::uint64_t first, std::uint64_t count, const StopToken &stop)
{
    assert(first <= (std::uint64_t{1} << 32) && count <= (std::uint64_t{1} << 32) - first);
    std::uint64_t primes = 0;
    for (std::uint64_t done = 0; done < count; done += kNumbersPerCheck) {
        if (stop.requested())
            return fail(ErrorKind::Cancelled, "primes", "stopped within its range");
        const auto end = std::min(done + kNumbersPerCheck, count);
        for (std::uint64_t i = done; i < end; ++i)
            primes += isPrime(static_cast<std::uint32_t>(first + i)) ? 1 : 0;
    }
    return primes;
}

WorkloadInfo primesWorkload()
{
    return {
        .id = "primes",
        .title = "Count primes",
        .kind = "CPU",
        .item = "Count the primes of one range by trial division. It needs nothing but a core, and all items "
                "cost "
                "about the same.",
        .parameters = {Parameter::integer(
            "range", "Range per item", "numbers", "How many numbers each item tries.", 20'000, 1,
            10'000'000)},
        .defaultItems = 256,
        .results = {},
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<Primes>(spec);
        },
    };
}

} // namespace timeslice
