// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <linux/perf_event.h>
#include <string_view>
#include <vector>

namespace timeslice::testing {

/// Writes perf records as the kernel does for switchEventAttr(), into a ring of any size.
class PerfBytes {
public:
    struct Id { ///< The sample_id trailer.
        std::uint32_t pid = 0;
        std::uint32_t tid = 0;
        std::uint64_t timeNs = 0;
        std::uint32_t cpu = 0;
        std::uint32_t reserved = 0;
    };

    void switchIn(const Id &id) { add(PERF_RECORD_SWITCH, 0, {}, id); }
    void switchOut(const Id &id) { add(PERF_RECORD_SWITCH, PERF_RECORD_MISC_SWITCH_OUT, {}, id); }
    void preempted(const Id &id)
    {
        add(PERF_RECORD_SWITCH, PERF_RECORD_MISC_SWITCH_OUT | PERF_RECORD_MISC_SWITCH_OUT_PREEMPT, {}, id);
    }
    void fork(std::uint32_t pid, std::uint32_t tid, const Id &parent)
    {
        task(PERF_RECORD_FORK, pid, tid, parent);
    }
    void exit(std::uint32_t pid, std::uint32_t tid, const Id &id) { task(PERF_RECORD_EXIT, pid, tid, id); }
    void comm(std::uint32_t pid, std::uint32_t tid, std::string_view name, const Id &id)
    {
        std::vector<std::byte> body;
        append(body, pid);
        append(body, tid);
        for (const char letter : name)
            append(body, letter);
        do {
            append(body, '\0');
        } while (body.size() % 8 != 0);
        add(PERF_RECORD_COMM, 0, body, id);
    }
    void lost(std::uint64_t count, const Id &id)
    {
        std::vector<std::byte> body;
        append(body, std::uint64_t{7}); // the event's id
        append(body, count);
        add(PERF_RECORD_LOST, 0, body, id);
    }
    void lostSamples(std::uint64_t count, const Id &id)
    {
        std::vector<std::byte> body;
        append(body, count);
        add(PERF_RECORD_LOST_SAMPLES, 0, body, id);
    }
    /// A record of any type with any body and a true size.
    void add(std::uint32_t type, std::uint32_t misc, const std::vector<std::byte> &body, const Id &id)
    {
        const auto size = sizeof(perf_event_header) + body.size() + sizeof(Id);
        append(m_bytes, perf_event_header{type, static_cast<__u16>(misc), static_cast<__u16>(size)});
        m_bytes.insert(m_bytes.end(), body.begin(), body.end());
        append(m_bytes, id);
    }
    template <typename T>
    void raw(const T &value)
    {
        append(m_bytes, value);
    }

    [[nodiscard]] std::vector<std::byte> &bytes() { return m_bytes; }

    /// The bytes in a ring of this size, beginning at this position.
    [[nodiscard]] std::vector<std::byte> inRing(std::size_t ringBytes, std::uint64_t tail) const
    {
        std::vector<std::byte> ring(ringBytes);
        for (std::size_t i = 0; i < m_bytes.size(); ++i)
            ring[(tail + i) % ringBytes] = m_bytes[i];
        return ring;
    }

private:
    template <typename T>
    static void append(std::vector<std::byte> &bytes, const T &value)
    {
        const auto at = bytes.size();
        bytes.resize(at + sizeof value);
        std::memcpy(bytes.data() + at, &value, sizeof value);
    }
    void task(std::uint32_t type, std::uint32_t pid, std::uint32_t tid, const Id &id)
    {
        std::vector<std::byte> body;
        append(body, pid);
        append(body, id.pid); // parent's
        append(body, tid);
        append(body, id.tid); // parent's
        append(body, id.timeNs);
        add(type, 0, body, id);
    }

    std::vector<std::byte> m_bytes;
};

} // namespace timeslice::testing
