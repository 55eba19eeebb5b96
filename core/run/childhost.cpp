// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/childhost.h"

#include "core/run/localhost.h"
#include "core/run/uihost.h"

#include <QFile>
#include <QJsonDocument>

namespace timeslice {

ChildHost::ChildHost(RunPlan plan, std::shared_ptr<const Board> board, std::chrono::milliseconds helloTimeout)
    : m_plan(std::move(plan))
    , m_board(std::move(board))
    , m_helloTimeout(helloTimeout)
    , m_child(QStringLiteral("the worker process"))
{
    connect(&m_child, &ChildProcess::started, this, [this] {
        Q_EMIT processStarted(static_cast<int>(m_child.pid()));
    });
    connect(&m_child, &ChildProcess::ended, this, &ChildHost::noteEnded);
    m_hello.setTimerType(Qt::PreciseTimer);
    m_hello.setInterval(1);
    connect(&m_hello, &QTimer::timeout, this, &ChildHost::checkHello);
}

void ChildHost::start()
{
    m_sinceStart.start();
    m_hello.start();
    m_child.start(m_plan.workerProgram, {QStringLiteral("engine"), m_plan.runDirectory});
}

void ChildHost::proceed()
{
    m_child.write("begin\n");
}

void ChildHost::stop()
{
    m_board->stop();
    m_child.write("stop\n");
    m_child.expectEnd();
}

void ChildHost::checkHello()
{
    if (const int pid = m_board->enginePid(); pid != 0) {
        m_hello.stop();
        Q_EMIT engineReady(pid); // the child's main thread, whose id is the process's
        return;
    }
    if (!m_sinceStart.hasExpired(m_helloTimeout.count()))
        return;
    m_hello.stop();
    m_child.kill(
        {ErrorKind::TimedOut, 0, m_plan.workerProgram.toStdString(),
         "did not report within " + std::to_string(m_helloTimeout.count()) + " ms and was killed"});
}

void ChildHost::noteEnded(std::optional<Error> error)
{
    m_hello.stop();
    m_board->stop();
    // The report says more than an exit code, but only a report that the engine lived to write.
    int swept = 0;
    if (QFile report(endReportPath(m_plan.runDirectory)); report.open(QIODevice::ReadOnly)) {
        const auto object = QJsonDocument::fromJson(report.readAll()).object();
        const auto reported = object.value(QStringLiteral("error"));
        error.reset();
        if (reported.isObject())
            error = errorFromJson(reported.toObject());
        swept = object.value(QStringLiteral("swept")).toInt();
    } else if (!error) {
        error = Error{ErrorKind::Malformed, 0, m_plan.workerProgram.toStdString(), "ended without a report"};
    }
    if (!m_child.forceNeeded().isEmpty())
        error.reset(); // it was stopped, if roughly: what broke under force is no failure, and the note says
                       // so
    HostEnd end{std::move(error), {}, m_child.output()};
    if (!m_child.forceNeeded().isEmpty())
        end.notes << QStringLiteral("The worker process did not leave by itself; it was ended with %1.")
                         .arg(m_child.forceNeeded());
    if (swept > 0)
        end.notes << QStringLiteral("%1 process%2 left behind when the run was over; killed.")
                         .arg(swept)
                         .arg(QLatin1String(swept == 1 ? " was" : "es were"));
    Q_EMIT finished(end);
}

QString endReportPath(const QString &runDirectory)
{
    return runDirectory + QStringLiteral("/end.json");
}

std::unique_ptr<RunHost> makeRunHost(
    HostKind kind, const RunPlan &plan, std::shared_ptr<const Board> board,
    std::chrono::milliseconds helloTimeout)
{
    switch (kind) {
    case HostKind::Child:
        return std::make_unique<ChildHost>(plan, std::move(board), helloTimeout);
    case HostKind::Ui:
        return std::make_unique<UiHost>(plan, std::move(board));
    case HostKind::Thread:
        break;
    }
    return std::make_unique<LocalHost>(plan, std::move(board));
}

} // namespace timeslice
