// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/childprocess.h"

#include "core/base/childsetup.h"
#include "core/run/childexit.h"
#include "core/run/straysweep.h"

#include <QRandomGenerator>

#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

namespace timeslice {

namespace {

constexpr qsizetype kKeptOutput = 64 * 1024;
constexpr qsizetype kMaxLine = 4096;
constexpr std::chrono::milliseconds kSweepPeriod{20}; ///< Each looks at every process, on the main thread.
constexpr std::chrono::milliseconds kSweepPatience{1000}; ///< Killed processes are gone sooner.

// When memory runs out, what a run has started goes before the program that shows it. System calls only: it
// is called between fork and exec.
void preferForOomKill()
{
    const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return;
    [[maybe_unused]] const auto written = ::write(file, "800", 3);
    ::close(file);
}

// A group of its own without a terminal, but in our session. Linux gives each session an equal share of the
// machine (autogroup), and in one of its own a run of many short wake-ups kept whoever watches it from
// running for most of the time. System calls only, as above.
void leadGroup()
{
    ::setpgid(0, 0);
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return; // there is none
    ::ioctl(terminal, TIOCNOTTY);
    ::close(terminal);
}

} // namespace

ChildProcess::ChildProcess(QString name, QObject *parent)
    : QObject(parent)
    , m_name(std::move(name))
    , m_escalation(this)
    , m_sweep(this)
{
    m_process.setParent(this);
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    // SIGTERM and not SIGKILL, so that it lives to sweep its own tree.
    m_process.setChildProcessModifier([parent = ::getpid()] {
        leadGroup();
        setUpChild(parent, SIGTERM);
        preferForOomKill();
    });
    const auto mark = std::to_string(QRandomGenerator::system()->generate64());
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QLatin1String(kRunMark), QString::fromStdString(mark));
    m_process.setProcessEnvironment(environment);
    connect(&m_process, &QProcess::started, this, [this, mark] {
        m_group = static_cast<pid_t>(m_process.processId());
        m_strays = StraySweep(m_group, mark);
        Q_EMIT started();
    });
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &ChildProcess::drain);
    connect(&m_process, &QProcess::finished, this, [this] {
        drain();
        noteEnded(childExitError(m_process, m_name.toStdString()));
    });
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        // The only error that is not followed by `finished`.
        if (error == QProcess::FailedToStart)
            noteEnded(Error{
                ErrorKind::System, 0, m_process.program().toStdString(),
                "could not be started: " + m_process.errorString().toStdString()});
    });
    m_escalation.setSingleShot(true);
    connect(&m_escalation, &QTimer::timeout, this, &ChildProcess::escalate);
    m_sweep.setSingleShot(true);
    m_sweep.setInterval(kSweepPeriod);
    connect(&m_sweep, &QTimer::timeout, this, &ChildProcess::sweepThenTell);
}

ChildProcess::~ChildProcess()
{
    m_process.disconnect(this);
    if (isRunning()) {
        m_process.closeWriteChannel();
        signalGroup(SIGTERM);
        if (!m_process.waitForFinished(500)) {
            signalGroup(SIGKILL);
            m_process.waitForFinished(500);
        }
        if (hasCrashed())
            m_strays.sweepNow(kSweepPatience);
    } else if (m_sweep.isActive()) {
        m_strays.sweepNow(kSweepPatience);
    }
}

void ChildProcess::start(const QString &program, const QStringList &arguments)
{
    m_process.start(program, arguments);
}

void ChildProcess::write(const QByteArray &bytes)
{
    if (isRunning())
        m_process.write(bytes);
}

void ChildProcess::expectEnd()
{
    if (std::exchange(m_isExpectedToEnd, true) || m_hasEnded)
        return;
    m_escalation.start(kTermAfter);
}

void ChildProcess::end()
{
    m_process.closeWriteChannel();
    expectEnd();
}

void ChildProcess::kill(Error error)
{
    if (m_hasEnded)
        return;
    if (!m_killedFor)
        m_killedFor = std::move(error);
    signalGroup(SIGKILL);
}

QString ChildProcess::output() const
{
    return cleanOutput(m_output);
}

void ChildProcess::drain()
{
    const auto bytes = m_process.readAllStandardOutput();
    m_outputBytes += bytes.size();
    m_output.append(bytes.last(std::min(bytes.size(), kKeptOutput)));
    if (m_output.size() > 2 * kKeptOutput)
        m_output = m_output.last(kKeptOutput);
    for (const char byte : bytes) {
        if (byte == '\n') {
            Q_EMIT lineRead(std::exchange(m_line, {}));
        } else if (m_line.size() < kMaxLine) {
            m_line.append(byte);
        }
    }
    if (m_outputBytes > kMaxOutput)
        kill(
            {ErrorKind::Malformed, 0, m_name.toStdString(),
             "wrote more than 8 MiB of output and was killed; its last lines are kept"});
}

void ChildProcess::escalate()
{
    if (m_hasEnded)
        return;
    if (m_force.isEmpty()) {
        m_force = QStringLiteral("SIGTERM");
        if (m_group > 0)
            ::kill(m_group, SIGTERM);
        m_escalation.start(kKillAfter);
    } else {
        m_force = QStringLiteral("SIGKILL");
        signalGroup(SIGKILL);
    }
}

void ChildProcess::signalGroup(int signal) const
{
    // The child leads its group; until exec it may not have made it yet.
    const auto pid = static_cast<pid_t>(m_process.processId());
    if (pid <= 0)
        return;
    ::kill(-pid, signal);
    ::kill(pid, signal);
}

void ChildProcess::noteEnded(std::optional<Error> error)
{
    if (std::exchange(m_hasEnded, true))
        return;
    m_escalation.stop();
    m_end = m_killedFor ? std::move(m_killedFor) : std::move(error);
    // Whatever the leader left behind in its group goes with it. One that came to its own end has swept
    // further than that; of one that was killed nobody else looks after what its programs have started.
    if (m_group > 0)
        ::kill(-m_group, SIGKILL);
    m_sweepUntil = MonotonicClock::now() + kSweepPatience;
    sweepThenTell();
}

bool ChildProcess::hasCrashed() const
{
    return m_group > 0 && m_process.exitStatus() == QProcess::CrashExit;
}

void ChildProcess::sweepThenTell()
{
    const bool isAnyLeft = hasCrashed() && m_strays.sweep() > 0;
    if (isAnyLeft && MonotonicClock::now() < m_sweepUntil)
        m_sweep.start();
    else
        Q_EMIT ended(std::exchange(m_end, std::nullopt));
}

} // namespace timeslice
