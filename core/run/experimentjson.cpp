// SPDX-License-Identifier: GPL-3.0-or-later
//
// The file form of an experiment. What a key may hold is decided by `validated`; here a file is only held to
// its syntax, its keys and their types.
#include "core/run/experimentjson.h"

#include "core/run/jsonstrict.h"
#include "core/run/nearest.h"

#include <array>
#include <charconv>
#include <limits>

namespace timeslice {

namespace {

constexpr std::string_view kSchemaFamily = "timeslice.experiment/";

using Kind = JsonValue::Kind;

/// What is wrong with one value, to be read behind its key; nothing when it was taken.
using Complaint = std::optional<std::string>;

/// Whole numbers are written with digits alone: 1.5, 1e3 and "2" are not.
template <typename T>
std::optional<T> wholeNumber(const JsonValue &value)
{
    T number{};
    const auto *const end = value.text.data() + value.text.size();
    if (value.kind != Kind::Number)
        return std::nullopt;
    const auto parsed = std::from_chars(value.text.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

/// Nothing also for a number that no double holds (1e999).
std::optional<double> realNumber(const JsonValue &value)
{
    double number = 0;
    const auto *const end = value.text.data() + value.text.size();
    if (value.kind != Kind::Number)
        return std::nullopt;
    const auto parsed = std::from_chars(value.text.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

Complaint takeId(std::string &into, const JsonValue &value)
{
    if (value.kind != Kind::String)
        return "must be a string";
    into = value.text;
    return std::nullopt;
}

Complaint takeWorkers(Experiment &into, const JsonValue &value)
{
    const auto number = wholeNumber<unsigned>(value);
    if (!number)
        return wholeNumberFrom(1, kMaxExperimentWorkers);
    into.workers = *number;
    return std::nullopt;
}

Complaint takeItems(Experiment &into, const JsonValue &value)
{
    if (value.kind == Kind::Null)
        return std::nullopt;
    into.items = wholeNumber<std::uint64_t>(value);
    return into.items ? Complaint() : wholeNumberFrom(1, kMaxItems);
}

Complaint takeDuration(Experiment &into, const JsonValue &value)
{
    if (value.kind == Kind::Null)
        return std::nullopt;
    into.durationSeconds = realNumber(value);
    if (into.durationSeconds)
        return std::nullopt;
    return "must be a number from " + numberText(kMinDurationSeconds).toStdString() + " to "
        + numberText(kMaxDurationSeconds).toStdString();
}

Complaint takeSeed(Experiment &into, const JsonValue &value)
{
    const auto number = wholeNumber<std::uint64_t>(value);
    if (!number)
        return wholeNumberFrom(0, kMaxSeed);
    into.seed = *number;
    return std::nullopt;
}

Complaint takePin(Experiment &into, const JsonValue &value)
{
    for (const auto pin : {Pin::None, Pin::Spread, Pin::One}) {
        if (value.kind == Kind::String && value.text == nameOf(pin)) {
            into.pin = pin;
            return std::nullopt;
        }
    }
    return "must be one of none, spread, one";
}

Complaint takeIsolate(Experiment &into, const JsonValue &value)
{
    if (value.kind != Kind::Boolean)
        return "must be true or false";
    into.isolate = value.boolean;
    return std::nullopt;
}

/// Numbers keep the form they were written in; `validated` knows which form each parameter wants.
std::optional<ParameterValue> parameterValue(const JsonValue &value)
{
    switch (value.kind) {
    case Kind::Boolean:
        return value.boolean;
    case Kind::String:
        return value.text;
    case Kind::Number:
        if (const auto whole = wholeNumber<std::int64_t>(value))
            return *whole;
        // Beyond every range, so that the complaint is the parameter's own.
        return realNumber(value).value_or(std::numeric_limits<double>::infinity());
    case Kind::Null:
    case Kind::Array:
    case Kind::Object:
        break;
    }
    return std::nullopt;
}

struct Reader {
    std::string_view text;
    const JsonValue &root;

    [[nodiscard]] std::unexpected<Error> complain(
        const JsonValue &at, std::string where, std::string_view what,
        ErrorKind kind = ErrorKind::Malformed) const
    {
        return fail(kind, std::move(where), jsonPlace(text, at.offset) + ": " + std::string(what));
    }

    [[nodiscard]] Result<void> checkSchema() const
    {
        if (root.kind != Kind::Object)
            return complain(root, {}, "an experiment is an object, { ... }");
        const auto *const schema = root.find("schema");
        const auto wanted = "must be \"" + std::string(kExperimentSchema) + "\"";
        if (schema == nullptr)
            return complain(root, "/schema", "is missing; it " + wanted);
        if (schema->kind != Kind::String || !schema->text.starts_with(kSchemaFamily))
            return complain(*schema, "/schema", wanted);
        if (schema->text != kExperimentSchema)
            return complain(
                *schema, "/schema", "made for another version of Timeslice; it " + wanted,
                ErrorKind::Unsupported);
        return {};
    }

    [[nodiscard]] Result<void> takeParams(Experiment &into, const JsonValue &params) const
    {
        if (params.kind != Kind::Object)
            return complain(params, "/params", "must be an object, { ... }");
        for (std::size_t i = 0; i < params.keys.size(); ++i) {
            auto value = parameterValue(params.elements[i]);
            if (!value)
                return complain(
                    params.elements[i], jsonPointer("/params", params.keys[i]),
                    "must be a number, a string, true or false");
            into.params.set(params.keys[i], std::move(*value));
        }
        return {};
    }

    [[nodiscard]] Result<Experiment> read() const
    {
        static const std::vector<std::string> keys{"schema",     "workload", "model",   "workers", "items",
                                                   "duration_s", "pin",      "isolate", "seed",    "params"};
        if (const auto schema = checkSchema(); !schema)
            return std::unexpected(schema.error());
        Experiment experiment;
        for (std::size_t i = 0; i < root.keys.size(); ++i) {
            const auto &key = root.keys[i];
            const auto &value = root.elements[i];
            Complaint complaint;
            if (key == "workload") {
                complaint = takeId(experiment.workload, value);
            } else if (key == "model") {
                complaint = takeId(experiment.model, value);
            } else if (key == "workers") {
                complaint = takeWorkers(experiment, value);
            } else if (key == "items") {
                complaint = takeItems(experiment, value);
            } else if (key == "duration_s") {
                complaint = takeDuration(experiment, value);
            } else if (key == "pin") {
                complaint = takePin(experiment, value);
            } else if (key == "isolate") {
                complaint = takeIsolate(experiment, value);
            } else if (key == "seed") {
                complaint = takeSeed(experiment, value);
            } else if (key == "params") {
                if (const auto taken = takeParams(experiment, value); !taken)
                    return std::unexpected(taken.error());
            } else if (key != "schema") {
                const auto near = didYouMean(key, keys);
                complaint = "unknown key" + (near.empty() ? "; allowed are " + joined(keys) : near);
            }
            if (complaint)
                return complain(value, jsonPointer({}, key), *complaint);
        }
        return experiment;
    }

    /// The place of a complaint that `validated` made, or of the whole where the key is not written.
    [[nodiscard]] const JsonValue &at(std::string_view pointer) const
    {
        const JsonValue *here = &root;
        for (std::size_t i = 0; i < here->keys.size(); ++i) {
            const auto own = jsonPointer({}, here->keys[i]);
            if (pointer == own)
                return here->elements[i];
            if (pointer.starts_with(own + '/')) {
                const auto &inner = here->elements[i];
                for (std::size_t j = 0; j < inner.keys.size(); ++j) {
                    if (pointer == jsonPointer(own, inner.keys[j]))
                        return inner.elements[j];
                }
            }
        }
        return root;
    }
};

} // namespace

std::string wholeNumberFrom(std::uint64_t least, std::uint64_t most)
{
    return "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
}

Result<Experiment> experimentFromJson(const QByteArray &bytes)
{
    const std::string_view text(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    const auto root = parseStrictJson(text, {.bytes = static_cast<std::size_t>(kMaxExperimentBytes)});
    if (!root)
        return std::unexpected(root.error());
    const Reader reader{text, *root};
    auto experiment = reader.read();
    if (!experiment)
        return experiment;
    auto checked = validated(std::move(*experiment));
    if (!checked) {
        auto &error = checked.error();
        return reader.complain(reader.at(error.where), error.where, error.what, error.kind);
    }
    return checked;
}

void writeFields(JsonWriter &json, const Experiment &experiment)
{
    json.field("workload", std::string_view(experiment.workload));
    json.field("model", std::string_view(experiment.model));
    json.field("workers", experiment.workers);
    json.field("items", experiment.items);
    json.field("duration_s", experiment.durationSeconds);
    json.field("pin", std::string_view(nameOf(experiment.pin)));
    json.field("isolate", experiment.isolate);
    json.field("seed", experiment.seed);
    json.key("params");
    json.beginObject();
    for (const auto &[id, value] : experiment.params.all())
        json.field(id, value);
    json.endObject();
}

QByteArray toJson(const Experiment &experiment)
{
    JsonWriter json(JsonWriter::Style::Indented);
    json.beginObject();
    json.field("schema", kExperimentSchema);
    writeFields(json, experiment);
    json.endObject();
    return json.take();
}

} // namespace timeslice
