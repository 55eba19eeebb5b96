// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/perfettoexport.h"

#include "core/record/streamfile.h"
#include "core/run/jsonwriter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

namespace timeslice {

namespace {

constexpr std::size_t kSegmentsAtOnce = 4096;
constexpr qsizetype kPiece = 64 * 1024;

// Microseconds with three decimals: exactly the nanoseconds, and no locale.
void appendMicroseconds(QByteArray &text, std::uint64_t ns)
{
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), ns / 1000).ptr;
    text.append(digits.data(), end - digits.data());
    const auto rest = ns % 1000;
    const std::array<char, 4> decimals{
        '.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10),
        static_cast<char>('0' + rest % 10)};
    text.append(decimals.data(), decimals.size());
}

QByteArray microseconds(std::uint64_t ns)
{
    QByteArray text;
    appendMicroseconds(text, ns);
    return text;
}

const char *stateName(TaskState state)
{
    switch (state) {
    case TaskState::Running:
        return "Running";
    case TaskState::Runnable:
        return "R";
    case TaskState::Blocked:
    case TaskState::GilWait:
        return "S";
    case TaskState::Absent:
    case TaskState::Unknown:
        break;
    }
    return nullptr;
}

// The viewer takes pid 0 for the kernel's idle task.
int pidOf(const TaskInfo &task)
{
    return task.pid != 0 ? task.pid : task.tid;
}

class Writer {
public:
    Writer(const TimelineView &view, const TraceLabels &labels, const TextSink &sink)
        : m_view(view)
        , m_labels(labels)
        , m_sink(sink)
        , m_beginNs(view.known().beginNs)
    { }

    void write()
    {
        m_text = R"({"traceEvents":[)";
        writeNames();
        for (std::uint32_t i = 0; i < m_view.tasks().size() && m_goesOn; ++i)
            writeStates(i);
        writeMarks();
        writeCounters();
        m_text += "\n],\"metadata\":";
        m_text += metadata();
        m_text += "}\n";
        flush();
    }

private:
    void flush()
    {
        m_goesOn = m_goesOn && m_sink(m_text);
        m_text.clear();
    }

    void beginEvent()
    {
        m_text += m_isFirst ? "\n" : ",\n";
        m_isFirst = false;
    }

    void writeNames()
    {
        // An empty trace would not be recognised: it has this name at least.
        name(
            "process_name", ownPid(), ownPid(),
            m_labels.title.isEmpty() ? QStringLiteral("timeslice") : m_labels.title);
        std::set<int> named{ownPid()};
        const auto &tasks = m_view.tasks();
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            const auto &task = tasks[i];
            if (named.insert(pidOf(task)).second)
                name("process_name", pidOf(task), pidOf(task), QString::fromStdString(task.name));
            name("thread_name", pidOf(task), task.tid, m_labels.nameOf(task));
            sortIndex(task, i);
        }
    }

    // Of the traced task: what is marked for the whole trace is marked there.
    [[nodiscard]] int ownPid() const { return m_view.tasks().empty() ? 1 : pidOf(m_view.tasks().front()); }

    void name(const char *what, int pid, int tid, const QString &text)
    {
        JsonWriter json(JsonWriter::Style::Compact);
        json.beginObject();
        json.field("ph", std::string_view("M"));
        json.field("name", std::string_view(what));
        json.field("pid", pid);
        json.field("tid", tid);
        json.key("args");
        json.beginObject();
        json.field("name", text);
        json.endObject();
        json.endObject();
        beginEvent();
        m_text += json.take();
    }

    void sortIndex(const TaskInfo &task, std::size_t index)
    {
        beginEvent();
        m_text += R"({"ph":"M","name":"thread_sort_index","pid":)" + QByteArray::number(pidOf(task))
            + R"(,"tid":)" + QByteArray::number(task.tid) + R"(,"args":{"sort_index":)"
            + QByteArray::number(static_cast<qulonglong>(index)) + "}}";
    }

    void writeStates(std::uint32_t index)
    {
        const LaneId lane{LaneId::Kind::Task, index};
        const auto &task = m_view.tasks()[index];
        const QByteArray whose =
            R"(,"pid":)" + QByteArray::number(pidOf(task)) + R"(,"tid":)" + QByteArray::number(task.tid);
        auto rest = m_view.known();
        std::vector<Segment> segments;
        while (rest.lengthNs() > 0 && m_goesOn) {
            segments.clear();
            rest.beginNs = m_view.segments(lane, rest, kSegmentsAtOnce, segments);
            for (const auto &segment : segments)
                writeState(segment, whose, lane);
        }
    }

    void writeState(const Segment &segment, const QByteArray &whose, LaneId lane)
    {
        const auto known = m_view.known();
        const TimeSpan span{
            std::max(segment.span.beginNs, known.beginNs), std::min(segment.span.endNs, known.endNs)};
        const char *state = stateName(segment.state);
        if (segment.isSummary)
            writeSummary(span, whose, lane);
        if (state == nullptr || segment.isSummary || span.lengthNs() == 0)
            return;
        beginEvent();
        m_text += R"({"ph":"T","cat":"sched","name":")";
        m_text += state;
        m_text += '"' + whose + R"(,"ts":)";
        appendMicroseconds(m_text, span.beginNs - m_beginNs);
        m_text += R"(,"dur":)";
        appendMicroseconds(m_text, span.lengthNs());
        if (segment.state == TaskState::Running)
            m_text += R"(,"args":{"cpu":)" + QByteArray::number(segment.key) + "}";
        else if (segment.state == TaskState::GilWait)
            m_text += R"(,"args":{"blocked_function":"GIL"})";
        m_text += '}';
        if (m_text.size() >= kPiece)
            flush();
    }

    void writeSummary(TimeSpan span, const QByteArray &whose, LaneId lane)
    {
        StateSums sums;
        m_view.columns(lane, span, std::span(&sums, 1));
        beginEvent();
        m_text += R"({"ph":"i","s":"t","cat":"missing","name":"only sums are kept from here")" + whose
            + R"(,"ts":)" + microseconds(span.beginNs - m_beginNs) + R"(,"args":{"length_us":)"
            + microseconds(span.lengthNs()) + R"(,"running_us":)" + microseconds(sums.runningNs)
            + R"(,"runnable_us":)" + microseconds(sums.runnableNs) + R"(,"blocked_us":)"
            + microseconds(sums.blockedNs + sums.gilWaitNs) + R"(,"switches":)"
            + QByteArray::number(static_cast<qulonglong>(sums.switches)) + "}}";
    }

    void mark(const QByteArray &what, std::uint64_t timeNs, const QByteArray &args)
    {
        const auto pid = QByteArray::number(ownPid());
        beginEvent();
        m_text += R"({"ph":"i","s":"g","cat":"run","name":")" + what + R"(","pid":)" + pid + R"(,"tid":)"
            + pid + R"(,"ts":)" + microseconds(timeNs - m_beginNs) + args + "}";
    }

    void writeMarks()
    {
        if (m_labels.goNs && *m_labels.goNs >= m_beginNs)
            mark("go", *m_labels.goNs, {});
        for (const auto &lost : m_view.losses().spans) {
            const auto count = QByteArray::number(static_cast<qulonglong>(lost.count));
            const auto cpu = QByteArray::number(lost.cpu);
            mark(
                (lost.count > 0 ? count : QByteArray("some")) + " records lost on core " + cpu,
                std::max(lost.span.beginNs, m_beginNs),
                R"(,"args":{"cpu":)" + cpu + R"(,"count":)" + (lost.count > 0 ? count : QByteArray("null"))
                    + R"(,"length_us":)" + microseconds(lost.span.lengthNs()) + "}");
        }
    }

    // A viewer draws each value until the next one of its track: a rate stands where its interval begins.
    void writeCounters()
    {
        for (const auto &point : m_labels.series) {
            const auto beginNs = std::max(toBoardNs(point.begin()), m_beginNs);
            if (toBoardNs(point.time) <= beginNs)
                continue; // before the trace
            counter("throughput", "items/s", point.itemsPerSecond, beginNs);
            counter("voluntary switches", "per second", point.voluntaryPerSecond, beginNs);
            counter("involuntary switches", "per second", point.involuntaryPerSecond, beginNs);
        }
    }

    void counter(const char *name, const char *unit, double value, std::uint64_t timeNs)
    {
        if (!std::isfinite(value)) { // the value before stands in the drawing, so it is said
            mark(QByteArray(name) + " not measured from here", timeNs, {});
            return;
        }
        beginEvent();
        m_text += R"({"ph":"C","name":")" + QByteArray(name) + R"(","pid":)" + QByteArray::number(ownPid())
            + R"(,"ts":)" + microseconds(timeNs - m_beginNs) + R"(,"args":{")" + unit + R"(":)"
            + QByteArray::number(value, 'g', 9) + "}}";
    }

    [[nodiscard]] QByteArray metadata() const
    {
        JsonWriter json(JsonWriter::Style::Compact);
        json.beginObject();
        json.field("producer", std::string_view("timeslice " TIMESLICE_VERSION));
        json.field("title", m_labels.title);
        json.field("clock", std::string_view("CLOCK_MONOTONIC"));
        // As text: a viewer that reads numbers as doubles would round them.
        json.field("trace_begin_ns", QString::number(static_cast<qulonglong>(m_beginNs)));
        if (m_labels.goNs)
            json.field("go_ns", QString::number(static_cast<qulonglong>(*m_labels.goNs)));
        json.field("records_lost", static_cast<qulonglong>(m_view.losses().count));
        json.endObject();
        return json.take();
    }

    const TimelineView &m_view;
    const TraceLabels &m_labels;
    const TextSink &m_sink;
    const std::uint64_t m_beginNs;
    QByteArray m_text;
    bool m_isFirst = true;
    bool m_goesOn = true;
};

} // namespace

void writePerfetto(const TimelineView &view, const TraceLabels &labels, const TextSink &sink)
{
    Writer(view, labels, sink).write();
}

Result<void> savePerfetto(const TimelineView &view, const TraceLabels &labels, const QString &path)
{
    const bool isPacked = path.endsWith(QLatin1String(".gz"), Qt::CaseInsensitive);
    auto file = StreamFile::open(path, isPacked ? StreamFile::Packing::Gzip : StreamFile::Packing::Plain);
    if (!file)
        return std::unexpected(file.error());
    writePerfetto(view, labels, [&file](QByteArrayView piece) {
        (*file)->write(piece);
        return !(*file)->hasFailed();
    });
    return (*file)->commit();
}

} // namespace timeslice
