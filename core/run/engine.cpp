// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/engine.h"

#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"

#include <cassert>
#include <cerrno>
#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

constexpr auto kDiagnosePeriod = 100ms;

} // namespace

Engine::Engine(RunPlan plan, std::shared_ptr<const Board> board)
    : m_plan(std::move(plan))
    , m_board(std::move(board))
    , m_stopFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    , m_readyTimer(this)
    , m_diagnoseTimer(this)
{
    connect(&m_diagnoseTimer, &QTimer::timeout, this, &Engine::diagnose);
    m_readyTimer.setSingleShot(true);
    connect(&m_readyTimer, &QTimer::timeout, this, [this] {
        noteFailed(
            {ErrorKind::TimedOut, 0, m_plan.experiment.model,
             "not all workers were ready within "
                 + std::to_string(
                     std::chrono::round<std::chrono::seconds>(m_readyTimer.intervalAsDuration()).count())
                 + " s"});
        begin(); // the board says Stop: those that did come up leave
    });
}

Engine::~Engine() = default;

void Engine::requestStop()
{
    m_board->stop();
    const std::uint64_t one = 1;
    // Cannot fail in a way that matters: EAGAIN means that it is readable already.
    [[maybe_unused]] const auto written = ::write(m_stopFd.get(), &one, sizeof one);
    QMetaObject::invokeMethod(this, [this] {
        if (m_model)
            m_model->wake();
    });
}

Result<void> Engine::prepareData(std::size_t bytes, bool sharedWithProcesses)
{
    if (sharedWithProcesses) {
        m_dataFd = UniqueFd(::memfd_create("timeslice-data", MFD_CLOEXEC));
        if (!m_dataFd.isValid())
            return failErrno(errno, "input data", "cannot create shared memory");
        if (const int code = ::posix_fallocate(m_dataFd.get(), 0, static_cast<off_t>(bytes)); code != 0)
            return failErrno(code, "input data", "cannot reserve " + std::to_string(bytes) + " bytes");
    }
    auto mapping = sharedWithProcesses ? Mapping::shared(m_dataFd.get(), bytes, Mapping::Access::ReadWrite)
                                       : Mapping::anonymous(bytes);
    if (!mapping)
        return std::unexpected(mapping.error());
    m_data = std::move(*mapping);
    return m_workload->fillData(m_data.bytes(), m_context.stopToken());
}

Result<void> Engine::prepare()
{
    const auto &experiment = m_plan.experiment;
    const auto *const workloadInfo = findWorkload(experiment.workload);
    const auto *const modelInfo = findModel(experiment.model);
    assert(workloadInfo != nullptr && modelInfo != nullptr); // the experiment was validated
    m_workload = workloadInfo->make(workSpecOf(experiment));
    m_board->setItemLimit(experiment.items);

    m_context.experiment = &experiment;
    m_context.workload = m_workload.get();
    m_context.board = m_board.get();
    m_context.stopFd = m_stopFd.get();
    m_context.httpServer = m_plan.httpServer;
    m_context.cpusAllowed = m_plan.cpusAllowed;
    m_context.runDirectory = m_plan.runDirectory;
    m_context.workerProgram = m_plan.workerProgram;
    m_context.command = m_plan.command;
    m_context.openFiles = m_plan.openFiles;
    m_context.interpreter = m_plan.interpreter;
    const auto needs = m_workload->needs();
    if (needs.directory) {
        const auto filled =
            m_workload->fillDirectory(m_plan.runDirectory.toStdString(), m_context.stopToken());
        if (!filled)
            return filled;
    }
    if (const auto bytes = needs.dataBytes; bytes > 0) {
        if (auto filled = prepareData(bytes, modelInfo->sharesData); !filled)
            return filled;
        m_context.data = m_data.bytes();
        m_context.dataFd = m_dataFd.get();
    }
    m_model = modelInfo->make(m_context);
    return {};
}

void Engine::start()
{
    m_isActive = true;
    if (::gettid() != ::getpid()) // the main thread's name is the program's
        ::pthread_setname_np(::pthread_self(), "engine"); // a name that a trace sees: it has begun by now
    if (const auto prepared = prepare(); !prepared) {
        if (prepared.error().kind != ErrorKind::Cancelled)
            m_error = prepared.error();
        m_board->stop();
        m_isActive = false;
        Q_EMIT finished(m_error);
        return;
    }
    connect(m_model.get(), &Model::ready, this, &Engine::noteReady);
    connect(m_model.get(), &Model::failed, this, &Engine::noteFailed);
    // Queued: the model may say so from within `begin`, and `finish` deletes it.
    connect(m_model.get(), &Model::finished, this, &Engine::finish, Qt::QueuedConnection);
    m_readyTimer.start(m_model->readyPatience());
    m_model->start();
}

void Engine::noteReady()
{
    m_readyTimer.stop();
    if (m_board->state() != RunState::Stop) {
        std::optional<Nanoseconds> duration;
        if (m_plan.experiment.durationSeconds)
            duration = std::chrono::duration_cast<Nanoseconds>(
                std::chrono::duration<double>(*m_plan.experiment.durationSeconds));
        m_board->go(duration);
        m_diagnoseTimer.start(kDiagnosePeriod);
    }
    begin();
}

// Of a run that was stopped nothing more is asked: what stands in its memory are waits that were cut short.
void Engine::diagnose()
{
    if (m_board->state() == RunState::Stop)
        m_diagnoseTimer.stop();
    else if (const auto stuck = m_workload->diagnose(m_board->arena()))
        noteFailed(*stuck);
}

void Engine::begin()
{
    if (!std::exchange(m_hasBegun, true))
        m_model->begin();
}

void Engine::noteFailed(const Error &error)
{
    if (!m_error)
        m_error = error;
    requestStop();
}

void Engine::finish()
{
    m_readyTimer.stop();
    m_diagnoseTimer.stop();
    m_model.reset();
    m_workload.reset();
    m_data = {};
    m_isActive = false;
    Q_EMIT finished(m_error);
}

} // namespace timeslice
