// SPDX-License-Identifier: GPL-3.0-or-later
// The local server with TLS, over real sockets: it serves who shakes hands, and survives who does not.
#include "core/workload/httpbody.h"
#include "core/workload/httpconnection.h"
#include "core/workload/io/httpserver.h"

#include <QtTest>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <filesystem>
#include <random>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

using Options = TlsIdentity::Options;

std::shared_ptr<const TlsIdentity> makeIdentity(const Options &options = {})
{
    auto identity = TlsIdentity::create(options);
    return identity ? std::make_shared<const TlsIdentity>(std::move(*identity)) : nullptr;
}

std::unique_ptr<HttpServer> started(HttpServerOptions options = {})
{
    if (!options.tls)
        options.tls = makeIdentity();
    auto server = HttpServer::start(std::move(options));
    return server ? std::move(*server) : nullptr;
}

HttpConnection::Request requestFor(std::uint64_t item, std::uint64_t delayMs = 0, std::size_t bytes = 256)
{
    return {
        .target = "/item/" + std::to_string(item) + "?delay_ms=" + std::to_string(delayMs)
            + "&bytes=" + std::to_string(bytes) + "&seed=1",
        .bodyBytes = bytes};
}

// A client that trusts a certificate: the server's own, unless it is told of another.
class Client {
public:
    explicit Client(const HttpServer &server, const std::string &trusted = {})
        : connection(
              server.endpoint(), kHttpMaxBodyBytes,
              {*TlsTrust::create(trusted.empty() ? server.endpoint().certificate : trusted)})
    { }

    Result<std::vector<std::byte>> ask(const HttpConnection::Request &request)
    {
        std::atomic<std::uint32_t> word{static_cast<std::uint32_t>(RunState::Go)};
        const auto body = connection.get(request, MonotonicClock::now() + 30s, StopToken(word));
        if (!body)
            return std::unexpected(body.error());
        return std::vector(body->begin(), body->end());
    }

    HttpConnection connection;
};

bool serves(const HttpServer &server)
{
    return Client(server).ask(requestFor(7)) == httpBody(1, 7, 256);
}

// One raw connection. Nothing that it waits for takes longer than half a minute.
UniqueFd connectTo(const HttpServer &server)
{
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{30, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(server.port());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0)
        socket.reset();
    return socket;
}

bool sendTo(const UniqueFd &socket, const QByteArray &bytes)
{
    return ::send(socket.get(), bytes.constData(), static_cast<std::size_t>(bytes.size()), MSG_NOSIGNAL)
        == bytes.size();
}

// Whether the other end closes the connection; it may send an alert before.
bool isClosedByServer(const UniqueFd &socket)
{
    char c = 0;
    ssize_t got = 1;
    while (got > 0)
        got = ::recv(socket.get(), &c, 1, 0);
    return got == 0 || errno == ECONNRESET;
}

// The beginning of a handshake record that announces 512 bytes.
QByteArray halfAClientHello()
{
    return QByteArray::fromHex("1603010200010001fc0303") + QByteArray(60, 'r');
}

std::size_t entriesOf(const char *directory)
{
    const std::filesystem::directory_iterator entries(directory);
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

// Goes on with all of them, as an event loop does, until each has its answer. \return How many were right.
std::size_t finishAll(std::vector<std::unique_ptr<Client>> &clients)
{
    std::size_t right = 0;
    std::vector<pollfd> waits(clients.size());
    std::vector<bool> isDone(clients.size());
    for (std::size_t left = clients.size(); left > 0;) {
        for (std::size_t i = 0; i < clients.size(); ++i) {
            if (isDone[i] || (waits[i].events != 0 && waits[i].revents == 0))
                continue;
            auto step = clients[i]->connection.step();
            if (const auto *const waiting = std::get_if<Waiting>(&step)) {
                waits[i] = {waiting->fd, waiting->events, 0};
                continue;
            }
            const auto &answer = std::get<HttpConnection::Answer>(step);
            right += answer && std::ranges::equal(*answer, httpBody(1, i, 256)) ? 1U : 0U;
            isDone[i] = true;
            waits[i].fd = -1;
            --left;
        }
        ::poll(waits.data(), waits.size(), left > 0 ? 1000 : 0);
    }
    return right;
}

} // namespace

class tst_HttpsServer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answersWithTheAgreedBody();
    void handsOnItsCertificateAndNotItsKey();
    void isRefusedWithoutTheRightCertificate();
    void survivesWhatIsNoTls_data();
    void survivesWhatIsNoTls();
    void endsSlowHandshakesAndSleepsMeanwhile();
    void goesOnWhenAClientLeaves();
    void holdsManyRequestsWithoutAThreadEach();
    void endsWhileRequestsAreDelayed();
    void leaksNothing();
};

void tst_HttpsServer::answersWithTheAgreedBody()
{
    const auto server = started();
    QVERIFY(server);
    Client client(*server);
    for (std::uint64_t item = 0; item < 20; ++item)
        QVERIFY(client.ask(requestFor(item, item % 3)) == httpBody(1, item, 256));
    QVERIFY(client.ask(requestFor(1, 0, kHttpMaxBodyBytes)) == httpBody(1, 1, kHttpMaxBodyBytes));
    QTRY_COMPARE(server->served(), 21U);
}

void tst_HttpsServer::handsOnItsCertificateAndNotItsKey()
{
    const auto server = started();
    QVERIFY(server);
    const auto endpoint = server->endpoint();
    QVERIFY(endpoint.certificate.starts_with("-----BEGIN CERTIFICATE-----\n"));
    QVERIFY(endpoint.certificate.find("KEY") == std::string::npos);
    const auto plain = HttpServer::start();
    QVERIFY(plain && (*plain)->endpoint().certificate.empty());
}

void tst_HttpsServer::isRefusedWithoutTheRightCertificate()
{
    const auto refusalOf = [](const Options &shown, bool isTrusted) {
        HttpServerOptions options;
        options.tls = makeIdentity(shown);
        const auto server = started(options);
        const auto answer =
            Client(*server, (isTrusted ? options.tls : makeIdentity())->certificate()).ask(requestFor(1));
        const bool goesOn = !isTrusted || server->served() == 0;
        return answer || !goesOn ? std::string("served") : answer.error().what;
    };
    const std::string refused = "the local server's certificate was refused: ";
    QVERIFY(refusalOf({}, false).starts_with(refused + "it is not the one that was made for this run"));
    QCOMPARE(refusalOf({.from = -2h, .lifetime = 1h}, true), refused + "certificate has expired");
    QCOMPARE(refusalOf({.address = "127.0.0.9"}, true), refused + "IP address mismatch");
    QCOMPARE(refusalOf({}, true), std::string("served"));
}

void tst_HttpsServer::survivesWhatIsNoTls_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QByteArray noise(5000, '\0');
    std::mt19937 random(3);
    for (auto &c : noise)
        c = static_cast<char>(random());
    noise[0] = 'n'; // not by chance the beginning of a handshake, which it would wait for
    QTest::newRow("plain HTTP") << QByteArray("GET /item/1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    QTest::newRow("noise") << noise;
    QTest::newRow("zeros") << QByteArray(1000, '\0');
    QTest::newRow("a record that is too long") << QByteArray::fromHex("160301ffff") + QByteArray(70'000, 'x');
    QTest::newRow("a hello of nonsense") << QByteArray::fromHex("16030100c8010000c4") + QByteArray(196, 'x');
    QTest::newRow("an alert") << QByteArray::fromHex("15030100020228");
    QTest::newRow("data before the handshake") << QByteArray::fromHex("1703030004") + QByteArray("abcd");
}

void tst_HttpsServer::survivesWhatIsNoTls()
{
    QFETCH(QByteArray, bytes);
    const auto server = started();
    QVERIFY(server);
    for (int i = 0; i < 20; ++i) {
        const auto socket = connectTo(*server);
        QVERIFY(socket.isValid());
        sendTo(socket, bytes); // perhaps it closes before it has all of it
        QVERIFY(isClosedByServer(socket));
    }
    QVERIFY(serves(*server));
    QTRY_COMPARE(server->served(), 1U);
}

void tst_HttpsServer::endsSlowHandshakesAndSleepsMeanwhile()
{
    HttpServerOptions options;
    options.idleTimeout = 1s;
    const auto server = started(options);
    QVERIFY(server);
    const auto silent = connectTo(*server);
    const auto half = connectTo(*server);
    QVERIFY(sendTo(half, halfAClientHello()));
    Client waiting(*server); // a delay is not idleness
    waiting.connection.begin(requestFor(0, 2500), MonotonicClock::now() + 30s);
    QVERIFY(std::holds_alternative<Waiting>(waiting.connection.step()));

    const auto cpu = processCpuTime();
    const auto begin = MonotonicClock::now();
    QVERIFY(isClosedByServer(half));
    QVERIFY2(
        processCpuTime() - cpu < (MonotonicClock::now() - begin) / 2,
        "it turned in circles while a client owed it half of a handshake");
    QVERIFY(isClosedByServer(silent));
    QVERIFY(serves(*server));
}

void tst_HttpsServer::goesOnWhenAClientLeaves()
{
    const auto server = started();
    QVERIFY(server);
    const auto trust = *TlsTrust::create(server->endpoint().certificate);
    for (int i = 0; i < 30; ++i) {
        // Its hello is sent, and perhaps the server's has come.
        ClientSocket shaking({trust});
        while (i % 2 == 0 || !shaking.isValid()) {
            const auto opened = shaking.open(server->port());
            if (opened) // a quick server has answered in the meantime: then it leaves after that
                break;
            const auto *const events = std::get_if<short>(&opened.error());
            QVERIFY(events != nullptr);
            if (*events == POLLIN)
                break;
            pollfd wait{shaking.fd(), *events, 0};
            ::poll(&wait, 1, 1000);
        }
        shaking.close();
        const auto half = connectTo(*server);
        QVERIFY(sendTo(half, halfAClientHello()));
    }
    {
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < 20; ++i) {
            clients.push_back(std::make_unique<Client>(*server));
            QVERIFY(clients.back()->ask(requestFor(1))); // its handshake is done
            clients.back()->connection.begin(
                requestFor(1, 50, kHttpMaxBodyBytes), MonotonicClock::now() + 30s);
            QVERIFY(std::holds_alternative<Waiting>(clients.back()->connection.step()));
        }
    } // all leave during the delay
    Client patient(*server);
    QVERIFY(patient.ask(requestFor(2, 100)) == httpBody(1, 2, 256));
    QVERIFY(serves(*server));
}

void tst_HttpsServer::holdsManyRequestsWithoutAThreadEach()
{
    const auto server = started();
    QVERIFY(server);
    // Both ends of a connection are ours, hence half of what the limit allows.
    const auto count = std::min<std::size_t>(400, server->maxConnections() / 2 - 50);
    const auto threads = entriesOf("/proc/self/task");
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<Client>(*server));
        clients.back()->connection.begin(requestFor(i, 300), MonotonicClock::now() + 60s);
    }
    QCOMPARE(finishAll(clients), count);
    QTRY_COMPARE(server->served(), count);
    QCOMPARE(entriesOf("/proc/self/task"), threads);
    // And once more, over the same connections.
    for (std::size_t i = 0; i < count; ++i)
        clients[i]->connection.begin(requestFor(i, 20), MonotonicClock::now() + 60s);
    QCOMPARE(finishAll(clients), count);
    QTRY_COMPARE(server->served(), 2 * count);
}

void tst_HttpsServer::endsWhileRequestsAreDelayed()
{
    auto server = started();
    QVERIFY(server);
    std::vector<std::unique_ptr<Client>> clients;
    std::vector<UniqueFd> halves;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(std::make_unique<Client>(*server));
        QVERIFY(clients.back()->ask(requestFor(1))); // its handshake is done
        clients.back()->connection.begin(requestFor(1, 10'000), MonotonicClock::now() + 30s);
        QVERIFY(std::holds_alternative<Waiting>(clients.back()->connection.step()));
        halves.push_back(connectTo(*server));
        QVERIFY(sendTo(halves.back(), halfAClientHello()));
    }
    QVERIFY(serves(*server));
    const auto begin = MonotonicClock::now();
    server.reset();
    QVERIFY2(MonotonicClock::now() - begin < 9s, "it waited for the delays");
    QCOMPARE(finishAll(clients), std::size_t{0});
}

void tst_HttpsServer::leaksNothing()
{
    QVERIFY(serves(*started())); // what libraries keep for good, they have now
    const auto threads = entriesOf("/proc/self/task");
    const auto fds = entriesOf("/proc/self/fd");
    for (int i = 0; i < 30; ++i) {
        const auto server = started();
        QVERIFY(server);
        const auto half = connectTo(*server);
        QVERIFY(sendTo(half, halfAClientHello()));
        if (i % 2 == 0)
            QVERIFY(serves(*server));
    }
    QCOMPARE(entriesOf("/proc/self/fd"), fds);
    // A joined thread may still be listed for a moment.
    QTRY_COMPARE(entriesOf("/proc/self/task"), threads);
}

QTEST_GUILESS_MAIN(tst_HttpsServer)
#include "tst_httpsserver.moc"
