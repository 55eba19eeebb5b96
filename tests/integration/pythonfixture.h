// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/lab.h"
#include "core/model/catalogue.h"
#include "core/run/interpretersearch.h"
#include "core/workload/catalogue.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

// Runs in Python through the lab, and programs that only look like Python.
namespace timeslice {

inline constexpr int kPatienceMs = 60'000;

/// What a test's runs need: directories of their own, and the programs of this build.
class RunsOfATest {
protected:
    [[nodiscard]] LabOptions options() const
    {
        return {.workerProgram = QStringLiteral(TIMESLICE_WORKER), .runtimeDirectory = m_runtime.path()};
    }
    /// Directories of runs that were not removed with them, by name.
    [[nodiscard]] QStringList directoriesLeft() const
    {
        return QDir(m_runtime.path()).entryList({QStringLiteral("timeslice-run-*")}, QDir::Dirs);
    }

    QTemporaryDir m_runtime;
};

inline const Interpreters &interpretersHere()
{
    static const Interpreters found = InterpreterSearch().finishNow();
    return found;
}

/// The models in Python that this machine can run, each in a row of a test.
inline std::vector<const ModelInfo *> pythonModels()
{
    std::vector<const ModelInfo *> all;
    for (const auto &model : models()) {
        if (model.interpreter && !whyUnavailable(model, interpretersHere()))
            all.push_back(&model);
    }
    return all;
}

inline unsigned workersFor(const ModelInfo &model, unsigned workers)
{
    return model.singleWorker ? 1 : workers;
}

/// A model with one way to start its processes; the way is empty where it starts none.
struct PythonVariant {
    const ModelInfo *model = nullptr;
    std::string startMethod;
    std::string executor;

    [[nodiscard]] std::string name() const
    {
        return model->id + (executor.empty() ? "" : " " + executor)
            + (startMethod.empty() ? "" : " " + startMethod);
    }
    void applyTo(Experiment &experiment) const
    {
        if (!startMethod.empty())
            experiment.params.set("start_method", startMethod);
        if (!executor.empty())
            experiment.params.set("executor", executor);
    }
};

inline std::vector<PythonVariant> pythonVariants()
{
    std::vector<PythonVariant> all;
    for (const auto *const model : pythonModels()) {
        if (model->id == "cpython-multiprocessing" || model->id == "cpython-process-pool") {
            for (const auto *const method : {"fork", "spawn", "forkserver"})
                all.push_back({model, method, {}});
        } else if (model->id == "cpython-asyncio-executor") {
            all.push_back({model, {}, "thread"});
            all.push_back({model, "fork", "process"});
        } else {
            all.push_back({model, {}, {}});
        }
    }
    return all;
}

/// A row for each workload that has a form in Python.
inline void everyPythonWorkload()
{
    QTest::addColumn<QString>("workload");
    for (const auto &workload : workloads()) {
        if (!whyNot(workload.id, "cpython-threading"))
            QTest::newRow(workload.id.c_str()) << QString::fromStdString(workload.id);
    }
}

/// Those that a workload makes sense with.
inline std::vector<PythonVariant> variantsFor(const QString &workload)
{
    auto all = pythonVariants();
    std::erase_if(all, [&](const PythonVariant &variant) {
#if defined(TIMESLICE_SANITIZED) // each way to start them with one workload: what they do then is Python's
                                 // affair
        if (workload != QLatin1String("primes")
            && (variant.startMethod == "fork" || variant.startMethod == "forkserver")
            && variant.executor.empty())
            return true;
#endif
        return whyNot(workload.toStdString(), variant.model->id).has_value();
    });
    return all;
}

inline Experiment tinyExperiment(const std::string &workload, const std::string &model, unsigned workers)
{
    Experiment experiment{.workload = workload, .model = model, .workers = workers, .items = 24};
    if (workload == "sum")
        experiment.params.set("numbers", std::int64_t{100'000});
    if (workload == "primes")
        experiment.params.set("range", std::int64_t{200});
    if (workload == "mandelbrot") {
        experiment.params.set("width", std::int64_t{64});
        experiment.params.set("height", std::int64_t{48});
        experiment.params.set("max_iterations", std::int64_t{200});
    }
    if (workload == "hash")
        experiment.params.set("block_kib", std::int64_t{300});
    if (workload == "matrix")
        experiment.params.set("size", std::int64_t{19});
    if (workload == "database") {
        experiment.params.set("rows", std::int64_t{70}); // more than are fetched at once
        experiment.params.set("transform", std::int64_t{5});
    }
    if (workload == "file") {
        experiment.params.set("kib", std::int64_t{70}); // a chunk and some more
        experiment.params.set("read_back", true);
    }
    if (workload == "counter")
        experiment.params.set("increments", std::int64_t{3'000});
    if (workload == "ping-pong") {
        experiment.params.set("via", std::string("pipe")); // the first one that Python has
        experiment.params.set("round_trips", std::int64_t{20});
    }
    if (workload == "philosophers") {
        experiment.params.set("strategy", std::string("ordered")); // the first one ends in a deadlock
        experiment.params.set("think_ms", 0.1);
        experiment.params.set("eat_ms", 0.1);
        experiment.params.set("pause_ms", 0.1);
    }
    if (workload == "producer-consumer") {
        experiment.params.set("produce_steps", std::int64_t{500});
        experiment.params.set("consume_steps", std::int64_t{1'000});
    }
    if (workload == "sleep")
        experiment.params.set("sleep_ms", 1.0);
    if (workload == "http" || workload == "https")
        experiment.params.set("delay_ms", std::int64_t{1});
    return experiment;
}

/// One that goes on until it is stopped, with items that take for ever where they wait or can be that long.
inline Experiment endlessExperiment(const std::string &workload, const std::string &model, unsigned workers)
{
    auto experiment = tinyExperiment(workload, model, workers);
    experiment.items.reset();
    experiment.durationSeconds = 600;
    if (workload == "sleep")
        experiment.params.set("sleep_ms", 60'000.0);
    if (workload == "matrix")
        experiment.params.set("size", std::int64_t{2'048});
    if (workload == "database") {
        experiment.params.set("databases", std::int64_t{1});
        experiment.params.set("rows", std::int64_t{20'000});
        experiment.params.set("transform", std::int64_t{256});
    }
    if (workload == "http" || workload == "https")
        experiment.params.set("delay_ms", std::int64_t{9'000});
    return experiment;
}

inline RecordingPtr finishedRun(Lab &lab, const Experiment &experiment)
{
    QSignalSpy finished(&lab, &Lab::runFinished);
    if (const auto id = lab.start(experiment); !id) {
        qWarning("%s", describe(id.error()).c_str());
        return nullptr;
    }
    if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, kPatienceMs))
        return nullptr;
    return finished.front().front().value<RecordingPtr>();
}

/// One that is stopped in its middle. On a busy machine leaving may take longer than the patience of who
/// stops it, and then it is made to leave, which a note says; what never leaves by itself needs that each
/// time. So it is tried up to four times, until it began, was stopped and left by itself; what went otherwise
/// is told.
inline RecordingPtr stoppedRun(Lab &lab, const Experiment &experiment)
{
    RecordingPtr recording;
    for (int attempt = 0; attempt < 4; ++attempt) {
        QSignalSpy finished(&lab, &Lab::runFinished);
        if (!lab.start(experiment))
            return nullptr;
        if (!QTest::qWaitFor(
                [&] { return lab.state() == LabState::Running || !finished.isEmpty(); }, kPatienceMs))
            qWarning("not under way in time");
        QTest::qWait(20);
        lab.stop();
        if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, kPatienceMs))
            return nullptr;
        recording = finished.front().front().value<RecordingPtr>();
        if (!recording->error && recording->outcome == Outcome::Stopped && recording->notes.isEmpty())
            break;
        qWarning(
            "attempt %d: %s %s", attempt,
            recording->error ? describe(*recording->error).c_str() : nameOf(recording->outcome),
            qPrintable(recording->notes.join(QLatin1Char(' '))));
    }
    return recording;
}

/// A script in the place of an interpreter. \param body  Shell; the arguments are the interpreter's.
inline void putScript(const QTemporaryDir &directory, const char *name, const QByteArray &body)
{
    QFile file(directory.filePath(QLatin1String(name)));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/bin/sh\n" + body + '\n');
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner);
}

/// What a script does to pass for an interpreter of some version when it is asked what it is (-I -c CODE
/// NONCE).
inline QByteArray answerOf(const char *version)
{
    return QByteArray(R"(if [ "$2" = -c ]; then
    echo 'Warning: this line is no answer {"version": [3, 99, 0]}'
    printf '\n%s{"version": )")
        + version
        + R"(, "implementation": "cpython", "executable": "%s", "prefix": "/", "gil_enabled": true, )"
          R"("free_threaded": false, "pyqt": false, "start_methods": ["fork"]}\nand more noise\n' "$4" "$0"
    exit 0
fi
)";
}

} // namespace timeslice
