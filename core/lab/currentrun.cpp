// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/currentrun.h"

#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"

#include <array>
#include <pthread.h>
#include <unistd.h>

namespace timeslice {

namespace {

TaskInfo ownThread()
{
    std::array<char, 16> name{};
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    return {.pid = ::getpid(), .tid = ::gettid(), .name = name.data()};
}

} // namespace

RunSubject CurrentRun::subject() const
{
    return {
        .run = id,
        .board = board,
        .rootPids = rootPids,
        .readsMemory = true,
        .settlesWorkers = plan.command.isEmpty(),
        .hasLoop = findModel(plan.experiment.model)->hasLoop,
        .workload = workload,
        .gauges = findWorkload(plan.experiment.workload)->gauges.size()};
}

void CurrentRun::openTrace(int engineTid, const LabOptions &lab)
{
    trace = RunTrace(
        {.mode = options.trace,
         .limits = {.bytes = lab.timelineBytes},
         .bystander = options.tracesOwnThread ? ownThread() : TaskInfo(),
         .calls = lab.perfCalls},
        engineTid, subject());
    if (findModel(plan.experiment.model)->gilEvents > 0)
        trace.watchLock(board);
}

QString CurrentRun::lateWorkers() const
{
    QStringList late;
    for (unsigned index = 0; index < board->workers(); ++index) {
        const auto phase = board->slot(index).phase.load(std::memory_order_acquire);
        if (phase == static_cast<std::uint32_t>(WorkerPhase::Working))
            late << QString::number(index);
    }
    if (late.isEmpty())
        return {};
    constexpr qsizetype kNamed = 8;
    const auto named = late.mid(0, kNamed).join(QStringLiteral(", "))
        + (late.size() > kNamed ? QStringLiteral(" and %1 more").arg(late.size() - kNamed) : QString());
    return (late.size() == 1 ? QStringLiteral("Worker %1 has not reached its next checkpoint yet.")
                             : QStringLiteral("Workers %1 have not reached their next checkpoint yet."))
        .arg(named);
}

RecordingPtr CurrentRun::finish()
{
    auto traced = trace.finish();
    traced.check = trace.check(
        *board, plan.command.isEmpty() ? Accounted::Workers : Accounted::Descendants,
        recorder->stolen().value_or(Nanoseconds(0)));
    auto end = std::move(*hostEnd);
    if (server) {
        if (serverError && !stopAsked)
            end.error = serverError;
        if (end.error)
            end.output += server->output();
    }
    if (!plan.interpreter.isEmpty())
        recorder->setInterpreter(readInterpreterReport(directory->path(), plan.interpreter));
    return recorder->finish(end, std::move(traced), trace.lockSummary(), stopAsked);
}

} // namespace timeslice
