// SPDX-License-Identifier: GPL-3.0-or-later
// The workload https through the lab: the handshakes of every model are counted, and a server that is not
// what it says is refused by every one of them.
#include "core/workload/tlsidentity.h"
#include "tests/integration/pythonfixture.h"

#include <QDirIterator>

#include <algorithm>

using namespace timeslice;

namespace {

// Every model that can run the workload without a window, one way each.
std::vector<const ModelInfo *> everyModel()
{
    auto all = pythonModels();
    for (const auto &model : models()) {
        if (!model.interpreter && !model.onUiThread && !whyNot("https", model.id))
            all.push_back(&model);
    }
    return all;
}

bool hasConcurrency(const ModelInfo &model)
{
    return std::ranges::find(model.parameters, "concurrency", &Parameter::id) != model.parameters.end();
}

double resultOf(const Recording &recording, std::size_t index)
{
    const auto *const value =
        index < recording.results.size() ? std::get_if<double>(&recording.results[index]) : nullptr;
    return value != nullptr ? *value : -1;
}

} // namespace

class TestHttps : public QObject {
    Q_OBJECT

private:
    LabOptions options() const
    {
        return {.workerProgram = QStringLiteral(TIMESLICE_WORKER), .runtimeDirectory = m_runtime.path()};
    }
    // `serve` as the script has it; everything else is the real program.
    LabOptions optionsWithServer(const char *name, const QByteArray &serve) const
    {
        putScript(
            m_scripts, name,
            "if [ \"$1\" = serve ]; then\n" + serve + "\nfi\nexec " TIMESLICE_WORKER " \"$@\"");
        auto changed = options();
        changed.workerProgram = m_scripts.filePath(QLatin1String(name));
        return changed;
    }
    static void modelRows()
    {
        QTest::addColumn<QString>("model");
        for (const auto *const model : everyModel())
            QTest::newRow(model->id.c_str()) << QString::fromStdString(model->id);
    }

    QTemporaryDir m_runtime;
    QTemporaryDir m_scripts;

private Q_SLOTS:
    void handshakesAreCounted_data() { modelRows(); }
    void handshakesAreCounted();
    void anotherCertificateIsRefused_data() { modelRows(); }
    void anotherCertificateIsRefused();
    void theKeyIsNeverWritten();
    void aServerThatCannotStartSaysWhy();
    void aServerWithoutACertificateIsNotWaitedFor();
};

void TestHttps::handshakesAreCounted()
{
    QFETCH(QString, model);
    const auto &info = *findModel(model.toStdString());
    Lab lab(options());
    for (const bool keepAlive : {true, false}) {
        auto experiment = tinyExperiment("https", info.id, workersFor(info, 2));
        experiment.params.set("keep_alive", keepAlive);
        const auto recording = finishedRun(lab, experiment);
        QVERIFY(recording);
        QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
        const auto handshakes = resultOf(*recording, 0);
        if (!keepAlive)
            QCOMPARE(handshakes, 24.0); // one for each item
        else if (hasConcurrency(info)) // one for each item in flight
            QVERIFY(handshakes >= 1 && handshakes <= 24);
        else // one for each worker that had anything to do
            QVERIFY(handshakes >= 1 && handshakes <= 2);
        QVERIFY(resultOf(*recording, 1) > 0);
        QVERIFY(resultOf(*recording, 2) >= resultOf(*recording, 1));
    }
}

void TestHttps::anotherCertificateIsRefused()
{
    QFETCH(QString, model);
    const auto &info = *findModel(model.toStdString());
    // For the same address, and as good: only the key is another.
    const auto other = TlsIdentity::create();
    QVERIFY(other);
    const auto word = QByteArray::fromStdString(other->certificate()).toBase64();
    Lab lab(
        optionsWithServer("changing", TIMESLICE_WORKER " serve tls | sed -u 's|[^ ]*$|" + word + "|'\nexit"));
    const auto recording = finishedRun(lab, tinyExperiment("https", info.id, workersFor(info, 2)));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY(recording->error);
    QVERIFY2(
        describe(*recording->error).find("the local server's certificate was refused: ") != std::string::npos,
        describe(*recording->error).c_str());
    QCOMPARE(recording->items, 0U);
    QCOMPARE(resultOf(*recording, 0), 0.0);
}

void TestHttps::theKeyIsNeverWritten()
{
    Lab lab(options());
    QVERIFY(lab.start(endlessExperiment("https", "qprocess", 2))); // with a plan on disk
    QTRY_VERIFY_WITH_TIMEOUT(lab.state() == LabState::Running, kPatienceMs);
    bool hasSeenCertificate = false;
    QDirIterator files(m_runtime.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        QFile file(files.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto bytes = file.readAll();
        hasSeenCertificate = hasSeenCertificate || bytes.contains("BEGIN CERTIFICATE");
        QVERIFY2(!bytes.contains("PRIVATE KEY"), qPrintable(file.fileName()));
    }
    QVERIFY(hasSeenCertificate);
    QSignalSpy finished(&lab, &Lab::runFinished);
    lab.stop();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
}

void TestHttps::aServerThatCannotStartSaysWhy()
{
    // It may open so few files that none is left for its socket.
    Lab lab(optionsWithServer("poor", "ulimit -n 5"));
    const auto recording = finishedRun(lab, tinyExperiment("https", "sequential", 1));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY(recording->error);
    const auto words = QString::fromStdString(describe(*recording->error)) + recording->output;
    QVERIFY2(words.contains(QLatin1String("local server")), qPrintable(words));
    QCOMPARE(recording->items, 0U);
}

void TestHttps::aServerWithoutACertificateIsNotWaitedFor()
{
    auto silent = optionsWithServer("silent", TIMESLICE_WORKER " serve\nexit");
    silent.helloTimeout = std::chrono::seconds(1);
    Lab lab(silent);
    const auto recording = finishedRun(lab, tinyExperiment("https", "sequential", 1));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY(recording->error);
    QCOMPARE(recording->error->kind, ErrorKind::TimedOut);
}

QTEST_GUILESS_MAIN(TestHttps)
#include "tst_https.moc"
