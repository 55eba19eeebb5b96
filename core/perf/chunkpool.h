// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/perf/switchchunk.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace timeslice {

/// Chunks whose memory is used again once nobody holds them: a busy trace fills 100 chunks of some 300 KB
/// each second, and fresh pages for each would cost as much as reading the records. Thread: any; chunks may
/// be released on any thread, also after the pool's owner has let go of it.
class ChunkPool : public std::enable_shared_from_this<ChunkPool> {
public:
    [[nodiscard]] static std::shared_ptr<ChunkPool> create();

    /// An empty chunk that only the caller can change until it is handed out as SwitchChunkPtr.
    [[nodiscard]] std::shared_ptr<SwitchChunk> take();

private:
    static constexpr std::size_t kKept = 4;
    static constexpr std::size_t kLargestKept = 1 << 20; ///< Records; larger ones are for once.

    ChunkPool() = default;
    void giveBack(std::unique_ptr<SwitchChunk> chunk);

    std::mutex m_mutex; ///< Protects m_free.
    std::vector<std::unique_ptr<SwitchChunk>> m_free;
};

} // namespace timeslice
