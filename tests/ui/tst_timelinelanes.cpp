// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/layoutfixture.h"

#include <QLocale>
#include <QTest>

#include <cmath>

using namespace timeslice;
using namespace timeslice::testing;
using namespace Qt::StringLiterals;

namespace {

QStringList names(const std::vector<LaneEntry> &entries)
{
    QStringList found;
    for (const auto &entry : entries)
        found.append(QString(2 * entry.depth, u' ') + entry.name + (entry.isClosed ? u" +"_s : QString()));
    return found;
}

} // namespace

class TestTimelineLanes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void lanesAreInTheOrderOfTheWorkers();
    void lanesCanBeHiddenAndAskedFor();
    void childrenAreGroupedUnderTheirProcess();
    void childrenStandUnderTheirParents();
    void aLongChainOfProcessesIsShown();
    void manyProcessesBeginClosed();
    void manyThreadsAreGrouped();
    void aSumIsOfThoseThatAreThere();
    void lanesCanBeArrangedByCore();
    void workersAreToldApartAndOthersAreNot();
};

void TestTimelineLanes::lanesAreInTheOrderOfTheWorkers()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    const std::vector<TaskLabel> labels{{102, 0, u"worker 0"_s}, {101, 1, u"worker 1"_s}};
    LaneOptions options{.arrangement = LaneArrangement::ByWorker};
    const auto lanes = [&] { return names(arrangeLanes(*view, labels, options, view->known())); };
    QCOMPARE(lanes(), (QStringList{u"all cores"_s, u"worker 0"_s, u"worker 1"_s, u"prog main"_s}));
    options.order = LaneOrder::Start;
    QCOMPARE(lanes(), (QStringList{u"all cores"_s, u"prog main"_s, u"worker 1"_s, u"worker 0"_s}));
    options.order = LaneOrder::Name;
    QCOMPARE(lanes(), (QStringList{u"all cores"_s, u"prog main"_s, u"worker 0"_s, u"worker 1"_s}));
    options.order = LaneOrder::Busiest; // 50 us, 35 us, 2 us
    QCOMPARE(lanes(), (QStringList{u"all cores"_s, u"worker 1"_s, u"worker 0"_s, u"prog main"_s}));
}

void TestTimelineLanes::lanesCanBeHiddenAndAskedFor()
{
    auto script = twoWorkers();
    TimelineStore store({}, {.traced = {}, .bystander = {.tid = 300}});
    store.append(script.run(300, 1, 5, 9, SwitchKind::Out, 300).chunk(100, true));
    const auto view = store.view();
    const std::vector<TaskLabel> labels{{101, 0, u"worker 0"_s}};
    LaneOptions options{.arrangement = LaneArrangement::ByWorker};
    const auto lanes = [&] { return names(arrangeLanes(*view, labels, options, view->known())).mid(1); };
    QCOMPARE(lanes(), (QStringList{u"worker 0"_s, u"prog main"_s, u"prog"_s}));
    options.showsMainThread = true;
    options.hiddenTasks = {0};
    QCOMPARE(lanes(), (QStringList{u"worker 0"_s, u"prog"_s, u"this window"_s}));
    QCOMPARE(taskLooks(*view, {})[3].number, TaskLook::kPlain); // never one of those that are compared
}

void TestTimelineLanes::childrenAreGroupedUnderTheirProcess()
{
    TraceScript script;
    script.name(0, 100, "prog").fork(1, 200, 100, 200).fork(2, 201, 200, 200).fork(3, 300, 100, 300);
    script.name(4, 200, "child").name(5, 201, "helper").end(100, 0, 6, SwitchKind::Out);
    const auto view = script.view(10);
    LaneOptions options{.arrangement = LaneArrangement::ByWorker};
    const auto lanes = [&] { return names(arrangeLanes(*view, {}, options, view->known())).mid(1); };
    QCOMPARE(
        lanes(), (QStringList{u"prog main"_s, u"child"_s, u"  child main"_s, u"  helper"_s, u"prog main"_s}));
    options.toggled = {{200}};
    QCOMPARE(lanes(), (QStringList{u"prog main"_s, u"child +"_s, u"prog main"_s}));
}

// make starts sh, which starts cc; ar is started by make.
void TestTimelineLanes::childrenStandUnderTheirParents()
{
    TraceScript script;
    script.name(0, 100, "supervisor").fork(1, 200, 100, 200).fork(2, 300, 200, 300).fork(3, 400, 300, 400);
    script.fork(4, 500, 200, 500).fork(5, 201, 200, 200);
    script.name(6, 200, "make").name(6, 300, "sh").name(6, 400, "cc").name(6, 500, "ar").name(6, 201, "job");
    script.end(100, 0, 7, SwitchKind::Out).run(201, 0, 7, 9, SwitchKind::Out, 200);
    const auto view = script.view(10);
    LaneOptions options{.arrangement = LaneArrangement::ByWorker};
    const auto arranged = [&] { return arrangeLanes(*view, {}, options, view->known()); };
    const auto lanes = [&] { return names(arranged()).mid(1); };
    QCOMPARE(
        lanes(),
        (QStringList{
            u"supervisor main"_s, u"make"_s, u"  make main"_s, u"  sh"_s, u"    sh main"_s, u"    cc main"_s,
            u"  ar main"_s, u"  job"_s}));
    const auto entries = arranged();
    QCOMPARE(entries[2].members.size(), std::size_t{5}); // its own, and those below
    QCOMPARE(entries[2].detail, u"pid 200, 4 processes"_s);
    options.toggled = {{200}};
    QCOMPARE(lanes(), (QStringList{u"supervisor main"_s, u"make +"_s}));
    options.toggled = {{300}};
    QCOMPARE(
        lanes(),
        (QStringList{
            u"supervisor main"_s, u"make"_s, u"  make main"_s, u"  sh +"_s, u"  ar main"_s, u"  job"_s}));
    // What is left alone needs no title.
    options.toggled = {};
    options.hiddenTasks = {2};
    QCOMPARE(
        lanes(),
        (QStringList{
            u"supervisor main"_s, u"make"_s, u"  make main"_s, u"  cc main"_s, u"  ar main"_s, u"  job"_s}));
    // A process stands where the busiest of its lanes would.
    options.hiddenTasks = {};
    options.order = LaneOrder::Busiest;
    QCOMPARE(lanes().mid(0, 2), (QStringList{u"supervisor main"_s, u"make"_s})); // 7 us and 2 us
    QCOMPARE(lanes()[2], u"  job"_s);
}

// Each of a long chain of processes is started by the one before.
void TestTimelineLanes::aLongChainOfProcessesIsShown()
{
    constexpr int kProcesses = 3000;
    TraceScript script;
    script.name(0, 100, "prog").end(100, 0, 1, SwitchKind::Out);
    for (int i = 0; i < kProcesses; ++i)
        script.fork(2 + static_cast<std::uint64_t>(i), 1000 + i, i == 0 ? 100 : 999 + i, 1000 + i);
    const auto view = script.view(kProcesses + 10);
    LaneOptions options{.arrangement = LaneArrangement::ByWorker, .groupsMany = false};
    int deepest = 0;
    std::size_t lanes = 0;
    for (const auto &entry : arrangeLanes(*view, {}, options, view->known())) {
        deepest = std::max(deepest, entry.depth);
        lanes += entry.kind == LaneEntry::Kind::Task ? 1 : 0;
    }
    QVERIFY(deepest > 2 && deepest < 12);
    QCOMPARE(lanes, std::size_t{kProcesses + 1}); // none is lost; the chain has no siblings, so it is open
}

// Beyond kGroupedLanes lanes some share a row; workers are counted apart from the others.
void TestTimelineLanes::manyThreadsAreGrouped()
{
    const auto threads = [](int count) {
        TraceScript script;
        script.name(0, 100, "prog").fork(1, 90).end(100, 0, 2, SwitchKind::Out);
        for (int i = 0; i < count; ++i)
            script.fork(3, 1000 + i)
                .run(
                    1000 + i, 0, 10 + static_cast<std::uint64_t>(2 * i),
                    11 + static_cast<std::uint64_t>(2 * i));
        return script.view(1000);
    };
    std::vector<TaskLabel> labels;
    for (int i = 0; i < 200; ++i)
        labels.push_back({1000 + i, i, u"worker %1"_s.arg(i)});
    LaneOptions options{.arrangement = LaneArrangement::ByWorker};
    const auto few = threads(126); // and the two others: not yet more than kGroupedLanes
    QCOMPARE(arrangeLanes(*few, labels, options, few->known()).size(), kGroupedLanes + 1);
    const auto view = threads(200);
    const auto lanes = [&] { return names(arrangeLanes(*view, labels, options, view->known())).mid(1); };
    const QStringList closed{u"workers 0–31 +"_s,    u"workers 32–63 +"_s,   u"workers 64–95 +"_s,
                             u"workers 96–127 +"_s,  u"workers 128–159 +"_s, u"workers 160–191 +"_s,
                             u"workers 192–199 +"_s, u"prog main"_s,         u"prog"_s};
    QCOMPARE(lanes(), closed);
    options.toggled = {{0, 1}};
    QCOMPARE(lanes().size(), closed.size() + 32);
    QCOMPARE(lanes()[2], u"  worker 32"_s);
    QCOMPARE(lanes()[34], closed[2]);
    options.groupsMany = false;
    QCOMPARE(lanes().size(), 202);
    options = {.arrangement = LaneArrangement::ByWorker, .order = LaneOrder::Busiest};
    QCOMPARE(lanes().first(), u"lanes 1–32 +"_s);
    labels.clear();
    options.order = LaneOrder::Start;
    QCOMPARE(lanes()[1], u"32 × prog +"_s);

    // A closed group shows its lanes' own time: each lane runs for one of the 400 us.
    Picture picture{.labels = labels, .columns = 200};
    picture.options = options;
    const auto list = picture.of(*view, TraceScript::span(10, 410));
    double running = 0;
    for (std::uint32_t row = 1; row < list.rows.size(); ++row)
        running += painted(list, row, TimelineRole::Running) * (row < 7 ? 32 : 10);
    QVERIFY2(std::abs(running - 100) < 1e-3, qPrintable(QString::number(running)));
}

// Short-lived processes one after another look like one lane, and not like a fiftieth of one.
void TestTimelineLanes::aSumIsOfThoseThatAreThere()
{
    TraceScript script;
    script.name(0, 100, "prog").fork(1, 200, 100, 200).end(100, 0, 2, SwitchKind::Out);
    script.name(2, 200, "sh").run(200, 1, 3, 4, SwitchKind::Exit, 200);
    for (int i = 0; i < 50; ++i) {
        const auto begin = 10 + 10 * static_cast<std::uint64_t>(i);
        script.fork(begin, 300 + i, 200, 300 + i);
        script.run(300 + i, 0, begin + 2, begin + 8, SwitchKind::Exit, 300 + i);
    }
    const auto view = script.view(510);
    Picture picture{.columns = 50};
    picture.options.arrangement = LaneArrangement::ByWorker;
    picture.options.toggled = {{200}};
    const auto list = picture.of(*view, TraceScript::span(10, 510));
    QCOMPARE(list.rows.back().name, u"sh"_s);
    // Of each column of 10 us: preempted for 2, running for 6, then nobody is there.
    const auto row = static_cast<std::uint32_t>(list.rows.size()) - 1;
    QVERIFY(std::abs(painted(list, row, TimelineRole::Running) - 30) < 1e-3);
    QVERIFY(std::abs(painted(list, row, TimelineRole::Runnable) - 10) < 1e-3);
}

void TestTimelineLanes::manyProcessesBeginClosed()
{
    TraceScript script;
    script.name(0, 100, "prog");
    for (int process = 0; process < 10; ++process) {
        for (int thread = 0; thread < 10; ++thread) {
            const int pid = 1000 + 100 * process;
            script.fork(1, pid + thread, 100, pid);
            script.run(
                pid + thread, 0, 10 + static_cast<std::uint64_t>(10 * process + thread),
                11 + static_cast<std::uint64_t>(10 * process + thread), SwitchKind::Out, pid);
        }
    }
    script.end(100, 1, 2, SwitchKind::Out);
    const auto view = script.view(210);
    Picture picture{.columns = 200};
    picture.options.arrangement = LaneArrangement::ByWorker;
    const auto list = picture.of(*view, TraceScript::span(10, 210));
    QCOMPARE(list.rows.size(), std::size_t{12});
    QVERIFY(list.rows[2].isClosed);
    // Ten threads of which one ran at a time: a tenth, then nothing.
    QVERIFY(std::abs(painted(list, 2, TimelineRole::Running) - 1) < 1e-5);
    QCOMPARE(letters(list, 2).count(u' '), 0);
    const auto &first = list.shares.at(0);
    QVERIFY(std::abs(first.total() - 1) < 1e-5F);
}

void TestTimelineLanes::lanesCanBeArrangedByCore()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    QCOMPARE(
        names(arrangeLanes(*view, {}, {.arrangement = LaneArrangement::ByCore}, view->known())),
        (QStringList{u"all cores"_s, u"core 0"_s, u"core 1"_s}));
    QCOMPARE(
        names(arrangeLanes(*view, {}, {}, view->known())),
        (QStringList{
            u"all cores"_s, u"prog main"_s, u"prog"_s, u"prog"_s, u"Cores"_s, u"core 0"_s, u"core 1"_s}));
    QVERIFY(arrangeLanes(*TimelineStore().view(), {}, {}, {}).empty());
}

void TestTimelineLanes::workersAreToldApartAndOthersAreNot()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    auto looks = taskLooks(*view, {{102, 7, u"worker 7"_s}});
    QCOMPARE(looks[0].colour, TaskLook::kPlain);
    QCOMPARE(looks[1].number, TaskLook::kPlain);
    QCOMPARE(looks[2].colour, 7);
    QCOMPARE(looks[2].name, u"worker 7"_s);
    // Of a command all threads are of interest.
    looks = taskLooks(*view, {});
    QCOMPARE(looks[0].number, 0);
    QCOMPARE(looks[2].number, 2);
}

QTEST_MAIN(TestTimelineLanes)
#include "tst_timelinelanes.moc"
