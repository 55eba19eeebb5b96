// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/command.h"

#include "core/base/childsetup.h"
#include "core/run/childexit.h"
#include "core/run/outputrelay.h"

#include <QProcess>
#include <QTimer>

#include <csignal>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

constexpr auto kKillAfter = 300ms; ///< SIGTERM was not enough.

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

class Command final : public Model {
    Q_OBJECT

public:
    explicit Command(const ModelContext &context)
        : Model(context)
    {
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.setStandardInputFile(QProcess::nullDevice());
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        if (context.experiment->pin == Pin::One && context.cpusAllowed.front() < CPU_SETSIZE)
            CPU_SET(context.cpusAllowed.front(), &cpus);
        m_process.setChildProcessModifier([parent = ::getpid(), cpus] {
            ::setpgid(0, 0);
            setUpChild(parent, SIGKILL);
            if (CPU_COUNT(&cpus) > 0)
                ::sched_setaffinity(0, sizeof cpus, &cpus);
            ::signal(SIGPIPE, SIG_DFL); // the supervisor ignores it, and that would be inherited
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
        }
        startNext();
    }

    void wake() override
    {
        if (m_process.state() == QProcess::NotRunning || m_kill.isActive())
            return;
        signalGroup(SIGTERM);
        m_kill.start(kKillAfter);
    }

private:
    [[nodiscard]] WorkerSlot &slot() const { return context().board->slot(0); }
    [[nodiscard]] std::string name() const { return context().command.front().toStdString(); }
    void setPhase(WorkerPhase phase)
    {
        slot().phase.store(static_cast<std::uint32_t>(phase), std::memory_order_release);
    }

    void startNext()
    {
        m_begin = MonotonicClock::now();
        const auto item = context().board->takeItem(m_begin);
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
