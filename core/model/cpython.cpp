// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/cpython.h"

#include "core/base/childsetup.h"
#include "core/base/uniquefd.h"
#include "core/model/pythonpackage.h"
#include "core/run/childexit.h"
#include "core/run/jsonstrict.h"
#include "core/run/outputrelay.h"

#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTimer>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

constexpr auto kLookInterval = 2ms; ///< Whether all workers are ready.
/// After a stop; less than the supervisor's owner waits before it uses force.
constexpr auto kKillAfter = 400ms;
constexpr auto kHelperPatience = 1000ms; ///< Until what the interpreter has started has followed it.
constexpr qsizetype kMaxReportBytes = 16 * 1024;

/// Whoever waits for one in Python has it open for reading; it opens for all of them when this end is closed.
Result<UniqueFd> makeGate(const QString &path)
{
    const auto file = QFile::encodeName(path);
    if (::mkfifo(file.constData(), 0600) != 0)
        return failErrno(errno, path.toStdString(), "cannot be made");
    UniqueFd gate(::open(file.constData(), O_RDWR | O_NONBLOCK | O_CLOEXEC)); // O_WRONLY wants a reader
    if (!gate.isValid())
        return failErrno(errno, path.toStdString(), "cannot be opened");
    return gate;
}

/// Why the run could not be completed, as the interpreter reports it.
std::optional<Error> readEndReport(const QString &runDirectory)
{
    QFile file(runDirectory + QStringLiteral("/python-end.json"));
    if (!file.open(QIODevice::ReadOnly) || file.size() > kMaxReportBytes)
        return std::nullopt;
    const auto bytes = file.read(kMaxReportBytes);
    const auto report = parseStrictJson({bytes.constData(), static_cast<std::size_t>(bytes.size())});
    if (!report)
        return std::nullopt;
    const auto *const error = report->find("error");
    if (error == nullptr)
        return std::nullopt;
    const auto textAt = [&](const char *key) -> std::string {
        const auto *const value = error->find(key);
        if (value == nullptr || value->kind != JsonValue::Kind::String)
            return {};
        return cleanOutput(QByteArray::fromStdString(value->text), 1024).toStdString();
    };
    if (textAt("what").empty())
        return std::nullopt;
    return Error{ErrorKind::System, 0, textAt("where"), textAt("what")};
}

class Cpython final : public Model {
    Q_OBJECT

public:
    explicit Cpython(const ModelContext &context)
        : Model(context)
    {
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.setStandardInputFile(QProcess::nullDevice());
        m_process.setChildProcessModifier([parent = ::getpid()] {
            ::setpgid(0, 0);
            setUpChild(parent, SIGKILL);
            ::signal(SIGPIPE, SIG_DFL); // the supervisor ignores it, and that would be inherited
        });
        connect(&m_process, &QProcess::readyReadStandardOutput, this, &Cpython::forward);
        connect(&m_process, &QProcess::started, this, [this] {
            m_group = static_cast<pid_t>(m_process.processId());
        });
        connect(&m_process, &QProcess::finished, this, [this] {
            forward();
            m_sinceEnd.start();
            m_reap.start();
            reapHelpers();
        });
        m_reap.setInterval(kLookInterval);
        connect(&m_reap, &QTimer::timeout, this, &Cpython::reapHelpers);
        connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                noteEnd(Error{
                    ErrorKind::Unsupported, 0, this->context().interpreter.toStdString(),
                    "cannot be started: " + m_process.errorString().toStdString()});
        });
        m_look.setInterval(kLookInterval);
        connect(&m_look, &QTimer::timeout, this, [this] {
            if (areAllReady())
                noteReady();
        });
        m_kill.setSingleShot(true);
        connect(&m_kill, &QTimer::timeout, this, &Cpython::kill);
    }

    ~Cpython() override
    {
        m_process.disconnect(this);
        kill();
        if (m_process.state() != QProcess::NotRunning)
            m_process.waitForFinished(1000);
    }

    void start() override
    {
        if (const auto started = startInterpreter(); !started) {
            m_hasEnded = true;
            Q_EMIT failed(started.error());
            noteReady();
            return;
        }
        m_look.start();
    }

    // A process is an interpreter that starts and imports: a tenth of a second of a busy core.
    std::chrono::milliseconds readyPatience() const override
    {
        return Model::readyPatience() + context().experiment->workers * 100ms;
    }

    void begin() override
    {
        m_begun = true;
        m_goGate.reset();
        finishWhenEnded();
    }

    void wake() override
    {
        m_goGate.reset();
        m_stopGate.reset();
        if (m_process.state() != QProcess::NotRunning && !m_kill.isActive())
            m_kill.start(kKillAfter);
    }

private:
    Result<void> startInterpreter()
    {
        const auto directory = context().runDirectory;
        const auto program = writePythonPackage(directory);
        if (!program)
            return std::unexpected(program.error());
        auto go = makeGate(directory + QStringLiteral("/go"));
        auto stop = makeGate(directory + QStringLiteral("/stop"));
        if (!go || !stop)
            return std::unexpected((go ? stop : go).error());
        m_goGate = std::move(*go);
        m_stopGate = std::move(*stop);

        QStringList arguments{
            QStringLiteral("-I"), QStringLiteral("-X"), QStringLiteral("utf8"), *program, directory};
        // By its path, and not inherited: processes that Python starts have it open whatever their start
        // method.
        if (context().dataFd >= 0)
            arguments << QStringLiteral("/proc/%1/fd/%2").arg(::getpid()).arg(context().dataFd)
                      << QString::number(context().data.size());
        m_process.start(context().interpreter, arguments);
        return {};
    }

    [[nodiscard]] bool areAllReady() const
    {
        const auto &board = *context().board;
        for (unsigned index = 0; index < board.workers(); ++index) {
            if (board.slot(index).phase.load(std::memory_order_acquire)
                < static_cast<std::uint32_t>(WorkerPhase::Ready))
                return false;
        }
        return true;
    }

    void noteReady()
    {
        m_look.stop();
        if (!std::exchange(m_isReady, true))
            Q_EMIT ready();
    }

    [[nodiscard]] std::string name() const
    {
        return QFileInfo(context().interpreter).fileName().toStdString();
    }

    std::optional<Error> endError() const
    {
        if (auto reported = readEndReport(context().runDirectory))
            return reported;
        if (m_wasKilled)
            return std::nullopt; // it did not leave by itself when it was asked to
        return childExitError(m_process, name());
    }

    void noteEnd(std::optional<Error> error)
    {
        m_kill.stop();
        m_hasEnded = true;
        if (!error && !m_isReady && context().board->state() != RunState::Stop)
            error = Error{ErrorKind::System, 0, name(), "ended before its workers were ready"};
        if (error)
            Q_EMIT failed(*error);
        noteReady();
        finishWhenEnded();
    }

    void finishWhenEnded()
    {
        if (m_begun && m_hasEnded && !std::exchange(m_isFinished, true))
            Q_EMIT finished();
    }

    // Python's own helpers (resource tracker, fork server) end when they see that it has ended, a moment
    // later. They are ours then, a subreaper's children.
    void reapHelpers()
    {
        while (::waitpid(-m_group, nullptr, WNOHANG) > 0) { }
        const bool isAnyLeft = ::waitpid(-m_group, nullptr, WNOHANG) == 0;
        if (isAnyLeft && !m_sinceEnd.hasExpired(kHelperPatience.count()))
            return;
        m_reap.stop();
        noteEnd(endError());
    }

    void forward() { m_relay.forward(m_process.readAllStandardOutput()); }

    // The whole group: what the interpreter has started, too.
    void kill()
    {
        if (const auto pid = static_cast<pid_t>(m_process.processId()); pid > 0) {
            m_wasKilled = true;
            ::kill(-pid, SIGKILL);
            ::kill(pid, SIGKILL);
        }
    }

    QProcess m_process;
    UniqueFd m_goGate;
    UniqueFd m_stopGate;
    QTimer m_look;
    QTimer m_kill;
    QTimer m_reap;
    QElapsedTimer m_sinceEnd;
    pid_t m_group = 0;
    OutputRelay m_relay;
    bool m_wasKilled = false;
    bool m_isReady = false;
    bool m_begun = false;
    bool m_hasEnded = false;
    bool m_isFinished = false;
};

// What the models differ in, seen from here.
struct Row {
    const char *id;
    const char *title;
    const char *pythonName;
    const char *help;
    bool singleWorker = false;
    bool startsProcesses = false;
    bool hasLoop = false;
    bool sharesGil = false;
    bool startsNoProcesses = false;
    bool handsOutItems = false;
    std::vector<Parameter> parameters = {};
    InterpreterNeeds needs = {};
};

std::vector<Row> rows()
{
    return {
        {.id = "cpython-sequential",
         .title = "Python: one after another",
         .pythonName = "a plain loop",
         .help = "One worker in a real Python interpreter carries out one item after another. The other "
                 "models in "
                 "Python are compared with this one.",
         .singleWorker = true},
        {.id = "cpython-threading",
         .title = "Python: threads",
         .pythonName = "threading",
         .help =
             "Threads of a real Python interpreter. Under its global interpreter lock (GIL) only one of them "
             "runs Python code at any moment; each may keep the lock for the switch interval.",
         .sharesGil = true},
        {.id = "cpython-thread-pool",
         .title = "Python: thread pool",
         .pythonName = "concurrent.futures.ThreadPoolExecutor",
         .help = "Items are submitted to a pool of threads in a real Python interpreter; a failed item "
                 "arrives at "
                 "whoever asks for its result.",
         .sharesGil = true,
         .handsOutItems = true},
        {.id = "cpython-multiprocessing",
         .title = "Python: processes",
         .pythonName = "multiprocessing",
         .help = "Each worker is a Python process of its own, with a lock of its own. Forked ones begin as a "
                 "copy "
                 "of their parent, spawned ones start anew and import everything again.",
         .startsProcesses = true},
        {.id = "cpython-process-pool",
         .title = "Python: process pool",
         .pythonName = "concurrent.futures.ProcessPoolExecutor",
         .help = "Items are submitted to a pool of Python processes: each is pickled, sent through a pipe, "
                 "and its "
                 "result sent back.",
         .startsProcesses = true,
         .handsOutItems = true},
        {.id = "cpython-asyncio",
         .title = "Python: event loop",
         .pythonName = "asyncio",
         .help =
             "One thread and an event loop, with many items under way. Waiting costs nothing; an item that "
             "computes keeps all others waiting.",
         .singleWorker = true,
         .hasLoop = true,
         .parameters = {Parameter::integer(
             "concurrency", "Items under way", "items", "How many items are under way at once.", 100, 1,
             100'000)}},
        {.id = "cpython-asyncio-executor",
         .title = "Python: event loop and pool",
         .pythonName = "loop.run_in_executor",
         .help =
             "An event loop hands its items to a pool and awaits the results, so that the loop stays free.",
         .startsProcesses = true,
         .hasLoop = true,
         .handsOutItems = true,
         .parameters = {Parameter::choice(
             "executor", "Pool of", "What the event loop hands its items to.",
             {{"thread", "threads"}, {"process", "processes"}})}},
        {.id = "cpython-interpreters",
         .title = "Python: interpreters",
         .pythonName = "concurrent.futures.InterpreterPoolExecutor",
         .help =
             "Each worker is an interpreter of its own in one process, with a lock of its own: threads that "
             "share no Python objects.",
         .startsNoProcesses = true,
         .handsOutItems = true,
         .needs = {.minor = 14}},
        {.id = "pyqt-qthread",
         .title = "Python: Qt threads",
         .pythonName = "QThread of PyQt6",
         .help = "Qt's threads, Python's lock: worker objects on QThreads inside PyQt6, driven by signals "
                 "and slots.",
         .sharesGil = true,
         .needs = {.pyQt = true}},
    };
}

ModelInfo infoOf(Row row)
{
    auto parameters = std::move(row.parameters);
    if (row.startsProcesses)
        parameters.push_back(Parameter::choice(
            "start_method", "Start method",
            "How a process begins: as a copy of its parent, as a new interpreter, or as a copy of a small "
            "server "
            "that was started first.",
            {{"fork", "fork"}, {"spawn", "spawn"}, {"forkserver", "forkserver"}}));
    parameters.push_back(Parameter::integer(
        "switch_interval_us", "Switch interval", "us",
        "How long a thread may keep the GIL while another one wants it.", 5'000, 10, 1'000'000));
    parameters.push_back(Parameter::choice(
        "interpreter", "Interpreter", "Which of the interpreters found on this machine runs it.",
        interpreterChoices()));
    return {
        .id = row.id,
        .title = row.title,
        .pythonName = row.pythonName,
        .help = row.help,
        .parameters = std::move(parameters),
        .needsChildHost = true,
        .singleWorker = row.singleWorker,
        .hasLoop = row.hasLoop,
        .handsOutItems = row.handsOutItems,
        .interpreter = row.needs,
        .sharesGil = row.sharesGil,
        .baseline = "cpython-sequential",
        .startsNoProcesses = row.startsNoProcesses,
        .sharesData = true,
        .make = [](const ModelContext &context) -> std::unique_ptr<Model> {
            return std::make_unique<Cpython>(context);
        },
    };
}

} // namespace

std::vector<ModelInfo> cpythonModels()
{
    std::vector<ModelInfo> models;
    for (auto &row : rows())
        models.push_back(infoOf(std::move(row)));
    return models;
}

bool hasPythonForm(std::string_view workload)
{
    return pythonPackageHas(workload);
}

} // namespace timeslice

#include "cpython.moc"
