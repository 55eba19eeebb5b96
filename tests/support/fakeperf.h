// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/perf/access.h"
#include "tests/support/perfbytes.h"

#include <deque>
#include <mutex>

namespace timeslice::testing {

/// A kernel that refuses what it is told to, and whose rings the test writes.
/// Thread: any.
class FakePerf final : public PerfCalls {
public:
    /// Every open fails with this errno; 0: none does.
    void refuseOpen(int code);
    /// This CPU is offline.
    void setOffline(int cpu) { m_offline = cpu; }
    /// Mappings with more than this many bytes of data fail.
    void refuseRingsAbove(std::size_t dataBytes, int code);

    /// Every redirection fails with this errno; 0: none does.
    void refuseRedirect(int code);

    /// Writes records into a CPU's ring and wakes its reader.
    void write(int cpu, const PerfBytes &records);
    /// What `lost` answers for a CPU.
    void setLost(int cpu, std::uint64_t count);
    /// The traced task ends: the event hangs up.
    void hangUp(int cpu);

    /// Events that somebody still holds open.
    [[nodiscard]] int openEvents() const;
    /// Events that have been disabled.
    [[nodiscard]] int disabledEvents() const;
    /// Those that write into another one's ring.
    [[nodiscard]] int redirectedEvents() const;

    [[nodiscard]] Result<UniqueFd> open(const perf_event_attr &attr, pid_t tid, int cpu) override;
    [[nodiscard]] Result<Mapping> map(int fd, std::size_t bytes) override;
    [[nodiscard]] Result<void> redirect(int fd, int ringFd) override;
    void disable(int fd) override;
    [[nodiscard]] std::optional<std::uint64_t> lost(int fd) override;

private:
    struct Event {
        int cpu = 0;
        int fd = -1; ///< The reader's end of a pipe, as the caller knows it.
        UniqueFd ours; ///< The other end.
        Mapping ring; ///< As the kernel sees it.
        std::uint64_t lost = 0;
        bool isDisabled = false;
        bool isRedirected = false; ///< It has no ring of its own.
    };
    [[nodiscard]] Event *findByFd(int fd);
    [[nodiscard]] Event *findByCpu(int cpu);

    mutable std::mutex m_mutex; ///< Protects everything below.
    int m_openCode = 0;
    int m_redirectCode = 0;
    int m_offline = -1;
    std::size_t m_mostData = SIZE_MAX;
    int m_mapCode = 0;
    std::deque<Event> m_events;
};

} // namespace timeslice::testing
