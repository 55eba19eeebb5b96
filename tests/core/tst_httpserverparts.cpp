// SPDX-License-Identifier: GPL-3.0-or-later
// What the local server is made of, without a socket: its queue of delays and its reading of requests.
#include "core/workload/io/delayqueue.h"
#include "core/workload/io/httprequest.h"

#include <QtTest>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>

using namespace timeslice;
using namespace std::chrono_literals;

class tst_HttpServerParts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void queueCallsInOrderOfTime();
    void queueLetsAllFallDueWhenClosed();
    void readsPathAndQueryStrictly();
};

void tst_HttpServerParts::queueCallsInOrderOfTime()
{
    std::mutex mutex;
    std::vector<int> called;
    std::array<int, 4> numbers{0, 1, 2, 3};
    DelayQueue queue([&](void *what) {
        const std::scoped_lock lock(mutex);
        called.push_back(*static_cast<int *>(what));
    });
    const auto now = MonotonicClock::now();
    QVERIFY(queue.push(now + 40ms, &numbers[2]));
    QVERIFY(queue.push(now + 1h, &numbers[3]));
    QVERIFY(queue.push(now + 20ms, &numbers[1]));
    QVERIFY(queue.push(now - 1s, &numbers[0]));
    const auto calledSoFar = [&] {
        const std::scoped_lock lock(mutex);
        return called;
    };
    QTRY_COMPARE(calledSoFar().size(), std::size_t{3});
    QVERIFY(MonotonicClock::now() >= now + 40ms);
    queue.close();
    QVERIFY(called == (std::vector{0, 1, 2, 3}));
}

void tst_HttpServerParts::queueLetsAllFallDueWhenClosed()
{
    std::atomic<int> called = 0;
    DelayQueue queue([&](void *) { ++called; });
    int thing = 0;
    std::atomic<int> kept = 0;
    std::vector<std::thread> pushers;
    for (int i = 0; i < 4; ++i) {
        pushers.emplace_back([&] {
            while (queue.push(MonotonicClock::now() + 1h, &thing))
                ++kept;
        });
    }
    std::this_thread::sleep_for(2ms);
    queue.close();
    for (auto &pusher : pushers)
        pusher.join();
    queue.close();
    QVERIFY(!queue.push(MonotonicClock::now(), &thing));
    QCOMPARE(called.load(), kept.load());
}

void tst_HttpServerParts::readsPathAndQueryStrictly()
{
    QCOMPARE(itemOfPath("/item/7").value_or(0), 7U);
    QVERIFY(!itemOfPath("/item/+7"));
    QVERIFY(!itemOfPath("item/7"));
    HttpItemRequest request;
    HttpQueryReader reader(request);
    reader.take("delay_ms", "10000");
    reader.take("bytes", "65536");
    reader.take("seed", "0");
    QVERIFY(reader.isValid());
    QVERIFY(request == (HttpItemRequest{.item = 0, .delay = 10s, .bytes = 65536, .seed = 0}));
    reader.take("seed", "1");
    QVERIFY(!reader.isValid());
    QVERIFY(equalInConstantTime("abc", "abc"));
    QVERIFY(!equalInConstantTime("abd", "abc"));
    QVERIFY(!equalInConstantTime("ab", "abc"));
    QVERIFY(!equalInConstantTime("", "abc"));
}

QTEST_GUILESS_MAIN(tst_HttpServerParts)
#include "tst_httpserverparts.moc"
