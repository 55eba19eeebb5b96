// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/keptfile.h"

#include <cerrno>
#include <fcntl.h>

namespace timeslice {

namespace {

ssize_t readAt(int fd, std::span<char> buffer, std::size_t offset)
{
    ssize_t size = 0;
    do {
        size = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset));
    } while (size < 0 && errno == EINTR);
    return size;
}

} // namespace

Result<KeptFile> KeptFile::open(const std::filesystem::path &path)
{
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd.isValid())
        return failErrno(errno, path.string(), "cannot open");
    return KeptFile(std::move(fd), path.string());
}

Result<KeptFile> KeptFile::openAt(int directory, const char *name)
{
    UniqueFd fd(::openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd.isValid())
        return failErrno(errno, name, "cannot open");
    return KeptFile(std::move(fd), name);
}

Result<std::size_t> KeptFile::readOnce(std::span<char> buffer, std::size_t offset) const
{
    const auto size = readAt(m_fd.get(), buffer, offset);
    if (size < 0)
        return failErrno(errno, m_where, "cannot read");
    return static_cast<std::size_t>(size);
}

Result<std::string_view> KeptFile::read(std::span<char> buffer) const
{
    const auto size = readOnce(buffer, 0);
    if (!size)
        return std::unexpected(size.error());
    return std::string_view(buffer.data(), *size);
}

Result<std::string_view> KeptFile::readToEnd(std::span<char> buffer) const
{
    std::size_t total = 0;
    while (total < buffer.size()) {
        const auto size = readOnce(buffer.subspan(total), total);
        if (!size)
            return std::unexpected(size.error());
        if (*size == 0)
            break;
        total += *size;
    }
    return std::string_view(buffer.data(), total);
}

Result<std::string_view> readInto(std::span<char> buffer, const std::string &path)
{
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    const auto size = fd.isValid() ? readAt(fd.get(), buffer, 0) : -1;
    if (size < 0)
        return failErrno(errno, path, "cannot read");
    return std::string_view(buffer.data(), static_cast<std::size_t>(size));
}

Result<std::string> readSmallFile(const std::filesystem::path &path)
{
    constexpr std::size_t kLimit = 1 << 20;
    const auto file = KeptFile::open(path);
    if (!file)
        return std::unexpected(file.error());
    std::string text;
    for (std::size_t room = 4096; room <= kLimit; room *= 4) {
        text.resize(room);
        const auto read = file->readToEnd(text);
        if (!read)
            return std::unexpected(read.error());
        if (read->size() < room) {
            text.resize(read->size());
            return text;
        }
    }
    return fail(ErrorKind::Malformed, path.string(), "is longer than 1 MiB");
}

} // namespace timeslice
