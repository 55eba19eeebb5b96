// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/mapping.h"

#include <cerrno>
#include <sys/mman.h>
#include <utility>

namespace timeslice {

Mapping::Mapping(Mapping &&other) noexcept
    : m_data(std::exchange(other.m_data, nullptr))
    , m_size(std::exchange(other.m_size, 0))
{ }

Mapping &Mapping::operator=(Mapping &&other) noexcept
{
    if (this != &other) {
        unmap();
        m_data = std::exchange(other.m_data, nullptr);
        m_size = std::exchange(other.m_size, 0);
    }
    return *this;
}

Mapping::~Mapping()
{
    unmap();
}

void Mapping::unmap() noexcept
{
    if (m_data != nullptr)
        ::munmap(m_data, m_size);
}

Result<Mapping> Mapping::anonymous(std::size_t size)
{
    void *const data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED)
        return failErrno(errno, "memory", "cannot map " + std::to_string(size) + " bytes");
    return Mapping(static_cast<std::byte *>(data), size);
}

Result<Mapping> Mapping::shared(int fd, std::size_t size, Access access)
{
    const int protection = access == Access::ReadWrite ? PROT_READ | PROT_WRITE : PROT_READ;
    void *const data = ::mmap(nullptr, size, protection, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
        return failErrno(errno, "shared memory", "cannot map " + std::to_string(size) + " bytes");
    return Mapping(static_cast<std::byte *>(data), size);
}

} // namespace timeslice
