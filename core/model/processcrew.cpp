// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/processcrew.h"

#include "core/base/childsetup.h"
#include "core/base/uniquefd.h"
#include "core/run/childexit.h"
#include "core/workload/datasource.h"
#include "core/workload/pipeio.h"

#include <QProcess>

#include <csignal>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace timeslice {

// One child and, when its input comes by pipe, the thread that feeds it.
class ProcessCrew::Child {
public:
    Child(const ModelContext &context, unsigned index, ItemsBy itemsBy)
        : m_context(context)
        , m_index(index)
        , m_itemsBy(itemsBy)
    { }

    QProcess &process() { return m_process; }

    Result<void> start()
    {
        QStringList arguments{
            QStringLiteral("leaf"),
            m_context.runDirectory,
            QString::number(m_index),
            m_itemsBy == ItemsBy::Request ? QStringLiteral("request") : QStringLiteral("board"),
        };
        std::vector<int> inherited;
        if (m_context.dataFd >= 0 && sendsDataByPipe()) {
            auto requests = PipeEnds::make();
            auto replies = PipeEnds::make();
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
    // Models without the choice share the memory.
    [[nodiscard]] bool sendsDataByPipe() const
    {
        const auto *const transfer = m_context.experiment->params.find("transfer");
        return transfer != nullptr && *transfer == ParameterValue(std::string("pipe"));
    }

    const ModelContext &m_context;
    const unsigned m_index;
    const ItemsBy m_itemsBy;
    QProcess m_process;
    UniqueFd m_childEnds[2];
    std::jthread m_feeder;
};

ProcessCrew::ProcessCrew(const ModelContext &context, ItemsBy itemsBy)
    : m_context(context)
    , m_itemsBy(itemsBy)
{ }

ProcessCrew::~ProcessCrew()
{
    for (const auto &child : m_children) {
        auto &process = child->process();
        process.disconnect(this);
        if (process.state() != QProcess::NotRunning) {
            process.kill();
            process.waitForFinished(1000);
        }
    }
}

void ProcessCrew::start()
{
    const auto count = m_context.experiment->workers;
    for (unsigned index = 0; index < count && !m_refused && m_context.board->state() != RunState::Stop;
         ++index) {
        auto &child = *m_children.emplace_back(std::make_unique<Child>(m_context, index, m_itemsBy));
        auto &process = child.process();
        connect(&process, &QProcess::started, this, [&child] { child.closeChildEnds(); });
        connect(&process, &QProcess::readyReadStandardOutput, this, [this, index] { readOutput(index); });
        connect(&process, &QProcess::finished, this, [this, index] { noteFinished(index); });
        connect(&process, &QProcess::errorOccurred, this, [this, index](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                noteRefused(index);
        });
        ++m_running;
        if (const auto started = child.start(); !started) {
            --m_running;
            m_refused = true;
            Q_EMIT failed(started.error());
        }
    }
    noteProgress();
}

void ProcessCrew::begin()
{
    m_begun = true;
    endWhenAllGone();
}

void ProcessCrew::closeInputs()
{
    for (const auto &child : m_children)
        child->process().closeWriteChannel();
}

void ProcessCrew::request(unsigned worker, std::uint64_t item)
{
    const QByteArray bytes(reinterpret_cast<const char *>(&item), sizeof item);
    m_children[worker]->process().write(bytes); // whether it arrived is known by its answer or its end
}

// One byte for each thing a child has to say: it waits for go, an item is done, an item has failed. What
// counts besides is on the board.
void ProcessCrew::readOutput(unsigned index)
{
    for (const char byte : m_children[index]->process().readAllStandardOutput()) {
        if (byte == kReadyByte)
            noteProgress();
        else if (byte == kDoneByte || byte == kFailedByte)
            Q_EMIT requestDone(index, byte == kDoneByte);
    }
}

// Ready when every child that still runs waits for go.
void ProcessCrew::noteProgress()
{
    if (m_isReady)
        return;
    for (unsigned index = 0; index < m_children.size(); ++index) {
        const auto phase = m_context.board->slot(index).phase.load(std::memory_order_acquire);
        if (m_children[index]->process().state() != QProcess::NotRunning
            && phase < static_cast<std::uint32_t>(WorkerPhase::Ready))
            return;
    }
    m_isReady = true;
    Q_EMIT ready();
}

void ProcessCrew::noteRefused(unsigned index)
{
    --m_running;
    m_refused = true;
    Q_EMIT failed(
        {ErrorKind::System, 0, m_context.workerProgram.toStdString(),
         "worker " + std::to_string(index)
             + " could not be started: " + m_children[index]->process().errorString().toStdString()});
    noteProgress();
    endWhenAllGone();
}

void ProcessCrew::noteFinished(unsigned index)
{
    --m_running;
    auto &process = m_children[index]->process();
    readOutput(index);
    Q_EMIT workerEnded(index);
    if (auto error = childExitError(process, "worker " + std::to_string(index))) {
        // What the worker itself said is worth more than its exit code.
        if (const auto text = m_context.board->errorText(index);
            process.exitStatus() == QProcess::NormalExit && !text.empty())
            error->what = text;
        Q_EMIT failed(*error);
    }
    noteProgress();
    endWhenAllGone();
}

void ProcessCrew::endWhenAllGone()
{
    if (m_begun && m_running == 0 && !std::exchange(m_hasEnded, true))
        Q_EMIT ended();
}

} // namespace timeslice
