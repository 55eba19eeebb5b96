// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/uniquefd.h"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace timeslice {

/// A file of /proc or /sys, opened once and read from its beginning as often as one likes.
///
/// A file below /proc/<pid> stays bound to the task it was opened for: once that task has ended, reading says
/// Gone, even when its number has been given to another task.
/// Thread: one at a time.
class KeptFile {
public:
    KeptFile() = default;

    /// \error  Gone, Denied or System with the path.
    [[nodiscard]] static Result<KeptFile> open(const std::filesystem::path &path);
    /// \param directory  An open directory; the file is the one of that very directory (and task).
    [[nodiscard]] static Result<KeptFile> openAt(int directory, const char *name);

    [[nodiscard]] bool isOpen() const noexcept { return m_fd.isValid(); }

    /// What one pread brings: all of the file, where the kernel makes it in one piece and the buffer is large
    /// enough. So it is for /proc/stat and the files of a task but `children`.
    /// \return  A view into `buffer`, cut to its size.
    /// \error   Gone when the task has ended; System.
    [[nodiscard]] Result<std::string_view> read(std::span<char> buffer) const;
    /// The same to the end of the file, with as many preads as that takes.
    [[nodiscard]] Result<std::string_view> readToEnd(std::span<char> buffer) const;

private:
    KeptFile(UniqueFd fd, std::string where)
        : m_fd(std::move(fd))
        , m_where(std::move(where))
    { }
    [[nodiscard]] Result<std::size_t> readOnce(std::span<char> buffer, std::size_t offset) const;

    UniqueFd m_fd;
    std::string m_where; ///< For messages.
};

/// One pread of a file that cannot be kept open; no allocation unless it fails.
/// Thread: any.
[[nodiscard]] Result<std::string_view> readInto(std::span<char> buffer, const std::string &path);

/// All of a small file, in one go.
/// \error  Gone, Denied, System; Malformed above 1 MiB.
/// Thread: any.
[[nodiscard]] Result<std::string> readSmallFile(const std::filesystem::path &path);

} // namespace timeslice
