// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace timeslice {

/// Calls back for each of many things when its time has come: one thread and one heap for all of them.
/// Thread: construct, `close` and destroy from the owner's thread; `push` from any.
class DelayQueue {
public:
    /// \param due  Called on the queue's thread, without a lock held, once for each thing pushed.
    explicit DelayQueue(std::function<void(void *)> due);
    ~DelayQueue();
    DelayQueue(const DelayQueue &) = delete;
    DelayQueue &operator=(const DelayQueue &) = delete;

    /// \return false, without keeping it, once the queue has been closed.
    [[nodiscard]] bool push(MonotonicTime when, void *what);

    /// Lets everything that waits fall due now and takes nothing more. Idempotent.
    void close();

private:
    struct Entry {
        MonotonicTime when;
        void *what = nullptr;
    };
    static bool isLater(const Entry &a, const Entry &b) { return a.when > b.when; }
    void run();

    const std::function<void(void *)> m_due;
    std::mutex m_mutex; ///< Protects m_heap and m_closed.
    std::condition_variable m_changed;
    std::vector<Entry> m_heap; ///< By std::push_heap: the earliest in front.
    bool m_closed = false;
    std::thread m_thread;
};

} // namespace timeslice
