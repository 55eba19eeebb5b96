// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/jsonexport.h"

#include "core/run/experimentjson.h"

#include <cmath>

namespace timeslice {

namespace {

template <typename T>
std::optional<T> unless(bool unknown, T value)
{
    return unknown ? std::nullopt : std::optional<T>(std::move(value));
}

/// Measured times are whole nanoseconds; what sums and differences of doubles add behind them is no
/// information.
std::optional<double> seconds(const std::optional<double> &measured)
{
    return measured ? std::optional(std::round(*measured * 1e9) / 1e9) : std::nullopt;
}

void writeMachine(JsonWriter &json, const Machine &machine)
{
    json.beginObject();
    json.field("cpus_online", unless(machine.cpusOnline.empty(), machine.cpusOnline.size()));
    json.field("cpus_allowed", unless(machine.cpusAllowed.empty(), machine.cpusAllowed.size()));
    json.field("cpu_quota", machine.cpuQuota);
    json.field("cpu_model", unless(machine.cpuModel.empty(), std::string_view(machine.cpuModel)));
    json.field("kernel", unless(machine.kernel.empty(), std::string_view(machine.kernel)));
    json.field("perf_event_paranoid", machine.perfEventParanoid);
    json.endObject();
}

void writeError(JsonWriter &json, const std::optional<Error> &error)
{
    if (!error) {
        json.value(std::nullopt);
        return;
    }
    json.beginObject();
    json.field("kind", std::string_view(nameOf(error->kind)));
    json.field("where", std::string_view(error->where));
    json.field("what", std::string_view(error->what));
    json.field("errno", unless(error->errnoValue == 0, error->errnoValue));
    json.endObject();
}

void writeInterpreter(JsonWriter &json, const std::optional<InterpreterReport> &interpreter)
{
    if (!interpreter) {
        json.value(std::nullopt);
        return;
    }
    json.beginObject();
    json.field("path", interpreter->path);
    json.field("version", std::string_view(interpreter->version));
    json.field("implementation", std::string_view(interpreter->implementation));
    json.field("gil_enabled", interpreter->gilEnabled);
    json.field("free_threaded", interpreter->freeThreaded);
    json.field("start_method", interpreter->startMethod);
    json.field("switch_interval_s", interpreter->switchIntervalSeconds);
    json.endObject();
}

void writeLatency(JsonWriter &json, const std::optional<LatencySummary> &latency)
{
    const auto field = [&](std::string_view name, Nanoseconds LatencySummary::*quantile) {
        json.field(name, unless(!latency, latency ? toSeconds((*latency).*quantile) : 0.0));
    };
    json.beginObject();
    field("p50", &LatencySummary::p50);
    field("p95", &LatencySummary::p95);
    field("p99", &LatencySummary::p99);
    field("max", &LatencySummary::max);
    json.endObject();
}

void writeSwitches(JsonWriter &json, const SwitchCounts &switches)
{
    json.field("voluntary", switches.voluntary);
    json.field("involuntary", switches.involuntary);
    json.field("migrations", switches.migrations);
}

void writeMemory(JsonWriter &json, const std::optional<MemoryReading> &memory)
{
    const auto field = [&](std::string_view name, std::uint64_t MemoryReading::*bytes) {
        json.field(name, unless(!memory, memory ? (*memory).*bytes : 0));
    };
    json.beginObject();
    field("rss_peak_bytes", &MemoryReading::rssBytes);
    field("pss_peak_bytes", &MemoryReading::pssBytes);
    field("uss_peak_bytes", &MemoryReading::ussBytes);
    json.endObject();
}

/// \param hasItems  False for a task of a foreign program, which knows of no items.
void writeWorker(JsonWriter &json, const WorkerResult &worker, bool hasItems)
{
    json.beginObject();
    json.field("index", worker.index);
    json.field("name", std::string_view(worker.name));
    json.field("pid", unless(worker.pid == 0, worker.pid));
    json.field("tid", unless(worker.tid == 0, worker.tid));
    json.field("items", unless(!hasItems, worker.items));
    json.field("cpu_s", seconds(worker.cpuSeconds));
    writeSwitches(json, worker.switches);
    json.field("running_s", seconds(worker.states.running));
    json.field("runnable_s", seconds(worker.states.runnable));
    json.field("blocked_s", seconds(worker.states.blocked));
    json.field("gil_wait_s", seconds(worker.states.gilWait));
    json.endObject();
}

void writeStates(JsonWriter &json, const StateTimes &states)
{
    json.beginObject();
    json.field("running", seconds(states.running));
    json.field("runnable", seconds(states.runnable));
    json.field("blocked", seconds(states.blocked));
    json.field("gil_wait", seconds(states.gilWait));
    json.endObject();
}

void writeObserver(JsonWriter &json, const ObserverResult &observer)
{
    json.beginObject();
    json.field("cpu_s", seconds(observer.cpuSeconds));
    json.field("samples", observer.samples);
    json.field("missed", observer.missed);
    json.endObject();
}

std::optional<QString> unlessEmpty(const std::string &text)
{
    return text.empty() ? std::nullopt : std::optional(QString::fromStdString(text));
}

void writeCheck(JsonWriter &json, const std::optional<SelfCheck> &check)
{
    if (!check) {
        json.value(std::nullopt);
        return;
    }
    json.beginObject();
    json.field("verdict", std::string_view(nameOf(check->verdict)));
    json.key("tasks");
    json.beginArray();
    for (const auto &task : check->tasks) {
        json.beginObject();
        json.field("tid", task.tid);
        json.field("switches", task.switches);
        json.field("involuntary", task.involuntary);
        json.field("running", task.running);
        json.field("agrees", task.agrees);
        json.endObject();
    }
    json.endArray();
    json.field("uncompared", check->uncompared);
    json.endObject();
}

void writeTrace(JsonWriter &json, const TraceResult &trace)
{
    json.beginObject();
    json.field("source", std::string_view(nameOf(trace.source)));
    json.field("reason", unlessEmpty(trace.reason));
    json.field("remedy", unlessEmpty(trace.remedy));
    json.field("records", trace.records);
    json.field("lost", trace.lost);
    json.field("lost_uncounted", unless(!trace.lost, trace.hasUncountedLosses));
    json.field("reader_cpu_s", seconds(trace.readerCpuSeconds));
    json.key("self_check");
    writeCheck(json, trace.check);
    json.endObject();
}

void writeLock(JsonWriter &json, const Recording &recording)
{
    const auto &lock = recording.lock;
    if (!lock) {
        json.value(std::nullopt);
        return;
    }
    const bool hasTime = recording.wallSeconds > 0;
    const auto quantile = [](const std::optional<LatencySummary> &summary,
                             Nanoseconds LatencySummary::*which) {
        return summary ? std::optional(toSeconds((*summary).*which)) : std::nullopt;
    };
    json.beginObject();
    json.field("hand_overs", lock->handOvers);
    json.field(
        "hand_overs_per_s",
        hasTime ? std::optional(static_cast<double>(lock->handOvers) / recording.wallSeconds) : std::nullopt);
    json.field("asked", lock->asked);
    json.field("hold_p50_s", quantile(lock->hold, &LatencySummary::p50));
    json.field("hold_max_s", quantile(lock->hold, &LatencySummary::max));
    json.field("wait_p50_s", quantile(lock->wait, &LatencySummary::p50));
    json.field("wait_max_s", quantile(lock->wait, &LatencySummary::max));
    json.field("lost_events", lock->lost);
    json.endObject();
}

void writeResults(JsonWriter &json, const Recording &recording)
{
    json.beginObject();
    for (const auto &[field, value] : resultsOf(recording))
        json.field(field->id, value);
    json.endObject();
}

void writeNotes(JsonWriter &json, const Recording &recording)
{
    json.beginArray();
    for (const auto &note : recording.notes)
        json.value(note);
    for (const auto &gap : recording.gaps)
        json.value("not measured: " + gap.what + ": " + describe(gap.error));
    if (!recording.itemError.empty() && !recording.error)
        json.value("first failed item: " + recording.itemError);
    json.endArray();
}

} // namespace

QString checksumText(std::uint64_t checksum)
{
    return QStringLiteral("%1").arg(checksum, 16, 16, QLatin1Char('0'));
}

QByteArray runJson(const Recording &recording, JsonWriter::Style style)
{
    const bool nothingEnded = recording.items == 0;
    JsonWriter json(style);
    json.beginObject();
    json.field("schema", std::string_view("timeslice.run/1"));
    json.key("experiment");
    json.beginObject();
    writeFields(json, recording.experiment);
    json.endObject();
    if (!recording.command.isEmpty()) {
        json.key("command");
        json.beginArray();
        for (const auto &word : recording.command)
            json.value(word);
        json.endArray();
        json.field("output", recording.output);
    }
    json.key("machine");
    writeMachine(json, recording.machine);
    json.key("interpreter");
    writeInterpreter(json, recording.interpreter);
    json.field("outcome", std::string_view(nameOf(recording.outcome)));
    json.key("error");
    writeError(json, recording.error);
    json.field("wall_s", seconds(unless(!(recording.wallSeconds > 0), recording.wallSeconds)));
    json.field("cpu_s", seconds(recording.cpuSeconds));
    json.field("stolen_s", seconds(recording.stolenSeconds));
    json.field("items", recording.items);
    json.field("items_failed", recording.itemsFailed);
    json.field("items_per_s", recording.itemsPerSecond);
    json.field("checksum", unless(nothingEnded, checksumText(recording.checksum)));
    json.key("latency_s");
    writeLatency(json, recording.latency);
    json.key("switches");
    json.beginObject();
    writeSwitches(json, recording.switches);
    json.endObject();
    json.key("states_s");
    writeStates(json, recording.states);
    json.key("memory");
    writeMemory(json, recording.memoryPeak);
    json.key("workers");
    json.beginArray();
    for (const auto &worker : recording.workers)
        writeWorker(json, worker, recording.command.isEmpty());
    json.endArray();
    json.key("trace");
    writeTrace(json, recording.trace);
    json.key("observer");
    writeObserver(json, recording.observer);
    const auto &lag = recording.loopLag;
    json.key("loop");
    json.beginObject();
    json.field("lag_p50_s", lag ? std::optional(toSeconds(lag->p50)) : std::nullopt);
    json.field("lag_p99_s", lag ? std::optional(toSeconds(lag->p99)) : std::nullopt);
    json.field("lag_max_s", lag ? std::optional(toSeconds(lag->max)) : std::nullopt);
    json.endObject();
    json.key("gil");
    writeLock(json, recording);
    json.key("results");
    writeResults(json, recording);
    json.key("findings");
    json.beginArray();
    json.endArray();
    json.key("notes");
    writeNotes(json, recording);
    json.endObject();
    return json.take();
}

} // namespace timeslice
