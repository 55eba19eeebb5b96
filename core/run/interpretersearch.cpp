// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/interpretersearch.h"

#include "core/base/childsetup.h"
#include "core/run/childexit.h"
#include "core/run/jsonstrict.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QRandomGenerator>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <set>
#include <unistd.h>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

constexpr qsizetype kMaxOutput = 64 * 1024;
constexpr int kOldestMinor = 9;
constexpr auto kBetweenStarts = 3ms;

// The order in which a model looks through them.
constexpr const char *kNames[] = {
    "python3",    "python3.15", "python3.14",  "python3.13",  "python3.12",  "python3.11",
    "python3.10", "python3.9",  "python3.15t", "python3.14t", "python3.13t", "pypy3",
};

// Also very old interpreters must understand it, to say how old they are.
constexpr char kQuestion[] = R"(
import json, sys, sysconfig
try:
    import PyQt6.QtCore
    pyqt = True
except Exception:
    pyqt = False
try:
    import multiprocessing
    methods = multiprocessing.get_all_start_methods()
except Exception:
    methods = []
print()
print(sys.argv[1] + json.dumps({
    "version": list(sys.version_info[:3]),
    "implementation": sys.implementation.name,
    "executable": sys.executable,
    "prefix": sys.prefix,
    "gil_enabled": bool(getattr(sys, "_is_gil_enabled", lambda: True)()),
    "free_threaded": sysconfig.get_config_var("Py_GIL_DISABLED") == 1,
    "pyqt": pyqt,
    "start_methods": methods,
}))
)";

std::string textAt(const JsonValue &object, std::string_view key)
{
    const auto *const value = object.find(key);
    return value != nullptr && value->kind == JsonValue::Kind::String ? value->text : std::string();
}

bool isTrue(const JsonValue &object, std::string_view key)
{
    const auto *const value = object.find(key);
    return value != nullptr && value->kind == JsonValue::Kind::Boolean && value->boolean;
}

std::optional<int> wholeNumber(const JsonValue &value)
{
    int number = 0;
    const auto *const end = value.text.data() + value.text.size();
    if (value.kind != JsonValue::Kind::Number || std::from_chars(value.text.data(), end, number).ptr != end
        || number < 0 || number > 10'000)
        return std::nullopt;
    return number;
}

std::string implementationName(const std::string &name)
{
    return name == "cpython" ? "CPython" : name == "pypy" ? "PyPy" : name.substr(0, 32);
}

/// The first line that says something.
std::string firstWords(const QByteArray &output)
{
    const auto lines = cleanOutput(output, 4096).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const auto &line : lines) {
        if (const auto words = line.trimmed(); !words.isEmpty())
            return words.left(120).toStdString();
    }
    return {};
}

} // namespace

/// One interpreter that is being asked.
class InterpreterSearch::Probe {
public:
    Probe(QString path, InterpreterSearch *search)
        : m_path(std::move(path))
        , m_nonce(QByteArray::number(QRandomGenerator::system()->generate64(), 16) + ' ')
    {
        m_process.setStandardInputFile(QProcess::nullDevice());
        m_process.setChildProcessModifier([parent = ::getpid()] {
            ::setpgid(0, 0);
            setUpChild(parent, SIGKILL);
        });
        connect(&m_process, &QProcess::readyReadStandardOutput, search, [this] { drain(); });
        connect(&m_process, &QProcess::finished, search, [this, search] {
            drain();
            end();
            search->noteEnd();
        });
        connect(&m_process, &QProcess::errorOccurred, search, [this, search](QProcess::ProcessError error) {
            if (error != QProcess::FailedToStart)
                return;
            m_result.problem = name() + " cannot be started: " + m_process.errorString().toStdString();
            end();
            search->noteEnd();
        });
    }

    ~Probe()
    {
        m_process.disconnect();
        kill();
    }

    void start()
    {
        m_process.start(
            m_path,
            {QStringLiteral("-I"), QStringLiteral("-c"), QString::fromLatin1(kQuestion),
             QString::fromLatin1(m_nonce)});
    }
    void waitFor(int milliseconds)
    {
        if (!m_hasEnded)
            m_process.waitForFinished(std::max(1, milliseconds));
    }
    void giveUp()
    {
        if (m_hasEnded)
            return;
        m_result.problem = name() + " did not answer within 5 s";
        m_process.disconnect();
        kill();
        end();
    }
    [[nodiscard]] bool hasEnded() const { return m_hasEnded; }
    [[nodiscard]] const Interpreter &result() const { return m_result; }
    /// Tells two names of one interpreter; empty when it is not known.
    [[nodiscard]] const std::string &identity() const { return m_identity; }

private:
    [[nodiscard]] std::string name() const { return QFileInfo(m_path).fileName().toStdString(); }

    void kill()
    {
        if (m_process.state() == QProcess::NotRunning)
            return;
        if (const auto pid = static_cast<pid_t>(m_process.processId()); pid > 0) {
            ::kill(-pid, SIGKILL);
            ::kill(pid, SIGKILL);
        }
        m_process.waitForFinished(1000);
    }

    void drain()
    {
        m_output += m_process.readAllStandardOutput();
        if (m_output.size() > kMaxOutput)
            kill();
    }

    void end()
    {
        if (std::exchange(m_hasEnded, true))
            return;
        m_result.path = m_path;
        m_result.id = name();
        if (!m_result.problem.empty())
            return;
        if (!understand()) {
            const auto words = firstWords(m_process.readAllStandardError());
            const auto exit = childExitError(m_process, name());
            m_result.problem = name() + " is not a working Python interpreter"
                + (!words.empty() ? ": " + words
                       : exit     ? ": it " + exit->what
                                  : std::string(": it gave no answer"));
        }
    }

    bool understand()
    {
        const auto at = m_output.indexOf('\n' + m_nonce);
        if (at < 0 || m_process.exitStatus() != QProcess::NormalExit)
            return false;
        const auto begin = at + 1 + m_nonce.size();
        const auto line = m_output.mid(begin, m_output.indexOf('\n', begin) - begin);
        const auto answer = parseStrictJson({line.constData(), static_cast<std::size_t>(line.size())});
        if (!answer || answer->kind != JsonValue::Kind::Object)
            return false;
        const auto *const version = answer->find("version");
        if (version == nullptr || version->kind != JsonValue::Kind::Array || version->elements.size() != 3)
            return false;
        int numbers[3];
        for (std::size_t i = 0; i < 3; ++i) {
            const auto number = wholeNumber(version->elements[i]);
            if (!number)
                return false;
            numbers[i] = *number;
            m_result.version += (i > 0 ? "." : "") + std::to_string(*number);
        }
        m_result.major = numbers[0];
        m_result.minor = numbers[1];
        m_result.implementation = implementationName(textAt(*answer, "implementation"));
        m_result.gilEnabled = isTrue(*answer, "gil_enabled");
        m_result.freeThreaded = isTrue(*answer, "free_threaded");
        m_result.hasPyQt = isTrue(*answer, "pyqt");
        if (const auto *const methods = answer->find("start_methods")) {
            for (const auto &method : methods->elements)
                m_result.startMethods.push_back(method.text);
        }
        // A script in front of an interpreter costs time at every start: what it leads to is started.
        const auto executable = QString::fromStdString(textAt(*answer, "executable"));
        if (const QFileInfo info(executable); info.isAbsolute() && info.isFile() && info.isExecutable())
            m_result.path = executable;
        m_identity =
            QFileInfo(m_result.path).canonicalFilePath().toStdString() + '\n' + textAt(*answer, "prefix");

        const bool isTooOld = numbers[0] != 3 || numbers[1] < kOldestMinor;
        if (isTooOld) {
            m_result.problem = name() + " is Python " + m_result.version + "; 3.9 or newer is needed";
        } else {
            m_result.id = m_result.implementation == "PyPy"
                ? "pypy3"
                : "python3." + std::to_string(numbers[1]) + (m_result.freeThreaded ? "t" : "");
        }
        return true;
    }

    const QString m_path;
    const QByteArray m_nonce;
    QProcess m_process;
    QByteArray m_output;
    Interpreter m_result;
    std::string m_identity;
    bool m_hasEnded = false;
};

InterpreterSearch::InterpreterSearch(QStringList directories, QObject *parent)
    : QObject(parent)
    , m_directories(std::move(directories))
    , m_limit(this)
{
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        for (const auto &probe : m_probes)
            probe->giveUp();
        noteEnd();
    });
}

InterpreterSearch::~InterpreterSearch() = default;

QStringList InterpreterSearch::standardDirectories()
{
    auto directories = qEnvironmentVariable("PATH").split(QLatin1Char(':'), Qt::SkipEmptyParts);
    directories << QStringLiteral("/usr/local/bin") << QStringLiteral("/usr/bin");
    return directories;
}

void InterpreterSearch::makeProbes()
{
    std::set<QString> seen;
    for (const auto *const name : kNames) {
        for (const auto &directory : m_directories) {
            // A relative directory means another program after each cd.
            const QFileInfo info(directory + QLatin1Char('/') + QLatin1String(name));
            if (!QDir::isAbsolutePath(directory) || !info.isFile() || !info.isExecutable())
                continue;
            // /bin and /usr/bin are one on most systems.
            if (!seen.insert(QDir(directory).canonicalPath() + QLatin1Char('/') + QLatin1String(name)).second)
                continue;
            m_probes.push_back(std::make_unique<Probe>(info.absoluteFilePath(), this));
        }
    }
}

void InterpreterSearch::start()
{
    m_limit.start(kPatience);
    makeProbes();
    // One at a time: each start stops a window for a millisecond.
    auto delay = 0ms;
    for (const auto &probe : m_probes)
        QTimer::singleShot(
            std::exchange(delay, delay + kBetweenStarts), this, [one = probe.get()] { one->start(); });
    // Queued: whoever starts it need not be ready for the answer.
    QMetaObject::invokeMethod(this, &InterpreterSearch::noteEnd, Qt::QueuedConnection);
}

Interpreters InterpreterSearch::finishNow()
{
    const QDeadlineTimer deadline(kPatience);
    makeProbes();
    for (const auto &probe : m_probes)
        probe->start();
    for (const auto &probe : m_probes) {
        probe->waitFor(static_cast<int>(deadline.remainingTime()));
        probe->giveUp();
    }
    m_isFinished = true;
    return results();
}

void InterpreterSearch::noteEnd()
{
    if (m_isFinished || !std::ranges::all_of(m_probes, [](const auto &probe) { return probe->hasEnded(); }))
        return;
    m_isFinished = true;
    m_limit.stop();
    Q_EMIT finished(results());
}

Interpreters InterpreterSearch::results() const
{
    Interpreters found;
    std::set<std::string> seen;
    for (const auto &probe : m_probes) {
        if (probe->identity().empty() || seen.insert(probe->identity()).second)
            found.push_back(probe->result());
    }
    return found;
}

} // namespace timeslice
