// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/io/delayqueue.h"

#include <algorithm>

namespace timeslice {

DelayQueue::DelayQueue(std::function<void(void *)> due)
    : m_due(std::move(due))
    , m_thread(&DelayQueue::run, this)
{ }

DelayQueue::~DelayQueue()
{
    close();
}

bool DelayQueue::push(MonotonicTime when, void *what)
{
    bool isFirst = false;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_closed)
            return false;
        m_heap.push_back({when, what});
        std::ranges::push_heap(m_heap, isLater);
        isFirst = m_heap.front().what == what;
    }
    // With equal delays the new one is the last, and the thread sleeps on for the first.
    if (isFirst)
        m_changed.notify_one();
    return true;
}

void DelayQueue::close()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_closed = true;
    }
    m_changed.notify_one();
    if (m_thread.joinable())
        m_thread.join();
}

void DelayQueue::run()
{
    std::vector<void *> due;
    std::unique_lock lock(m_mutex);
    while (!m_closed || !m_heap.empty()) {
        if (m_heap.empty()) {
            m_changed.wait(lock);
            continue;
        }
        const auto first = m_heap.front().when;
        const auto now = MonotonicClock::now();
        if (!m_closed && first > now) {
            // steady_clock is CLOCK_MONOTONIC here, and the only clock that a condition variable waits by
            // natively.
            m_changed.wait_until(lock, std::chrono::steady_clock::time_point(first.time_since_epoch()));
            continue;
        }
        while (!m_heap.empty() && (m_closed || m_heap.front().when <= now)) {
            std::ranges::pop_heap(m_heap, isLater);
            due.push_back(m_heap.back().what);
            m_heap.pop_back();
        }
        lock.unlock();
        for (void *const what : due)
            m_due(what);
        due.clear();
        lock.lock();
    }
}

} // namespace timeslice
