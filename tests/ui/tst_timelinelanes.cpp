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
        found.append(
            (entry.isIndented ? u"  "_s : QString()) + entry.name + (entry.isClosed ? u" +"_s : QString()));
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
    void manyProcessesBeginClosed();
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
    options.hiddenTids = {100};
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
    options.toggledPids = {200};
    QCOMPARE(lanes(), (QStringList{u"prog main"_s, u"child +"_s, u"prog main"_s}));
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
