// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/worker/workercommands.h"

#include "core/run/childhost.h"
#include "core/run/engine.h"
#include "core/run/supervisor.h"

#include <QCoreApplication>
#include <QDir>
#include <QJsonDocument>
#include <QSaveFile>

#include <mutex>
#include <string_view>
#include <thread>
#include <unistd.h>

namespace timeslice {

namespace {

// What the watchdog's thread may reach of a run that comes and goes on the main thread.
class Reach {
public:
    void setEngine(Engine *engine)
    {
        const std::scoped_lock lock(m_mutex);
        m_engine = engine;
        if (engine != nullptr && m_mayBegin)
            begin();
    }

    void take(std::string_view line)
    {
        const std::scoped_lock lock(m_mutex);
        if (line == "begin") {
            m_mayBegin = true;
            if (m_engine != nullptr)
                begin();
        } else if (line == "stop") {
            stop();
        }
    }

private:
    void begin() { QMetaObject::invokeMethod(m_engine, &Engine::start, Qt::QueuedConnection); }
    void stop()
    {
        if (m_engine != nullptr)
            m_engine->requestStop();
    }

    std::mutex m_mutex; ///< Protects the two below.
    Engine *m_engine = nullptr;
    bool m_mayBegin = false;
};

int report(const QString &runDirectory, const std::optional<Error> &error, int swept = 0)
{
    QSaveFile file(endReportPath(runDirectory));
    if (file.open(QIODevice::WriteOnly)) {
        file.write(QJsonDocument(
                       QJsonObject{
                           {QStringLiteral("error"), error ? QJsonValue(errorToJson(*error)) : QJsonValue()},
                           {QStringLiteral("swept"), swept}})
                       .toJson(QJsonDocument::Compact));
        if (file.commit())
            return error ? 1 : 0;
    }
    qWarning("cannot write %s: %s", qUtf8Printable(file.fileName()), qUtf8Printable(file.errorString()));
    return 1;
}

} // namespace

int runEngineCommand(int argc, char **argv)
{
    const auto runDirectory = QString::fromLocal8Bit(argv[2]);
    const auto parent = ::getppid();
    Reach reach;
    const Supervisor supervisor(
        [&reach](std::string_view line) { reach.take(line); },
        [&runDirectory, parent] {
            // When our owner is gone its directory is ours to remove; a pipe closes a moment before that
            // shows.
            for (int look = 0; look < 50 && ::getppid() == parent; ++look)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            // The engine may be reporting its end meanwhile.
            for (int turn = 0; turn < 10 && ::getppid() != parent && QDir(runDirectory).exists(); ++turn)
                QDir(runDirectory).removeRecursively();
        });
    QCoreApplication application(argc, argv);

    auto plan = readPlan(runDirectory, QCoreApplication::applicationFilePath());
    if (!plan)
        return report(runDirectory, plan.error());
    auto opened = Board::open(plan->boardPath().toStdString());
    if (!opened)
        return report(runDirectory, opened.error());
    const auto board = std::make_shared<const Board>(std::move(*opened));

    std::optional<Error> error;
    auto engine = std::make_unique<Engine>(std::move(*plan), board);
    QObject::connect(
        engine.get(), &Engine::finished, &application,
        [&error](const std::optional<Error> &end) {
            error = end;
            QCoreApplication::quit();
        },
        Qt::QueuedConnection);
    reach.setEngine(engine.get());
    board->setEnginePid(::getpid()); // the hello; the answer is "begin"
    QCoreApplication::exec();
    reach.setEngine(nullptr);
    engine.reset();

    return report(runDirectory, error, sweepDescendants(std::chrono::milliseconds(1500)));
}

} // namespace timeslice
