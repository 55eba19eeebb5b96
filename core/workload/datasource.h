// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/mapping.h"
#include "core/workload/workload.h"

namespace timeslice {

/// The data in memory that this process can see: shared by threads, or shared memory mapped by a child.
/// Costs nothing.
/// Thread: any number of workers may use one object at once.
class MappedData final : public DataSource {
public:
    /// \param data  Outlives the object.
    explicit MappedData(std::span<const std::byte> data) noexcept
        : m_data(data)
    { }

    /// \error Malformed when the range lies outside the data.
    [[nodiscard]] Result<std::span<const std::byte>>
    fetch(std::size_t offset, std::size_t size, const StopToken &stop) override;

private:
    std::span<const std::byte> m_data;
};

/// The data at the other end of two pipes: each `fetch` asks a feeder (`serveData`) in another process or
/// thread and waits for the bytes. It keeps the last answer, so its memory is the largest size ever asked
/// for.
/// Thread: one worker's.
class PipedData final : public DataSource {
public:
    /// \param requestsFd  Write end of the pipe on which to ask. \param repliesFd  Read end for the bytes.
    /// Both stay the caller's, who closes them after the object is gone; both are switched to non-blocking.
    PipedData(int requestsFd, int repliesFd) noexcept;

    /// \error Gone when the feeder went away, or an earlier call ended in the middle of an answer;
    /// Cancelled; System.
    [[nodiscard]] Result<std::span<const std::byte>>
    fetch(std::size_t offset, std::size_t size, const StopToken &stop) override;

private:
    int m_requestsFd;
    int m_repliesFd;
    Mapping m_buffer;
    bool m_inStep = true; ///< False once a call failed: the pipe may then hold the rest of an old answer.
};

/// Answers the requests of one PipedData until it closes its end. Blocks; give it a thread of its own.
///
/// \param requestsFd, repliesFd  The other ends of the pair; switched to non-blocking, never closed here.
///         The caller closes both as soon as this returns: only that tells a waiting worker that no answer
///         will come.
/// \return Success when the worker closed its end between two requests.
/// \error  Cancelled on stop; Gone when the worker went away in the middle of something; Malformed for half
///         a request or one outside the data; System.
/// Thread: any. SIGPIPE is kept from the process: a worker that died is an error here and no signal.
[[nodiscard]] Result<void>
serveData(int requestsFd, int repliesFd, std::span<const std::byte> data, const StopToken &stop);

} // namespace timeslice
