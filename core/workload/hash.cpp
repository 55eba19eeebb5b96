// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/hash.h"

#include "core/base/mapping.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace timeslice {

namespace {

// SHA-256 makes 200 MB/s, with special instructions 1.5 GB/s: 20 to 160 us between two looks at the stop
// flag.
constexpr std::size_t kChunk = 32 * 1024;

class HashItems final : public WorkerItems {
public:
    HashItems(Mapping block, Sha256 sha)
        : m_block(std::move(block))
        , m_sha(std::move(sha))
    { }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        auto rest = m_block.bytes();
        putLittleEndian(item, rest.subspan(8, 8));
        m_sha.begin();
        while (!rest.empty()) {
            if (stop.requested())
                return fail(ErrorKind::Cancelled, "hash", "stopped within its block");
            const auto size = std::min(rest.size(), kChunk);
            m_sha.add(rest.first(size));
            rest = rest.subspan(size);
        }
        return firstWord(m_sha.finish());
    }

private:
    Mapping m_block;
    Sha256 m_sha;
};

class Hash final : public Workload {
public:
    explicit Hash(const WorkSpec &spec)
        : m_seed(spec.seed)
        , m_blockBytes(static_cast<std::size_t>(spec.params.integer("block_kib")) * 1024)
    { }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources & /*resources*/) const override
    {
        auto sha = Sha256::create();
        if (!sha)
            return std::unexpected(sha.error());
        // Mapped and not allocated: too large a block for this machine is an Error and no exception.
        auto block = Mapping::anonymous(m_blockBytes);
        if (!block)
            return std::unexpected(block.error());
        if (auto filled = fillHashBlock(block->bytes(), m_seed, *sha); !filled)
            return std::unexpected(filled.error());
        return std::make_unique<HashItems>(std::move(*block), std::move(*sha));
    }

private:
    std::uint64_t m_seed;
    std::size_t m_blockBytes;
};

} // namespace

Result<void> fillHashBlock(std::span<std::byte> block, std::uint64_t seed, Sha256 &sha)
{
    std::array<std::byte, 8> word{};
    putLittleEndian(seed, word);
    const auto digest = sha.of(word);
    if (!digest)
        return std::unexpected(digest.error());
    auto filled = std::min(digest->size(), block.size());
    std::memcpy(block.data(), digest->data(), filled);
    // What is there is copied behind itself, twice as much each time: a block of 64 MiB takes 21 copies.
    while (filled < block.size()) {
        const auto more = std::min(filled, block.size() - filled);
        std::memcpy(block.data() + filled, block.data(), more);
        filled += more;
    }
    putLittleEndian(seed, block.first(8));
    putLittleEndian(0, block.subspan(8, 8));
    return {};
}

WorkloadInfo hashWorkload()
{
    return {
        .id = "hash",
        .title = "Hash blocks",
        .kind = "CPU in a C library",
        .item = "Compute the SHA-256 of one block of memory with OpenSSL. Python's hashlib calls the same "
                "code and lets "
                "other threads run meanwhile.",
        .parameters = {Parameter::integer(
            "block_kib", "Block", "KiB",
            "Size of the block each item hashes; CPython's hashlib releases the GIL above 2,047 bytes, so "
            "from 2 KiB on "
            "and not at 1.",
            1024, 1, 65'536)},
        .defaultItems = 1024,
        .results = {},
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<Hash>(spec);
        },
    };
}

} // namespace timeslice
