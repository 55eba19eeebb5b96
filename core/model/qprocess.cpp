// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/qprocess.h"

#include "core/base/childsetup.h"
#include "core/base/uniquefd.h"
#include "core/run/childexit.h"
#include "core/workload/datasource.h"

#include <QProcess>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace timeslice {

namespace {

struct Pipe {
    UniqueFd readEnd;
    UniqueFd writeEnd;

    static Result<Pipe> make()
    {
        int fds[2];
        if (::pipe2(fds, O_CLOEXEC) != 0)
            return failErrno(errno, "pipe", "cannot create one");
        return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
    }
};

// One child and, when its input comes by pipe, the thread that feeds it.
class ProcessWorker {
public:
    ProcessWorker(const ModelContext &context, unsigned index)
        : m_context(context)
        , m_index(index)
    { }

    QProcess &process() { return m_process; }

    Result<void> start()
    {
        QStringList arguments{
            QStringLiteral("leaf"),
            m_context.runDirectory,
            QString::number(m_index),
        };
        std::vector<int> inherited;
        if (m_context.dataFd >= 0 && m_context.experiment->params.choice("transfer") == "pipe") {
            auto requests = Pipe::make();
            auto replies = Pipe::make();
            if (!requests || !replies)
                return std::unexpected((requests ? replies : requests).error());
            m_childEnds[0] = std::move(requests->writeEnd);
            m_childEnds[1] = std::move(replies->readEnd);
            inherited = {m_childEnds[0].get(), m_childEnds[1].get()};
            arguments << QStringLiteral("pipe") << QString::number(inherited[0])
                      << QString::number(inherited[1]);
            m_feeder = std::jthread([requestFd = std::move(requests->readEnd),
                                     replyFd = std::move(replies->writeEnd), data = m_context.data,
                                     stop = m_context.stopToken()] {
                // Its end is the child's end: the child says what went wrong, if anything did.
                static_cast<void>(serveData(requestFd.get(), replyFd.get(), data, stop));
            });
        } else if (m_context.dataFd >= 0) {
            inherited = {m_context.dataFd};
            arguments << QStringLiteral("shared") << QString::number(m_context.dataFd)
                      << QString::number(m_context.data.size());
        }

        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.setChildProcessModifier([inherited, parent = ::getpid()] {
            setUpChild(parent, SIGKILL);
            for (const int fd : inherited)
                ::fcntl(fd, F_SETFD, 0);
        });
        m_process.start(m_context.workerProgram, arguments);
        return {};
    }

    // After the fork the child has its own copies; while ours are open the feeder would never see its end.
    void closeChildEnds()
    {
        for (auto &end : m_childEnds)
            end.reset();
    }

private:
    const ModelContext &m_context;
    const unsigned m_index;
    QProcess m_process;
    UniqueFd m_childEnds[2];
    std::jthread m_feeder;
};

class QProcessModel final : public Model {
    Q_OBJECT

public:
    using Model::Model;

    ~QProcessModel() override
    {
        for (const auto &worker : m_workers) {
            auto &process = worker->process();
            process.disconnect(this);
            if (process.state() != QProcess::NotRunning) {
                process.kill();
                process.waitForFinished(1000);
            }
        }
    }

    void start() override
    {
        const auto count = context().experiment->workers;
        for (unsigned index = 0; index < count && !m_refused && context().board->state() != RunState::Stop;
             ++index) {
            auto &worker = *m_workers.emplace_back(std::make_unique<ProcessWorker>(context(), index));
            auto &process = worker.process();
            connect(&process, &QProcess::started, this, [&worker] { worker.closeChildEnds(); });
            connect(&process, &QProcess::readyReadStandardOutput, this, [this, &process] {
                process.readAllStandardOutput(); // "ready" only wakes us; what counts is on the board
                noteProgress();
            });
            connect(&process, &QProcess::finished, this, [this, index] { noteFinished(index); });
            connect(&process, &QProcess::errorOccurred, this, [this, index](QProcess::ProcessError error) {
                if (error == QProcess::FailedToStart)
                    noteRefused(index);
            });
            ++m_running;
            if (const auto started = worker.start(); !started) {
                --m_running;
                m_refused = true;
                Q_EMIT failed(started.error());
            }
        }
        noteProgress();
    }

    void begin() override
    {
        m_begun = true;
        finishWhenAllEnded();
    }

    // Sleepers in poll(2) watch their standard input.
    void wake() override
    {
        for (const auto &worker : m_workers)
            worker->process().closeWriteChannel();
    }

private:
    // Ready when every child that still runs waits for go.
    void noteProgress()
    {
        if (m_isReady)
            return;
        for (unsigned index = 0; index < m_workers.size(); ++index) {
            const auto phase = context().board->slot(index).phase.load(std::memory_order_acquire);
            if (m_workers[index]->process().state() != QProcess::NotRunning
                && phase < static_cast<std::uint32_t>(WorkerPhase::Ready))
                return;
        }
        m_isReady = true;
        Q_EMIT ready();
    }

    void noteRefused(unsigned index)
    {
        --m_running;
        m_refused = true;
        Q_EMIT failed(
            {ErrorKind::System, 0, context().workerProgram.toStdString(),
             "worker " + std::to_string(index)
                 + " could not be started: " + m_workers[index]->process().errorString().toStdString()});
        noteProgress();
        finishWhenAllEnded();
    }

    void noteFinished(unsigned index)
    {
        --m_running;
        auto &process = m_workers[index]->process();
        if (auto error = childExitError(process, "worker " + std::to_string(index))) {
            // What the worker itself said is worth more than its exit code.
            if (const auto text = context().board->errorText(index);
                process.exitStatus() == QProcess::NormalExit && !text.empty())
                error->what = text;
            Q_EMIT failed(*error);
        }
        noteProgress();
        finishWhenAllEnded();
    }

    void finishWhenAllEnded()
    {
        if (m_begun && m_running == 0 && !std::exchange(m_isFinished, true))
            Q_EMIT finished();
    }

    std::vector<std::unique_ptr<ProcessWorker>> m_workers;
    std::size_t m_running = 0;
    bool m_refused = false;
    bool m_isReady = false;
    bool m_begun = false;
    bool m_isFinished = false;
};

} // namespace

ModelInfo qprocessModel()
{
    return {
        .id = "qprocess",
        .title = "Processes",
        .pythonName = "multiprocessing",
        .help = "Each worker is a process of its own, started by QProcess. Processes share nothing unless "
                "they arrange "
                "it: input data reach them through shared memory or a pipe.",
        .parameters = {Parameter::choice(
            "transfer", "Input data by",
            "How input data reach a child process; matters for workloads that have some.",
            {{"shared", "shared memory"}, {"pipe", "pipe"}})},
        .needsChildHost = true,
        .sharesData = true,
        .make = [](const ModelContext &context) -> std::unique_ptr<Model> {
            return std::make_unique<QProcessModel>(context);
        },
    };
}

} // namespace timeslice

#include "qprocess.moc"
