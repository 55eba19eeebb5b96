// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/runcommand.h"

#include "app/commands/runner.h"
#include "app/commands/runrequest.h"
#include "app/rootwarning.h"
#include "app/signals.h"
#include "app/workerprogram.h"
#include "core/model/catalogue.h"
#include "core/perf/access.h"
#include "core/record/commandtext.h"
#include "core/run/headroom.h"
#include "core/workload/catalogue.h"
#include "ui/charts/chartstack.h"
#include "ui/pictures.h"
#include "ui/theme.h"

#include <QCoreApplication>

#include <algorithm>

namespace timeslice {

namespace {

/// After a signal: a run stops within a second, its children within two.
constexpr std::chrono::seconds kPatience(5);

Result<void> writePicture(const Recording &recording, const QString &path)
{
    constexpr QSize kPixels(2880, 1800);
    constexpr double kScale = 2;
    const auto verdict = judge(recording, nullptr);
    return savePng(
        ChartStack::renderRecording(recording, lightTheme(), kPixels, kScale, &verdict), path, kScale);
}

bool needsWorkerProgram(const Experiment &experiment)
{
    if (experiment.isolate || needsChildHost(experiment.workload, experiment.model))
        return true;
    return findWorkload(experiment.workload)->make(workSpecOf(experiment))->needs().httpServer;
}

/// What stands in the way of a valid request. \return kDone when nothing does.
int checkSurroundings(const RunRequest &request)
{
    for (const auto &path : request.exports) {
        // Of several runs the first stands for all.
        const auto target = request.repeat > 1 ? numberedPath(path, 1) : path;
        if (const auto writable = checkWritable(target); !writable) {
            complain(writable.error());
            return kNotWritable;
        }
    }
    if (needsWorkerProgram(request.experiment) && !hasWorkerProgram()) {
        complain(
            workerProgramPath()
            + QStringLiteral(
                ": this program is missing, and the experiment needs it; 'timeslice doctor' says more"));
        return kMissing;
    }
    if (request.trace == TraceMode::Perf) {
        SystemPerfCalls calls;
        if (const auto access = probePerfAccess(calls); access.refusal != PerfRefusal::None) {
            complain(QStringLiteral("--trace perf: ") + causeAndRemedy(access.cause, access.remedy));
            return kMissing;
        }
    }
    if (const auto reason = whyTooMuch(request.experiment, readHeadroom()); reason && !request.force) {
        complain(QString::fromStdString(*reason) + QStringLiteral("; --force tries it all the same"));
        return kMissing;
    }
    return kDone;
}

} // namespace

bool wantsPicture(const QStringList &arguments)
{
    const auto own = arguments.mid(0, arguments.indexOf(QLatin1String("--")));
    return std::ranges::any_of(
        own, [](const QString &argument) { return exportFormatOf(argument) == ExportFormat::Png; });
}

int runCommand(const QStringList &arguments, std::optional<std::uint64_t> openFiles)
{
    // What stands behind "--" is the user's own, options and all.
    const auto dashes = arguments.indexOf(QLatin1String("--"));
    const auto own = arguments.mid(0, dashes);
    const auto command = dashes < 0 ? QStringList() : arguments.mid(dashes + 1);

    CommandLine line(runSpec());
    Output output;
    if (CommandLine::asksForHelp(own))
        return output.write(line.helpText().toUtf8()) ? kDone : kNotWritable;
    if (const auto wrong = line.parse(own))
        return usageError(line.commandName(), *wrong);
    if (dashes >= 0 && command.isEmpty())
        return usageError(line.commandName(), QStringLiteral("there is no program behind \"--\""));
    const auto cpus = static_cast<unsigned>(readMachine().cpusAllowed.size());
    const auto request = readRunRequest(line, command, cpus);
    if (!request)
        return usageError(line.commandName(), request.error());
    if (const int code = checkSurroundings(*request); code != kDone)
        return code;

    if (const auto warning = rootWarning())
        complain(*warning);
    if (!request->command.isEmpty())
        complain(QStringLiteral("runs ") + commandText(request->command));

    SignalWatcher signals(kPatience);
    LabOptions options;
    options.workerProgram = workerProgramPath();
    options.programOpenFiles = openFiles;
    options.timelineBytes = request->traceBytes.value_or(options.timelineBytes);
    Lab lab(options);
    Runner runner(*request, lab, output, writePicture);
    QObject::connect(&signals, &SignalWatcher::signalled, &runner, &Runner::interrupt);
    // Queued: a request that cannot even start ends before the event loop has begun.
    QObject::connect(
        &runner, &Runner::finished, qApp, [](int code) { QCoreApplication::exit(code); },
        Qt::QueuedConnection);
    runner.start();
    return QCoreApplication::exec();
}

} // namespace timeslice
