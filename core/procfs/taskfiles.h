// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/procfs/keptfile.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace timeslice {

/// How the files of a task are held: open all the time (quick, and bound to the task whatever happens to its
/// number), or opened anew for each reading, when there are more of them than file descriptors to spare.
enum class Holding { Kept, Reopened };

/// What of a task is read again and again.
enum class TaskFile { Schedstat, Status, Children };

/// The files of one task, /proc/<pid>/task/<tid>/.
/// Thread: one at a time.
class TaskFiles {
public:
    /// \param withChildren  Also `children`.
    /// \error  Gone when there is no such task; Denied, System, Malformed.
    [[nodiscard]] static Result<TaskFiles>
    open(const std::filesystem::path &directory, bool withChildren, Holding holding);

    [[nodiscard]] std::uint64_t startTicks() const { return m_startTicks; } ///< After boot.
    [[nodiscard]] const std::string &name() const { return m_name; } ///< When it was opened.
    /// False for a file that this kernel does not have (schedstat and children depend on its configuration).
    [[nodiscard]] bool has(TaskFile file) const { return m_has[index(file)]; }
    [[nodiscard]] unsigned keptFds() const;

    /// \return  A view into `buffer`.
    /// \error   Gone once the task has ended, but `Children` may be empty then; so it is not to be asked
    /// alone.
    ///          With Holding::Reopened `Schedstat` also says Gone when another task has the number now.
    [[nodiscard]] Result<std::string_view> read(TaskFile file, std::span<char> buffer) const;

private:
    static constexpr std::size_t kFiles = 3;
    [[nodiscard]] static constexpr std::size_t index(TaskFile file) { return static_cast<std::size_t>(file); }
    [[nodiscard]] Result<std::string_view> reopen(TaskFile file, std::span<char> buffer) const;

    std::filesystem::path m_directory; ///< Empty when the files are kept.
    std::array<KeptFile, kFiles> m_files; ///< Open when the files are kept.
    std::array<bool, kFiles> m_has{};
    std::uint64_t m_startTicks = 0;
    std::string m_name;
};

/// The tasks of one process, /proc/<pid>/task.
/// Thread: one at a time.
class TaskDirectory {
public:
    /// \error  Gone when there is no such process; Denied, System.
    [[nodiscard]] static Result<TaskDirectory> open(const std::filesystem::path &directory, Holding holding);

    [[nodiscard]] const std::filesystem::path &path() const { return m_path; }
    [[nodiscard]] unsigned keptFds() const { return m_fd.isValid() ? 1 : 0; }

    /// How many tasks there are, for the price of one fstat: the directory's link count. Nothing when the
    /// file system does not count so, or the process has ended.
    [[nodiscard]] std::optional<unsigned> count() const;
    /// \param into    Replaced by the tids.
    /// \param buffer  Working space, a few KiB.
    /// \error  Gone when the process has ended.
    [[nodiscard]] Result<void> list(std::vector<int> &into, std::span<char> buffer) const;

private:
    std::filesystem::path m_path;
    UniqueFd m_fd; ///< Invalid unless kept.
};

} // namespace timeslice
