// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/stop.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace timeslice {

/// How bytes get to a partner and back.
enum class PayloadWay {
    Reference, ///< They stay where they are: a thread is told that they are its own now.
    Pipe, ///< Copied into a pipe and out of it, there and back, by a process.
    SharedMemory, ///< They stay where they are: in memory that a process has mapped, too.
};

/// Who gets a worker's bytes, raises their marks (payloadmarks.h) and gives them back.
///
/// Owned by the worker's items; its thread or process ends with it. Thread: the worker's.
class PayloadPartner {
public:
    virtual ~PayloadPartner() = default;
    /// \param index  Of the worker; names the thread.
    /// \param workerProgram  Absolute path of timeslice-worker, for the ways that need a process.
    /// \error  System when there is no more memory, no more files, threads or processes; Unsupported without
    ///         a program.
    [[nodiscard]] static Result<std::unique_ptr<PayloadPartner>>
    make(PayloadWay way, std::size_t size, unsigned index, const std::string &workerProgram);

    /// What is handed over: `size` bytes, the worker's own between two calls of `handOver`.
    [[nodiscard]] virtual std::span<std::byte> bytes() noexcept = 0;
    /// Hands them over and waits until they are back.
    /// \error  Cancelled; or how the partner ended, now and each time afterwards.
    [[nodiscard]] virtual Result<void> handOver(const StopToken &stop) = 0;
};

/// What `timeslice-worker echo WAY BYTES` does: is the partner behind its standard input and output, until
/// they are closed or it is killed. \param way  "pipe" or "shared-memory".
/// \error  Malformed for another way; what the pipe or the memory said.
[[nodiscard]] Result<void> servePayload(std::string_view way, std::size_t size);

} // namespace timeslice
