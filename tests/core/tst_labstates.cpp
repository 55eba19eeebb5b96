// SPDX-License-Identifier: GPL-3.0-or-later
// What the lab does with each event in each of its states, in both hosts.
#include "core/lab/lab.h"
#include "tests/support/processes.h"
#include "tests/support/tinyexperiments.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <memory>

using namespace timeslice;

namespace {

constexpr int kPatienceMs = 60'000;

enum class Event { Start, StartInvalid, Stop, SetRate, KillWorker, KillHost, ItemsEnd, Destroy };

constexpr std::array kStates{LabState::Idle, LabState::Preparing, LabState::Running, LabState::Stopping};

const char *nameOf(LabState state)
{
    switch (state) {
    case LabState::Idle:
        return "idle";
    case LabState::Preparing:
        return "preparing";
    case LabState::Running:
        return "running";
    case LabState::Stopping:
        return "stopping";
    }
    return "";
}

// One line of the table: an event, and for each state what becomes of the run that is under way.
struct Line {
    const char *name;
    Event event;
    // In the order of kStates; `nothing` where the event cannot happen or ends no run by itself.
    std::array<std::optional<Outcome>, 4> outcome;
    bool childHostOnly = false;
};

constexpr std::nullopt_t nothing = std::nullopt;
constexpr auto completed = Outcome::Completed;
constexpr auto stopped = Outcome::Stopped;
constexpr auto failed = Outcome::Failed;

// What becomes of the run; those with `nothing` are stopped by the test afterwards and end as stopped.
// A run that was asked to stop stays one that was stopped, whatever happens to its processes meanwhile, but
// for those that die: that is told.
const std::vector<Line> kTable{
    {"start", Event::Start, {completed, nothing, nothing, stopped}},
    {"start of an invalid experiment", Event::StartInvalid, {nothing, nothing, nothing, stopped}},
    {"stop", Event::Stop, {nothing, stopped, stopped, stopped}},
    {"another sampling rate", Event::SetRate, {nothing, nothing, nothing, stopped}},
    {"the items end", Event::ItemsEnd, {nothing, completed, completed, nothing}},
    {"a worker is killed", Event::KillWorker, {nothing, nothing, failed, nothing}, true},
    {"the host is killed", Event::KillHost, {nothing, nothing, failed, nothing}, true},
    {"destruction", Event::Destroy, {nothing, nothing, nothing, nothing}},
};

} // namespace

Q_DECLARE_METATYPE(std::optional<timeslice::Outcome>)

class TestLabStates : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void table_data();
    void table();

private:
    QTemporaryDir m_runtime;
};

void TestLabStates::table_data()
{
    QTest::addColumn<int>("event");
    QTest::addColumn<int>("state");
    QTest::addColumn<bool>("inChild");
    QTest::addColumn<std::optional<Outcome>>("expected");
    for (const auto &line : kTable) {
        for (std::size_t i = 0; i < kStates.size(); ++i) {
            const bool needsRun = line.event == Event::ItemsEnd || line.childHostOnly;
            if (needsRun && !line.outcome[i])
                continue; // there is no such event in that state
            for (const bool inChild : {false, true}) {
                if (line.childHostOnly && !inChild)
                    continue;
                QTest::addRow("%s while %s, %s", line.name, nameOf(kStates[i]), inChild ? "child" : "here")
                    << static_cast<int>(line.event) << static_cast<int>(kStates[i]) << inChild
                    << line.outcome[i];
            }
        }
    }
}

void TestLabStates::table()
{
    QFETCH(int, event);
    QFETCH(int, state);
    QFETCH(bool, inChild);
    QFETCH(std::optional<Outcome>, expected);
    const auto before = static_cast<LabState>(state);
    const auto what = static_cast<Event>(event);

    auto lab = std::make_unique<Lab>(
        LabOptions{.workerProgram = QStringLiteral(TIMESLICE_WORKER), .runtimeDirectory = m_runtime.path()});
    std::vector<LabState> states;
    connect(lab.get(), &Lab::stateChanged, this, [&](LabState next) { states.push_back(next); });
    QSignalSpy finished(lab.get(), &Lab::runFinished);
    const std::string model = inChild ? "qprocess" : "qthread";
    const auto endless = longExperiment("sleep", model, 2);
    auto finite = tinyExperiment("sleep", model, 2);
    finite.params.set("sleep_ms", 20.0); // long enough to be caught running

    // Into the state.
    if (before != LabState::Idle)
        QVERIFY(lab->start(what == Event::ItemsEnd ? finite : endless));
    if (before == LabState::Running || before == LabState::Stopping)
        QTRY_COMPARE_WITH_TIMEOUT(lab->state(), LabState::Running, kPatienceMs);
    if (before == LabState::Stopping)
        lab->stop();
    QCOMPARE(lab->state(), before);
    const auto board = lab->board();

    // The event.
    switch (what) {
    case Event::Start:
        QCOMPARE(lab->start(finite).has_value(), before == LabState::Idle);
        break;
    case Event::StartInvalid: {
        auto invalid = finite;
        invalid.workers = 0;
        QVERIFY(!lab->start(invalid));
        break;
    }
    case Event::Stop:
        lab->stop();
        lab->stop();
        QCOMPARE(lab->state(), before == LabState::Idle ? LabState::Idle : LabState::Stopping);
        break;
    case Event::SetRate:
        lab->setSamplingRate(50);
        break;
    case Event::ItemsEnd:
        break;
    case Event::KillWorker:
        QCOMPARE(::kill(board->slot(0).pid.load(), SIGKILL), 0);
        break;
    case Event::KillHost:
        QCOMPARE(::kill(board->enginePid(), SIGKILL), 0);
        break;
    case Event::Destroy:
        lab.reset();
        break;
    }
    const bool startsRun = what == Event::Start && before == LabState::Idle;
    if (!startsRun && before == LabState::Idle) { // nothing ran, and nothing does now
        QTest::qWait(20);
        QVERIFY(states.empty() && finished.isEmpty());
        return;
    }
    if (!lab) { // the run ended with it: no signal came, no process is left
        QVERIFY(finished.isEmpty());
        QVERIFY(!inChild || !board->enginePid() || ::kill(board->enginePid(), 0) != 0);
        return;
    }

    // The end: exactly one, and the lab is as good as new.
    if (!expected)
        lab->stop();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    QCOMPARE(lab->state(), LabState::Idle);
    const auto recording = finished.front().front().value<RecordingPtr>();
    QCOMPARE(recording->outcome, expected.value_or(stopped));
    QCOMPARE(recording->error.has_value(), recording->outcome == failed);
    QVERIFY(std::ranges::is_sorted(states.begin(), states.end() - 1)); // forwards only,
    QCOMPARE(states.front(), LabState::Preparing);
    QCOMPARE(states.back(), LabState::Idle); // and back once
    QCOMPARE(std::ranges::count(states, LabState::Idle), 1);

    QVERIFY(lab->start(tinyExperiment("sleep", model, 2)));
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, kPatienceMs);
    QCOMPARE(finished.back().front().value<RecordingPtr>()->outcome, completed);
    QTest::qWait(20); // a second `runFinished` of the first run would come now
    QCOMPARE(finished.size(), 2);
}

QTEST_GUILESS_MAIN(TestLabStates)
#include "tst_labstates.moc"
