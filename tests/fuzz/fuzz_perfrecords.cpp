// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as the rings of two CPUs, read in several stretches from any position. The first 24 bytes say
// how, the rest is what lies in the rings. The sanitizers watch that nothing outside is touched; the checks,
// that what comes out keeps its promises.
#include "core/perf/switchmerge.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace {

using namespace timeslice;

void require(bool condition)
{
    if (!condition)
        std::abort();
}

struct Plan {
    std::uint64_t tail = 0;
    std::array<std::uint16_t, 4> stretches{}; ///< Bytes handed over at once.
    std::uint8_t ringBits = 0;
    std::array<std::uint8_t, 7> horizons{};
};
static_assert(sizeof(Plan) == 24);

void check(const SwitchChunk &chunk)
{
    require(std::ranges::is_sorted(chunk.records, {}, &SwitchRecord::timeNs));
    require(std::ranges::is_sorted(chunk.names, {}, &TaskName::timeNs));
    require(chunk.late <= chunk.records.size());
    for (const auto &record : chunk.records) {
        require(record.timeNs <= chunk.horizonNs && record.timeNs < 1ULL << 63);
        require(record.kind <= SwitchKind::Lost);
        require(record.kind == SwitchKind::Lost ? record.tid == 0 : record.tid > 0);
    }
    for (const auto &name : chunk.names)
        require(name.tid > 0 && name.text().size() < name.comm.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Plan plan;
    if (size < sizeof plan)
        return 0;
    std::memcpy(&plan, data, sizeof plan);
    data += sizeof plan;
    size -= sizeof plan;

    // Of the exact size on the heap, so that one byte too far is noticed.
    std::vector<std::byte> ring(std::size_t{1} << (8 + plan.ringBits % 6));
    for (std::size_t i = 0; i < std::min(size, ring.size()); ++i)
        ring[(plan.tail + i) % ring.size()] = static_cast<std::byte>(data[i]);

    const std::array decoders{std::make_unique<RecordDecoder>(), std::make_unique<RecordDecoder>()};
    SwitchMerge merge(decoders.size());
    auto tail = plan.tail;
    std::uint64_t horizon = 0;
    for (std::size_t i = 0; i < plan.stretches.size(); ++i) {
        for (std::size_t cpu = 0; cpu < decoders.size(); ++cpu) {
            auto &input = merge.input(cpu);
            const auto before = input.switches.size();
            decoders[cpu]->decode(ring, tail, tail + plan.stretches[i], input);
            // A record is at least a header, and at most one loss is said before it.
            require(input.switches.size() - before <= 2 * ring.size() / 8);
        }
        tail += plan.stretches[i];
        horizon = std::max(horizon, std::uint64_t{1} << plan.horizons[i] % 64);
        SwitchChunk chunk;
        merge.take(horizon, chunk);
        check(chunk);
    }
    SwitchChunk rest;
    merge.take(UINT64_MAX, rest);
    check(rest);
    return 0;
}
