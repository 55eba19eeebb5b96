// SPDX-License-Identifier: GPL-3.0-or-later
// The http workload's client against servers that behave, and many that do not.
#include "core/workload/catalogue.h"
#include "core/workload/httpbody.h"
#include "core/workload/httpconnection.h"
#include "core/workload/httphead.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <random>
#include <sys/socket.h>

namespace timeslice {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;

constexpr std::size_t kBytes = 10;
const std::string kGood = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";

MonotonicTime soon()
{
    return MonotonicClock::now() + 20s;
}

HttpConnection::Request request(bool keepAlive = true)
{
    return {.target = "/item/1?bytes=10", .bodyBytes = kBytes, .keepAlive = keepAlive};
}

// One request to a server that answers with these bytes and closes the connection.
Result<std::string> answerOf(const std::string &bytes)
{
    const SocketServer server([&bytes](int fd) {
        if (receiveHead(fd))
            sendAll(fd, bytes);
    });
    HttpConnection connection(server.endpoint(), kBytes);
    RunWord word;
    const auto body = connection.get(request(), soon(), word.token());
    if (!body)
        return std::unexpected(body.error());
    return std::string(reinterpret_cast<const char *>(body->data()), body->size());
}

void expectError(const Result<std::string> &answer, ErrorKind kind, const std::string &what)
{
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, kind) << describe(answer.error());
    EXPECT_NE(answer.error().what.find(what), std::string::npos) << describe(answer.error());
}

TEST(HttpConnection, receivesTheBody)
{
    EXPECT_EQ(answerOf(kGood), "0123456789");
    EXPECT_EQ(answerOf("HTTP/1.1 200 \r\ncontent-LENGTH:\t10 \r\nX: y\r\n\r\n0123456789"), "0123456789");
}

TEST(HttpConnection, receivesABodyThatComesByteByByte)
{
    const SocketServer server([](int fd) {
        if (!receiveHead(fd))
            return;
        for (const char c : kGood) {
            sendAll(fd, {&c, 1});
            std::this_thread::yield();
        }
    });
    HttpConnection connection(server.endpoint(), kBytes);
    RunWord word;
    EXPECT_TRUE(connection.get(request(), soon(), word.token()));
}

TEST(HttpConnection, sendsWhatTheServerAsksFor)
{
    std::string head;
    const SocketServer server([&head](int fd) {
        head = receiveHead(fd).value_or("");
        sendAll(fd, kGood);
    });
    HttpConnection connection(server.endpoint(), kBytes);
    RunWord word;
    EXPECT_TRUE(connection.get(request(), soon(), word.token()));
    EXPECT_EQ(
        head,
        "GET /item/1?bytes=10 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.endpoint().port)
            + "\r\nX-Timeslice-Token: secret\r\n\r\n");
}

TEST(HttpConnection, saysThatTheServerClosed)
{
    const char *const closed = "the local server closed the connection";
    expectError(answerOf(""), ErrorKind::Gone, closed);
    expectError(answerOf("HTTP/1.1 200 OK\r\nContent-Le"), ErrorKind::Gone, closed);
    expectError(answerOf("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012345678"), ErrorKind::Gone, closed);
}

TEST(HttpConnection, refusesWhatIsNoAnswer)
{
    for (const std::string &text :
         {std::string("garbage\r\n\r\n"), std::string("SSH-2.0-OpenSSH\r\n\r\n"), std::string("\r\n\r\n"),
          std::string("HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"),
          std::string("HTTP/1.1 200OK\r\nContent-Length: 10\r\n\r\n0123456789"),
          std::string("HTTP/1.1 200 O\0K\r\nContent-Length: 10\r\n\r\n0123456789", 51)})
        expectError(answerOf(text), ErrorKind::Malformed, "no HTTP/1.1 answer");
}

TEST(HttpConnection, refusesAnotherLength)
{
    const char *const other = "another length";
    expectError(
        answerOf("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n012345678"), ErrorKind::Malformed, other);
    expectError(answerOf("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), ErrorKind::Malformed, other);
    expectError(
        answerOf("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n0"), ErrorKind::Malformed,
        other);
    expectError(answerOf(kGood + "x"), ErrorKind::Malformed, "more than it announced");
}

TEST(HttpConnection, reportsAnotherStatus)
{
    expectError(
        answerOf("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), ErrorKind::System,
        "with status 403");
}

TEST(HttpConnection, givesUpAHeaderWithoutEnd)
{
    for (const std::string piece : {"X: y\r\n", "x"}) {
        bool clientWent = false;
        {
            const SocketServer server([&](int fd) {
                if (!receiveHead(fd))
                    return;
                sendAll(fd, "HTTP/1.1 200 OK\r\n");
                while (sendAll(fd, piece)) { }
                clientWent = true;
            });
            HttpConnection connection(server.endpoint(), kBytes);
            RunWord word;
            const auto body = connection.get(request(), soon(), word.token());
            ASSERT_FALSE(body);
            EXPECT_EQ(body.error().what, "the local server sent a header without end");
        }
        EXPECT_TRUE(clientWent);
    }
}

TEST(HttpConnection, timesOut)
{
    const SocketServer server([](int fd) {
        while (receiveHead(fd)) { }
    });
    HttpConnection connection(server.endpoint(), kBytes);
    RunWord word;
    const auto body = connection.get(request(), MonotonicClock::now() + 5ms, word.token());
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().kind, ErrorKind::TimedOut);
}

TEST(HttpConnection, stopsWhileItWaits)
{
    RunWord word;
    const SocketServer server([&word](int fd) {
        while (receiveHead(fd))
            word.stop();
    });
    HttpConnection connection(server.endpoint(), kBytes);
    const auto body = connection.get(request(), MonotonicClock::now() + 1h, word.token());
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().kind, ErrorKind::Cancelled);
}

TEST(HttpConnection, saysThatNobodyListens)
{
    HttpEndpoint closed;
    {
        const SocketServer server([](int) { });
        closed = server.endpoint();
    }
    HttpConnection connection(closed, kBytes);
    RunWord word;
    const auto body = connection.get(request(), soon(), word.token());
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().kind, ErrorKind::Gone);
    EXPECT_EQ(body.error().what, "the local server does not accept connections");
}

// How many connections five requests take.
unsigned connectionsFor(bool keepAlive, const SocketServer::Script &script)
{
    const SocketServer server(script);
    HttpConnection connection(server.endpoint(), kBytes);
    RunWord word;
    for (int i = 0; i < 5; ++i) {
        const auto body = connection.get(request(keepAlive), soon(), word.token());
        EXPECT_TRUE(body) << describe(body.error());
    }
    return server.connections();
}

TEST(HttpConnection, isKeptOrNotAsWanted)
{
    const auto answerAll = [](int fd) {
        while (receiveHead(fd))
            sendAll(fd, kGood);
    };
    EXPECT_EQ(connectionsFor(true, answerAll), 1U);
    EXPECT_EQ(connectionsFor(false, answerAll), 5U);
}

TEST(HttpConnection, isNotKeptWhenTheServerSaysSo)
{
    EXPECT_EQ(
        connectionsFor(
            true,
            [](int fd) {
                while (receiveHead(fd))
                    sendAll(
                        fd, "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 10\r\n\r\n0123456789");
            }),
        5U);
}

TEST(HttpConnection, isReplacedWhenTheServerClosedItMeanwhile)
{
    // Without a word, as a server does at its idle time-out.
    EXPECT_EQ(
        connectionsFor(
            true,
            [](int fd) {
                if (receiveHead(fd))
                    sendAll(fd, kGood);
            }),
        5U);
}

TEST(HttpConnection, triesAgainOnlyOnce)
{
    std::atomic<int> requests = 0;
    const SocketServer server([&requests](int fd) {
        // The first request is answered; the next two, on this connection and on a new one, are not.
        while (receiveHead(fd)) {
            if (++requests != 1)
                return;
            sendAll(fd, kGood);
        }
    });
    HttpConnection connection(server.endpoint(), kBytes);
    RunWord word;
    EXPECT_TRUE(connection.get(request(), soon(), word.token()));
    const auto body = connection.get(request(), soon(), word.token());
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().kind, ErrorKind::Gone);
    EXPECT_EQ(requests.load(), 3);
}

TEST(HttpConnection, doesNotTryAgainOnANewConnection)
{
    const SocketServer server([](int fd) { static_cast<void>(receiveHead(fd)); });
    HttpConnection connection(server.endpoint(), kBytes);
    RunWord word;
    EXPECT_FALSE(connection.get(request(), soon(), word.token()));
    EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpConnection, doesNotTryAgainAfterHalfAnAnswer)
{
    std::atomic<int> requests = 0;
    const SocketServer server([&requests](int fd) {
        while (receiveHead(fd)) {
            if (++requests == 2) {
                sendAll(fd, "HTTP/1.1 200 OK");
                return;
            }
            sendAll(fd, kGood);
        }
    });
    HttpConnection connection(server.endpoint(), kBytes);
    RunWord word;
    EXPECT_TRUE(connection.get(request(), soon(), word.token()));
    EXPECT_FALSE(connection.get(request(), soon(), word.token()));
    EXPECT_EQ(requests.load(), 2);
}

TEST(HttpConnection, worksAgainAfterAFailure)
{
    std::atomic<int> requests = 0;
    const SocketServer server([&requests](int fd) {
        while (receiveHead(fd))
            sendAll(fd, ++requests == 1 ? "garbage\r\n\r\n" : kGood);
    });
    HttpConnection connection(server.endpoint(), kBytes);
    RunWord word;
    EXPECT_FALSE(connection.get(request(), soon(), word.token()));
    EXPECT_TRUE(connection.get(request(), soon(), word.token()));
    EXPECT_EQ(server.connections(), 2U);
}

TEST(HttpWorkload, makesEachFailureAFailedItem)
{
    const auto *const info = findWorkload("http");
    const SocketServer server([](int fd) { static_cast<void>(receiveHead(fd)); });
    PreparedWorkload prepared(*info, specOf(*info, smallParameters("http")), server.endpoint());
    const auto outcome = carryOutOnThreads(prepared, 6, 2);
    EXPECT_EQ(outcome.failures, std::vector<std::string>(6, "http: the local server closed the connection"));
    EXPECT_EQ(outcome.done, 6U);
}

TEST(HttpWorkload, doesNotSendATokenThatWouldEndItsLine)
{
    const auto *const info = findWorkload("http");
    const auto workload = info->make(specOf(*info));
    for (const std::string token : {"", "a\r\nX: y", "a b", "\x80"}) {
        WorkerResources resources;
        resources.httpServer = HttpEndpoint{.port = 80, .token = token};
        EXPECT_FALSE(workload->makeWorker(resources));
    }
}

TEST(HttpBody, isAsLongAsAskedForAndDependsOnSeedAndItem)
{
    EXPECT_TRUE(httpBody(1, 1, 0).empty());
    const auto long1 = httpBody(1, 1, kHttpMaxBodyBytes);
    for (const std::size_t size : {1U, 7U, 8U, 9U, 256U}) {
        const auto body = httpBody(1, 1, size);
        ASSERT_EQ(body.size(), size);
        EXPECT_TRUE(std::ranges::equal(body, std::span(long1).first(size)));
    }
    EXPECT_NE(httpBody(1, 2, 16), httpBody(1, 1, 16));
    EXPECT_NE(httpBody(2, 1, 16), httpBody(1, 1, 16));
}

TEST(HttpHead, isReadStrictly)
{
    EXPECT_EQ(parseHttpHead("HTTP/1.1 200 OK\r\nContent-Length: 7"), (HttpHead{200, 7, false}));
    EXPECT_EQ(
        parseHttpHead("HTTP/1.1 599 \r\nA: b\r\nCONNECTION: close\r\nContent-Length:0"),
        (HttpHead{599, 0, true}));
    for (const char *const text :
         {"",
          "HTTP/1.1",
          "HTTP/1.1 200",
          "HTTP/1.1 099 x\r\nContent-Length: 1",
          "HTTP/1.1 600 x\r\nContent-Length: 1",
          "HTTP/1.1 2x0 x\r\nContent-Length: 1",
          "HTTP/1.1 200 OK", // no length
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1",
          "HTTP/1.1 200 OK\r\nContent-Length: -1",
          "HTTP/1.1 200 OK\r\nContent-Length: +1",
          "HTTP/1.1 200 OK\r\nContent-Length: 1 2",
          "HTTP/1.1 200 OK\r\nContent-Length: 0x1",
          "HTTP/1.1 200 OK\r\nContent-Length: ",
          "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616",
          "HTTP/1.1 200 OK\r\nContent-Length : 1",
          "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 1",
          "HTTP/1.1 200 OK\r\nnocolon\r\nContent-Length: 1",
          "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\nContent-Length: 1",
          "HTTP/1.1 200 OK\r\nA: b\nB: c\r\nContent-Length: 1",
          "HTTP/1.1 200 OK\r\nA: \x01\r\nContent-Length: 1",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1"}) {
        const auto head = parseHttpHead(text);
        ASSERT_FALSE(head) << text;
        EXPECT_EQ(head.error().kind, ErrorKind::Malformed);
    }
}

TEST(HttpHead, survivesTenThousandMutations)
{
    const std::string good = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 256\r\nDate: x, y";
    const std::string special(
        "\r\n: \0\t\x7f\xff"
        "0123456789-+GHTPclose",
        29);
    std::mt19937 random(11);
    unsigned accepted = 0;
    for (int i = 0; i < 10'000; ++i) {
        auto text = good;
        for (auto changes = 1 + random() % 4; changes > 0 && !text.empty(); --changes) {
            const auto at = random() % text.size();
            switch (random() % 4) {
            case 0:
                text.erase(at, 1 + random() % 8);
                break;
            case 1:
                text.insert(at, 1, special[random() % special.size()]);
                break;
            case 2:
                text[at] = static_cast<char>(random());
                break;
            default:
                text.insert(at, text.substr(random() % text.size(), random() % 32));
                break;
            }
        }
        const auto head = parseHttpHead(text);
        if (head) {
            ++accepted;
            EXPECT_GE(head->status, 100);
            EXPECT_LT(head->status, 600);
            EXPECT_NE(text.find("HTTP/1.1 "), std::string::npos);
        } else {
            EXPECT_EQ(head.error().kind, ErrorKind::Malformed);
        }
    }
    EXPECT_GT(accepted, 0U);
    EXPECT_LT(accepted, 10'000U);
}

} // namespace
} // namespace timeslice
