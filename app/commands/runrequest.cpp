// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/runrequest.h"

#include "app/tracemode.h"
#include "core/model/catalogue.h"
#include "core/record/export.h"
#include "core/run/nearest.h"
#include "core/workload/catalogue.h"

#include <QFile>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unistd.h>
#include <utility>

namespace timeslice {

namespace {

constexpr unsigned kMostRepeats = 1000;
constexpr double kLongestTimeLimit = 1e6;
constexpr std::size_t kLeastTraceMiB = 8; // less does not hold a second of a busy trace
constexpr std::size_t kMostTraceMiB = 1 << 20;

using Complaint = std::optional<QString>;

template <typename T>
std::optional<T> numberOf(const QString &text)
{
    const auto bytes = text.toUtf8();
    T number{};
    const auto parsed = std::from_chars(bytes.cbegin(), bytes.cend(), number);
    return parsed.ec == std::errc() && parsed.ptr == bytes.cend() ? std::optional(number) : std::nullopt;
}

QString wholeNumber(const char *option, quint64 least, quint64 most)
{
    return QStringLiteral("--%1 must be a whole number from %2 to %3")
        .arg(QLatin1String(option))
        .arg(least)
        .arg(most);
}

/// The option that a key of an experiment is on the command line.
QString optionOf(const std::string &pointer)
{
    const auto text = QString::fromStdString(pointer);
    if (text.startsWith(QLatin1String("/params/")))
        return QStringLiteral("--set ") + text.mid(8);
    if (text == QLatin1String("/duration_s"))
        return QStringLiteral("--duration");
    return QStringLiteral("--") + text.mid(1);
}

QString inWords(const QString &where, const Error &error)
{
    return where + QStringLiteral(": ") + QString::fromStdString(error.what);
}

std::expected<Experiment, QString> readFile(const QString &path)
{
    QFile file(path);
    const bool isOpen = path == QLatin1String("-") ? file.open(STDIN_FILENO, QIODevice::ReadOnly)
                                                   : file.open(QIODevice::ReadOnly);
    if (!isOpen)
        return std::unexpected(path + QStringLiteral(": ") + file.errorString());
    // One byte more than allowed tells a file that is too large, whatever its size says (a pipe has none).
    QByteArray text;
    while (text.size() <= kMaxExperimentBytes) {
        const auto more = file.read(kMaxExperimentBytes + 1 - text.size());
        if (more.isEmpty())
            break;
        text += more;
    }
    if (file.error() != QFileDevice::NoError)
        return std::unexpected(path + QStringLiteral(": ") + file.errorString());
    auto experiment = experimentFromJson(text);
    if (experiment)
        return *std::move(experiment);
    const auto &error = experiment.error();
    return std::unexpected(inWords(
        path + (error.where.empty() ? QString() : u' ' + QString::fromStdString(error.where)), error));
}

/// What a file says of another pair than the one asked for does not apply.
void dropForeignParameters(Experiment &experiment)
{
    const auto known = parametersOf(experiment.workload, experiment.model);
    ParameterValues kept;
    for (const auto &[id, value] : experiment.params.all()) {
        if (std::ranges::find(known, id, &Parameter::id) != known.end())
            kept.set(id, value);
    }
    experiment.params = std::move(kept);
}

Complaint takePair(Experiment &experiment, const CommandLine &line, bool fromFile, unsigned cpus)
{
    const auto workload = line.value("workload");
    const auto model = line.value("model");
    if (workload)
        experiment.workload = workload->toStdString();
    if (model)
        experiment.model = model->toStdString();
    // Validated early, alone: everything else depends on the pair.
    Experiment pair;
    pair.workload = experiment.workload;
    pair.model = experiment.model;
    const auto *const info = findWorkload(pair.workload);
    const unsigned fewest = info != nullptr ? info->minWorkers : 1;
    pair.workers = fewest;
    if (const auto checked = validated(pair); !checked)
        return inWords(optionOf(checked.error().where), checked.error());
    if (workload || model)
        dropForeignParameters(experiment);

    const bool isSingle = findModel(experiment.model)->singleWorker;
    if (isSingle && model)
        experiment.workers = 1;
    else if (!isSingle && !fromFile)
        experiment.workers = std::clamp(cpus, fewest, kMaxExperimentWorkers);
    return std::nullopt;
}

/// A command of the user's is an experiment of its own kind: workload and model are both called so.
Complaint takeCommand(Experiment &experiment, const CommandLine &line, const QStringList &command)
{
    const auto isCommand = [&](const char *option, const std::string &before) {
        return line.value(option).value_or(QString::fromStdString(before)) == QLatin1String(kOwnProgram);
    };
    const bool isMeant = isCommand("model", experiment.model) || isCommand("workload", experiment.workload);
    if (command.isEmpty())
        return isMeant
            ? Complaint(QStringLiteral("the program to run is missing: put it at the end, behind \"--\""))
            : std::nullopt;
    const bool saysOther = (line.isSet("model") && !isCommand("model", {}))
        || (line.isSet("workload") && !isCommand("workload", {})) || (!experiment.model.empty() && !isMeant);
    if (saysOther)
        return QStringLiteral("a program behind \"--\" is for the model command only");
    experiment.workload = kOwnProgram;
    experiment.model = kOwnProgram;
    experiment.workers = 1;
    return std::nullopt;
}

Complaint takeNumbers(Experiment &experiment, const CommandLine &line)
{
    if (const auto text = line.value("workers")) {
        const auto workers = numberOf<unsigned>(*text);
        if (!workers)
            return wholeNumber("workers", 1, kMaxExperimentWorkers);
        experiment.workers = *workers;
    }
    if (line.isSet("items") && line.isSet("duration"))
        return QStringLiteral("--items and --duration exclude each other: a run ends by one of the two");
    if (const auto text = line.value("items")) {
        const auto items = numberOf<std::uint64_t>(*text);
        if (!items)
            return wholeNumber("items", 1, kMaxItems);
        experiment.items = items;
        experiment.durationSeconds.reset();
    }
    if (const auto text = line.value("duration")) {
        experiment.durationSeconds = numberOf<double>(*text).value_or(std::nan(""));
        experiment.items.reset();
    }
    if (const auto text = line.value("seed")) {
        const auto seed = numberOf<std::uint64_t>(*text);
        if (!seed)
            return wholeNumber("seed", 0, kMaxSeed);
        experiment.seed = *seed;
    }
    return std::nullopt;
}

Complaint takePlacement(Experiment &experiment, const CommandLine &line)
{
    if (line.isSet("isolate"))
        experiment.isolate = true;
    const auto text = line.value("pin");
    if (!text)
        return std::nullopt;
    std::vector<std::string> allowed;
    for (const auto pin : {Pin::None, Pin::Spread, Pin::One}) {
        allowed.emplace_back(nameOf(pin));
        if (*text == QLatin1String(nameOf(pin))) {
            experiment.pin = pin;
            return std::nullopt;
        }
    }
    return QStringLiteral("--pin must be one of ")
        + QString::fromStdString(joined(allowed) + didYouMean(text->toStdString(), allowed));
}

Complaint takeParameters(Experiment &experiment, const CommandLine &line)
{
    QStringList given;
    for (const auto &keyValue : line.values("set")) {
        const auto key = keyValue.section(u'=', 0, 0);
        if (given.contains(key))
            return QStringLiteral("--set %1 is given twice").arg(key);
        given << key;
        if (const auto set = setFromText(experiment, keyValue.toStdString()); !set)
            return inWords(QStringLiteral("--set ") + QString::fromStdString(set.error().where), set.error());
    }
    return std::nullopt;
}

Complaint takeTrace(RunRequest &request, const CommandLine &line)
{
    if (const auto text = line.value("trace")) {
        const auto mode = readTraceMode(*text);
        if (!mode)
            return mode.error();
        request.trace = *mode;
    }
    const auto text = line.value("trace-memory");
    if (!text)
        return std::nullopt;
    const auto mebibytes = numberOf<std::size_t>(*text).value_or(0);
    if (mebibytes < kLeastTraceMiB || mebibytes > kMostTraceMiB)
        return wholeNumber("trace-memory", kLeastTraceMiB, kMostTraceMiB);
    if (request.trace == TraceMode::Off)
        return QStringLiteral("--trace-memory has no use with --trace off");
    request.traceBytes = mebibytes * (1 << 20);
    return std::nullopt;
}

Complaint takeRest(RunRequest &request, const CommandLine &line)
{
    if (const auto text = line.value("repeat")) {
        request.repeat = numberOf<unsigned>(*text).value_or(0);
        if (request.repeat < 1 || request.repeat > kMostRepeats)
            return wholeNumber("repeat", 1, kMostRepeats);
    }
    if (const auto text = line.value("timeout")) {
        const auto seconds = numberOf<double>(*text).value_or(0);
        if (!(seconds >= 0.001 && seconds <= kLongestTimeLimit))
            return QStringLiteral("--timeout must be a number from 0.001 to 1000000 s");
        request.timeLimit = std::chrono::milliseconds(std::llround(seconds * 1000));
    }
    request.exports = line.values("export");
    for (const auto &path : request.exports) {
        const auto format = exportFormatOf(path);
        if (!format)
            return QStringLiteral("--export \"%1\" %2").arg(path, QLatin1String(kExportEndings));
        const bool isTimeline = format == ExportFormat::Perfetto || format == ExportFormat::Slices;
        if (isTimeline && request.trace == TraceMode::Off)
            return QStringLiteral("--export \"%1\" is a timeline, and there is none with --trace off")
                .arg(path);
        if (request.exports.count(path) > 1)
            return QStringLiteral("--export \"%1\" is given twice").arg(path);
    }
    request.json = line.isSet("json");
    request.force = line.isSet("force");
    return std::nullopt;
}

} // namespace

const CommandSpec &runSpec()
{
    static const CommandSpec spec{
        .name = "run",
        .synopsis = "[EXPERIMENT.json|-] [options] [-- PROGRAM ARGUMENTS...]",
        .about =
            "Runs one experiment, without a display, and prints what was measured.\n"
            "Options change what the file says, where one is given; else --workload and --model are needed.",
        .options =
            {
                {"workload", "W", "what an item does; see 'timeslice list workloads'"},
                {"model", "M", "how items are carried out; see 'timeslice list models'"},
                {"workers", "N", "how many workers (default: as many as CPUs are allowed)"},
                {"items", "N", "end after so many items (default: the workload's own number)"},
                {"duration", "S", "end after so many seconds instead"},
                {"set", "KEY=VALUE", "set a parameter of the workload or model (repeatable)", true},
                {"pin", "PLACE",
                 "where workers may run: none (anywhere), spread (one CPU each),\none (all on one)"},
                {"isolate", "", "run the workers in a process of their own"},
                {"seed", "N", "the same seed makes the same items (default: 1)"},
                {"repeat", "R", "run it R times, one after another"},
                {"timeout", "S", "stop after so many seconds in all; exit code 124"},
                {"trace", "HOW",
                 "record where each worker ran: auto (default: every context switch where the\n"
                 "kernel allows it, else sampled), off, perf (exact or not at all), sampled"},
                {"trace-memory", "MIB",
                 "how much memory the timeline may take (default: 256); beyond it the oldest\n"
                 "switches are kept in sum only"},
                {"export", "FILE",
                 "save the run as .json, its time series as .csv, a picture as .png, its\n"
                 "timeline as .perfetto.json[.gz] (for ui.perfetto.dev) or .slices.csv[.gz]\n"
                 "(repeatable; with --repeat each name gets a number)",
                 true},
                {"json", "", "print one object per run, one per line (schema timeslice.run/1)"},
                {"force", "", "run even what this machine seems to have no room for"},
            },
        .more =
            "Examples:\n"
            "  timeslice run --workload primes --model qthread --workers 4\n"
            "  timeslice run --workload sleep --model pool --workers 50 --duration 3 --set sleep_ms=20\n"
            "  timeslice run --workload sum --model qprocess --repeat 5 --json | jq .items_per_s\n"
            "  timeslice run experiment.json --export run.json --export run.csv --export run.png\n"
            "  timeslice run --export make.perfetto.json.gz -- make -j8\n"
            "\n"
            "A program behind \"--\" is run as it stands, without a shell, and watched with every thread\n"
            "and process it creates (model command).\n"
            "\n"
            "Exit codes: 0 done, 1 the run failed, 2 usage, 3 a prerequisite or room is missing,\n"
            "4 output not writable, 124 time limit, 130 and 143 ended by SIGINT and SIGTERM. The first\n"
            "signal stops the run and prints what was measured so far, the second ends it at once.\n",
        .mostPositional = 1,
    };
    return spec;
}

std::expected<RunRequest, QString>
readRunRequest(const CommandLine &line, const QStringList &command, unsigned cpus)
{
    RunRequest request;
    request.command = command;
    const bool fromFile = !line.positional().isEmpty();
    if (fromFile) {
        auto experiment = readFile(line.positional().first());
        if (!experiment)
            return std::unexpected(experiment.error());
        request.experiment = *std::move(experiment);
    }
    auto &experiment = request.experiment;
    if (auto wrong = takeCommand(experiment, line, command))
        return std::unexpected(*std::move(wrong));
    if (auto wrong = takePair(experiment, line, fromFile, cpus))
        return std::unexpected(*std::move(wrong));
    if (auto wrong = takeNumbers(experiment, line))
        return std::unexpected(*std::move(wrong));
    if (auto wrong = takePlacement(experiment, line))
        return std::unexpected(*std::move(wrong));
    if (auto wrong = takeParameters(experiment, line))
        return std::unexpected(*std::move(wrong));
    if (auto wrong = takeTrace(request, line))
        return std::unexpected(*std::move(wrong));
    if (auto wrong = takeRest(request, line))
        return std::unexpected(*std::move(wrong));

    auto checked = validated(experiment);
    if (!checked)
        return std::unexpected(inWords(optionOf(checked.error().where), checked.error()));
    experiment = *std::move(checked);
    return request;
}

} // namespace timeslice
