// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/doctorcommand.h"

#include "app/commandline.h"
#include "app/console.h"
#include "app/rootwarning.h"
#include "app/windowmode.h"
#include "app/workerprogram.h"
#include "core/base/clock.h"
#include "core/model/catalogue.h"
#include "core/perf/access.h"
#include "core/procfs/cgroup.h"
#include "core/procfs/keptfile.h"
#include "core/procfs/limits.h"
#include "core/procfs/ownusage.h"
#include "core/procfs/topology.h"
#include "core/run/interpretersearch.h"
#include "core/run/jsonwriter.h"
#include "core/run/rundirectory.h"

#include <QStringList>

#include <algorithm>
#include <unistd.h>
#include <vector>

namespace timeslice {

namespace {

enum class Status { Ok, Limited, Missing };

/// One thing looked at.
struct Check {
    const char *id;
    const char *title;
    Status status = Status::Ok;
    QString finding = {}; ///< What was found, in words.
    QString remedy = {}; ///< One line; empty when there is nothing to do.
    bool isNeeded = false; ///< Experiments cannot run without it.
};

const CommandSpec &doctorSpec()
{
    static const CommandSpec spec{
        .name = "doctor",
        .synopsis = "[--json]",
        .about = "Says what this machine allows, and how to allow more. Changes nothing.",
        .options =
            {
                {"json", "", "print one object instead (schema timeslice.doctor/1)"},
            },
        .more = "Exit codes: 0 experiments can be run, 3 something they need is missing.\n",
    };
    return spec;
}

const char *word(Status status)
{
    switch (status) {
    case Status::Ok:
        return "ok";
    case Status::Limited:
        return "limited";
    case Status::Missing:
        break;
    }
    return "missing";
}

QString number(double value)
{
    return QString::fromLatin1(numberText(value));
}

Check checkCores(const Machine &machine)
{
    Check check{"cores", "Cores"};
    const auto online = machine.cpusOnline.size();
    const auto allowed = machine.cpusAllowed.size();
    check.finding = QStringLiteral("%1 online, %2 allowed").arg(online).arg(allowed);
    if (!machine.cpuModel.empty())
        check.finding += QStringLiteral(", ") + QString::fromStdString(machine.cpuModel);
    if (allowed < online) {
        check.status = Status::Limited;
        check.remedy = QStringLiteral("start it without taskset, or widen the cpuset of its container");
    }
    return check;
}

Check checkQuota()
{
    Check check{"quota", "CPU quota"};
    const auto limit = findCpuLimit();
    if (!limit) {
        check.finding = QStringLiteral("none");
        return check;
    }
    check.status = Status::Limited;
    check.finding = number(limit->cores) + QStringLiteral(" cores");
    const auto text = readSmallFile(limit->statFile);
    if (const auto throttle =
            text ? parseCpuStat(*text) : Result<ThrottleReading>(std::unexpected(text.error())))
        check.finding += QStringLiteral("; held back in %1 of %2 periods so far, %3 s in all")
                             .arg(throttle->throttledPeriods)
                             .arg(throttle->periods)
                             .arg(number(toSeconds(Nanoseconds(static_cast<qint64>(throttle->throttledNs)))));
    check.remedy =
        QStringLiteral("raise cpu.max of its control group (CPUQuota= of systemd, --cpus of docker)");
    return check;
}

Check checkTracing()
{
    Check check{"perf", "Exact switch trace"};
    SystemPerfCalls calls;
    const auto access = probePerfAccess(calls);
    const auto paranoid = access.paranoid ? QString::number(*access.paranoid) : QStringLiteral("unknown");
    if (access.refusal == PerfRefusal::None) {
        check.finding =
            QStringLiteral("allowed for your own programs (perf_event_paranoid is %1)").arg(paranoid);
        return check;
    }
    check.status = access.refusal == PerfRefusal::NoSupport ? Status::Missing : Status::Limited;
    check.finding = QString::fromStdString(access.cause)
        + QStringLiteral(" (perf_event_paranoid is %1); timelines are sampled 100 times a second instead")
              .arg(paranoid);
    check.remedy = QString::fromStdString(access.remedy);
    return check;
}

Check checkAccounting()
{
    Check check{"accounting", "Waiting for a core"};
    const auto usage = readOwnUsage();
    const bool hasWait = usage.queueWaitNs != ThreadUsage::kUnknown;
    const bool hasMigrations = usage.migrations != ThreadUsage::kUnknown;
    check.finding =
        hasWait ? QStringLiteral("schedstat tells it") : QStringLiteral("this kernel has no schedstat");
    check.finding += hasMigrations ? QStringLiteral(", migrations are counted")
                                   : QStringLiteral(", migrations are not counted");
    if (!hasWait) {
        check.status = Status::Missing;
        check.remedy = QStringLiteral("a kernel with CONFIG_SCHED_INFO");
    } else if (!hasMigrations) {
        check.status = Status::Limited;
        check.remedy = QStringLiteral("a kernel with CONFIG_SCHED_DEBUG");
    }
    return check;
}

Check checkOpenFiles()
{
    constexpr std::uint64_t kComfortable = 1024;
    Check check{"open_files", "Open files"};
    const auto limit = openFileLimit();
    const auto text = [](const std::optional<std::uint64_t> &value) {
        return value ? QString::number(*value) : QStringLiteral("unlimited");
    };
    if (!limit) {
        check.status = Status::Limited;
        check.finding = QStringLiteral("the limit cannot be read");
        return check;
    }
    check.finding = QStringLiteral("%1 allowed").arg(text(limit->hard));
    if (limit->hard && *limit->hard < kComfortable) {
        check.status = Status::Limited;
        check.remedy =
            QStringLiteral("raise the hard limit (ulimit -Hn, LimitNOFILE= of systemd) for many workers");
    }
    return check;
}

Check checkTasks()
{
    constexpr std::uint64_t kComfortable = 1000;
    Check check{"tasks", "Threads, processes"};
    const auto room = taskRoom();
    if (!room) {
        check.status = Status::Limited;
        check.finding = QStringLiteral("no limit can be read");
        return check;
    }
    check.finding = QStringLiteral("room for about %1 more (%2)")
                        .arg(room->tasks)
                        .arg(QString::fromStdString(room->limit));
    if (room->tasks < kComfortable) {
        check.status = Status::Limited;
        check.remedy = QStringLiteral("raise this limit for experiments with many workers");
    }
    return check;
}

Check checkWorkerProgram()
{
    Check check{"worker", "Worker program"};
    check.isNeeded = true;
    check.finding = workerProgramPath();
    if (!hasWorkerProgram()) {
        check.status = Status::Missing;
        check.finding += QStringLiteral(" is not there");
        check.remedy =
            QStringLiteral("build or install timeslice-worker beside timeslice; processes, isolation, "
                           "http and https need it");
    }
    return check;
}

Check checkRunDirectory()
{
    Check check{"run_directory", "Run directory"};
    check.isNeeded = true;
    if (const auto directory = RunDirectory::create(); directory) {
        check.finding = QStringLiteral("can be made in ") + (*directory)->path().section(u'/', 0, -2);
    } else {
        check.status = Status::Missing;
        check.finding = QString::fromStdString(describe(directory.error()));
        check.remedy = QStringLiteral("set TMPDIR to a directory that you may write to");
    }
    return check;
}

Check checkDisplay()
{
    Check check{"display", "Display"};
    if (const auto problem = whyNoDisplay({})) {
        check.status = Status::Limited;
        check.finding = *problem;
        check.remedy =
            QStringLiteral("'timeslice run' needs none; for the window start it in a desktop session");
    } else {
        check.finding = QStringLiteral("there is one for the window");
    }
    return check;
}

Check checkUser()
{
    Check check{"user", "User"};
    if (const auto warning = rootWarning()) {
        check.status = Status::Limited;
        check.finding = *warning;
        check.remedy = QStringLiteral("start it as yourself");
    } else {
        check.finding = ::geteuid() == 0 ? QStringLiteral("root, outside of a desktop session")
                                         : QStringLiteral("an ordinary one");
    }
    return check;
}

Check checkPython()
{
    Check check{"python", "Python"};
    const auto found = InterpreterSearch().finishNow();
    QStringList usable;
    bool hasPyQt = false;
    for (const auto &one : found) {
        if (!one.problem.empty())
            continue;
        usable << QString::fromStdString(one.implementation + ' ' + one.version)
                + QLatin1String(one.gilEnabled ? "" : " (GIL off)");
        hasPyQt = hasPyQt || one.hasPyQt;
    }
    if (usable.isEmpty()) {
        check.status = Status::Missing;
        check.finding = found.empty() ? QStringLiteral("no interpreter was found")
                                      : QString::fromStdString(found.front().problem);
        check.remedy =
            QStringLiteral("install Python 3.9 or newer (package python3) for the models in Python");
        return check;
    }
    check.finding = usable.join(QStringLiteral(", ")) + QLatin1String(hasPyQt ? "; PyQt6" : "; no PyQt6");
    if (!hasPyQt) {
        check.status = Status::Limited;
        check.remedy = QStringLiteral("install PyQt6 (package python3-pyqt6) for the model pyqt-qthread");
    }
    return check;
}

std::vector<Check> examine()
{
    const auto machine = readMachine();
    const auto memory = static_cast<double>(machine.memoryBytes) / (1024.0 * 1024.0 * 1024.0);
    return {
        {"version",
         "Timeslice",
         Status::Ok,
         QStringLiteral(TIMESLICE_VERSION ", Qt %1").arg(QLatin1String(qVersion())),
         {}},
        {"kernel", "Kernel", Status::Ok, QString::fromStdString(machine.kernel), {}},
        checkCores(machine),
        checkQuota(),
        machine.memoryBytes > 0
            ? Check{"memory", "Memory", Status::Ok, QString::number(memory, 'f', 1) + QStringLiteral(" GiB"), {}}
            : Check{"memory", "Memory", Status::Limited, QStringLiteral("its size cannot be read"), {}},
        checkTracing(),
        checkAccounting(),
        checkOpenFiles(),
        checkTasks(),
        checkWorkerProgram(),
        checkPython(),
        checkRunDirectory(),
        checkDisplay(),
        checkUser(),
    };
}

QByteArray asText(const std::vector<Check> &checks)
{
    constexpr qsizetype kTitleWidth = 20;
    constexpr qsizetype kStatusWidth = 9;
    QString text;
    for (const auto &check : checks) {
        text += QString::fromLatin1(check.title).leftJustified(kTitleWidth)
            + QString::fromLatin1(word(check.status)).leftJustified(kStatusWidth) + printable(check.finding)
            + u'\n';
        if (!check.remedy.isEmpty())
            text += QString(kTitleWidth + kStatusWidth, u' ') + QStringLiteral("-> ") + check.remedy + u'\n';
    }
    return text.toUtf8();
}

QByteArray asJson(const std::vector<Check> &checks)
{
    JsonWriter json(JsonWriter::Style::Indented);
    json.beginObject();
    json.field("schema", std::string_view("timeslice.doctor/1"));
    json.key("checks");
    json.beginArray();
    for (const auto &check : checks) {
        json.beginObject();
        json.field("id", std::string_view(check.id));
        json.field("title", std::string_view(check.title));
        json.field("status", std::string_view(word(check.status)));
        json.field("finding", check.finding);
        json.field("remedy", check.remedy.isEmpty() ? std::nullopt : std::optional(check.remedy));
        json.field("needed", check.isNeeded);
        json.endObject();
    }
    json.endArray();
    json.endObject();
    return json.take();
}

} // namespace

int doctorCommand(const QStringList &arguments)
{
    CommandLine line(doctorSpec());
    Output output;
    if (CommandLine::asksForHelp(arguments))
        return output.write(line.helpText().toUtf8()) ? kDone : kNotWritable;
    if (const auto wrong = line.parse(arguments))
        return usageError(line.commandName(), *wrong);

    const auto checks = examine();
    if (!output.write(line.isSet("json") ? asJson(checks) : asText(checks)))
        return kNotWritable;
    const bool lacks = std::ranges::any_of(
        checks, [](const Check &check) { return check.isNeeded && check.status == Status::Missing; });
    return lacks ? kMissing : kDone;
}

} // namespace timeslice
