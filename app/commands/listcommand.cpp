// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/listcommand.h"

#include "app/commandline.h"
#include "app/console.h"
#include "core/lab/scenarios.h"
#include "core/model/catalogue.h"
#include "core/run/experiment.h"
#include "core/run/experimentjson.h"
#include "core/run/interpretersearch.h"
#include "core/run/jsonwriter.h"
#include "core/run/nearest.h"
#include "core/workload/catalogue.h"

#include <algorithm>

namespace timeslice {

namespace {

constexpr qsizetype kTextWidth = 96;

const CommandSpec &listSpec()
{
    static const CommandSpec spec{
        .name = "list",
        .synopsis = "workloads|models|scenarios|interpreters [--json]",
        .about = "Lists what can be run, with every parameter, and the Python interpreters of this machine.",
        .options =
            {
                {"json", "", "print an array of objects instead"},
            },
        .more = "Examples:\n"
                "  timeslice list workloads\n"
                "  timeslice list models --json | jq -r '.[].id'\n"
                "  timeslice list scenarios --json | jq '.[0].experiment' > experiment.json\n",
        .mostPositional = 1,
    };
    return spec;
}

QString text(const std::string &from)
{
    return QString::fromStdString(from);
}

/// Lines of at most kTextWidth characters, each behind `indent` blanks.
QString wrapped(const QString &words, int indent)
{
    QString all;
    QString line(indent, u' ');
    bool isEmpty = true;
    for (const auto &word : words.split(u' ', Qt::SkipEmptyParts)) {
        if (!isEmpty && line.size() + 1 + word.size() > kTextWidth) {
            all += line + u'\n';
            line = QString(indent, u' ');
            isEmpty = true;
        }
        line += (isEmpty ? QString() : QStringLiteral(" ")) + word;
        isEmpty = false;
    }
    return isEmpty ? all : all + line + u'\n';
}

QString valueText(const ParameterValue &value)
{
    if (const auto *const whole = std::get_if<std::int64_t>(&value))
        return QString::number(*whole);
    if (const auto *const real = std::get_if<double>(&value))
        return QString::fromLatin1(numberText(*real));
    if (const auto *const toggle = std::get_if<bool>(&value))
        return *toggle ? QStringLiteral("true") : QStringLiteral("false");
    return text(std::get<std::string>(value));
}

QString parameterLines(const std::vector<Parameter> &parameters)
{
    qsizetype width = 0;
    for (const auto &parameter : parameters)
        width = std::max(width, text(parameter.id + '=').size() + valueText(parameter.defaultValue).size());
    QString lines;
    for (const auto &parameter : parameters) {
        const auto setting = text(parameter.id + '=') + valueText(parameter.defaultValue);
        lines += QStringLiteral("      ") + setting.leftJustified(width) + QStringLiteral("  ")
            + text(allowedValues(parameter)) + u'\n'
            + wrapped(text(parameter.help), static_cast<int>(width) + 8);
    }
    return lines;
}

QString heading(const std::string &id, const QString &title)
{
    constexpr qsizetype kIdWidth = 26;
    return text(id).leftJustified(kIdWidth) + title + u'\n';
}

QString commonLines()
{
    return QStringLiteral("Every experiment also has:\n") + parameterLines(commonParameters());
}

QString workloadsText()
{
    QString all;
    for (const auto &workload : workloads()) {
        all += heading(
            workload.id,
            text(workload.title)
                + QStringLiteral(" (%1; %2 items by default)")
                      .arg(text(workload.kind))
                      .arg(workload.defaultItems));
        all += wrapped(text(workload.item), 4) + parameterLines(workload.parameters) + u'\n';
    }
    return all + commonLines();
}

QString modelsText()
{
    QString all;
    for (const auto &model : models()) {
        all += heading(
            model.id, text(model.title) + QStringLiteral(" (Python: %1)").arg(text(model.pythonName)));
        all += wrapped(text(model.help), 4) + parameterLines(model.parameters) + u'\n';
    }
    return all + commonLines();
}

QString scenariosText()
{
    QString all;
    for (const auto &scenario : scenarios()) {
        const auto &experiment = scenario.experiment;
        all += scenario.id + QStringLiteral(": ") + scenario.title + u'\n' + wrapped(scenario.description, 4)
            + QStringLiteral("      %1 under %2, %3 workers\n\n")
                  .arg(text(experiment.workload), text(experiment.model))
                  .arg(experiment.workers);
    }
    return all;
}

const char *kindWord(Parameter::Kind kind)
{
    switch (kind) {
    case Parameter::Kind::Integer:
        return "integer";
    case Parameter::Kind::Real:
        return "real";
    case Parameter::Kind::Toggle:
        return "toggle";
    case Parameter::Kind::Choice:
        break;
    }
    return "choice";
}

void writeParameter(JsonWriter &json, const Parameter &parameter, bool isCommon)
{
    const bool isNumber =
        parameter.kind == Parameter::Kind::Integer || parameter.kind == Parameter::Kind::Real;
    const auto bound = [&](double value) { return isNumber ? std::optional(value) : std::nullopt; };
    json.beginObject();
    json.field("id", parameter.id);
    json.field("title", parameter.title);
    json.field("unit", parameter.unit);
    json.field("help", parameter.help);
    json.field("kind", std::string_view(kindWord(parameter.kind)));
    json.field("default", parameter.defaultValue);
    json.field("minimum", bound(parameter.minimum));
    json.field("maximum", bound(parameter.maximum));
    json.key("choices");
    json.beginArray();
    for (const auto &choice : parameter.choices) {
        json.beginObject();
        json.field("id", choice.id);
        json.field("title", choice.title);
        json.endObject();
    }
    json.endArray();
    json.field("common", isCommon);
    json.endObject();
}

/// What the entry itself declares, then what every experiment has ("common").
void writeParameters(JsonWriter &json, const std::vector<Parameter> &own)
{
    json.key("parameters");
    json.beginArray();
    for (const auto &parameter : own)
        writeParameter(json, parameter, false);
    for (const auto &parameter : commonParameters())
        writeParameter(json, parameter, true);
    json.endArray();
}

/// What a workload measures beyond time: results at the end, gauges while it runs.
template <typename Quantities>
void writeQuantities(JsonWriter &json, const char *key, const Quantities &quantities)
{
    json.key(key);
    json.beginArray();
    for (const auto &quantity : quantities) {
        json.beginObject();
        json.field("id", quantity.id);
        json.field("title", quantity.title);
        json.field("unit", quantity.unit);
        json.field("help", quantity.help);
        json.endObject();
    }
    json.endArray();
}

/// Pairs that make no sense, with the catalogue's reason.
template <typename Infos>
void writeImpossible(JsonWriter &json, const char *partnerKey, const Infos &partners, auto reasonFor)
{
    json.key("impossible");
    json.beginArray();
    for (const auto &partner : partners) {
        if (const auto reason = reasonFor(partner.id)) {
            json.beginObject();
            json.field(partnerKey, partner.id);
            json.field("reason", *reason);
            json.endObject();
        }
    }
    json.endArray();
}

void writeWorkloads(JsonWriter &json)
{
    for (const auto &workload : workloads()) {
        json.beginObject();
        json.field("id", workload.id);
        json.field("title", workload.title);
        json.field("kind", workload.kind);
        json.field("item", workload.item);
        json.field("default_items", workload.defaultItems);
        writeParameters(json, workload.parameters);
        writeQuantities(json, "results", workload.results);
        writeQuantities(json, "gauges", workload.gauges);
        writeImpossible(
            json, "model", models(), [&](const std::string &model) { return whyNot(workload.id, model); });
        json.endObject();
    }
}

void writeModels(JsonWriter &json)
{
    for (const auto &model : models()) {
        json.beginObject();
        json.field("id", model.id);
        json.field("title", model.title);
        json.field("python_name", model.pythonName);
        json.field("help", model.help);
        json.field("single_worker", model.singleWorker);
        json.field("child_process", model.needsChildHost);
        writeParameters(json, model.parameters);
        writeImpossible(json, "workload", workloads(), [&](const std::string &workload) {
            return whyNot(workload, model.id);
        });
        json.endObject();
    }
}

/// Each experiment is a complete one of schema timeslice.experiment/1, ready to be saved and run.
void writeScenarios(JsonWriter &json)
{
    for (const auto &scenario : scenarios()) {
        json.beginObject();
        json.field("id", scenario.id);
        json.field("title", scenario.title);
        json.field("description", scenario.description);
        json.key("experiment");
        json.beginObject();
        json.field("schema", kExperimentSchema);
        writeFields(json, scenario.experiment);
        json.endObject();
        json.endObject();
    }
}

QString traitsOf(const Interpreter &one)
{
    QStringList traits{text(one.implementation) + u' ' + text(one.version)};
    traits << QLatin1String(one.gilEnabled ? "GIL on" : "GIL off");
    if (one.freeThreaded)
        traits << QStringLiteral("free-threaded build");
    if (one.hasPyQt)
        traits << QStringLiteral("PyQt6");
    QStringList methods;
    for (const auto &method : one.startMethods)
        methods << text(method);
    if (!methods.isEmpty())
        traits << methods.join(u'/');
    return traits.join(QStringLiteral(", "));
}

QString interpretersText()
{
    const auto found = InterpreterSearch().finishNow();
    QString all;
    for (const auto &one : found) {
        all += heading(one.id, one.problem.empty() ? traitsOf(one) : QStringLiteral("cannot be used"))
            + QStringLiteral("    %1\n").arg(one.path);
        if (!one.problem.empty())
            all += wrapped(text(one.problem), 4);
    }
    if (found.empty())
        all += QStringLiteral("There is no Python interpreter on this machine.\n");
    all += u'\n';
    for (const auto &model : models()) {
        if (const auto reason = whyUnavailable(model, found))
            all += QStringLiteral("Not on this machine: %1 (%2)\n").arg(text(model.id), text(*reason));
    }
    return printable(all);
}

void writeInterpreters(JsonWriter &json)
{
    for (const auto &one : InterpreterSearch().finishNow()) {
        const bool isKnown = !one.version.empty();
        const auto ifKnown = [&](auto value) { return isKnown ? std::optional(value) : std::nullopt; };
        json.beginObject();
        json.field("id", one.id);
        json.field("path", one.path);
        json.field("version", ifKnown(one.version));
        json.field("implementation", ifKnown(one.implementation));
        json.field("gil_enabled", ifKnown(one.gilEnabled));
        json.field("free_threaded", ifKnown(one.freeThreaded));
        json.field("pyqt", ifKnown(one.hasPyQt));
        json.key("start_methods");
        json.beginArray();
        for (const auto &method : one.startMethods)
            json.value(method);
        json.endArray();
        json.field("problem", one.problem.empty() ? std::nullopt : std::optional(one.problem));
        json.endObject();
    }
}

struct Topic {
    std::string id;
    QString (*asText)();
    void (*writeJson)(JsonWriter &);
};

const std::vector<Topic> &topics()
{
    static const std::vector<Topic> all{
        {"workloads", workloadsText, writeWorkloads},
        {"models", modelsText, writeModels},
        {"scenarios", scenariosText, writeScenarios},
        {"interpreters", interpretersText, writeInterpreters},
    };
    return all;
}

QByteArray asJson(const Topic &topic)
{
    JsonWriter json(JsonWriter::Style::Indented);
    json.beginArray();
    topic.writeJson(json);
    json.endArray();
    return json.take();
}

} // namespace

int listCommand(const QStringList &arguments)
{
    CommandLine line(listSpec());
    Output output;
    if (CommandLine::asksForHelp(arguments))
        return output.write(line.helpText().toUtf8()) ? kDone : kNotWritable;
    if (const auto wrong = line.parse(arguments))
        return usageError(line.commandName(), *wrong);

    std::vector<std::string> ids;
    for (const auto &topic : topics())
        ids.push_back(topic.id);
    if (line.positional().isEmpty())
        return usageError(line.commandName(), QStringLiteral("list what? One of ") + text(joined(ids)));
    const auto asked = line.positional().first().toStdString();
    const auto topic = std::ranges::find(topics(), asked, &Topic::id);
    if (topic == topics().end()) {
        const auto near = didYouMean(asked, ids);
        return usageError(
            line.commandName(),
            QStringLiteral("cannot list \"%1\"").arg(line.positional().first())
                + text(near.empty() ? "; it must be one of " + joined(ids) : near));
    }
    const auto bytes = line.isSet("json") ? asJson(*topic) : topic->asText().toUtf8();
    return output.write(bytes) ? kDone : kNotWritable;
}

} // namespace timeslice
