// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace timeslice {

/// A bounded queue between one thread that gathers and one that shows: the newest values win, what did not
/// fit is counted. Nobody waits and nothing grows, however slow the reader is. Thread: `put` and `drain` from
/// any thread.
template <typename T>
class Mailbox {
public:
    explicit Mailbox(std::size_t capacity)
        : m_capacity(capacity)
    {
        m_values.reserve(capacity);
    }

    void put(T value)
    {
        const std::scoped_lock lock(m_mutex);
        if (m_values.size() == m_capacity) {
            m_values.erase(m_values.begin());
            ++m_dropped;
        }
        m_values.push_back(std::move(value));
    }

    /// Moves everything that waits into `into` (cleared first), oldest first. Swaps buffers: no allocation
    /// when `into` is kept between calls and has reached the capacity once.
    void drain(std::vector<T> &into)
    {
        into.clear();
        into.reserve(m_capacity);
        const std::scoped_lock lock(m_mutex);
        m_values.swap(into);
    }

    /// How many values were overwritten before anybody read them, since the beginning.
    [[nodiscard]] std::uint64_t dropped() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_dropped;
    }

private:
    const std::size_t m_capacity;
    mutable std::mutex m_mutex; ///< Protects m_values and m_dropped.
    std::vector<T> m_values;
    std::uint64_t m_dropped = 0;
};

} // namespace timeslice
