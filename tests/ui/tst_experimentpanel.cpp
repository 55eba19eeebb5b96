// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/scenarios.h"
#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"
#include "ui/disclosure.h"
#include "ui/experimentfile.h"
#include "ui/experimentpanel.h"
#include "ui/fieldrow.h"
#include "ui/numberfield.h"
#include "ui/parameterform.h"
#include "ui/themecontroller.h"

#include <QCheckBox>
#include <QComboBox>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QScrollArea>
#include <QSignalSpy>
#include <QStyleOptionComboBox>
#include <QTemporaryDir>
#include <QTest>

using namespace timeslice;

namespace {

Machine aMachine()
{
    Machine machine;
    machine.cpusOnline = {0, 1, 2, 3};
    machine.cpusAllowed = {0, 1};
    machine.cpuQuota = 1.5;
    machine.cpuModel = "A <b>processor</b>";
    machine.kernel = "6.1.0";
    return machine;
}

template <typename Editor>
Editor *editor(const QWidget &panel, const char *name)
{
    for (auto *candidate : panel.findChildren<Editor *>()) {
        if (candidate->accessibleName() == QLatin1String(name))
            return candidate;
    }
    return nullptr;
}

/// Types as a user does.
void type(QLineEdit *field, const char *text)
{
    field->selectAll();
    QTest::keyClicks(field, QLatin1String(text));
}

void choose(QComboBox *combo, const std::string &id)
{
    const int index = combo->findData(QString::fromStdString(id));
    QVERIFY(index >= 0);
    combo->setCurrentIndex(index);
    Q_EMIT combo->activated(index);
}

QString problemTexts(const QWidget &panel)
{
    QStringList texts;
    for (const auto *row : panel.findChildren<FieldRow *>()) {
        if (!row->problem().isEmpty())
            texts.append(row->problem());
    }
    return texts.join(QLatin1Char('|'));
}

Experiment sleepExperiment()
{
    Experiment experiment;
    experiment.workload = "sleep";
    experiment.model = "qthread";
    experiment.workers = 3;
    experiment.items = 12;
    return *validated(experiment);
}

} // namespace

class TestExperimentPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void numbersAreReadAsPeopleWriteThem_data();
    void numbersAreReadAsPeopleWriteThem();
    void stepsFollowTheSizeAndStopAtTheBounds();
    void everyPairOfTheCatalogueRoundTrips();
    void modelsWithoutAnInterpreterAreGreyedOut();
    void scenariosRoundTrip();
    void whatIsWrongIsShownAtItsField();
    void emptyAndOddNumbersAreRefused();
    void aProblemInTheAdvancedPartOpensIt();
    void singleWorkerModelFixesTheWorkers();
    void parametersOfAWorkloadAreKept();
    void aModelsParametersComeAndGo();
    void isolationIsNotOfferedForProcessModels();
    void samplingRateIsCheckedAndReported();
    void programmaticChangesAreNotTheUsers();
    void everyEditorHasANameAndAHelp();
    void theMachineIsShownAsPlainText();
    void aUnitGivesWayToItsNumber();
    void noChoiceIsCutOff();

    void filesOfExperimentsAndRunsOpen();
    void unusableFilesAreRefused_data();
    void unusableFilesAreRefused();
};

void TestExperimentPanel::numbersAreReadAsPeopleWriteThem_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("locale");
    QTest::addColumn<qlonglong>("whole"); // -1: none
    QTest::newRow("plain") << QStringLiteral("20000") << QStringLiteral("en_US") << 20000LL;
    QTest::newRow("comma groups") << QStringLiteral("20,000") << QStringLiteral("en_US") << 20000LL;
    QTest::newRow("point groups") << QStringLiteral("20.000") << QStringLiteral("de_DE") << 20000LL;
    QTest::newRow("spaces") << QStringLiteral(" 1 000 000 ") << QStringLiteral("en_US") << 1'000'000LL;
    QTest::newRow("no-break space") << QString(
        QStringLiteral("1") + QChar(QChar::Nbsp) + QStringLiteral("000"))
                                    << QStringLiteral("fr_FR") << 1000LL;
    QTest::newRow("exponent") << QStringLiteral("1e6") << QStringLiteral("en_US") << 1'000'000LL;
    QTest::newRow("fraction") << QStringLiteral("1.5") << QStringLiteral("en_US") << -1LL;
    QTest::newRow("word") << QStringLiteral("ten") << QStringLiteral("en_US") << -1LL;
    QTest::newRow("empty") << QString() << QStringLiteral("en_US") << -1LL;
    QTest::newRow("too large") << QStringLiteral("99999999999999999999") << QStringLiteral("en_US") << -1LL;
    QTest::newRow("infinite") << QStringLiteral("1e999") << QStringLiteral("en_US") << -1LL;
}

void TestExperimentPanel::numbersAreReadAsPeopleWriteThem()
{
    QFETCH(QString, text);
    QFETCH(QString, locale);
    QFETCH(qlonglong, whole);
    const auto parsed = parseWhole(text, QLocale(locale));
    QCOMPARE(parsed.value_or(-1), static_cast<std::int64_t>(whole));
    QCOMPARE(parseReal(QStringLiteral("0,25"), QLocale(QStringLiteral("de_DE"))).value_or(-1), 0.25);
    QCOMPARE(parseReal(QStringLiteral("0.25"), QLocale(QStringLiteral("fr_FR"))).value_or(-1), 0.25);
    QVERIFY(!parseReal(QStringLiteral("nan"), QLocale::c()));
}

void TestExperimentPanel::stepsFollowTheSizeAndStopAtTheBounds()
{
    NumberField field(NumberField::Kind::Whole, 1, 1000, QStringLiteral("items"));
    QSignalSpy edited(&field, &NumberField::edited);
    field.setWhole(2);
    QCOMPARE(edited.count(), 0);
    QTest::keyClick(&field, Qt::Key_Up);
    QCOMPARE(*field.whole(), std::int64_t{3});
    field.setWhole(500);
    QTest::keyClick(&field, Qt::Key_Up);
    QCOMPARE(*field.whole(), std::int64_t{510});
    QTest::keyClick(&field, Qt::Key_PageUp);
    QCOMPARE(*field.whole(), std::int64_t{610});
    field.setWhole(999);
    QTest::keyClick(&field, Qt::Key_PageUp);
    QCOMPARE(*field.whole(), std::int64_t{1000});
    field.setWhole(1);
    QTest::keyClick(&field, Qt::Key_Down);
    QCOMPARE(*field.whole(), std::int64_t{1});
    QCOMPARE(edited.count(), 5);

    NumberField real(NumberField::Kind::Real, 0.05, 10, QStringLiteral("s"));
    real.setReal(8);
    QTest::keyClick(&real, Qt::Key_Up);
    QCOMPARE(*real.real(), 8.5);
}

void TestExperimentPanel::everyPairOfTheCatalogueRoundTrips()
{
    ExperimentPanel panel(aMachine());
    for (const WorkloadInfo &workload : workloads()) {
        for (const ModelInfo &model : models()) {
            Experiment experiment;
            experiment.workload = workload.id;
            experiment.model = model.id;
            experiment.workers = model.singleWorker ? 1 : 7;
            experiment.seed = 42;
            experiment.pin = Pin::Spread;
            const auto valid = validated(experiment);
            if (!valid)
                continue; // an impossible pair; it has a test of its own in core
            panel.setExperiment(*valid);
            if (workload.isForeign) {
                QVERIFY(!panel.problem().isEmpty()); // a program is never part of an experiment
                editor<QLineEdit>(panel, "Program and arguments")
                    ->setText(QStringLiteral("/bin/echo \"a b\" c"));
                QCOMPARE(
                    panel.command(),
                    QStringList({QStringLiteral("/bin/echo"), QStringLiteral("a b"), QStringLiteral("c")}));
            } else {
                QVERIFY(panel.command().isEmpty());
            }
            QVERIFY2(panel.experiment(), qPrintable(panel.problem()));
            QVERIFY2(*panel.experiment() == *valid, (workload.id + " " + model.id).c_str());
        }
    }
}

void TestExperimentPanel::modelsWithoutAnInterpreterAreGreyedOut()
{
    ExperimentPanel panel(aMachine());
    Experiment experiment{.workload = "primes", .model = "cpython-threading", .workers = 2};
    panel.setExperiment(*validated(experiment));
    QVERIFY2(panel.problem().isEmpty(), qPrintable(panel.problem())); // not known yet: nothing is grey
    auto *model = editor<QComboBox>(panel, "Model");
    const auto isEnabled = [model](const char *id) {
        return model->model()
            ->flags(model->model()->index(model->findData(QLatin1String(id)), 0))
            .testFlag(Qt::ItemIsEnabled);
    };
    QVERIFY(isEnabled("cpython-threading") && isEnabled("pyqt-qthread") && isEnabled("cpython-interpreters"));

    Interpreter python{
        .path = QStringLiteral("/usr/bin/python3"),
        .id = "python3.11",
        .major = 3,
        .minor = 11,
        .version = "3.11.2",
        .implementation = "CPython"};
    panel.setInterpreters(std::make_shared<const Interpreters>(Interpreters{python}));
    QVERIFY(
        isEnabled("cpython-threading") && !isEnabled("pyqt-qthread") && !isEnabled("cpython-interpreters"));
    QVERIFY(isEnabled("qthread"));
    QVERIFY2(panel.problem().isEmpty(), qPrintable(panel.problem()));
    experiment.params.set("interpreter", std::string("python3.13"));
    panel.setExperiment(*validated(experiment));
    QVERIFY2(panel.problem().contains(QLatin1String("no python3.13")), qPrintable(panel.problem()));

    // The model of a file stays what it is, and says what it lacks.
    panel.setInterpreters(std::make_shared<const Interpreters>());
    QVERIFY(!isEnabled("cpython-threading"));
    QCOMPARE(model->currentData().toString(), QStringLiteral("cpython-threading"));
    QVERIFY(!panel.experiment());
    QVERIFY2(panel.problem().contains(QLatin1String("no Python interpreter")), qPrintable(panel.problem()));
}

void TestExperimentPanel::scenariosRoundTrip()
{
    ExperimentPanel panel(aMachine());
    for (const Scenario &scenario : scenarios()) {
        panel.setExperiment(scenario.experiment);
        QVERIFY2(panel.experiment(), qPrintable(scenario.id));
        QVERIFY2(*panel.experiment() == scenario.experiment, qPrintable(scenario.id));
    }
}

void TestExperimentPanel::whatIsWrongIsShownAtItsField()
{
    ExperimentPanel panel(aMachine());
    panel.setExperiment(sleepExperiment());
    QSignalSpy edited(&panel, &ExperimentPanel::edited);
    auto *workers = editor<NumberField>(panel, "Workers");
    QVERIFY(workers);
    type(workers, "99999");
    QVERIFY(edited.count() > 0);
    QVERIFY(!panel.experiment());
    QVERIFY2(panel.problem().contains(QLatin1String("4096")), qPrintable(panel.problem()));
    QVERIFY2(problemTexts(panel).contains(QLatin1String("4096")), qPrintable(problemTexts(panel)));
    QCOMPARE(workers->text(), QStringLiteral("99999")); // never corrected behind the user's back
    type(workers, "5");
    QVERIFY(panel.experiment());
    QCOMPARE(panel.experiment()->workers, 5U);
    QVERIFY(problemTexts(panel).isEmpty());
    QVERIFY(panel.problem().isEmpty());
}

void TestExperimentPanel::emptyAndOddNumbersAreRefused()
{
    ExperimentPanel panel(aMachine());
    panel.setExperiment(sleepExperiment());
    auto *items = editor<NumberField>(panel, "Number of items");
    for (const char *text : {"0", "-3", "1.5", "many", "2000000000000"}) {
        type(items, text);
        QVERIFY2(!panel.experiment(), text);
        QVERIFY2(!panel.problem().isEmpty(), text);
    }
    items->clear();
    Q_EMIT items->edited();
    QVERIFY(!panel.experiment());
    type(items, "1e3");
    QVERIFY(panel.experiment());
    QCOMPARE(*panel.experiment()->items, std::uint64_t{1000});
}

void TestExperimentPanel::aProblemInTheAdvancedPartOpensIt()
{
    ExperimentPanel panel(aMachine());
    panel.setExperiment(sleepExperiment());
    auto *advanced = panel.findChild<Disclosure *>();
    QVERIFY(advanced && !advanced->isOpen());
    type(editor<NumberField>(panel, "Seed"), "x");
    QVERIFY(!panel.experiment());
    QVERIFY(advanced->isOpen());
}

void TestExperimentPanel::singleWorkerModelFixesTheWorkers()
{
    ExperimentPanel panel(aMachine());
    panel.setExperiment(sleepExperiment());
    auto *workers = editor<NumberField>(panel, "Workers");
    auto *model = editor<QComboBox>(panel, "Model");
    choose(model, "sequential");
    QVERIFY(!workers->isEnabled());
    QVERIFY(panel.experiment());
    QCOMPARE(panel.experiment()->workers, 1U);
    choose(model, "qthread");
    QVERIFY(workers->isEnabled());
    QCOMPARE(panel.experiment()->workers, 3U);
}

void TestExperimentPanel::parametersOfAWorkloadAreKept()
{
    ExperimentPanel panel(aMachine());
    panel.setExperiment(sleepExperiment());
    auto *workload = editor<QComboBox>(panel, "Workload");
    choose(workload, "primes");
    QCOMPARE(*panel.experiment()->items, findWorkload("primes")->defaultItems);
    type(editor<NumberField>(panel, "Range per item"), "777");
    choose(workload, "sleep");
    QCOMPARE(*panel.experiment()->items, std::uint64_t{12});
    QVERIFY(!panel.experiment()->params.find("range"));
    choose(workload, "primes");
    QCOMPARE(panel.experiment()->params.integer("range"), std::int64_t{777});
}

void TestExperimentPanel::aModelsParametersComeAndGo()
{
    ExperimentPanel panel(aMachine());
    panel.setExperiment(sleepExperiment());
    auto *model = editor<QComboBox>(panel, "Model");
    QVERIFY(!editor<QComboBox>(panel, "Input data by"));
    choose(model, "qprocess");
    auto *transfer = editor<QComboBox>(panel, "Input data by");
    QVERIFY(transfer);
    choose(transfer, "pipe");
    QCOMPARE(panel.experiment()->params.choice("transfer"), std::string("pipe"));
    choose(model, "pool");
    QVERIFY(panel.experiment());
    QVERIFY(!panel.experiment()->params.find("transfer"));
}

void TestExperimentPanel::isolationIsNotOfferedForProcessModels()
{
    ExperimentPanel panel(aMachine());
    Experiment experiment = sleepExperiment();
    experiment.isolate = true;
    panel.setExperiment(experiment);
    QVERIFY(panel.experiment()->isolate);
    auto *isolate = editor<QCheckBox>(panel, "Isolate in a child process");
    choose(editor<QComboBox>(panel, "Model"), "qprocess");
    QVERIFY(!isolate->isEnabled());
    QVERIFY(!panel.experiment()->isolate);
}

void TestExperimentPanel::samplingRateIsCheckedAndReported()
{
    ExperimentPanel panel(aMachine());
    panel.setExperiment(sleepExperiment());
    QSignalSpy sampling(&panel, &ExperimentPanel::samplingHzEdited);
    auto *field = editor<NumberField>(panel, "Samples");
    type(field, "20");
    QCOMPARE(sampling.last().at(0).toDouble(), 20.0);
    QCOMPARE(panel.samplingHz(), 20.0);
    const auto count = sampling.count();
    type(field, "900");
    QCOMPARE(panel.samplingHz(), 9.0); // the last valid value on the way
    QVERIFY(sampling.count() > count);
    QVERIFY(panel.experiment()); // it is not part of the experiment
    QVERIFY(problemTexts(panel).contains(QLatin1String("50")));
}

void TestExperimentPanel::programmaticChangesAreNotTheUsers()
{
    ExperimentPanel panel(aMachine());
    QSignalSpy edited(&panel, &ExperimentPanel::edited);
    panel.setExperiment(sleepExperiment());
    QCOMPARE(edited.count(), 0);
}

void TestExperimentPanel::everyEditorHasANameAndAHelp()
{
    ExperimentPanel panel(aMachine());
    for (const WorkloadInfo &info : workloads()) {
        choose(editor<QComboBox>(panel, "Workload"), info.id);
        for (const auto *widget : panel.findChildren<QWidget *>()) {
            const bool isEditor = qobject_cast<const QLineEdit *>(widget)
                || qobject_cast<const QComboBox *>(widget) || qobject_cast<const QAbstractButton *>(widget);
            if (!isEditor || qobject_cast<const QScrollArea *>(widget->parentWidget()))
                continue;
            QVERIFY2(!widget->accessibleName().isEmpty(), widget->metaObject()->className());
            QVERIFY2(!widget->toolTip().isEmpty(), qPrintable(widget->accessibleName()));
            QVERIFY2(widget->focusPolicy() & Qt::TabFocus, qPrintable(widget->accessibleName()));
        }
    }
}

void TestExperimentPanel::theMachineIsShownAsPlainText()
{
    ExperimentPanel panel(aMachine());
    QString all;
    for (const auto *label : panel.findChildren<QLabel *>()) {
        QCOMPARE(label->textFormat(), Qt::PlainText);
        all += label->text();
    }
    QVERIFY(all.contains(QLatin1String("2 of 4 cores")));
    QVERIFY(all.contains(QLatin1String("1.5")));
    QVERIFY(all.contains(QLatin1String("A <b>processor</b>, Linux 6.1.0")));
}

void TestExperimentPanel::aUnitGivesWayToItsNumber()
{
    NumberField field(NumberField::Kind::Whole, 1, 1e9, QStringLiteral("items"), nullptr);
    const int unit = field.fontMetrics().horizontalAdvance(QStringLiteral("items"));
    field.resize(8 * unit, field.height());
    field.setWhole(20);
    QVERIFY(field.textMargins().right() >= unit);
    field.resize(3 * unit, field.height());
    field.setWhole(123'456'789);
    QCOMPARE(field.textMargins().right(), 0);
    field.setWhole(1);
    QVERIFY(field.textMargins().right() >= unit);
}

void TestExperimentPanel::noChoiceIsCutOff()
{
    ThemeController themes; // its style sheet says how wide an arrow is
    ExperimentPanel panel(aMachine());
    constexpr int kUsualWidth = 264; // of the column in a new window
    panel.resize(kUsualWidth, 600); // so low that a scroll bar takes its part
    panel.show();
    QVERIFY(QTest::qWaitForWindowExposed(&panel));
    for (const auto &workload : workloads()) {
        choose(editor<QComboBox>(panel, "Workload"), workload.id);
        for (auto *combo : panel.findChildren<QComboBox *>()) {
            if (!combo->isVisible())
                continue;
            QStyleOptionComboBox option;
            option.initFrom(combo);
            const QRect field = combo->style()->subControlRect(
                QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, combo);
            for (int i = 0; i < combo->count(); ++i) {
                const int needed = combo->fontMetrics().horizontalAdvance(combo->itemText(i));
                QVERIFY2(
                    needed <= field.width(),
                    qPrintable(QStringLiteral("%1: %2 > %3")
                                   .arg(combo->itemText(i))
                                   .arg(needed)
                                   .arg(field.width())));
            }
        }
    }
}

void TestExperimentPanel::filesOfExperimentsAndRunsOpen()
{
    QTemporaryDir folder;
    const auto write = [&folder](const char *name, const QByteArray &content) {
        QFile file(folder.filePath(QLatin1String(name)));
        [&] { QVERIFY(file.open(QIODevice::WriteOnly)); }();
        file.write(content);
        return file.fileName();
    };
    const auto plain = openExperiment(write("experiment.json", toJson(sleepExperiment())));
    QVERIFY(plain);
    QVERIFY(plain->experiment == sleepExperiment());
    QVERIFY(!plain->isFromRun);

    auto experiment = QJsonDocument::fromJson(toJson(sleepExperiment())).object();
    experiment.remove(QStringLiteral("schema"));
    const QJsonObject run{
        {QStringLiteral("schema"), QStringLiteral("timeslice.run/1")},
        {QStringLiteral("experiment"), experiment},
        {QStringLiteral("wall_s"), 1.0}};
    const auto saved = openExperiment(write("run.json", QJsonDocument(run).toJson()));
    QVERIFY2(saved, saved ? "" : saved.error().what.c_str());
    QVERIFY(saved->experiment == sleepExperiment());
    QVERIFY(saved->isFromRun);
}

void TestExperimentPanel::unusableFilesAreRefused_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("noise") << QByteArray("\xff\xfe\0\1", 4);
    QTest::newRow("other schema") << QByteArray(R"({"schema":"timeslice.scenario/1"})");
    QTest::newRow("run without experiment") << QByteArray(R"({"schema":"timeslice.run/1"})");
    QTest::newRow("unknown workload")
        << QByteArray(R"({"schema":"timeslice.experiment/1","workload":"x","model":"qthread"})");
    QTest::newRow("too large") << QByteArray(kMaxExperimentBytes + 1, ' ');
    QTest::newRow("far too large") << QByteArray(11 * kMaxExperimentBytes, '{');
}

void TestExperimentPanel::unusableFilesAreRefused()
{
    QFETCH(QByteArray, content);
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("a.json")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    const auto opened = openExperiment(file.fileName());
    QVERIFY(!opened);
    QVERIFY(QString::fromStdString(opened.error().where).startsWith(file.fileName()));
    QVERIFY(!openExperiment(folder.path()));
    QCOMPARE(openExperiment(folder.filePath(QStringLiteral("none"))).error().kind, ErrorKind::Gone);
}

QTEST_MAIN(TestExperimentPanel)
#include "tst_experimentpanel.moc"
