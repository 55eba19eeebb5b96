// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/verdictwords.h"

#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"
#include "ui/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

// Below this share of what cores alone could give, something else than cores was the limit.
constexpr double kDisappointing = 0.75;
// Above this share "nearly all the time" is plainer than the number.
constexpr double kNearlyAll = 0.95;
// Below this no thread of a program can have run most of the time.
constexpr double kHalfACore = 0.5;

QString tr(const char *text)
{
    return QCoreApplication::translate("verdict", text);
}

/// "1 worker", "4 workers".
QString workersInWords(unsigned workers)
{
    return workers == 1 ? tr("1 worker") : tr("%1 workers").arg(formatCount(std::uint64_t{workers}));
}

QString coresInWords(double cores)
{
    return std::abs(cores - 1) < 0.005 ? tr("one core") : tr("%1 cores").arg(formatNumber(cores, 2));
}

QString percent(std::optional<double> share)
{
    return formatPercent(share).toString();
}

/// All cores were busy. Whether that helped is what the speed-up says.
QString wordsForBusyCores(const Recording &recording, const Verdict &verdict)
{
    const bool isNearlyAll = !verdict.efficiency || *verdict.efficiency >= kNearlyAll;
    const QString howLong =
        isNearlyAll ? tr("nearly all the time") : tr("%1 of the time").arg(percent(verdict.efficiency));
    QString busy;
    if (recording.experiment.workers == 1)
        busy = tr("The one worker kept a core busy %1.").arg(howLong);
    else if (recording.experiment.workers == 2)
        busy = tr("Both workers kept a core busy %1.").arg(howLong);
    else
        busy = tr("All %1 kept a core busy %2.").arg(workersInWords(recording.experiment.workers), howLong);
    if (!isNearlyAll && verdict.runnableShare.value_or(0) > 1 - kNearlyAll)
        busy += QLatin1Char(' ')
            + tr("For %1 of it a core was wanted that something else had.")
                  .arg(percent(verdict.runnableShare));
    if (recording.experiment.workers == 1)
        return isNearlyAll ? busy + QLatin1Char(' ') + tr("This work wants a core and little else.") : busy;
    if (!verdict.speedup || !verdict.speedup->isClear)
        return busy;
    const double share = verdict.speedup->ratio / verdict.speedup->possible;
    if (share < kDisappointing) {
        return busy + QLatin1Char(' ')
            + tr("Yet the work was not done that much faster: something the cores share, such as memory, was "
                 "the "
                 "limit.");
    }
    return busy + QLatin1Char(' ')
        + tr("They ran at the same time, so each core brought nearly its full share.");
}

QString wordsForSharedCores(const Recording &recording, const Verdict &verdict)
{
    QString words =
        tr("%1 took turns on %2. More workers than cores do not get computing done faster.")
            .arg(workersInWords(recording.experiment.workers), coresInWords(verdict.possibleCores));
    if (verdict.runnableShare)
        words += QLatin1Char(' ')
            + tr("A worker waited for a core %1 of its time.").arg(percent(verdict.runnableShare));
    return words;
}

QString wordsForWaiting(const Recording &recording, const Verdict &verdict)
{
    const QString waited = verdict.blockedShare && *verdict.blockedShare < kNearlyAll
        ? tr("The workers waited for something else than a core %1 of their time.")
              .arg(percent(verdict.blockedShare))
        : tr("The workers waited nearly all the time and hardly needed a core.");
    const QString advice = recording.experiment.workers == 1
        ? tr("More workers would wait at the same time; more cores would not help.")
        : tr("They waited at the same time, so it is the number of workers that counts here, not the number "
             "of "
             "cores.");
    return waited + QLatin1Char(' ') + advice;
}

QString wordsForLock(const Recording &recording, const Verdict &verdict)
{
    QString words =
        tr("The workers waited for the interpreter lock %1 of their time: only one of them could compute "
           "at a time, however many cores there are.")
            .arg(percent(verdict.lockShare));
    if (recording.lock && recording.wallSeconds > 0)
        words += QLatin1Char(' ')
            + tr("It changed hands %1 times a second.")
                  .arg(formatNumber(static_cast<double>(recording.lock->handOvers) / recording.wallSeconds));
    return words;
}

/// Others were on the cores that the workers wanted.
QString wordsForTakenCores(const Recording &recording, const Verdict &verdict)
{
    if (recording.experiment.workers == 1)
        return tr("The worker could have used one core and got %1 of it, because other programs were using "
                  "it. Run it "
                  "again on a quieter machine to see what the model can do.")
            .arg(percent(verdict.efficiency));
    return tr("The workers could have used %1 and got %2 on average; a worker waited for a core %3 of its "
              "time, "
              "because other programs were using them. Run it again on a quieter machine to see what the "
              "model "
              "can do.")
        .arg(
            coresInWords(verdict.possibleCores), formatCores(verdict.coresUsed).toString(),
            percent(verdict.runnableShare));
}

QString wordsForMixed(const Verdict &verdict)
{
    if (!verdict.blockedShare || !verdict.runnableShare)
        return tr("The workers used part of the cores they could have had.");
    return tr("The workers computed part of the time and waited for something else than a core for %1 of it. "
              "Both "
              "limit this run.")
        .arg(percent(verdict.blockedShare));
}

/// A program of the user's own has neither items nor workers: only what it used and whether it waited.
QString wordsForProgram(const Recording &recording, const Verdict &verdict)
{
    if (recording.itemsFailed > 0)
        return tr("The program ended with an error.");
    if (recording.items == 0)
        return tr("The program did not come to its end.");
    if (!verdict.coresUsed)
        return tr("The program has ended, but this machine did not tell where its time went.");
    const QString used =
        tr("The program used %1 of %2 cores.")
            .arg(formatNumber(*verdict.coresUsed, 2), formatNumber(verdict.possibleCores, 2));
    // Idle helpers wait all the time beside a thread that never does, so the sum of all threads says nothing
    // here.
    if (*verdict.coresUsed >= kHalfACore)
        return used;
    const bool wasReady =
        verdict.runnableShare && verdict.blockedShare && *verdict.runnableShare > *verdict.blockedShare;
    return used + QLatin1Char(' ')
        + (wasReady
               ? tr("It waited most of the time: for a core that something else had.")
               : tr("It waited most of the time: for something else than a core, such as a timer, a disk "
                    "or an answer."));
}

QString wordsFor(const Recording &recording, const Verdict &verdict)
{
    const unsigned workers = recording.experiment.workers;
    switch (verdict.happening) {
    case Happening::Failed:
        return recording.error ? describeForPeople(*recording.error)
                               : tr("The run failed and left no reason.");
    case Happening::Stopped:
        if (!recording.command.isEmpty())
            return tr("You stopped the program. The numbers are for the part that was done.");
        return recording.items == 0
            ? tr("You stopped the run before its first item was done.")
            : tr("You stopped the run after %1. The numbers are for the part that was done.")
                  .arg(formatDuration(recording.wallSeconds).toString());
    case Happening::NothingMeasured:
        return recording.items == 0
            ? tr("No item was finished, so there is nothing to measure. Give the run more time, or make its "
                 "items "
                 "smaller.")
            : tr("The run is complete, but this machine did not tell where its time went.");
    case Happening::CoresBusy:
        return wordsForBusyCores(recording, verdict);
    case Happening::CoresShared:
        return wordsForSharedCores(recording, verdict);
    case Happening::CoresTaken:
        return wordsForTakenCores(recording, verdict);
    case Happening::WorkRanOut:
        return tr(
            "Some workers had nothing left to do while others still worked, so cores stood idle at the end. "
            "More and smaller items can be shared out more evenly.");
    case Happening::OneCoreOnly:
        return tr("All %1 had to share one core and took turns on it. However many they are, they compute no "
                  "faster "
                  "than one.")
            .arg(workersInWords(workers));
    case Happening::LockShared:
        if (recording.lock)
            return wordsForLock(recording, verdict);
        return tr("%1 took turns: only one at a time may run Python code, the one that has the interpreter's "
                  "lock "
                  "(GIL). Together they computed no more than one alone.")
            .arg(workersInWords(workers));
    case Happening::LockCrowded:
        return tr("So many threads waited for the interpreter's lock (GIL) that waking up to ask for it, "
                  "once "
                  "each switch interval (%1), took a good part of the cores. A longer interval, fewer "
                  "threads "
                  "or an event loop would finish sooner.")
            .arg(formatDuration(recording.interpreter->switchIntervalSeconds.value_or(0)).toString());
    case Happening::Waiting:
        return wordsForWaiting(recording, verdict);
    case Happening::Mixed:
        return wordsForMixed(verdict);
    case Happening::Throttled:
        return tr("The CPU quota of this machine held the run back for a good part of the time. The numbers "
                  "say more "
                  "about the quota than about the model.");
    }
    return {};
}

/// Whether it is compared with Python's own baseline.
bool isInPython(const Recording &recording)
{
    const ModelInfo *model = findModel(recording.experiment.model);
    return model && model->interpreter;
}

/// Why no speed-up stands there.
QString wordsFor(NoSpeedup reason, bool inPython)
{
    switch (reason) {
    case NoSpeedup::NoBaseline:
        if (inPython)
            return tr("For a speed-up, run the baseline: the same work done in Python by one worker, one "
                      "item after "
                      "another, by the same interpreter.");
        return tr(
            "For a speed-up, run the baseline: the same work done by one worker, one item after another.");
    case NoSpeedup::NoSuchBaseline:
        return tr("No speed-up: this work takes several workers, so there is no single one to compare with.");
    case NoSpeedup::IsBaseline:
        if (inPython)
            return tr("This is Python's baseline: other models in Python doing the same work are compared "
                      "with it.");
        return tr("This is the baseline: other models doing the same work are compared with it.");
    case NoSpeedup::NotCompleted:
        return tr("No speed-up: this run or its baseline did not complete.");
    case NoSpeedup::UnevenItems:
        return tr(
            "No speed-up: these items differ in what they cost, so runs compare only when they end after the "
            "same number of items.");
    case NoSpeedup::DifferentWork:
        return tr("No speed-up: some items failed, or the baseline did other work.");
    case NoSpeedup::DifferentChecksum:
        return tr("No speed-up: the same items gave other results than in the baseline. Something is wrong.");
    case NoSpeedup::TooShort:
        return tr("No speed-up: too little was measured to tell. Use more items or a longer time.");
    }
    return {};
}

void sayThroughput(VerdictWords &words, const Recording &recording, const Verdict &verdict)
{
    if (!verdict.itemsPerSecond)
        return;
    const Quantity rate = formatRate(verdict.itemsPerSecond);
    words.number = rate.value;
    words.unit = rate.unit;
    words.caption = tr("with %1").arg(workersInWords(recording.experiment.workers));
}

/// The number of a program: it did no items that could be counted.
void sayCores(VerdictWords &words, const Verdict &verdict)
{
    if (!verdict.coresUsed)
        return;
    const Quantity cores = formatCores(verdict.coresUsed);
    words.number = cores.value;
    words.unit = cores.unit;
    words.caption = tr("used by the program and its children");
}

void saySpeedup(VerdictWords &words, const Recording &recording, const Speedup &speedup)
{
    words.number = formatFactor(speedup.ratio);
    const QString workers = workersInWords(recording.experiment.workers);
    if (speedup.ratio < 1) {
        words.caption = tr("of the baseline's speed: slower with %1").arg(workers);
    } else if (speedup.ratio > speedup.possible * (1 + speedup.noise)) {
        // Waiting overlaps without cores, so "possible" (which counts cores) would mislead here.
        words.caption = tr("speed-up with %1").arg(workers);
    } else {
        words.caption = tr("speed-up with %1 of %2 possible").arg(workers, formatNumber(speedup.possible, 2));
    }
    if (isInPython(recording))
        words.caption += tr(", against one worker in Python");
}

} // namespace

VerdictWords inWords(const Recording &recording, const Verdict &verdict)
{
    VerdictWords words;
    const bool isProgramsOwn = !recording.command.isEmpty() && verdict.happening != Happening::Failed
        && verdict.happening != Happening::Stopped && verdict.happening != Happening::Throttled;
    words.happened = isProgramsOwn ? wordsForProgram(recording, verdict) : wordsFor(recording, verdict);
    words.isFailure = recording.outcome == Outcome::Failed;
    if (words.isFailure)
        return words;

    if (!recording.command.isEmpty()) {
        sayCores(words, verdict);
    } else if (!verdict.speedup) {
        sayThroughput(words, recording, verdict);
        words.reason = recording.outcome == Outcome::Completed && recording.items > 0
            ? wordsFor(verdict.speedup.error(), isInPython(recording))
            : QString();
        words.offersBaseline = !words.reason.isEmpty() && verdict.speedup.error() == NoSpeedup::NoBaseline;
    } else if (verdict.speedup->isClear) {
        saySpeedup(words, recording, *verdict.speedup);
    } else {
        sayThroughput(words, recording, verdict);
        words.reason = tr("No clear difference to the baseline: %1 is within the noise of ±%2.")
                           .arg(formatFactor(verdict.speedup->ratio), percent(verdict.speedup->noise));
    }
    return words;
}

QString shortName(const Experiment &experiment)
{
    const ModelInfo *info = findModel(experiment.model);
    QStringList parts{info ? QString::fromStdString(info->title) : QString::fromStdString(experiment.model)};
    if (!info || !info->singleWorker)
        parts.append(formatCount(std::uint64_t{experiment.workers}));
    if (experiment.pin == Pin::One)
        parts.append(tr("all on one core"));
    else if (experiment.pin == Pin::Spread)
        parts.append(tr("pinned"));
    if (experiment.isolate)
        parts.append(tr("isolated"));
    return parts.join(QLatin1String(", "));
}

QString planInWords(const Experiment &experiment)
{
    const WorkloadInfo *info = findWorkload(experiment.workload);
    const QString workload = QString::fromStdString(info ? info->title : experiment.workload);
    if (info && info->isForeign)
        return workload;
    const QString length = experiment.durationSeconds
        ? tr("for %1 s").arg(QLocale().toString(*experiment.durationSeconds)) // as it was typed
        : tr("until %1 items are done").arg(formatCount(experiment.items));
    const ModelInfo *model = findModel(experiment.model);
    QStringList parts{QString::fromStdString(model ? model->title : experiment.model)};
    if (!model || !model->singleWorker)
        parts.append(workersInWords(experiment.workers));
    parts.append(length);
    return tr("%1: %2").arg(workload, parts.join(QLatin1String(", ")));
}

QString interpreterInWords(const Recording &recording)
{
    return interpreterInWords(recording.interpreter);
}

QString interpreterInWords(const std::optional<InterpreterReport> &interpreter)
{
    if (!interpreter)
        return {};
    QStringList parts{QStringLiteral("%1 %2").arg(
        QString::fromStdString(interpreter->implementation), QString::fromStdString(interpreter->version))};
    parts.append(
        interpreter->gilEnabled         ? tr("GIL on")
            : interpreter->freeThreaded ? tr("free-threaded, GIL off")
                                        : tr("GIL off"));
    if (interpreter->gilEnabled && interpreter->switchIntervalSeconds)
        parts.append(
            tr("switch interval %1").arg(formatDuration(*interpreter->switchIntervalSeconds).toString()));
    if (interpreter->startMethod)
        parts.append(QString::fromStdString(*interpreter->startMethod));
    return parts.join(QLatin1String(", "));
}

QString selfCheckInWords(const SelfCheck &check)
{
    switch (check.verdict) {
    case SelfCheckVerdict::Agrees:
        return tr("Worker by worker the trace equals the kernel's own counters.");
    case SelfCheckVerdict::NotPossible:
        return tr("The trace could not be compared with the kernel's own counters.");
    case SelfCheckVerdict::Differs:
        break;
    }
    const auto differing = std::ranges::find(check.tasks, false, &TaskComparison::agrees);
    if (differing == check.tasks.end())
        return tr("The trace differs from the kernel's own counters.");
    QStringList parts;
    if (differing->switches != 0)
        parts.append(tr("%1 switches").arg(QLocale().toString(static_cast<qlonglong>(differing->switches))));
    if (differing->involuntary != 0)
        parts.append(tr("%1 involuntary ones")
                         .arg(QLocale().toString(static_cast<qlonglong>(differing->involuntary))));
    if (differing->running)
        parts.append(tr("%1 running time").arg(formatPercent(*differing->running).toString()));
    return tr("The trace differs from the kernel's own counters: thread %1 by %2.")
        .arg(QString::number(differing->tid), parts.join(QLatin1String(", ")));
}

QString stolenInWords(const Recording &recording)
{
    constexpr double kMatters = 0.01; // of what the cores had
    const double cores = static_cast<double>(std::max<std::size_t>(1, recording.machine.cpusAllowed.size()));
    const double share = recording.stolenSeconds.value_or(0) / (recording.wallSeconds * cores);
    if (!(recording.wallSeconds > 0) || share < kMatters)
        return {};
    return tr("The hypervisor gave %1 of this machine's cores to others meanwhile (%2); figures of such a "
              "run vary.")
        .arg(formatDuration(recording.stolenSeconds).toString(), percent(share));
}

QString endInWords(const Recording &recording)
{
    const QString time = formatDuration(recording.wallSeconds).toString();
    switch (recording.outcome) {
    case Outcome::Completed:
        return recording.wallSeconds > 0 ? tr("Finished after %1").arg(time)
                                         : tr("Finished; time %1").arg(notMeasured());
    case Outcome::Stopped:
        if (recording.wallSeconds > 0)
            return tr("Stopped after %1").arg(time);
        return recording.command.isEmpty() ? tr("Stopped before the first item")
                                           : tr("Stopped before the program had started");
    case Outcome::Failed:
        return tr("Failed");
    }
    return {};
}

} // namespace timeslice
