// SPDX-License-Identifier: GPL-3.0-or-later
// What workers in Python share and wait on for one another: counters, balls, forks, queues.

#include "core/workload/catalogue.h"
#include "tests/integration/pythonfixture.h"

#include <algorithm>

using namespace timeslice;

namespace {

ResultValue resultOf(const RecordingPtr &recording, std::string_view id)
{
    for (const auto &[field, value] : resultsOf(*recording)) {
        if (field->id == id)
            return value;
    }
    return {};
}

/// Of a result that is a number; -1 where it was not measured.
double numberOf(const RecordingPtr &recording, std::string_view id)
{
    const auto value = resultOf(recording, id);
    const auto *const number = std::get_if<double>(&value);
    return number != nullptr ? *number : -1;
}

} // namespace

class TestPythonSync : public QObject, RunsOfATest {
    Q_OBJECT

private:
    static Experiment counting(const std::string &model, unsigned workers, const std::string &mode)
    {
        auto experiment = tinyExperiment("counter", model, workers);
        experiment.params.set("mode", mode);
        experiment.params.set("increments", std::int64_t{kIncrements});
        return experiment;
    }

    static constexpr int kIncrements = 5'000;

private Q_SLOTS:
    void initTestCase();
    void aCallBetweenReadingAndWritingLosesUpdates();
    void whatIsProtectedLosesNothing_data();
    void whatIsProtectedLosesNothing();
    void everyIncrementIsCountedWhateverBecomesOfIt();
    void theBallIsHandedOverInEveryWay_data();
    void theBallIsHandedOverInEveryWay();
    void naivePhilosophersEndInACircle_data();
    void naivePhilosophersEndInACircle();
    void otherPhilosophersEat_data();
    void otherPhilosophersEat();
    void theQueueKeepsItsLength_data();
    void theQueueKeepsItsLength();
    void whoWaitsAtTheQueueIsSeen();
};

void TestPythonSync::initTestCase()
{
    if (pythonModels().empty())
        QSKIP("there is no Python interpreter on this machine");
}

void TestPythonSync::aCallBetweenReadingAndWritingLosesUpdates()
{
    Lab lab(options());
    auto experiment = counting("cpython-threading", 2, "call");
    experiment.params.set("increments", std::int64_t{20'000});
    experiment.params.set("switch_interval_us", std::int64_t{10});
    const auto recording = finishedRun(lab, experiment);
    QVERIFY(recording && recording->outcome == Outcome::Completed);
    QCOMPARE(numberOf(recording, "increments"), 24.0 * 20'000);
    const auto lost = numberOf(recording, "lost_updates");
    qInfo("lost %.0f of %.0f", lost, 24.0 * 20'000);
    QVERIFY(lost > 0);
    QVERIFY(lost < 24.0 * 20'000);

    // One worker alone has nobody to lose anything to.
    const auto alone = finishedRun(lab, counting("cpython-sequential", 1, "call"));
    QVERIFY(alone && alone->outcome == Outcome::Completed);
    QCOMPARE(numberOf(alone, "lost_updates"), 0.0);
}

void TestPythonSync::whatIsProtectedLosesNothing_data()
{
    QTest::addColumn<QString>("mode");
    QTest::newRow("mutex") << QStringLiteral("mutex");
    QTest::newRow("sharded") << QStringLiteral("sharded");
}

void TestPythonSync::whatIsProtectedLosesNothing()
{
    QFETCH(QString, mode);
    Lab lab(options());
    for (const auto &variant : pythonVariants()) {
        const auto name = variant.name();
        if (whyNotChoice("counter", variant.model->id, "mode", mode.toStdString()))
            continue;
        auto experiment = counting(variant.model->id, workersFor(*variant.model, 2), mode.toStdString());
        variant.applyTo(experiment);
        experiment.params.set("switch_interval_us", std::int64_t{100});
        const auto recording = finishedRun(lab, experiment);
        QVERIFY2(recording && recording->outcome == Outcome::Completed, name.c_str());
        QCOMPARE(numberOf(recording, "increments"), 24.0 * kIncrements);
        QVERIFY2(numberOf(recording, "lost_updates") == 0, name.c_str());
    }
}

void TestPythonSync::everyIncrementIsCountedWhateverBecomesOfIt()
{
    Lab lab(options());
    for (const auto *const model : {"cpython-threading", "cpython-multiprocessing"}) {
        const auto recording = finishedRun(lab, counting(model, 2, "unprotected"));
        QVERIFY2(recording && recording->outcome == Outcome::Completed, model);
        QCOMPARE(numberOf(recording, "increments"), 24.0 * kIncrements);
        const auto lost = numberOf(recording, "lost_updates");
        qInfo("%s: lost %.0f of %.0f", model, lost, 24.0 * kIncrements);
        QVERIFY2(lost >= 0 && lost < 24.0 * kIncrements, model);
    }
}

void TestPythonSync::theBallIsHandedOverInEveryWay_data()
{
    QTest::addColumn<QString>("via");
    QTest::addColumn<QString>("placement");
    for (const auto *const via : {"pipe", "eventfd", "condition"}) {
        for (const auto *const placement : {"free", "same"})
            QTest::addRow("%s %s", via, placement) << via << placement;
    }
}

void TestPythonSync::theBallIsHandedOverInEveryWay()
{
    QFETCH(QString, via);
    QFETCH(QString, placement);
    const auto python = chooseInterpreter(*findModel("cpython-threading"), "default", interpretersHere());
    if (via == QLatin1String("eventfd") && python && python->minor < 10)
        QSKIP("an eventfd needs Python 3.10");
    Lab lab(options());
    std::optional<std::uint64_t> checksum;
    for (const auto *const model : {"qthread", "cpython-threading", "cpython-multiprocessing"}) {
        auto experiment = tinyExperiment("ping-pong", model, 2);
        experiment.params.set("via", via.toStdString());
        experiment.params.set("placement", placement.toStdString());
        const auto recording = finishedRun(lab, experiment);
        QVERIFY2(recording && recording->outcome == Outcome::Completed, model);
        QVERIFY2(recording->checksum == checksum.value_or(recording->checksum), model);
        checksum = recording->checksum;
        const auto half = numberOf(recording, "round_trip_p50_s");
        QVERIFY2(half > 0 && numberOf(recording, "round_trip_p99_s") >= half, model);
    }
}

void TestPythonSync::naivePhilosophersEndInACircle_data()
{
    QTest::addColumn<QString>("model");
    for (const auto *const model : {"cpython-threading", "cpython-thread-pool", "cpython-multiprocessing"})
        QTest::newRow(model) << QString::fromLatin1(model);
}

void TestPythonSync::naivePhilosophersEndInACircle()
{
    QFETCH(QString, model);
    Lab lab(options());
    auto experiment = tinyExperiment("philosophers", model.toStdString(), 2);
    experiment.items = 100'000;
    experiment.params.set("strategy", std::string("naive"));
    experiment.params.set("think_ms", 0.0);
    experiment.params.set("pause_ms", 5.0); // time enough for the neighbour to take a fork
    const auto recording = finishedRun(lab, experiment);
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY(recording->error);
    QVERIFY2(recording->error->kind == ErrorKind::Deadlock, describe(*recording->error).c_str());
    QCOMPARE(recording->error->what, std::string("worker 0 waits for worker 1, which waits for worker 0"));
    const auto cycle = resultOf(recording, "deadlock_cycle");
    QVERIFY(cycle == ResultValue(std::string("0 -> 1 -> 0")));
    // They were asked to leave, and did.
    QVERIFY2(recording->notes.isEmpty(), qPrintable(recording->notes.join(QLatin1Char(' '))));
}

void TestPythonSync::otherPhilosophersEat_data()
{
    QTest::addColumn<QString>("strategy");
    QTest::addColumn<bool>("busy");
    for (const auto *const strategy : {"ordered", "try-lock", "arbitrator"})
        QTest::newRow(strategy) << QString::fromLatin1(strategy) << false;
    QTest::newRow("ordered, busy") << QStringLiteral("ordered") << true;
}

void TestPythonSync::otherPhilosophersEat()
{
    QFETCH(QString, strategy);
    QFETCH(bool, busy);
    Lab lab(options());
    for (const auto *const model : {"cpython-threading", "cpython-multiprocessing"}) {
        auto experiment = tinyExperiment("philosophers", model, 3);
        experiment.params.set("strategy", strategy.toStdString());
        experiment.params.set("busy", busy);
        const auto recording = finishedRun(lab, experiment);
        QVERIFY2(recording && recording->outcome == Outcome::Completed, model);
        const auto fewest = numberOf(recording, "meals_min");
        const auto most = numberOf(recording, "meals_max");
        QVERIFY2(fewest >= 0 && fewest <= 8 && most >= 8 && most <= 24, model);
        QVERIFY2(numberOf(recording, "hungry_max_s") > 0, model);
        QVERIFY(std::holds_alternative<std::monostate>(resultOf(recording, "deadlock_cycle")));
        QCOMPARE(numberOf(recording, "forks_put_back") >= 0, strategy == QLatin1String("try-lock"));
    }
}

void TestPythonSync::whoWaitsAtTheQueueIsSeen()
{
    Lab lab(options());
    for (const auto *const model : {"cpython-threading", "cpython-multiprocessing"}) {
        auto experiment = tinyExperiment("producer-consumer", model, 3);
        experiment.items.reset();
        experiment.durationSeconds = 1;
        experiment.params.set("capacity", std::int64_t{2});
        experiment.params.set("producers", std::int64_t{2});
        experiment.params.set("produce_steps", std::int64_t{0});
        experiment.params.set("consume_steps", std::int64_t{20'000});
        const auto recording = finishedRun(lab, experiment);
        QVERIFY2(recording && recording->outcome == Outcome::Completed, model);
        QVERIFY(!recording->series.empty());
        const auto mostOf = [&](std::size_t gauge) {
            double most = 0;
            for (const auto &point : recording->series)
                most = std::max(most, point.gauges.at(gauge));
            return most;
        };
        QVERIFY2(mostOf(0) >= 1 && mostOf(0) <= 2, model); // the queue's length
        QVERIFY2(mostOf(1) >= 1 && mostOf(1) <= 2, model); // producers that wait for room
    }
}

void TestPythonSync::theQueueKeepsItsLength_data()
{
    QTest::addColumn<int>("producers");
    QTest::addColumn<int>("consumers");
    QTest::addColumn<int>("slowerSide"); // 0: the producers', 1: the consumers'
    QTest::newRow("consumers wait") << 1 << 2 << 0;
    QTest::newRow("producers wait") << 2 << 1 << 1;
}

void TestPythonSync::theQueueKeepsItsLength()
{
    QFETCH(int, producers);
    QFETCH(int, consumers);
    QFETCH(int, slowerSide);
    Lab lab(options());
    for (const auto *const model : {"cpython-threading", "cpython-multiprocessing"}) {
        auto experiment =
            tinyExperiment("producer-consumer", model, static_cast<unsigned>(producers + consumers));
        experiment.items = 60;
        experiment.params.set("capacity", std::int64_t{7}); // of cells in groups of five
        experiment.params.set("producers", std::int64_t{producers});
        experiment.params.set("produce_steps", std::int64_t{slowerSide == 0 ? 5'000 : 0});
        experiment.params.set("consume_steps", std::int64_t{slowerSide == 0 ? 0 : 5'000});
        const auto recording = finishedRun(lab, experiment);
        QVERIFY2(recording && recording->outcome == Outcome::Completed, model);
        QCOMPARE(recording->items, 60U);
        for (int worker = 0; worker < producers; ++worker)
            QCOMPARE(recording->workers[static_cast<std::size_t>(worker)].items, 0U);
        const auto longest = numberOf(recording, "queue_max");
        QVERIFY2(longest >= 1 && longest <= 7, model);
        const auto mean = numberOf(recording, "queue_mean");
        QVERIFY2(mean > 0 && mean <= longest, model);
        QVERIFY2(numberOf(recording, "queued_mean_s") > 0, model);
        QVERIFY2(numberOf(recording, slowerSide == 0 ? "consumer_wait_s" : "producer_wait_s") > 0, model);
        if (slowerSide == 1)
            QCOMPARE(longest, 7.0);
    }
}

QTEST_GUILESS_MAIN(TestPythonSync)
#include "tst_pythonsync.moc"
