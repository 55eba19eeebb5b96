// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <span>

namespace timeslice {

/// Owns one mmap'ed region and unmaps it. Movable, not copyable.
class Mapping {
public:
    enum class Access { ReadOnly, ReadWrite };

    Mapping() = default;
    Mapping(Mapping &&other) noexcept;
    Mapping &operator=(Mapping &&other) noexcept;
    Mapping(const Mapping &) = delete;
    Mapping &operator=(const Mapping &) = delete;
    ~Mapping();

    /// Private anonymous memory of `size` bytes, zeroed by the kernel on first touch.
    [[nodiscard]] static Result<Mapping> anonymous(std::size_t size);

    /// `size` bytes of the file behind `fd`, shared with every other mapping of it. The fd may be closed
    /// after.
    [[nodiscard]] static Result<Mapping> shared(int fd, std::size_t size, Access access);

    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {m_data, m_size}; }
    [[nodiscard]] bool isValid() const noexcept { return m_data != nullptr; }

private:
    Mapping(std::byte *data, std::size_t size) noexcept
        : m_data(data)
        , m_size(size)
    { }
    void unmap() noexcept;

    std::byte *m_data = nullptr;
    std::size_t m_size = 0;
};

} // namespace timeslice
