// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/command.h"

#include "core/base/affinity.h"
#include "core/base/childsetup.h"
#include "core/procfs/limits.h"
#include "core/run/childexit.h"
#include "core/run/outputrelay.h"
#include "core/run/supervisor.h"

#include <QProcess>
#include <QTimer>

#include <algorithm>
#include <csignal>
#include <optional>
#include <sys/resource.h>
#include <unistd.h>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

constexpr auto kKillAfter = 300ms; ///< SIGTERM was not enough.
constexpr auto kReapPeriod = 100ms; ///< Whether orphans of the program have ended.

std::uint64_t nanoseconds(const timeval &time)
{
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000
        + static_cast<std::uint64_t>(time.tv_usec) * 1000;
}

// Of all children that have ended and been waited for, with theirs.
ThreadUsage childrenUsage()
{
    rusage resources{};
    ::getrusage(RUSAGE_CHILDREN, &resources);
    return {
        .atNs = toBoardNs(MonotonicClock::now()),
        .cpuNs = nanoseconds(resources.ru_utime) + nanoseconds(resources.ru_stime),
        .voluntary = static_cast<std::uint64_t>(resources.ru_nvcsw),
        .involuntary = static_cast<std::uint64_t>(resources.ru_nivcsw)};
}

// What a program begins with that it would not inherit as the user has it. Made beforehand: between fork and
// exec there is room for system calls only.
class Surroundings {
public:
    explicit Surroundings(const ModelContext &context)
        : m_openFiles(context.openFiles)
    {
        if (context.experiment->pin != Pin::One)
            return;
        const int cpu = context.cpusAllowed.front();
        m_cpus.emplace(std::span(&cpu, 1));
        m_refusal = "timeslice: the program cannot be bound to cpu " + std::to_string(cpu) + '\n';
    }

    // Ends the child where it cannot be placed: it would measure something else than what was asked for.
    void enter() const
    {
        constexpr int kNotStarted = 127;
        if (m_cpus && m_cpus->bind() != 0) {
            [[maybe_unused]] const auto written = ::write(STDERR_FILENO, m_refusal.data(), m_refusal.size());
            ::_exit(kNotStarted);
        }
        if (m_openFiles)
            setOpenFileLimit(*m_openFiles);
        ::signal(SIGPIPE, SIG_DFL); // the supervisor ignores it, and that would be inherited
    }

private:
    std::optional<CpuSet> m_cpus;
    std::string m_refusal;
    std::optional<std::uint64_t> m_openFiles;
};

class Command final : public Model {
    Q_OBJECT

public:
    explicit Command(const ModelContext &context)
        : Model(context)
    {
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.setStandardInputFile(QProcess::nullDevice());
        m_process.setChildProcessModifier([parent = ::getpid(), surroundings = Surroundings(context)] {
            ::setpgid(0, 0);
            setUpChild(parent, SIGKILL);
            surroundings.enter();
        });
        connect(&m_process, &QProcess::started, this, [this] {
            slot().pid.store(static_cast<std::int32_t>(m_process.processId()), std::memory_order_relaxed);
            slot().tid.store(static_cast<std::int32_t>(m_process.processId()), std::memory_order_release);
        });
        connect(&m_process, &QProcess::readyReadStandardOutput, this, &Command::forward);
        connect(&m_process, &QProcess::finished, this, [this] {
            forward();
            finishItem(childExitError(m_process, name()));
        });
        connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                refuse();
        });
        m_kill.setSingleShot(true);
        connect(&m_kill, &QTimer::timeout, this, [this] { signalGroup(SIGKILL); });
        m_deadline.setSingleShot(true);
        m_deadline.setTimerType(Qt::PreciseTimer);
        connect(&m_deadline, &QTimer::timeout, this, [this] {
            m_isTimeUp = true;
            askToEnd();
        });
        m_reap.setInterval(kReapPeriod);
        connect(&m_reap, &QTimer::timeout, this, [this] {
            reapOrphans(static_cast<pid_t>(m_process.processId()));
        });
    }

    ~Command() override
    {
        m_process.disconnect(this);
        if (m_process.state() != QProcess::NotRunning) {
            signalGroup(SIGKILL);
            m_process.waitForFinished(1000);
        }
    }

    void start() override
    {
        setPhase(WorkerPhase::Ready);
        Q_EMIT ready();
    }

    void begin() override
    {
        if (context().board->goTime()) {
            slot().atGo.store(childrenUsage());
            setPhase(WorkerPhase::Working);
            m_reap.start();
        }
        if (const auto deadline = context().board->deadline())
            m_deadline.start(std::max(
                0ms, std::chrono::ceil<std::chrono::milliseconds>(*deadline - MonotonicClock::now())));
        startNext();
    }

    void wake() override { askToEnd(); }

private:
    [[nodiscard]] WorkerSlot &slot() const { return context().board->slot(0); }
    [[nodiscard]] std::string name() const { return context().command.front().toStdString(); }
    void setPhase(WorkerPhase phase)
    {
        slot().phase.store(static_cast<std::uint32_t>(phase), std::memory_order_release);
    }

    void askToEnd()
    {
        if (m_process.state() == QProcess::NotRunning || m_kill.isActive())
            return;
        signalGroup(SIGTERM);
        m_kill.start(kKillAfter);
    }

    void startNext()
    {
        m_begin = MonotonicClock::now();
        const auto item = m_isTimeUp ? std::nullopt : context().board->takeItem(m_begin);
        if (!item) {
            leave();
            return;
        }
        m_item = *item;
        m_process.start(context().command.front(), context().command.mid(1));
    }

    void finishItem(const std::optional<Error> &error)
    {
        m_kill.stop();
        const auto failEvery = context().rulesFor(0).failEvery;
        Result<std::uint64_t> result = 0;
        if (context().board->state() == RunState::Stop)
            result = fail(ErrorKind::Cancelled, name(), "was ended by the stop");
        else if (m_isTimeUp) // neither done nor failed, however it took the signal
            result = fail(ErrorKind::Cancelled, name(), "was ended when its time was up");
        else if (error)
            result = std::unexpected(*error);
        else if (failEvery != 0 && (m_item + 1) % failEvery == 0)
            result = fail(
                ErrorKind::Malformed, "item " + std::to_string(m_item), "failed on purpose (fail_every)");
        publishItem(*context().board, 0, m_item, result, m_begin, MonotonicClock::now());
        if (!result && result.error().kind != ErrorKind::Cancelled && context().stopsOnFailure()) {
            Q_EMIT failed(result.error());
            leave();
        } else {
            startNext();
        }
    }

    // The program is not there, or may not be executed: no item can succeed.
    void refuse()
    {
        Q_EMIT failed(
            {ErrorKind::Unsupported, 0, name(),
             "cannot be started: " + m_process.errorString().toStdString()});
        leave();
    }

    void leave()
    {
        m_deadline.stop();
        m_reap.stop();
        reapOrphans(0);
        if (context().board->goTime())
            slot().atEnd.store(childrenUsage());
        setPhase(WorkerPhase::Finished);
        Q_EMIT finished();
    }

    void forward() { m_relay.forward(m_process.readAllStandardOutput()); }

    void signalGroup(int signal) const
    {
        if (const auto pid = static_cast<pid_t>(m_process.processId()); pid > 0)
            ::kill(-pid, signal);
    }

    QProcess m_process;
    QTimer m_kill;
    QTimer m_deadline; ///< The run's time is up: a program knows nothing of it.
    QTimer m_reap;
    bool m_isTimeUp = false;
    std::uint64_t m_item = 0;
    MonotonicTime m_begin{};
    OutputRelay m_relay;
};

} // namespace

ModelInfo commandModel()
{
    return {
        .id = "command",
        .title = "Your own program",
        .pythonName = "",
        .help = "Starts a program of yours, without a shell, and watches it with every thread and process "
                "that it creates. "
                "With several items it is run several times, one after another.",
        .parameters = {},
        .needsChildHost = true,
        .singleWorker = true,
        .runsForeign = true,
        .make = [](const ModelContext &context) -> std::unique_ptr<Model> {
            return std::make_unique<Command>(context);
        },
    };
}

} // namespace timeslice

#include "command.moc"
