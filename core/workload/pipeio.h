// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/stop.h"
#include "core/base/uniquefd.h"

#include <cstddef>
#include <span>

namespace timeslice {

/// Both ends of a pipe, closed in programs that are started later (O_CLOEXEC).
struct PipeEnds {
    UniqueFd readEnd;
    UniqueFd writeEnd;

    /// \error System when there are no more files.
    [[nodiscard]] static Result<PipeEnds> make();
};

/// A blocking pipe would hold its thread in write(2) with no way for a stop to get it out: both functions
/// below want their descriptor like this.
void makeNonBlocking(int fd) noexcept;

/// Reads until `into` is full. \param where  Who reads, for the errors.
/// \return The number of bytes read; less than asked for only at the end of the pipe. \error Cancelled,
/// System.
[[nodiscard]] Result<std::size_t>
readFully(int fd, std::span<std::byte> into, const StopToken &stop, const char *where);

/// Writes all of it; raises no SIGPIPE. \error Cancelled; Gone when the other end was closed; System.
[[nodiscard]] Result<void>
writeFully(int fd, std::span<const std::byte> bytes, const StopToken &stop, const char *where);

} // namespace timeslice
