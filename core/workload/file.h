// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `file`: an item writes one file, has it put on the disk (fsync), reads it back if wanted, and removes it.
///
/// The files lie in a directory of each worker's own below the run's directory and never outlive their item,
/// nor the run if it is killed. Write, fsync and read go through StopToken::blocking: the kernel can end none
/// of them early, so a stop waits for at most one of them, 64 KiB of data or one fsync.
/// A file is one 64 KiB block over and over, which begins with the item's word (itemWord); that is the
/// result.
[[nodiscard]] WorkloadInfo fileWorkload();

/// Writes all of `bytes`. \param name  Of the file, for the error.
/// \error  Cancelled; System, with a word of its own when the disk is full or the user's share of it used up.
[[nodiscard]] Result<void>
writeAll(int fd, std::span<const std::byte> bytes, const std::string &name, const StopToken &stop);

/// What a file system is called by its statfs(2) number: "ext4". Of one that keeps files in memory, that is
/// said, too.
[[nodiscard]] std::string fileSystemName(std::uint64_t type);

} // namespace timeslice
