// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/windowmode.h"

#include "app/commandline.h"
#include "app/console.h"
#include "app/rootwarning.h"
#include "app/signals.h"
#include "app/tracemode.h"
#include "app/workerprogram.h"
#include "core/record/export.h"
#include "core/run/nearest.h"
#include "ui/window.h"

#include <QApplication>
#include <QFileInfo>

#include <cstdlib>
#include <unistd.h>

namespace timeslice {

namespace {

/// From a signal to the end, cleanly or not.
constexpr std::chrono::seconds kPatience(2);

const CommandSpec &windowSpec()
{
    static const CommandSpec spec{
        .name = "",
        .synopsis = "[EXPERIMENT.json] [options]\n"
                    "       timeslice run [EXPERIMENT.json] [options]\n"
                    "       timeslice list workloads|models|scenarios|interpreters [--json]\n"
                    "       timeslice doctor [--json]",
        .about = "A desktop laboratory for concurrency: the same work as threads, as a pool or as processes, "
                 "and what the\n"
                 "scheduler makes of it. Without a command it opens the window.",
        .options =
            {
                {"run", "", "run the experiment as soon as the window is open"},
                {"trace", "HOW",
                 "record where each worker ran, as in 'timeslice run': auto (default), off,\n"
                 "perf, sampled"},
                {"screenshot", "OUT.png", "save a picture of the window (after the run, with --run) and end"},
                {"version", "", "show the version"},
            },
        .more = "Commands (each has its own --help):\n"
                "  run     runs an experiment without a display and prints what was measured\n"
                "  list    lists workloads, models, scenarios and Python interpreters\n"
                "  doctor  says what this machine allows, and how to allow more\n"
                "\n"
                "Examples:\n"
                "  timeslice\n"
                "  timeslice experiment.json --run\n"
                "  timeslice run --workload primes --model qthread --workers 2\n"
                "  timeslice list models\n",
        .mostPositional = 1,
    };
    return spec;
}

/// A first argument that is neither a file nor an option is a command that does not exist.
QString unknownCommand(const QString &word)
{
    static const std::vector<std::string> commands{"run", "list", "doctor"};
    const auto near = didYouMean(word.toStdString(), commands);
    return QStringLiteral("\"%1\" is neither a command nor a file").arg(word)
        + QString::fromStdString(near.empty() ? "; commands are " + joined(commands) : near);
}

// Qt ends the program with abort() when it can show nothing; a core dump helps nobody here.
void endWithoutDisplay(QtMsgType type, const QMessageLogContext & /*context*/, const QString &message)
{
    if (type != QtFatalMsg)
        return;
    complain(
        QStringLiteral("cannot open a window: ") + message.section(u'\n', 0, 0)
        + QStringLiteral("\n'timeslice run' needs no display."));
    ::_exit(kMissing);
}

QStringList argumentsOf(int argc, char **argv)
{
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments << QString::fromLocal8Bit(argv[i]);
    return arguments;
}

/// What is wrong with the options as such. \return kDone when nothing is.
int checkOptions(const CommandLine &line, WindowOptions &options)
{
    if (!line.positional().isEmpty()) {
        options.file = line.positional().first();
        if (!QFileInfo::exists(options.file))
            return usageError(line.commandName(), unknownCommand(options.file));
    }
    options.runAtOnce = line.isSet("run");
    if (const auto text = line.value("trace")) {
        const auto mode = readTraceMode(*text);
        if (!mode)
            return usageError(line.commandName(), mode.error());
        options.trace = *mode;
    }
    if (const auto path = line.value("screenshot")) {
        if (exportFormatOf(*path) != ExportFormat::Png)
            return usageError(
                line.commandName(), QStringLiteral("--screenshot \"%1\" must end in .png").arg(*path));
        if (const auto writable = checkWritable(*path); !writable) {
            complain(writable.error());
            return kNotWritable;
        }
        options.screenshotPath = *path;
    }
    return kDone;
}

} // namespace

std::optional<QString> whyNoDisplay(const QStringList &arguments)
{
    const auto isSet = [](const char *name) {
        const char *const value = std::getenv(name);
        return value != nullptr && *value != '\0';
    };
    const bool isChosen = isSet("QT_QPA_PLATFORM") || arguments.contains(QLatin1String("-platform"))
        || arguments.contains(QLatin1String("--platform"));
    if (isChosen || isSet("DISPLAY") || isSet("WAYLAND_DISPLAY"))
        return std::nullopt;
    return QStringLiteral("there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)");
}

int windowMode(int &argc, char **argv, std::optional<std::uint64_t> openFiles)
{
    const auto arguments = argumentsOf(argc, argv);
    CommandLine line(windowSpec());
    Output output;
    if (CommandLine::asksForHelp(arguments))
        return output.write(line.helpText().toUtf8()) ? kDone : kNotWritable;
    if (arguments.contains(QLatin1String("--version")) || arguments.contains(QLatin1String("-version")))
        return output.write("timeslice " TIMESLICE_VERSION "\n") ? kDone : kNotWritable;
    // A mistyped command is one with or without a display.
    if (!arguments.isEmpty() && !arguments.first().startsWith(u'-') && !QFileInfo::exists(arguments.first()))
        return usageError(line.commandName(), unknownCommand(arguments.first()));
    if (const auto problem = whyNoDisplay(arguments)) {
        if (const auto wrong = line.parse(arguments))
            return usageError(line.commandName(), *wrong);
        complain(*problem + QStringLiteral("; 'timeslice run' needs none"));
        return kMissing;
    }

    const auto before = qInstallMessageHandler(endWithoutDisplay);
    QApplication application(argc, argv); // takes Qt's own options away
    qInstallMessageHandler(before);
    if (const auto wrong = line.parse(argumentsOf(argc, argv)))
        return usageError(line.commandName(), *wrong);
    WindowOptions options;
    if (const int code = checkOptions(line, options); code != kDone)
        return code;
    options.lab.workerProgram = workerProgramPath();
    options.lab.programOpenFiles = openFiles;
    if (const auto warning = rootWarning())
        complain(*warning);

    SignalWatcher signals(kPatience);
    QObject::connect(&signals, &SignalWatcher::signalled, &application, [](int number) {
        QCoreApplication::exit(128 + number);
    });
    return runWindow(application, options);
}

} // namespace timeslice
