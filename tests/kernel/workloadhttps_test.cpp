// SPDX-License-Identifier: GPL-3.0-or-later
// The https workload's client: whom it trusts, what it refuses, and which handshakes it counts.
#include "core/base/histogram.h"
#include "core/workload/catalogue.h"
#include "core/workload/httpconnection.h"
#include "tests/kernel/tlstesting.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <csignal>
#include <random>
#include <sys/socket.h>

namespace timeslice {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;

constexpr std::size_t kBytes = 10;
const std::string kGood = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
const char kClosed[] = "the local server closed the connection";

HttpConnection::Request request(bool keepAlive = true)
{
    return {.target = "/item/1?bytes=10", .bodyBytes = kBytes, .keepAlive = keepAlive};
}

MonotonicTime soon()
{
    return MonotonicClock::now() + 20s;
}

void answerAll(int fd)
{
    while (receiveHead(fd))
        sendAll(fd, kGood);
}

// A client that trusts one certificate, and what it counts.
struct Client {
    Client(const SocketServer &server, const std::string &certificate)
        : connection(server.endpoint(), kBytes, {*TlsTrust::create(certificate), &handshakes})
    { }

    Result<std::string> ask(bool keepAlive = true, MonotonicTime deadline = soon())
    {
        const auto body = connection.get(request(keepAlive), deadline, word.token());
        if (!body)
            return std::unexpected(body.error());
        return std::string(reinterpret_cast<const char *>(body->data()), body->size());
    }

    [[nodiscard]] std::uint64_t counted() const
    {
        std::uint64_t count = 0;
        for (std::size_t bucket = 0; bucket < LatencyHistogram::kBuckets; ++bucket)
            count += handshakes.count(bucket);
        return count;
    }

    RunWord word;
    LatencyHistogram handshakes{};
    HttpConnection connection;
};

void expectError(const Result<std::string> &answer, ErrorKind kind, const std::string &what)
{
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, kind) << describe(answer.error());
    EXPECT_NE(answer.error().what.find(what), std::string::npos) << describe(answer.error());
}

// What a client hears from a server that proves itself with `shown` while `trusted` is the one to trust.
Result<std::string> answerOf(std::shared_ptr<const TlsIdentity> shown, const TlsIdentity &trusted)
{
    std::atomic<bool> wasAsked = false;
    Result<std::string> answer;
    {
        const SocketServer server(
            [&wasAsked](int fd) {
                wasAsked = receiveHead(fd).has_value();
                sendAll(fd, kGood);
            },
            std::move(shown));
        Client client(server, trusted.certificate());
        answer = client.ask();
        EXPECT_EQ(client.counted(), answer ? 1U : 0U);
    }
    EXPECT_EQ(wasAsked, answer.has_value()) << "it gave its token away";
    return answer;
}

TEST(Https, trustsTheCertificateOfTheRun)
{
    const auto identity = makeIdentity();
    EXPECT_EQ(answerOf(identity, *identity), "0123456789");
}

TEST(Https, refusesAnotherCertificateForTheSameAddress)
{
    expectError(
        answerOf(makeIdentity(), *makeIdentity()), ErrorKind::System,
        "the local server's certificate was refused: it is not the one that was made for this run");
}

TEST(Https, refusesACertificateOutOfItsTime)
{
    const auto expired = makeIdentity({.from = -48h, .lifetime = 24h});
    expectError(
        answerOf(expired, *expired), ErrorKind::System,
        "the local server's certificate was refused: certificate has expired");
    const auto early = makeIdentity({.from = 24h, .lifetime = 24h});
    expectError(
        answerOf(early, *early), ErrorKind::System,
        "the local server's certificate was refused: certificate is not yet valid");
}

TEST(Https, refusesACertificateForAnotherAddress)
{
    const auto other = makeIdentity({.address = "127.0.0.2"});
    expectError(
        answerOf(other, *other), ErrorKind::System,
        "the local server's certificate was refused: IP address mismatch");
}

TEST(Https, refusesWhatIsNoTls)
{
    std::mt19937 random(5);
    std::string noise(5000, '\0');
    for (auto &c : noise)
        c = static_cast<char>(random());
    std::string longRecord("\x16\x03\x03\xff\xff", 5);
    longRecord.resize(70'000, 'x');
    const auto trusted = makeIdentity();
    for (const auto &text : {kGood, noise, longRecord, std::string(100, '\0')}) {
        const SocketServer server([&text](int fd) {
            char c = 0;
            ::recv(fd, &c, 1, 0);
            sendAll(fd, text);
            while (::recv(fd, &c, 1, 0) == 1) { }
        });
        Client client(server, trusted->certificate());
        expectError(client.ask(), ErrorKind::Malformed, "the local server does not speak it as it should: ");
        EXPECT_EQ(client.counted(), 0U);
    }
}

TEST(Https, saysThatTheServerClosed)
{
    const auto identity = makeIdentity();
    // During the handshake: at once, and after the client has said something.
    for (const bool reads : {false, true}) {
        const SocketServer server([reads](int fd) {
            char c = 0;
            if (reads)
                ::recv(fd, &c, 1, 0);
        });
        Client client(server, identity->certificate());
        expectError(client.ask(), ErrorKind::Gone, kClosed);
    }
    // After it, and in the middle of an answer.
    for (const std::string text : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012345678"}) {
        const SocketServer server(
            [&text](int fd) {
                if (receiveHead(fd))
                    sendAll(fd, text);
            },
            identity);
        Client client(server, identity->certificate());
        expectError(client.ask(), ErrorKind::Gone, kClosed);
    }
}

TEST(Https, timesOutDuringTheHandshake)
{
    const SocketServer server([](int fd) {
        char c = 0;
        while (::recv(fd, &c, 1, 0) == 1) { }
    });
    Client client(server, makeIdentity()->certificate());
    expectError(client.ask(true, MonotonicClock::now() + 5ms), ErrorKind::TimedOut, "did not answer in time");
}

TEST(Https, stopsDuringTheHandshake)
{
    std::atomic<Client *> waiting = nullptr;
    const SocketServer server([&waiting](int fd) {
        char c = 0;
        while (::recv(fd, &c, 1, 0) == 1)
            waiting.load()->word.stop();
    });
    Client client(server, makeIdentity()->certificate());
    waiting = &client;
    expectError(client.ask(true, MonotonicClock::now() + 1h), ErrorKind::Cancelled, "stopped");
}

TEST(Https, receivesAnAnswerThatComesInManyRecords)
{
    const auto identity = makeIdentity();
    const SocketServer server(
        [](int fd) {
            if (!receiveHead(fd))
                return;
            for (const char c : kGood) {
                sendAll(fd, {&c, 1});
                std::this_thread::yield();
            }
        },
        identity);
    EXPECT_EQ(Client(server, identity->certificate()).ask(), "0123456789");
}

TEST(Https, receivesALongAnswer)
{
    const auto identity = makeIdentity();
    const SocketServer server(answerFaithfully, identity);
    HttpConnection connection(server.endpoint(), 65'536, {*TlsTrust::create(identity->certificate())});
    RunWord word;
    for (int i = 0; i < 3; ++i) {
        const auto body = connection.get(
            {.target = "/item/1?delay_ms=0&bytes=65536&seed=1", .bodyBytes = 65'536}, soon(), word.token());
        ASSERT_TRUE(body) << describe(body.error());
        EXPECT_EQ(body->size(), 65'536U);
    }
    EXPECT_EQ(server.connections(), 1U);
}

TEST(Https, makesAHandshakeForEachConnection)
{
    const auto identity = makeIdentity();
    for (const bool keepAlive : {true, false}) {
        const SocketServer server(answerAll, identity);
        Client client(server, identity->certificate());
        for (int i = 0; i < 5; ++i)
            EXPECT_TRUE(client.ask(keepAlive));
        EXPECT_EQ(client.counted(), keepAlive ? 1U : 5U);
        EXPECT_EQ(server.connections(), keepAlive ? 1U : 5U);
        EXPECT_GT(client.handshakes.max(), Nanoseconds(0));
    }
}

TEST(Https, replacesAConnectionThatTheServerClosedMeanwhile)
{
    // A write to a socket whose other end is gone must not end the process.
    auto *const before = std::signal(SIGPIPE, SIG_DFL);
    const auto identity = makeIdentity();
    const SocketServer server(
        [](int fd) {
            if (receiveHead(fd))
                sendAll(fd, kGood);
        },
        identity);
    Client client(server, identity->certificate());
    for (int i = 0; i < 5; ++i) {
        const auto answer = client.ask();
        EXPECT_TRUE(answer) << describe(answer.error());
    }
    EXPECT_EQ(client.counted(), 5U);
    std::signal(SIGPIPE, before);
}

TEST(HttpsWorkload, hasTheSameResultAsHttp)
{
    std::uint64_t checksum = 0;
    for (const char *const id : {"http", "https"}) {
        const auto *const info = findWorkload(id);
        auto spec = specOf(*info, smallParameters(id));
        spec.workers = 2;
        const SocketServer server(answerFaithfully, info->make(spec)->needs().tls ? makeIdentity() : nullptr);
        PreparedWorkload prepared(*info, spec, server.endpoint());
        const auto outcome = carryOutOnThreads(prepared, 20, 2);
        EXPECT_EQ(outcome.failures, std::vector<std::string>{});
        EXPECT_TRUE(checksum == 0 || checksum == outcome.checksum);
        checksum = outcome.checksum;
    }
}

TEST(HttpsWorkload, tellsItsHandshakes)
{
    const auto *const info = findWorkload("https");
    for (const bool keepAlive : {true, false}) {
        auto spec = specOf(*info, smallParameters("https"));
        spec.params.set("keep_alive", keepAlive);
        spec.workers = 3;
        const SocketServer server(answerFaithfully, makeIdentity());
        PreparedWorkload prepared(*info, spec, server.endpoint());
        EXPECT_EQ(std::get<double>(prepared.results(0).at(0)), 0.0);
        const auto outcome = carryOutOnThreads(prepared, 30, 3);
        EXPECT_EQ(outcome.failures, std::vector<std::string>{});
        const auto results = prepared.results(30);
        ASSERT_EQ(results.size(), 3U);
        EXPECT_EQ(std::get<double>(results[0]), server.connections());
        EXPECT_EQ(std::get<double>(results[0]) == 30, !keepAlive);
        EXPECT_GT(std::get<double>(results[1]), 0.0);
        EXPECT_GE(std::get<double>(results[2]), std::get<double>(results[1]));
    }
}

TEST(HttpsWorkload, makesARefusedCertificateAFailedItem)
{
    const auto *const info = findWorkload("https");
    const SocketServer server(answerFaithfully, makeIdentity());
    auto endpoint = server.endpoint();
    endpoint.certificate = makeIdentity()->certificate();
    PreparedWorkload prepared(*info, specOf(*info, smallParameters("https")), endpoint);
    const auto outcome = carryOutOnThreads(prepared, 4, 1);
    ASSERT_EQ(outcome.failures.size(), 4U);
    for (const auto &failure : outcome.failures)
        EXPECT_TRUE(failure.starts_with("TLS: the local server's certificate was refused: ")) << failure;
    EXPECT_EQ(std::get<double>(prepared.results(4).at(0)), 0.0);
}

TEST(HttpsWorkload, wantsACertificateToTrust)
{
    const auto *const info = findWorkload("https");
    PreparedWorkload prepared(*info, specOf(*info), HttpEndpoint{.port = 80, .token = "secret"});
    const auto worker = prepared.workload().makeWorker(prepared.resources(0));
    ASSERT_FALSE(worker);
    EXPECT_NE(worker.error().what.find("certificate cannot be read"), std::string::npos);
}

} // namespace
} // namespace timeslice
