// SPDX-License-Identifier: GPL-3.0-or-later
// The local server that the http workload asks, over real sockets.
#include "core/board/board.h"
#include "core/workload/digest.h"
#include "core/workload/http.h"
#include "core/workload/httpbody.h"
#include "core/workload/httphead.h"
#include "core/workload/io/httpserver.h"

#include <QtTest>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

// One raw connection. Nothing that it waits for takes longer than half a minute.
class Client {
public:
    explicit Client(std::uint16_t port, const char *address = "127.0.0.1")
        : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        const timeval patience{30, 0};
        ::setsockopt(m_socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        ::inet_pton(AF_INET, address, &to.sin_addr);
        m_error =
            ::connect(m_socket.get(), reinterpret_cast<const sockaddr *>(&to), sizeof to) == 0 ? 0 : errno;
    }

    [[nodiscard]] int connectError() const { return m_error; }
    [[nodiscard]] int fd() const { return m_socket.get(); }
    void close() { m_socket.reset(); }
    bool send(std::string_view text) const
    {
        return ::send(m_socket.get(), text.data(), text.size(), MSG_NOSIGNAL)
            == static_cast<ssize_t>(text.size());
    }

    struct Answer {
        int status = 0; // 0: the connection ended without one
        std::string head;
        std::string body;
    };
    [[nodiscard]] Answer receive() const
    {
        Answer answer;
        char c = 0;
        while (!answer.head.ends_with("\r\n\r\n")) {
            if (::recv(m_socket.get(), &c, 1, 0) != 1)
                return {};
            answer.head += c;
        }
        const auto head = parseHttpHead(std::string_view(answer.head).substr(0, answer.head.size() - 4));
        if (!head)
            return {};
        answer.body.resize(head->contentLength);
        const auto size = answer.body.size();
        if (size > 0
            && ::recv(m_socket.get(), answer.body.data(), size, MSG_WAITALL) != static_cast<ssize_t>(size))
            return {};
        answer.status = head->status;
        return answer;
    }
    // Whether the other end closes the connection without sending anything.
    [[nodiscard]] bool isClosedByServer() const
    {
        char c = 0;
        const auto got = ::recv(m_socket.get(), &c, 1, 0);
        return got == 0 || (got < 0 && errno == ECONNRESET);
    }

private:
    UniqueFd m_socket;
    int m_error = 0;
};

std::string requestFor(const HttpServer &server, const std::string &target, const std::string &more = {})
{
    return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port())
        + "\r\nX-Timeslice-Token: " + server.token() + "\r\n" + more + "\r\n";
}

Client::Answer ask(const HttpServer &server, const std::string &request)
{
    const Client client(server.port());
    return client.send(request) ? client.receive() : Client::Answer{};
}

std::string textOf(const std::vector<std::byte> &bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

std::size_t entriesOf(const char *directory)
{
    const std::filesystem::directory_iterator entries(directory);
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::unique_ptr<HttpServer> started(HttpServerOptions options = {})
{
    auto server = HttpServer::start(std::move(options));
    return server ? std::move(*server) : nullptr;
}

// The checksum of a run of the http workload on threads, as a model would carry it out.
std::uint64_t runWorkload(const HttpServer &server, std::uint64_t items, unsigned threads, bool keepAlive)
{
    WorkSpec spec;
    spec.seed = 7;
    spec.params.set("delay_ms", std::int64_t{2});
    spec.params.set("bytes", std::int64_t{300});
    spec.params.set("keep_alive", keepAlive);
    const auto workload = httpWorkload().make(spec);
    const auto board = *Board::createAnonymous({.workers = threads});
    board.setItemLimit(items);
    board.go(std::nullopt);
    std::atomic<std::uint64_t> checksum = 0;
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < threads; ++i) {
        workers.emplace_back([&, i] {
            WorkerResources resources;
            resources.index = i;
            resources.httpServer = server.endpoint();
            auto worker = *workload->makeWorker(resources);
            while (const auto item = board.takeItem(MonotonicClock::now())) {
                const auto result = worker->carryOut(*item, StopToken(board.stateWord()));
                if (result)
                    checksum += checksumShare(*item, *result);
                else
                    board.setErrorText(i, describe(result.error()));
            }
        });
    }
    for (auto &worker : workers)
        worker.join();
    for (unsigned i = 0; i < threads; ++i) {
        if (!board.errorText(i).empty())
            qWarning("%s", board.errorText(i).c_str());
    }
    return checksum;
}

} // namespace

class tst_HttpServer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answersWithTheAgreedBody();
    void keepsTheConnection();
    void servesTheWorkload();
    void refuses_data();
    void refuses();
    void endsConnectionsThatMakeNoSense_data();
    void endsConnectionsThatMakeNoSense();
    void endsIdleConnections();
    void waitsAsLongAsAsked();
    void holdsThousandsOfRequestsWithoutAThreadEach();
    void goesOnWhenAClientLeaves();
    void takesNoMoreConnectionsThanAllowed();
    void endsWhileRequestsAreDelayed();
    void leaksNothing();
    void listensOnLoopbackOnly();
    void drawsTokens();
};

void tst_HttpServer::answersWithTheAgreedBody()
{
    const auto server = started();
    QVERIFY(server);
    const auto answer = ask(*server, requestFor(*server, "/item/12?delay_ms=0&bytes=1000&seed=3"));
    QCOMPARE(answer.status, 200);
    QVERIFY(answer.body == textOf(httpBody(3, 12, 1000)));
    QVERIFY(
        ask(*server, requestFor(*server, "/item/18446744073709551615?seed=18446744073709551615")).body
        == textOf(httpBody(UINT64_MAX, UINT64_MAX, 256)));
    QVERIFY(ask(*server, requestFor(*server, "/item/0?bytes=65536")).body == textOf(httpBody(1, 0, 65536)));
    QTRY_COMPARE(server->served(), 3U);
}

void tst_HttpServer::keepsTheConnection()
{
    const auto server = started();
    QVERIFY(server);
    const Client client(server->port());
    for (std::uint64_t item = 0; item < 20; ++item) {
        QVERIFY(client.send(requestFor(*server, "/item/" + std::to_string(item) + "?delay_ms=1")));
        QVERIFY(client.receive().body == textOf(httpBody(1, item, 256)));
    }
    QVERIFY(client.send(requestFor(*server, "/item/0", "Connection: close\r\n")));
    QCOMPARE(client.receive().status, 200);
    QVERIFY(client.isClosedByServer());
}

void tst_HttpServer::servesTheWorkload()
{
    const auto server = started();
    QVERIFY(server);
    constexpr std::uint64_t kItems = 60;
    auto sha = *Sha256::create();
    std::uint64_t expected = 0;
    for (std::uint64_t item = 0; item < kItems; ++item)
        expected += checksumShare(item, *firstWord(sha.of(httpBody(7, item, 300))));
    QCOMPARE(runWorkload(*server, kItems, 1, true), expected);
    QCOMPARE(runWorkload(*server, kItems, 2, false), expected);
    QCOMPARE(runWorkload(*server, kItems, 5, true), expected);
    QTRY_COMPARE(server->served(), 3 * kItems);
}

void tst_HttpServer::refuses_data()
{
    QTest::addColumn<QByteArray>("request"); // @T token, @H host, @G both as header fields
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const char *request, int status) {
        QTest::newRow(name) << QByteArray(request) << status;
    };
    row("no token", "GET /item/1 HTTP/1.1\r\nHost: @H\r\n\r\n", 403);
    row("empty token", "GET /item/1 HTTP/1.1\r\nHost: @H\r\nX-Timeslice-Token:\r\n\r\n", 403);
    row("token too long", "GET /item/1 HTTP/1.1\r\nHost: @H\r\nX-Timeslice-Token: @Tx\r\n\r\n", 403);
    row("wrong token",
        "GET /item/1 HTTP/1.1\r\nHost: @H\r\nX-Timeslice-Token: 00000000000000000000000000000000\r\n\r\n",
        403);
    row("token as argument", "GET /item/1?X-Timeslice-Token=@T HTTP/1.1\r\nHost: @H\r\n\r\n", 403);
    row("other host", "GET /item/1 HTTP/1.1\r\nHost: example.org\r\nX-Timeslice-Token: @T\r\n\r\n", 403);
    row("other port", "GET /item/1 HTTP/1.1\r\nHost: 127.0.0.1:1\r\nX-Timeslice-Token: @T\r\n\r\n", 403);
    row("no host, old version", "GET /item/1 HTTP/1.0\r\nX-Timeslice-Token: @T\r\n\r\n", 403);
    row("POST", "POST /item/1 HTTP/1.1\r\n@GContent-Length: 0\r\n\r\n", 405);
    row("POST with a body", "POST /item/1 HTTP/1.1\r\n@GContent-Length: 5\r\n\r\nhello", 405);
    row("HEAD", "HEAD /item/1 HTTP/1.1\r\n@G\r\n", 405);
    row("DELETE", "DELETE /item/1 HTTP/1.1\r\n@G\r\n", 405);
    row("unknown method", "BREW /item/1 HTTP/1.1\r\n@G\r\n", 405);
    for (const char *const path :
         {"/", "/item", "/item/", "/item/x", "/item/-1", "/item/1/", "/item/1x", "/item/ 1",
          "/item/18446744073709551616", "/other", "/item/../item/1", "//item/1"}) {
        if (!QByteArray(path).contains(' '))
            row(path, ("GET " + QByteArray(path) + " HTTP/1.1\r\n@G\r\n").constData(), 404);
    }
    for (const char *const query :
         {"delay_ms=10001", "delay_ms=-1", "delay_ms=", "delay_ms", "delay_ms=1.5", "bytes=0", "bytes=65537",
          "bytes=99999999999999999999", "seed=x", "seed=1&seed=1", "bytes=1&bytes=1", "other=1",
          "delay_ms=1&x"})
        row(query, ("GET /item/1?" + QByteArray(query) + " HTTP/1.1\r\n@G\r\n").constData(), 400);
}

void tst_HttpServer::refuses()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    const auto server = started();
    QVERIFY(server);
    const auto host = "127.0.0.1:" + QByteArray::number(server->port());
    request.replace("@G", "Host: @H\r\nX-Timeslice-Token: @T\r\n");
    request.replace("@H", host).replace("@T", QByteArray::fromStdString(server->token()));
    const Client client(server->port());
    QVERIFY(client.send({request.constData(), static_cast<std::size_t>(request.size())}));
    if (request.startsWith("HEAD")) {
        // The head of an answer without its body, whatever length it states.
        char start[13] = {};
        QCOMPARE(::recv(client.fd(), start, 12, MSG_WAITALL), ssize_t{12});
        QCOMPARE(start, "HTTP/1.1 405");
    } else {
        QCOMPARE(client.receive().status, status);
    }
    QCOMPARE(ask(*server, requestFor(*server, "/item/1")).status, 200);
    QTRY_COMPARE(server->served(), 1U);
}

void tst_HttpServer::endsConnectionsThatMakeNoSense_data()
{
    QTest::addColumn<QByteArray>("bytes"); // sent again and again; @G as above, in the first piece
    QTest::addColumn<QByteArray>("first");
    QTest::newRow("garbage") << QByteArray("\x16\x03\x01\x02\x01\xfc\x03\x03") << QByteArray();
    QTest::newRow("zeros") << QByteArray(1000, '\0') << QByteArray();
    QTest::newRow("endless field") << QByteArray(1000, 'x') << QByteArray("GET /item/1 HTTP/1.1\r\n@GX: ");
    QTest::newRow("endless fields") << QByteArray("X: y\r\n") << QByteArray("GET /item/1 HTTP/1.1\r\n@G");
    QTest::newRow("endless target") << QByteArray("/item/1") << QByteArray("GET /item/1");
    QTest::newRow("body of a GET") << QByteArray(
        1000, 'x') << QByteArray("GET /item/1 HTTP/1.1\r\n@GContent-Length: 1000000000\r\n\r\n");
    QTest::newRow("chunks of a GET") << QByteArray(
        "5\r\nhello\r\n") << QByteArray("GET /item/1 HTTP/1.1\r\n@GTransfer-Encoding: chunked\r\n\r\n");
    QTest::newRow("body of a POST") << QByteArray(
        1000, 'x') << QByteArray("POST /item/1 HTTP/1.1\r\n@GContent-Length: 1000000000\r\n\r\n");
    QTest::newRow("body of a PATCH") << QByteArray(
        1000, 'x') << QByteArray("PATCH /item/1 HTTP/1.1\r\n@GContent-Length: 1000000000\r\n\r\n");
}

void tst_HttpServer::endsConnectionsThatMakeNoSense()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, first);
    const auto server = started();
    QVERIFY(server);
    first.replace("@G", QByteArray::fromStdString(requestFor(*server, "x")).mid(16).chopped(2));
    const Client client(server->port());
    QVERIFY(client.send({first.constData(), static_cast<std::size_t>(first.size())}));
    // Until the server no longer takes it; 100 MB would be a server that reads whatever it is sent.
    qsizetype sent = 0;
    while (sent < 100'000'000 && client.send({bytes.constData(), static_cast<std::size_t>(bytes.size())}))
        sent += bytes.size();
    QVERIFY2(sent < 100'000'000, "the server took 100 MB");
    QCOMPARE(ask(*server, requestFor(*server, "/item/1")).status, 200);
    QTRY_COMPARE(server->served(), 1U);
}

void tst_HttpServer::endsIdleConnections()
{
    HttpServerOptions options;
    options.idleTimeout = 1s;
    const auto server = started(options);
    QVERIFY(server);
    const Client silent(server->port());
    const Client half(server->port());
    QVERIFY(half.send("GET /item/1 HT"));
    // A delay longer than the time-out is not idleness.
    const Client waiting(server->port());
    QVERIFY(waiting.send(requestFor(*server, "/item/1?delay_ms=2500")));
    QVERIFY(silent.isClosedByServer());
    static_cast<void>(half.receive()); // perhaps a 408
    QVERIFY(half.isClosedByServer());
    QCOMPARE(waiting.receive().status, 200);
}

void tst_HttpServer::waitsAsLongAsAsked()
{
    const auto server = started();
    QVERIFY(server);
    const auto begin = MonotonicClock::now();
    const Client slow(server->port());
    const Client quick(server->port());
    QVERIFY(slow.send(requestFor(*server, "/item/1?delay_ms=300")));
    QVERIFY(quick.send(requestFor(*server, "/item/2?delay_ms=20")));
    QCOMPARE(quick.receive().status, 200);
    QVERIFY(MonotonicClock::now() - begin >= 20ms);
    // The one that was asked first is not answered first.
    pollfd ready{slow.fd(), POLLIN, 0};
    const bool slowIsStillWaiting = ::poll(&ready, 1, 0) == 0;
    const bool wasQuick = MonotonicClock::now() - begin < 300ms;
    QVERIFY(slowIsStillWaiting || !wasQuick);
    QCOMPARE(slow.receive().status, 200);
    QVERIFY(MonotonicClock::now() - begin >= 300ms);
}

void tst_HttpServer::holdsThousandsOfRequestsWithoutAThreadEach()
{
    const auto server = started();
    QVERIFY(server);
    // Both ends of a connection are ours, hence half of what the limit allows.
    const auto count = std::min<std::size_t>(2000, server->maxConnections() / 2 - 50);
    if (count < 2000)
        qWarning("RLIMIT_NOFILE leaves %zu connections", count);
    const auto threads = entriesOf("/proc/self/task");
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<Client>(server->port()));
        QCOMPARE(clients.back()->connectError(), 0);
        QVERIFY(clients.back()->send(requestFor(*server, "/item/" + std::to_string(i) + "?delay_ms=700")));
    }
    QCOMPARE(entriesOf("/proc/self/task"), threads);
    for (std::size_t i = 0; i < count; ++i)
        QVERIFY(clients[i]->receive().body == textOf(httpBody(1, i, 256)));
    QTRY_COMPARE(server->served(), count);
    QCOMPARE(entriesOf("/proc/self/task"), threads);
}

void tst_HttpServer::goesOnWhenAClientLeaves()
{
    const auto server = started();
    QVERIFY(server);
    for (int i = 0; i < 20; ++i) {
        Client client(server->port());
        QVERIFY(client.send(requestFor(*server, "/item/1?delay_ms=50&bytes=65536")));
    }
    const Client patient(server->port());
    QVERIFY(patient.send(requestFor(*server, "/item/1?delay_ms=100")));
    QCOMPARE(patient.receive().status, 200);
    QTRY_VERIFY(server->served() >= 1U);
}

void tst_HttpServer::takesNoMoreConnectionsThanAllowed()
{
    HttpServerOptions options;
    options.maxConnections = 3;
    const auto server = started(options);
    QVERIFY(server);
    QCOMPARE(server->maxConnections(), 3U);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<Client>(server->port()));
        QVERIFY(clients.back()->send(requestFor(*server, "/item/1")));
        QCOMPARE(clients.back()->receive().status, 200);
    }
    // The kernel connects the fourth; the server takes it when another has gone.
    const Client fourth(server->port());
    QVERIFY(fourth.send(requestFor(*server, "/item/4")));
    pollfd ready{fourth.fd(), POLLIN, 0};
    QCOMPARE(::poll(&ready, 1, 100), 0);
    clients.front()->close();
    QCOMPARE(fourth.receive().status, 200);
}

void tst_HttpServer::endsWhileRequestsAreDelayed()
{
    auto server = started();
    QVERIFY(server);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 50; ++i) {
        clients.push_back(std::make_unique<Client>(server->port()));
        QVERIFY(clients.back()->send(requestFor(*server, "/item/1?delay_ms=10000")));
    }
    // One round trip later at least the first of them are suspended.
    QCOMPARE(ask(*server, requestFor(*server, "/item/2")).status, 200);
    const auto begin = MonotonicClock::now();
    server.reset();
    QVERIFY2(MonotonicClock::now() - begin < 9s, "it waited for the delays");
    for (const auto &client : clients)
        QVERIFY(client->receive().status != 200);
}

void tst_HttpServer::leaksNothing()
{
    QVERIFY(started()); // what libraries keep for good, they have now
    const auto threads = entriesOf("/proc/self/task");
    const auto fds = entriesOf("/proc/self/fd");
    for (int i = 0; i < 50; ++i) {
        const auto server = started();
        QVERIFY(server);
        const Client client(server->port());
        QVERIFY(client.send(requestFor(*server, "/item/1?delay_ms=10000")));
        if (i % 2 == 0)
            QCOMPARE(ask(*server, requestFor(*server, "/item/2?delay_ms=1")).status, 200);
    }
    QCOMPARE(entriesOf("/proc/self/fd"), fds);
    // A joined thread may still be listed for a moment.
    QTRY_COMPARE(entriesOf("/proc/self/task"), threads);
}

void tst_HttpServer::listensOnLoopbackOnly()
{
    const auto server = started();
    QVERIFY(server);
    QCOMPARE(Client(server->port()).connectError(), 0);
    QCOMPARE(Client(server->port(), "127.0.0.2").connectError(), ECONNREFUSED);
}

void tst_HttpServer::drawsTokens()
{
    const auto first = HttpServer::newToken();
    const auto second = HttpServer::newToken();
    QVERIFY(first && second);
    QCOMPARE(first->size(), std::size_t{32});
    QVERIFY(*first != *second);
    const auto server = started();
    QVERIFY(server);
    QCOMPARE(server->token().size(), std::size_t{32});

    HttpServerOptions options;
    options.token = "my-own";
    QCOMPARE(started(options)->token(), options.token);
    for (const char *const token : {"two words", "line\n", "\x7f"}) {
        options.token = token;
        const auto refused = HttpServer::start(options);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::Malformed);
    }
}

QTEST_GUILESS_MAIN(tst_HttpServer)
#include "tst_httpserver.moc"
