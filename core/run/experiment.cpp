// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/experiment.h"

#include "core/model/catalogue.h"
#include "core/run/experimentjson.h"
#include "core/run/jsonstrict.h"
#include "core/run/jsonwriter.h"
#include "core/run/nearest.h"
#include "core/workload/catalogue.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace timeslice {

namespace {

template <typename Infos>
std::vector<std::string> idsOf(const Infos &infos)
{
    std::vector<std::string> ids;
    for (const auto &info : infos)
        ids.push_back(info.id);
    return ids;
}

/// An id that is not in the catalogue: what is, and what was probably meant.
std::unexpected<Error>
unknownId(const char *where, const char *noun, const std::string &id, const std::vector<std::string> &known)
{
    if (id.empty())
        return fail(
            ErrorKind::Malformed, where, std::string("is missing; it must be one of ") + joined(known));
    const auto near = didYouMean(id, known);
    return fail(
        ErrorKind::Malformed, where,
        std::string("unknown ") + noun + " " + inQuotes(id) + (near.empty() ? "; it" : near + " It")
            + " must be one of " + joined(known));
}

std::unexpected<Error> unknownParameter(
    std::string where, const Experiment &experiment, const std::string &id,
    const std::vector<Parameter> &known)
{
    const auto ids = idsOf(known);
    const auto near = didYouMean(id, ids);
    return fail(
        ErrorKind::Malformed, std::move(where),
        experiment.workload + " under " + experiment.model + " has no parameter " + inQuotes(id)
            + (near.empty() ? "; it has " + joined(ids) : near));
}

/// The value in the kind that the parameter declares, if it is allowed. Whole numbers serve as real ones.
std::optional<ParameterValue> accepted(const Parameter &parameter, const ParameterValue &value)
{
    switch (parameter.kind) {
    case Parameter::Kind::Integer: {
        const auto *const number = std::get_if<std::int64_t>(&value);
        if (number == nullptr || *number < static_cast<std::int64_t>(parameter.minimum)
            || *number > static_cast<std::int64_t>(parameter.maximum))
            return std::nullopt;
        return value;
    }
    case Parameter::Kind::Real: {
        const auto *const whole = std::get_if<std::int64_t>(&value);
        const auto *const real = std::get_if<double>(&value);
        if (whole == nullptr && real == nullptr)
            return std::nullopt;
        const double number = whole != nullptr ? static_cast<double>(*whole) : *real;
        // NaN is in no range.
        if (!(number >= parameter.minimum && number <= parameter.maximum))
            return std::nullopt;
        return number;
    }
    case Parameter::Kind::Toggle:
        return std::holds_alternative<bool>(value) ? std::optional(value) : std::nullopt;
    case Parameter::Kind::Choice: {
        const auto *const id = std::get_if<std::string>(&value);
        if (id == nullptr
            || std::ranges::find(parameter.choices, *id, &Parameter::Choice::id) == parameter.choices.end())
            return std::nullopt;
        return value;
    }
    }
    return std::nullopt;
}

Result<void> checkPair(const Experiment &experiment)
{
    const auto *const workload = findWorkload(experiment.workload);
    if (workload == nullptr)
        return unknownId("/workload", "workload", experiment.workload, idsOf(workloads()));
    const auto *const model = findModel(experiment.model);
    if (model == nullptr)
        return unknownId("/model", "model", experiment.model, idsOf(models()));
    if (const auto reason = whyNot(experiment.workload, experiment.model))
        return fail(ErrorKind::Unsupported, "/model", *reason);
    if (experiment.workers < 1 || experiment.workers > kMaxExperimentWorkers)
        return fail(ErrorKind::Malformed, "/workers", wholeNumberFrom(1, kMaxExperimentWorkers));
    if (model->singleWorker && experiment.workers != 1)
        return fail(
            ErrorKind::Malformed, "/workers", "must be 1: the model " + model->id + " has a single worker");
    if (model->onUiThread && experiment.isolate)
        return fail(
            ErrorKind::Malformed, "/isolate",
            "must be false: the model " + model->id + " runs on the window's own thread");
    if (model->runsForeign && experiment.pin == Pin::Spread)
        return fail(
            ErrorKind::Malformed, "/pin",
            "must be none or one: a program of your own creates its threads itself, so that only all of it "
            "together can be placed");
    if (experiment.workers < workload->minWorkers)
        return fail(
            ErrorKind::Malformed, "/workers",
            "must be at least " + std::to_string(workload->minWorkers) + ": " + workload->whyNotFewer);
    return {};
}

Result<void> checkLength(const Experiment &experiment)
{
    if (experiment.items && experiment.durationSeconds)
        return fail(
            ErrorKind::Malformed, "/duration_s", "cannot be set beside items: a run ends by one of the two");
    if (experiment.items && (*experiment.items < 1 || *experiment.items > kMaxItems))
        return fail(ErrorKind::Malformed, "/items", wholeNumberFrom(1, kMaxItems));
    if (experiment.durationSeconds
        && !(
            *experiment.durationSeconds >= kMinDurationSeconds
            && *experiment.durationSeconds <= kMaxDurationSeconds))
        return fail(
            ErrorKind::Malformed, "/duration_s",
            "must be a number from " + numberText(kMinDurationSeconds).toStdString() + " to "
                + numberText(kMaxDurationSeconds).toStdString() + " s");
    return {};
}

template <typename T>
std::optional<T> numberFrom(std::string_view text)
{
    T number{};
    const auto *const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end)
        return std::nullopt;
    return number;
}

std::optional<ParameterValue> valueFromText(Parameter::Kind kind, std::string_view text)
{
    switch (kind) {
    case Parameter::Kind::Integer:
        return numberFrom<std::int64_t>(text);
    case Parameter::Kind::Real:
        return numberFrom<double>(text);
    case Parameter::Kind::Toggle:
        if (text == "true" || text == "yes" || text == "on")
            return true;
        if (text == "false" || text == "no" || text == "off")
            return false;
        return std::nullopt;
    case Parameter::Kind::Choice:
        return std::string(text);
    }
    return std::nullopt;
}

/// For a choice that was misspelt, or that this model does not have; empty otherwise.
std::string choiceMeant(const Parameter &parameter, const ParameterValue &value, const Experiment &experiment)
{
    const auto *const id = std::get_if<std::string>(&value);
    if (parameter.kind != Parameter::Kind::Choice || id == nullptr)
        return {};
    if (const auto reason = whyNotChoice(experiment.workload, experiment.model, parameter.id, *id))
        return ", not " + *id + ": " + *reason;
    return didYouMean(*id, idsOf(parameter.choices));
}

/// Keeps the choices that make sense under the model; the help says which do not, and why.
void leaveOutImpossible(Parameter &parameter, std::string_view workload, std::string_view model)
{
    std::vector<Parameter::Choice> possible;
    for (const auto &choice : parameter.choices) {
        if (const auto reason = whyNotChoice(workload, model, parameter.id, choice.id))
            parameter.help += " Not with this model: " + choice.title + " (" + *reason + ").";
        else
            possible.push_back(choice);
    }
    if (possible.size() == parameter.choices.size())
        return;
    parameter.choices = std::move(possible);
    parameter.defaultValue = parameter.choices.front().id;
}

} // namespace

const std::vector<Parameter> &commonParameters()
{
    static const std::vector<Parameter> common{
        Parameter::choice(
            "on_failure", "When an item fails", "What happens when an item fails.",
            {{"stop", "Stop the run"}, {"continue", "Count it and go on"}}),
        Parameter::integer(
            "fail_every", "Fail on purpose every", "items", "Every n-th item fails on purpose; 0: none.", 0,
            0, 1'000'000'000),
    };
    return common;
}

std::vector<Parameter> parametersOf(std::string_view workload, std::string_view model)
{
    const auto *const workloadInfo = findWorkload(workload);
    const auto *const modelInfo = findModel(model);
    if (workloadInfo == nullptr || modelInfo == nullptr)
        return {};
    auto all = workloadInfo->parameters;
    for (auto &parameter : all)
        leaveOutImpossible(parameter, workload, model);
    all.insert(all.end(), modelInfo->parameters.begin(), modelInfo->parameters.end());
    all.insert(all.end(), commonParameters().begin(), commonParameters().end());
    return all;
}

std::string allowedValues(const Parameter &parameter)
{
    switch (parameter.kind) {
    case Parameter::Kind::Integer:
    case Parameter::Kind::Real: {
        const auto bound = [&](double value) { return numberText(value).toStdString(); };
        return std::string(parameter.kind == Parameter::Kind::Integer ? "a whole number" : "a number")
            + " from " + bound(parameter.minimum) + " to " + bound(parameter.maximum)
            + (parameter.unit.empty() ? "" : " " + parameter.unit);
    }
    case Parameter::Kind::Toggle:
        return "true or false";
    case Parameter::Kind::Choice:
        return "one of " + joined(idsOf(parameter.choices));
    }
    return {};
}

Result<Experiment> validated(Experiment experiment)
{
    if (const auto pair = checkPair(experiment); !pair)
        return std::unexpected(pair.error());
    if (const auto length = checkLength(experiment); !length)
        return std::unexpected(length.error());
    if (!experiment.items && !experiment.durationSeconds)
        experiment.items = findWorkload(experiment.workload)->defaultItems;
    if (experiment.seed > kMaxSeed)
        return fail(ErrorKind::Malformed, "/seed", wholeNumberFrom(0, kMaxSeed));

    const auto known = parametersOf(experiment.workload, experiment.model);
    for (const auto &[id, value] : experiment.params.all()) {
        if (std::ranges::find(known, id, &Parameter::id) == known.end())
            return unknownParameter(jsonPointer("/params", id), experiment, id, known);
    }
    ParameterValues complete;
    for (const auto &parameter : known) {
        const auto *const given = experiment.params.find(parameter.id);
        const auto value = given == nullptr ? parameter.defaultValue : accepted(parameter, *given);
        if (!value)
            return fail(
                ErrorKind::Malformed, "/params/" + parameter.id,
                "must be " + allowedValues(parameter) + choiceMeant(parameter, *given, experiment));
        complete.set(parameter.id, *value);
    }
    experiment.params = std::move(complete);
    if (auto *const check = findWorkload(experiment.workload)->check) {
        if (const auto fits = check(workSpecOf(experiment)); !fits)
            return std::unexpected(fits.error());
    }
    return experiment;
}

const char *nameOf(Pin pin)
{
    switch (pin) {
    case Pin::None:
        return "none";
    case Pin::Spread:
        return "spread";
    case Pin::One:
        return "one";
    }
    return "none";
}

Result<void> setFromText(Experiment &experiment, std::string_view keyValue)
{
    const auto equals = keyValue.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return fail(ErrorKind::Malformed, std::string(keyValue), "must be written key=value");
    const std::string key(keyValue.substr(0, equals));
    const auto text = keyValue.substr(equals + 1);

    const auto known = parametersOf(experiment.workload, experiment.model);
    if (known.empty()) // One of the two ids is unknown; every known pair has parameters.
        return checkPair(experiment);
    const auto parameter = std::ranges::find(known, key, &Parameter::id);
    if (parameter == known.end())
        return unknownParameter(key, experiment, key, known);
    const auto parsed = valueFromText(parameter->kind, text);
    const auto value = parsed ? accepted(*parameter, *parsed) : std::nullopt;
    if (!value)
        return fail(
            ErrorKind::Malformed, key,
            "must be " + allowedValues(*parameter)
                + (parsed ? choiceMeant(*parameter, *parsed, experiment) : std::string()));
    experiment.params.set(key, *value);
    return {};
}

WorkSpec workSpecOf(const Experiment &experiment)
{
    const auto *const model = findModel(experiment.model);
    return {
        .params = experiment.params,
        .seed = experiment.seed,
        .items = experiment.items,
        .workers = experiment.workers,
        .inPython = model != nullptr && model->interpreter.has_value()};
}

} // namespace timeslice
