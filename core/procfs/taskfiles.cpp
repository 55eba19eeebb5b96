// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/taskfiles.h"

#include "core/procfs/fields.h"
#include "core/procfs/task.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace timeslice {

namespace {

constexpr std::array<const char *, 3> kNames{"schedstat", "status", "children"};
constexpr std::size_t kStatBytes = 2048;

Result<UniqueFd> openDirectory(const std::filesystem::path &path, int flags)
{
    UniqueFd fd(::open(path.c_str(), flags | O_DIRECTORY | O_CLOEXEC));
    if (!fd.isValid())
        return failErrno(errno, path.string(), "cannot open");
    return fd;
}

/// Reads and parses `stat`; the name in the answer is a view into `buffer`.
Result<TaskStat> readStat(int directory, std::span<char> buffer)
{
    const auto file = KeptFile::openAt(directory, "stat");
    if (!file)
        return std::unexpected(file.error());
    const auto text = file->read(buffer);
    if (!text)
        return std::unexpected(text.error());
    return parseTaskStat(*text);
}

std::unexpected<Error> gone(const char *what)
{
    return fail(ErrorKind::Gone, "task", what);
}

Result<std::string_view> readFrom(const KeptFile &open, TaskFile file, std::span<char> buffer)
{
    // The list of children is made piece by piece, the other files in one.
    const auto text = file == TaskFile::Children ? open.readToEnd(buffer) : open.read(buffer);
    // Neither of the others is ever empty while its task lives.
    if (text && text->empty() && file != TaskFile::Children)
        return gone("has ended");
    return text;
}

} // namespace

Result<TaskFiles> TaskFiles::open(const std::filesystem::path &directory, bool withChildren, Holding holding)
{
    // Everything is opened through one directory, so that all of it is of one task, even if the number is
    // given to another one meanwhile.
    const auto fd = openDirectory(directory, O_PATH);
    if (!fd)
        return std::unexpected(fd.error());
    std::array<char, kStatBytes> buffer;
    const auto stat = readStat(fd->get(), buffer);
    if (!stat)
        return std::unexpected(stat.error());

    TaskFiles files;
    files.m_startTicks = stat->startTicks;
    files.m_name = stat->name.substr(0, kMaxNameBytes);
    for (const auto file : {TaskFile::Schedstat, TaskFile::Status, TaskFile::Children}) {
        if (file == TaskFile::Children && !withChildren)
            continue;
        auto open = KeptFile::openAt(fd->get(), kNames[index(file)]);
        const bool isOptional = file != TaskFile::Status;
        if (!open && !(isOptional && open.error().kind == ErrorKind::Gone))
            return std::unexpected(open.error());
        files.m_has[index(file)] = open.has_value();
        if (open && holding == Holding::Kept)
            files.m_files[index(file)] = *std::move(open);
    }
    if (holding == Holding::Reopened)
        files.m_directory = directory;
    return files;
}

unsigned TaskFiles::keptFds() const
{
    return static_cast<unsigned>(std::ranges::count_if(m_files, &KeptFile::isOpen));
}

Result<std::string_view> TaskFiles::read(TaskFile file, std::span<char> buffer) const
{
    if (!m_has[index(file)])
        return fail(ErrorKind::Unsupported, kNames[index(file)], "this kernel has no such file");
    const auto &kept = m_files[index(file)];
    return kept.isOpen() ? readFrom(kept, file, buffer) : reopen(file, buffer);
}

Result<std::string_view> TaskFiles::reopen(TaskFile file, std::span<char> buffer) const
{
    const auto directory = openDirectory(m_directory, O_PATH);
    if (!directory)
        return std::unexpected(directory.error());
    if (file == TaskFile::Schedstat) {
        std::array<char, kStatBytes> statBuffer;
        const auto stat = readStat(directory->get(), statBuffer);
        if (!stat)
            return std::unexpected(stat.error());
        if (stat->startTicks != m_startTicks)
            return gone("has ended; another one has its number");
    }
    const auto open = KeptFile::openAt(directory->get(), kNames[index(file)]);
    if (!open)
        return std::unexpected(open.error());
    return readFrom(*open, file, buffer);
}

Result<TaskDirectory> TaskDirectory::open(const std::filesystem::path &directory, Holding holding)
{
    auto fd = openDirectory(directory, O_RDONLY);
    if (!fd)
        return std::unexpected(fd.error());
    TaskDirectory tasks;
    tasks.m_path = directory;
    if (holding == Holding::Kept)
        tasks.m_fd = *std::move(fd);
    return tasks;
}

std::optional<unsigned> TaskDirectory::count() const
{
    constexpr nlink_t kSelfAndParent = 2;
    struct stat status{};
    const int code = m_fd.isValid() ? ::fstat(m_fd.get(), &status) : ::stat(m_path.c_str(), &status);
    if (code != 0 || status.st_nlink <= kSelfAndParent)
        return std::nullopt;
    return static_cast<unsigned>(status.st_nlink - kSelfAndParent);
}

Result<void> TaskDirectory::list(std::vector<int> &into, std::span<char> buffer) const
{
    into.clear();
    UniqueFd reopened;
    if (!m_fd.isValid()) {
        auto fd = openDirectory(m_path, O_RDONLY);
        if (!fd)
            return std::unexpected(fd.error());
        reopened = *std::move(fd);
    }
    const int fd = m_fd.isValid() ? m_fd.get() : reopened.get();
    if (::lseek(fd, 0, SEEK_SET) != 0)
        return failErrno(errno, m_path.string(), "cannot list");
    for (;;) {
        const auto size = ::getdents64(fd, buffer.data(), buffer.size());
        if (size < 0)
            return failErrno(errno, m_path.string(), "cannot list");
        if (size == 0)
            break;
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            const char *const entry = buffer.data() + at;
            decltype(dirent64::d_reclen) length = 0;
            std::memcpy(&length, entry + offsetof(dirent64, d_reclen), sizeof(length));
            if (const auto tid = fields::toNumber<int>(entry + offsetof(dirent64, d_name)); tid && *tid > 0)
                into.push_back(*tid);
            at += length;
        }
    }
    if (into.empty())
        return fail(ErrorKind::Gone, m_path.string(), "the process has ended");
    return {};
}

} // namespace timeslice
