// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fakeperf.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

namespace timeslice::testing {

void FakePerf::refuseOpen(int code)
{
    const std::scoped_lock lock(m_mutex);
    m_openCode = code;
}

void FakePerf::refuseRingsAbove(std::size_t dataBytes, int code)
{
    const std::scoped_lock lock(m_mutex);
    m_mostData = dataBytes;
    m_mapCode = code;
}

Result<UniqueFd> FakePerf::open(const perf_event_attr & /*attr*/, pid_t /*tid*/, int cpu)
{
    const std::scoped_lock lock(m_mutex);
    if (m_openCode != 0)
        return failErrno(m_openCode, kPerfOpen, "refused");
    if (cpu == m_offline)
        return failErrno(ENODEV, kPerfOpen, "offline");
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return failErrno(errno, kPerfOpen, "no pipe");
    m_events.push_back({.cpu = cpu, .fd = ends[0], .ours = UniqueFd(ends[1])});
    return UniqueFd(ends[0]);
}

Result<Mapping> FakePerf::map(int fd, std::size_t bytes)
{
    const std::scoped_lock lock(m_mutex);
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    if (bytes - page > m_mostData)
        return failErrno(m_mapCode, kPerfRing, "refused");
    const UniqueFd memory(::memfd_create("fake-ring", MFD_CLOEXEC));
    if (!memory.isValid() || ::ftruncate(memory.get(), static_cast<off_t>(bytes)) != 0)
        return failErrno(errno, kPerfRing, "no memory");
    auto ours = Mapping::shared(memory.get(), bytes, Mapping::Access::ReadWrite);
    auto theirs = Mapping::shared(memory.get(), bytes, Mapping::Access::ReadWrite);
    findByFd(fd)->ring = std::move(*ours);
    return theirs;
}

Result<void> FakePerf::redirect(int fd, int ringFd)
{
    const std::scoped_lock lock(m_mutex);
    auto &event = *findByFd(fd);
    const auto *target = findByFd(ringFd);
    if (m_redirectCode != 0 || target == nullptr || target->cpu != event.cpu)
        return failErrno(m_redirectCode != 0 ? m_redirectCode : EINVAL, kPerfOpen, "refused");
    event.isRedirected = true;
    return {};
}

void FakePerf::write(int cpu, const PerfBytes &records)
{
    const std::scoped_lock lock(m_mutex);
    auto &event = *findByCpu(cpu);
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto data = event.ring.bytes().subspan(page);
    auto &control = *reinterpret_cast<perf_event_mmap_page *>(event.ring.bytes().data());
    const std::atomic_ref headWord(control.data_head);
    auto head = headWord.load(std::memory_order_relaxed);
    auto copy = records;
    for (const auto byte : copy.bytes())
        data[head++ % data.size()] = byte;
    headWord.store(head, std::memory_order_release);
    static_cast<void>(::write(event.ours.get(), "!", 1) == 1);
}

void FakePerf::refuseRedirect(int code)
{
    const std::scoped_lock lock(m_mutex);
    m_redirectCode = code;
}

int FakePerf::redirectedEvents() const
{
    const std::scoped_lock lock(m_mutex);
    return static_cast<int>(std::ranges::count_if(m_events, &Event::isRedirected));
}

void FakePerf::setLost(int cpu, std::uint64_t count)
{
    const std::scoped_lock lock(m_mutex);
    findByCpu(cpu)->lost = count;
}

void FakePerf::hangUp(int cpu)
{
    const std::scoped_lock lock(m_mutex);
    findByCpu(cpu)->ours.reset();
}

int FakePerf::openEvents() const
{
    const std::scoped_lock lock(m_mutex);
    return static_cast<int>(std::ranges::count_if(m_events, [](const Event &event) {
        pollfd polled{.fd = event.ours.get(), .events = POLLOUT, .revents = 0};
        return event.ours.isValid() && ::poll(&polled, 1, 0) == 1 && (polled.revents & POLLERR) == 0;
    }));
}

int FakePerf::disabledEvents() const
{
    const std::scoped_lock lock(m_mutex);
    return static_cast<int>(std::ranges::count_if(m_events, &Event::isDisabled));
}

void FakePerf::disable(int fd)
{
    const std::scoped_lock lock(m_mutex);
    findByFd(fd)->isDisabled = true;
}

std::optional<std::uint64_t> FakePerf::lost(int fd)
{
    const std::scoped_lock lock(m_mutex);
    return findByFd(fd)->lost;
}

// The latest one: numbers of closed descriptors are used again.
FakePerf::Event *FakePerf::findByFd(int fd)
{
    const auto found =
        std::find_if(m_events.rbegin(), m_events.rend(), [fd](const Event &e) { return e.fd == fd; });
    return found == m_events.rend() ? nullptr : &*found;
}

FakePerf::Event *FakePerf::findByCpu(int cpu)
{
    const auto found = std::find_if(m_events.rbegin(), m_events.rend(), [cpu](const Event &e) {
        return e.cpu == cpu && !e.isRedirected;
    });
    return found == m_events.rend() ? nullptr : &*found;
}

} // namespace timeslice::testing
