// SPDX-License-Identifier: GPL-3.0-or-later
// What the models in Python cost, and how often threads under the GIL change. Usage: bench_python [ROUNDS]

#include "core/lab/lab.h"
#include "core/model/catalogue.h"
#include "core/run/interpretersearch.h"
#include "tests/bench/benchsupport.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QProcess>
#include <QTemporaryDir>

#include <cmath>
#include <cstdio>
#include <sys/stat.h>

using namespace timeslice;

namespace {

RecordingPtr run(Lab &lab, const Experiment &experiment)
{
    QEventLoop loop;
    RecordingPtr recording;
    QObject::connect(&lab, &Lab::runFinished, &loop, [&](const RecordingPtr &finished) {
        recording = finished;
        loop.quit();
    });
    if (const auto started = lab.start(experiment); !started) {
        std::fprintf(stderr, "%s\n", describe(started.error()).c_str());
        std::exit(1);
    }
    loop.exec();
    if (recording->error)
        std::fprintf(stderr, "%s\n", describe(*recording->error).c_str());
    return recording;
}

// Inside one interpreter, the same loop with and without publishing, in turns.
void benchPublishing(const Interpreter &python, int rounds)
{
    const QTemporaryDir directory;
    const auto board = Board::create(directory.filePath(QStringLiteral("board")).toStdString(), {});
    for (const auto *const gate : {"go", "stop"})
        ::mkfifo(directory.filePath(QLatin1String(gate)).toLocal8Bit().constData(), 0600);
    board->go(std::nullopt);
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(
        python.path,
        {QStringLiteral("-I"), QStringLiteral("-B"), QStringLiteral("-X"), QStringLiteral("utf8"),
         QStringLiteral(TIMESLICE_SOURCE "/tests/bench/bench_python_publishing.py"),
         QStringLiteral(TIMESLICE_SOURCE "/resources/python"), directory.path(),
         QString::number(rounds * 16)});
    process.waitForFinished(-1);
    for (const auto &line : process.readAllStandardOutput().split('\n')) {
        auto words = line.split(' ');
        if (words.size() < 3)
            continue;
        const bool isAll = words.takeFirst() == "all";
        const auto itemUs = words.takeFirst().toDouble();
        std::vector<double> lost;
        for (const auto &word : words)
            lost.push_back(100 * word.toDouble());
        std::printf(
            "publishing, items of %.1f us: %s %.2f %% of the throughput (%.2f to %.2f)%s\n", itemUs,
            isAll ? "with the results' checksum" : "the board takes", median(lost), minimum(lost),
            maximum(lost), isAll ? "" : atMost(median(lost), 2, " %").c_str());
    }
}

// Switches per second of two CPU-bound threads that take turns on a lock, as the kernel counts them.
double switchesPerSecond(Lab &lab, const char *model, std::int64_t intervalUs)
{
    Experiment experiment{.workload = "primes", .model = model, .workers = 2, .durationSeconds = 2};
    experiment.params.set("range", std::int64_t{500});
    experiment.params.set("switch_interval_us", intervalUs);
    const auto recording = run(lab, experiment);
    return static_cast<double>(*recording->switches.voluntary + *recording->switches.involuntary)
        / recording->wallSeconds;
}

// The real lock and the simulated one, in turns.
void benchSwitches(Lab &lab, int rounds)
{
    for (const std::int64_t intervalUs : {5'000, 1'000, 100}) {
        std::vector<double> real;
        std::vector<double> simulated;
        for (int round = 0; round < rounds; ++round) {
            real.push_back(switchesPerSecond(lab, "cpython-threading", intervalUs));
            simulated.push_back(switchesPerSecond(lab, "gil-threads", intervalUs));
        }
        const double ratio = median(simulated) / median(real);
        std::printf(
            "2 threads, switch interval %.1f ms: %.0f switches/s (%.0f to %.0f) under the GIL, %.0f (%.0f to "
            "%.0f) "
            "under the simulated one: x%.2f%s\n",
            static_cast<double>(intervalUs) / 1e3, median(real), minimum(real), maximum(real),
            median(simulated), minimum(simulated), maximum(simulated), ratio,
            atMost(std::abs(ratio - 1) * 100, 25, " % apart").c_str());
    }
}

// 1000 requests of 50 ms under way at once.
void benchRequests(Lab &lab, int rounds)
{
    struct Row {
        const char *model;
        unsigned workers;
    };
    for (const auto &[model, workers] :
         {Row{"cpython-asyncio", 1}, Row{"cpython-threading", 1000}, Row{"cpython-thread-pool", 32}}) {
        std::vector<double> seconds;
        for (int round = 0; round < rounds; ++round) {
            Experiment experiment{.workload = "http", .model = model, .workers = workers, .items = 1000};
            if (workers == 1)
                experiment.params.set("concurrency", std::int64_t{1000});
            seconds.push_back(run(lab, experiment)->wallSeconds);
        }
        std::printf(
            "1000 requests of 50 ms, %s with %u: %.2f s (%.2f to %.2f)\n", model,
            workers == 1 ? 1000U : workers, median(seconds), minimum(seconds), maximum(seconds));
    }
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
    printMachine();
    const auto found = InterpreterSearch().finishNow();
    const auto python = chooseInterpreter(*findModel("cpython-threading"), "default", found);
    if (!python) {
        std::printf("%s\n", describe(python.error()).c_str());
        return 3;
    }
    std::printf("%s %s\n", python->implementation.c_str(), python->version.c_str());
    Lab lab({.workerProgram = QStringLiteral(TIMESLICE_WORKER)});
    benchPublishing(*python, rounds);
    benchSwitches(lab, rounds);
    benchRequests(lab, rounds);
    return 0;
}
