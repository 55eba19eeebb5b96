// SPDX-License-Identifier: GPL-3.0-or-later
// Every pair of workload and model, run from the window.
#include "core/workload/catalogue.h"
#include "tests/support/tinyexperiments.h"
#include "tests/ui/windowfixture.h"

using namespace timeslice;

class TestWindowPairs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPairRunsAndIsJudged_data();
    void everyPairRunsAndIsJudged();
};

void TestWindowPairs::everyPairRunsAndIsJudged_data()
{
    QTest::addColumn<QString>("workload");
    for (const auto &workload : workloads()) {
        if (!workload.isForeign)
            QTest::newRow(workload.id.c_str()) << QString::fromStdString(workload.id);
    }
}

void TestWindowPairs::everyPairRunsAndIsJudged()
{
    QFETCH(QString, workload);
    const WindowFixture f;
    QSignalSpy shown(f.window.get(), &MainWindow::runShown);
    std::optional<std::uint64_t> checksum;
    for (const auto &model : models()) {
        if (whyNot(workload.toStdString(), model.id) || model.interpreter) // those in Python: tst_python
            continue;
        const auto experiment =
            validated(tinyExperiment(workload.toStdString(), model.id, workersFor(model, 2)));
        QVERIFY2(experiment, model.id.c_str());
        f.window->setExperiment(*experiment);
        QVERIFY(
            f.panel()->experiment() && *f.panel()->experiment() == *experiment); // the form can express it
        shown.clear();
        f.press(Qt::Key_F5);
        QVERIFY2(!shown.isEmpty() || shown.wait(kPatienceMs), model.id.c_str());
        const auto recording = shownIn(shown);
        QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
        QCOMPARE(recording->outcome, Outcome::Completed);
        QVERIFY(recording->experiment == *experiment);
        QCOMPARE(recording->items, *experiment->items);
        QVERIFY2(recording->checksum == checksum.value_or(recording->checksum), model.id.c_str());
        checksum = recording->checksum;
        QVERIFY2(f.says("Items done"), qPrintable(f.text()));
    }
}

QTEST_MAIN(TestWindowPairs)
#include "tst_windowpairs.moc"
