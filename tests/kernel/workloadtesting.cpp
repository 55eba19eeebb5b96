// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/kernel/workloadtesting.h"

#include "core/board/board.h"
#include "core/workload/datasource.h"
#include "core/workload/httpbody.h"
#include "tests/kernel/tlstesting.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <netinet/in.h>
#include <sys/socket.h>

namespace timeslice::testing_support {

namespace {

ParameterValue whole(std::int64_t value)
{
    return value;
}

std::uint64_t numberAfter(std::string_view text, std::string_view key)
{
    const auto at = text.find(key);
    EXPECT_NE(at, std::string_view::npos) << key;
    return std::stoull(std::string(text.substr(at + key.size(), 20)));
}

} // namespace

WorkSpec specOf(const WorkloadInfo &info, const Overrides &overrides)
{
    WorkSpec spec;
    for (const auto &parameter : info.parameters)
        spec.params.set(parameter.id, parameter.defaultValue);
    for (const auto &[id, value] : overrides) {
        EXPECT_NE(spec.params.find(id), nullptr) << info.id << " has no " << id;
        spec.params.set(id, value);
    }
    return spec;
}

Overrides smallParameters(const std::string &workload)
{
    static const std::map<std::string, Overrides> all{
        {"sum", {{"numbers", whole(100'003)}}},
        {"primes", {{"range", whole(300)}}},
        {"mandelbrot",
         {{"width", whole(100)}, {"height", whole(70)}, {"tile", whole(16)}, {"max_iterations", whole(200)}}},
        {"hash", {{"block_kib", whole(4)}}},
        {"http", {{"delay_ms", whole(1)}, {"bytes", whole(100)}}},
        {"https", {{"delay_ms", whole(1)}, {"bytes", whole(100)}}},
        {"sleep", {{"sleep_ms", ParameterValue(0.05)}}},
        {"matrix", {{"size", whole(20)}}},
        {"counter", {{"increments", whole(1'000)}}},
        {"false-sharing", {{"increments", whole(3'000)}}},
        {"ping-pong", {{"round_trips", whole(5)}}},
        {"philosophers",
         {{"strategy", std::string("ordered")},
          {"think_ms", ParameterValue(0.02)},
          {"eat_ms", ParameterValue(0.02)},
          {"pause_ms", ParameterValue(0.01)}}},
        {"producer-consumer",
         {{"capacity", whole(3)}, {"produce_steps", whole(100)}, {"consume_steps", whole(100)}}},
        {"file", {{"kib", whole(5)}, {"read_back", true}}},
        {"database",
         {{"databases", whole(3)},
          {"rows", whole(40)},
          {"series", whole(3)},
          {"columns", whole(7)},
          {"transform", whole(5)}}},
        {"spawn", {}},
        {"payload", {{"bytes", whole(10'000)}}},
    };
    return all.at(workload);
}

Overrides longParameters(const std::string &workload)
{
    static const std::map<std::string, Overrides> all{
        {"sum", {{"numbers", whole(4'000'000)}}},
        {"primes", {{"range", whole(10'000'000)}}},
        {"mandelbrot",
         {{"width", whole(512)},
          {"height", whole(512)},
          {"tile", whole(512)},
          {"max_iterations", whole(65'535)}}},
        {"hash", {{"block_kib", whole(65'536)}}},
        {"http", {{"delay_ms", whole(10'000)}, {"bytes", whole(65'536)}}},
        {"https", {{"delay_ms", whole(10'000)}, {"bytes", whole(65'536)}}},
        {"sleep", {{"sleep_ms", ParameterValue(60'000.0)}}},
        {"matrix", {{"size", whole(2'048)}}},
        {"counter", {{"increments", whole(1'000'000'000)}, {"mode", std::string("mutex")}}},
        {"false-sharing", {{"increments", whole(1'000'000'000)}}},
        {"ping-pong", {{"round_trips", whole(10'000'000)}}},
        {"philosophers", {{"think_ms", ParameterValue(10'000.0)}, {"busy", true}}},
        {"producer-consumer", {{"produce_steps", whole(1'000'000'000)}}},
        {"file", {{"kib", whole(65'536)}}},
        {"database",
         {{"databases", whole(1)},
          {"rows", whole(100'000)},
          {"series", whole(1)},
          {"columns", whole(16)},
          {"transform", whole(256)}}},
        {"spawn", {{"what", std::string("process")}}},
        {"payload", {{"bytes", whole(64 << 20)}, {"way", std::string("pipe")}}},
    };
    return all.at(workload);
}

PreparedWorkload::PreparedWorkload(
    const WorkloadInfo &info, const WorkSpec &spec, std::optional<HttpEndpoint> server)
    : m_workers(spec.workers)
    , m_workload(info.make(spec))
    , m_server(std::move(server))
{
    const auto needs = m_workload->needs();
    EXPECT_EQ(needs.httpServer, m_server.has_value());
    if (needs.dataBytes > 0) {
        m_data = std::move(*Mapping::anonymous(needs.dataBytes));
        RunWord word;
        EXPECT_TRUE(m_workload->fillData(m_data.bytes(), word.token()));
        m_source = std::make_unique<MappedData>(m_data.bytes());
    }
    if (needs.arenaBytes > 0)
        m_arena = std::move(*Mapping::anonymous(needs.arenaBytes));
    if (needs.directory) {
        RunWord word;
        EXPECT_TRUE(m_workload->fillDirectory(m_directory.path(), word.token()));
    }
}

WorkerResources PreparedWorkload::resources(unsigned index)
{
    return {
        .index = index,
        .data = m_source.get(),
        .arena = m_arena.bytes(),
        .httpServer = m_server,
        .directory = m_directory.path(),
        .workerProgram = TIMESLICE_KERNEL_WORKER,
        .interpreter = "/bin/true"};
}

std::vector<ResultValue> PreparedWorkload::results(std::uint64_t items) const
{
    return m_workload->results(
        {.arena = m_arena.bytes(), .workers = m_workers, .items = items, .wallSeconds = 1});
}

std::vector<pid_t> childrenOfThisProcess()
{
    std::vector<pid_t> found;
    for (const auto &task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream children(task.path() / "children");
        for (pid_t child = 0; children >> child;)
            found.push_back(child);
    }
    return found;
}

std::size_t childCount()
{
    return childrenOfThisProcess().size();
}

std::string putScript(const std::filesystem::path &directory, std::string_view body)
{
    const auto path = directory / "script";
    std::ofstream(path) << "#!/bin/sh\n" << body << '\n';
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
}

// Items from a board, as of a session.
class BoardSource final : public ItemSource {
public:
    explicit BoardSource(const Board &board)
        : m_board(board)
    { }
    std::optional<std::uint64_t> take(MonotonicTime now) override { return m_board.takeItem(now); }

private:
    const Board &m_board;
};

Outcome carryOutOnThreads(PreparedWorkload &prepared, std::uint64_t items, unsigned threads)
{
    const auto board = *Board::createAnonymous({.workers = threads});
    board.setItemLimit(items);
    const StopToken stop(board.stateWord());
    std::vector<Outcome> outcomes(threads);
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < threads; ++i) {
        workers.emplace_back([&, i] {
            auto &outcome = outcomes[i];
            auto worker = prepared.workload().makeWorker(prepared.resources(i));
            if (!worker) {
                outcome.failures.push_back(describe(worker.error()));
                return;
            }
            stop.waitForGo();
            BoardSource source(board);
            while (const auto item = (*worker)->next(source, MonotonicClock::now(), stop)) {
                const auto result = (*worker)->carryOut(*item, stop);
                if (result)
                    outcome.checksum += checksumShare(*item, *result);
                else
                    outcome.failures.push_back(describe(result.error()));
                ++outcome.done;
            }
        });
    }
    board.go(std::nullopt);
    Outcome all;
    for (unsigned i = 0; i < threads; ++i) {
        workers[i].join();
        all.checksum += outcomes[i].checksum;
        all.done += outcomes[i].done;
        all.failures.insert(all.failures.end(), outcomes[i].failures.begin(), outcomes[i].failures.end());
    }
    return all;
}

SocketServer::SocketServer(Script script, std::shared_ptr<const TlsIdentity> tls)
    : m_script(std::move(script))
    , m_tls(std::move(tls))
    , m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(m_listener, reinterpret_cast<const sockaddr *>(&address), size), 0);
    EXPECT_EQ(::listen(m_listener, 64), 0);
    EXPECT_EQ(::getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &size), 0);
    m_port = ntohs(address.sin_port);
    m_accepting = std::thread(&SocketServer::accept, this);
}

HttpEndpoint SocketServer::endpoint() const
{
    return {.port = m_port, .token = "secret", .certificate = m_tls ? m_tls->certificate() : std::string()};
}

SocketServer::~SocketServer()
{
    ::shutdown(m_listener, SHUT_RDWR);
    m_accepting.join();
    ::close(m_listener);
    const std::scoped_lock lock(m_mutex);
    for (const int fd : m_fds)
        ::shutdown(fd, SHUT_RDWR);
    for (auto &script : m_scripts)
        script.join();
    for (const int fd : m_fds)
        ::close(fd);
}

void SocketServer::accept()
{
    for (;;) {
        const int fd = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0)
            return;
        ++m_connections;
        const std::scoped_lock lock(m_mutex);
        m_fds.push_back(fd);
        // The end of the script is the end of the connection, for the client; the fd is closed by the
        // destructor.
        m_scripts.emplace_back([this, fd] {
            if (m_tls)
                serveOverTls(fd, *m_tls, m_script);
            else
                m_script(fd);
            ::shutdown(fd, SHUT_RDWR);
        });
    }
}

bool sendAll(int fd, std::string_view text)
{
    while (!text.empty()) {
        const auto put = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (put <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

std::optional<std::string> receiveHead(int fd)
{
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n")) {
        if (::recv(fd, &c, 1, 0) != 1)
            return std::nullopt;
        head += c;
    }
    return head;
}

void answerFaithfully(int fd)
{
    while (const auto head = receiveHead(fd)) {
        EXPECT_NE(head->find("\r\nX-Timeslice-Token: secret\r\n"), std::string::npos);
        const auto body = httpBody(
            numberAfter(*head, "&seed="), numberAfter(*head, "GET /item/"), numberAfter(*head, "&bytes="));
        const bool closes = head->find("\r\nConnection: close\r\n") != std::string::npos;
        const auto answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size())
            + (closes ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
            + std::string(reinterpret_cast<const char *>(body.data()), body.size());
        if (!sendAll(fd, answer) || closes)
            return;
    }
}

} // namespace timeslice::testing_support
