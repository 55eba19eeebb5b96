// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/interpreter.h"

#include "core/model/catalogue.h"
#include "core/run/jsonstrict.h"
#include "core/workload/catalogue.h"

#include <QFile>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace timeslice {

namespace {

constexpr char kDefault[] = "default";
constexpr qsizetype kMaxReportBytes = 16 * 1024;
constexpr std::size_t kMaxWord = 64;

/// Why this one does not do for a model; nothing when it does.
std::optional<std::string> whyNotThis(const InterpreterNeeds &needs, const Interpreter &one)
{
    if (!one.problem.empty())
        return one.problem;
    if (one.minor < needs.minor)
        return "it needs Python 3." + std::to_string(needs.minor) + " or newer, and " + one.id + " is older";
    if (needs.pyQt && !one.hasPyQt)
        return one.id + " has no PyQt6 (on Debian and Ubuntu: package python3-pyqt6)";
    return std::nullopt;
}

/// \param where  Who needs it, for the error.
Result<Interpreter>
choose(std::string where, const InterpreterNeeds &needs, std::string_view choice, const Interpreters &found)
{
    std::optional<std::string> reason; // of the first that was meant: the one a user thinks of
    for (const auto &one : found) {
        if (choice != kDefault && one.id != choice)
            continue;
        auto why = whyNotThis(needs, one);
        if (!why)
            return one;
        if (!reason)
            reason = std::move(why);
    }
    if (!reason && choice != kDefault)
        reason = "there is no " + std::string(choice) + " on this machine";
    return fail(
        ErrorKind::Unsupported, std::move(where),
        reason.value_or("there is no Python interpreter on this machine: it needs Python 3.9 or newer"));
}

std::optional<std::string> word(const JsonValue &object, std::string_view key)
{
    const auto *const value = object.find(key);
    if (value == nullptr || value->kind != JsonValue::Kind::String || value->text.empty()
        || value->text.size() > kMaxWord
        || std::ranges::any_of(value->text, [](char c) { return c < ' ' || c > '~'; }))
        return std::nullopt;
    return value->text;
}

std::optional<bool> flag(const JsonValue &object, std::string_view key)
{
    const auto *const value = object.find(key);
    if (value == nullptr || value->kind != JsonValue::Kind::Boolean)
        return std::nullopt;
    return value->boolean;
}

std::optional<double> positive(const JsonValue &object, std::string_view key)
{
    const auto *const value = object.find(key);
    if (value == nullptr || value->kind != JsonValue::Kind::Number)
        return std::nullopt;
    double number = 0;
    const auto *const end = value->text.data() + value->text.size();
    if (std::from_chars(value->text.data(), end, number).ptr != end || !std::isfinite(number) || number <= 0)
        return std::nullopt;
    return number;
}

} // namespace

std::vector<Parameter::Choice> interpreterChoices()
{
    std::vector<Parameter::Choice> choices{{kDefault, "The first that will do"}};
    for (const auto *version :
         {"3.9", "3.10", "3.11", "3.12", "3.13", "3.13t", "3.14", "3.14t", "3.15", "3.15t"}) {
        const std::string number(version);
        const bool isFreeThreaded = number.back() == 't';
        choices.push_back(
            {"python" + number,
             "Python "
                 + (isFreeThreaded ? number.substr(0, number.size() - 1) + ", free-threaded" : number)});
    }
    choices.push_back({"pypy3", "PyPy"});
    return choices;
}

Result<Interpreter>
chooseInterpreter(const ModelInfo &model, std::string_view choice, const Interpreters &found)
{
    return choose(model.id, model.interpreter.value_or(InterpreterNeeds()), choice, found);
}

bool needsInterpreter(const Experiment &experiment)
{
    return findModel(experiment.model)->interpreter
        || findWorkload(experiment.workload)->make(workSpecOf(experiment))->needs().interpreter;
}

Result<Interpreter> chooseInterpreter(const Experiment &experiment, const Interpreters &found)
{
    const auto &model = *findModel(experiment.model);
    if (model.interpreter)
        return chooseInterpreter(model, experiment.params.choice("interpreter"), found);
    return choose(experiment.workload, InterpreterNeeds(), kDefault, found);
}

std::optional<std::string> whyUnavailable(const ModelInfo &model, const Interpreters &found)
{
    if (!model.interpreter)
        return std::nullopt;
    const auto chosen = chooseInterpreter(model, kDefault, found);
    return chosen ? std::nullopt : std::optional(chosen.error().what);
}

InterpreterReport expectedReport(const Interpreter &interpreter, const Experiment &experiment)
{
    const auto textOf = [&experiment](const char *id) -> std::optional<std::string> {
        const auto *const value = experiment.params.find(id);
        const auto *const text = value ? std::get_if<std::string>(value) : nullptr;
        return text ? std::optional(*text) : std::nullopt;
    };
    InterpreterReport report{
        .path = interpreter.path,
        .version = interpreter.version,
        .implementation = interpreter.implementation,
        .gilEnabled = interpreter.gilEnabled,
        .freeThreaded = interpreter.freeThreaded,
        .startMethod = {},
        .switchIntervalSeconds = {}};
    if (textOf("executor") != "thread")
        report.startMethod = textOf("start_method");
    if (const auto *const us = experiment.params.find("switch_interval_us"))
        report.switchIntervalSeconds = static_cast<double>(std::get<std::int64_t>(*us)) * 1e-6;
    return report;
}

std::optional<InterpreterReport> readInterpreterReport(const QString &runDirectory, const QString &path)
{
    QFile file(runDirectory + QStringLiteral("/interpreter.json"));
    if (!file.open(QIODevice::ReadOnly) || file.size() > kMaxReportBytes)
        return std::nullopt;
    const auto bytes = file.read(kMaxReportBytes);
    const auto object = parseStrictJson({bytes.constData(), static_cast<std::size_t>(bytes.size())});
    if (!object || object->kind != JsonValue::Kind::Object)
        return std::nullopt;
    const auto version = word(*object, "version");
    const auto implementation = word(*object, "implementation");
    const auto gilEnabled = flag(*object, "gil_enabled");
    const auto freeThreaded = flag(*object, "free_threaded");
    if (!version || !implementation || !gilEnabled || !freeThreaded)
        return std::nullopt;
    return InterpreterReport{
        .path = path,
        .version = *version,
        .implementation = *implementation,
        .gilEnabled = *gilEnabled,
        .freeThreaded = *freeThreaded,
        .startMethod = word(*object, "start_method"),
        .switchIntervalSeconds = positive(*object, "switch_interval_s")};
}

} // namespace timeslice
