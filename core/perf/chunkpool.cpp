// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/perf/chunkpool.h"

#include <utility>

namespace timeslice {

std::shared_ptr<ChunkPool> ChunkPool::create()
{
    return std::shared_ptr<ChunkPool>(new ChunkPool);
}

std::shared_ptr<SwitchChunk> ChunkPool::take()
{
    std::unique_ptr<SwitchChunk> chunk;
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_free.empty()) {
            chunk = std::move(m_free.back());
            m_free.pop_back();
        }
    }
    if (!chunk)
        chunk = std::make_unique<SwitchChunk>();
    return {chunk.release(), [pool = shared_from_this()](SwitchChunk *used) {
                pool->giveBack(std::unique_ptr<SwitchChunk>(used));
            }};
}

void ChunkPool::giveBack(std::unique_ptr<SwitchChunk> chunk)
{
    if (chunk->records.capacity() > kLargestKept)
        return;
    chunk->records.clear();
    chunk->names.clear();
    *chunk = SwitchChunk{
        .horizonNs = 0,
        .records = std::move(chunk->records),
        .names = std::move(chunk->names),
        .late = 0,
        .last = false};
    const std::scoped_lock lock(m_mutex);
    if (m_free.size() < kKept)
        m_free.push_back(std::move(chunk));
}

} // namespace timeslice
