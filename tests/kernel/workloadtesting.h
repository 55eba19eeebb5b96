// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/mapping.h"
#include "core/workload/tlsidentity.h"
#include "core/workload/workload.h"
#include "tests/support/temptree.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <thread>
#include <utility>
#include <vector>

namespace timeslice::testing_support {

using Overrides = std::vector<std::pair<std::string, ParameterValue>>;

/// A spec with the defaults of the workload's parameters, and the given ones in their place.
[[nodiscard]] WorkSpec specOf(const WorkloadInfo &info, const Overrides &overrides = {});

/// Parameters with which an item of any workload takes a fraction of a millisecond.
[[nodiscard]] Overrides smallParameters(const std::string &workload);
/// Parameters with which an item takes as long as it can (or, where it cannot be long, as is practical in a
/// test).
[[nodiscard]] Overrides longParameters(const std::string &workload);

/// A workload with everything it needs but a server: filled data, an arena, a directory with its files.
class PreparedWorkload {
public:
    PreparedWorkload(const WorkloadInfo &info, const WorkSpec &spec, std::optional<HttpEndpoint> server = {});

    [[nodiscard]] const Workload &workload() const { return *m_workload; }
    [[nodiscard]] std::span<const std::byte> data() const { return m_data.bytes(); }
    [[nodiscard]] std::span<std::byte> arena() const { return m_arena.bytes(); }
    /// What worker `index` is given; `data` reads the memory that all share.
    [[nodiscard]] WorkerResources resources(unsigned index);
    [[nodiscard]] const std::filesystem::path &directory() const { return m_directory.path(); }
    /// As the lab asks for them at the end of a run of one second.
    [[nodiscard]] std::vector<ResultValue> results(std::uint64_t items) const;

private:
    unsigned m_workers;
    std::unique_ptr<Workload> m_workload;
    Mapping m_data;
    Mapping m_arena;
    std::unique_ptr<DataSource> m_source;
    std::optional<HttpEndpoint> m_server;
    testing::TempTree m_directory;
};

/// Hands out 0, 1, 2 and so on without end.
class CountingSource final : public ItemSource {
public:
    std::optional<std::uint64_t> take(MonotonicTime /*now*/) override { return m_next++; }

private:
    std::uint64_t m_next = 0;
};

struct Outcome {
    std::uint64_t checksum = 0;
    std::uint64_t done = 0;
    std::vector<std::string> failures;
};

/// Carries out `items` items with workers on threads that take them from a board.
[[nodiscard]] Outcome carryOutOnThreads(PreparedWorkload &prepared, std::uint64_t items, unsigned threads);

/// Those of all its threads, zombies too.
[[nodiscard]] std::vector<pid_t> childrenOfThisProcess();
[[nodiscard]] std::size_t childCount();

/// A program for the shell, in a file of that directory. \return Its path.
[[nodiscard]] std::string putScript(const std::filesystem::path &directory, std::string_view body);

/// A run state to stop, for kernels that are called directly.
class RunWord {
public:
    [[nodiscard]] StopToken token() { return StopToken(m_word); }
    void stop() { publishState(m_word, RunState::Stop); }

private:
    std::atomic<std::uint32_t> m_word{static_cast<std::uint32_t>(RunState::Go)};
};

/// A server socket on 127.0.0.1 that lets a function deal with each connection, on a thread of its own; with
/// an identity over TLS, of which the function sees nothing.
class SocketServer {
public:
    using Script = std::function<void(int fd)>;

    explicit SocketServer(Script script, std::shared_ptr<const TlsIdentity> tls = nullptr);
    /// Shuts all connections down and waits for their scripts.
    ~SocketServer();
    SocketServer(const SocketServer &) = delete;
    SocketServer &operator=(const SocketServer &) = delete;

    [[nodiscard]] HttpEndpoint endpoint() const;
    [[nodiscard]] unsigned connections() const { return m_connections.load(); }

private:
    void accept();

    Script m_script;
    std::shared_ptr<const TlsIdentity> m_tls;
    int m_listener = -1;
    std::uint16_t m_port = 0;
    std::atomic<unsigned> m_connections = 0;
    std::mutex m_mutex; ///< Protects m_fds and m_scripts.
    std::vector<int> m_fds;
    std::vector<std::thread> m_scripts;
    std::thread m_accepting;
};

/// Sends everything. \return false when the other end is gone.
bool sendAll(int fd, std::string_view text);
/// Receives one request's header. \return Nothing when the other end closed.
[[nodiscard]] std::optional<std::string> receiveHead(int fd);
/// Answers requests as the real server does, delays left out, until the client closes.
void answerFaithfully(int fd);

} // namespace timeslice::testing_support
