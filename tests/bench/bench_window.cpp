// SPDX-License-Identifier: GPL-3.0-or-later
// What the window costs: first window, CPU while live, memory, and the gaps between frames under load.
// Starts its own Xvfb (1440x900) and the real program in it. Usage: bench_window [quick|tracing]

#include "core/base/clock.h"
#include "tests/bench/benchsupport.h"
#include "tests/support/xserver.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <xcb/xcb.h>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

[[noreturn]] void die(const char *what)
{
    std::fprintf(stderr, "bench_window: %s\n", what);
    std::exit(1);
}

// The X server, as somebody who looks at its screen.
class Screen {
public:
    explicit Screen(const QString &display)
        : m_connection(xcb_connect(display.toLatin1().constData(), nullptr))
    {
        if (xcb_connection_has_error(m_connection.get()) != 0)
            die("cannot connect to Xvfb");
    }

    // Whether a window of at least 400x300 is on the screen.
    [[nodiscard]] bool showsWindow() const
    {
        auto *const connection = m_connection.get();
        const auto root = xcb_setup_roots_iterator(xcb_get_setup(connection)).data->root;
        const auto tree = reply(xcb_query_tree_reply(connection, xcb_query_tree(connection, root), nullptr));
        if (!tree)
            return false;
        const auto *const children = xcb_query_tree_children(tree.get());
        for (int i = 0; i < xcb_query_tree_children_length(tree.get()); ++i) {
            const auto window = children[i];
            const auto state = reply(xcb_get_window_attributes_reply(
                connection, xcb_get_window_attributes(connection, window), nullptr));
            const auto size =
                reply(xcb_get_geometry_reply(connection, xcb_get_geometry(connection, window), nullptr));
            if (state && size && state->map_state == XCB_MAP_STATE_VIEWABLE && size->width >= 400
                && size->height >= 300)
                return true;
        }
        return false;
    }

private:
    struct Disconnect {
        void operator()(xcb_connection_t *connection) const { xcb_disconnect(connection); }
    };
    struct Free {
        void operator()(void *memory) const { std::free(memory); }
    };
    template <typename T>
    static std::unique_ptr<T, Free> reply(T *raw)
    {
        return std::unique_ptr<T, Free>(raw);
    }

    std::unique_ptr<xcb_connection_t, Disconnect> m_connection;
};

// The program under test, with settings of its own.
class Window {
public:
    Window(const XServer &server, const QString &home, const QStringList &arguments)
    {
        m_process.setProcessEnvironment(server.environment(home));
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(QStringLiteral(TIMESLICE_PROGRAM), arguments);
        if (!m_process.waitForStarted())
            die("cannot start timeslice");
    }
    ~Window()
    {
        m_process.terminate();
        if (!m_process.waitForFinished(5000))
            m_process.kill();
        m_process.waitForFinished(5000);
    }

    void press(const char *key) const
    {
        QProcess xdotool;
        xdotool.setProcessEnvironment(m_process.processEnvironment());
        // Without a window manager nobody else gives it the focus.
        xdotool.start(
            QStringLiteral("xdotool"),
            {QStringLiteral("search"), QStringLiteral("--onlyvisible"), QStringLiteral("--name"),
             QStringLiteral("Timeslice"), QStringLiteral("windowfocus"), QStringLiteral("key"),
             QString::fromLatin1(key)});
        xdotool.waitForFinished();
    }

    // user + system of the window's own process, all its threads; its children are not counted.
    [[nodiscard]] double cpuSeconds() const
    {
        const auto text = read("stat");
        const auto fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
        return (fields.value(11).toDouble() + fields.value(12).toDouble())
            / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }
    // Context switches so far of its children's threads, by the kernel's counters.
    [[nodiscard]] double childrenSwitches() const
    {
        static const QRegularExpression line(
            QStringLiteral("ctxt_switches:\\s+(\\d+)"), QRegularExpression::MultilineOption);
        double sum = 0;
        const auto own = QStringLiteral("task/%1/children").arg(m_process.processId());
        for (const auto &child : read(own.toLatin1().constData()).simplified().split(' ')) {
            const QDir tasks(QStringLiteral("/proc/%1/task").arg(QLatin1String(child)));
            for (const auto &task : tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
                QFile status(tasks.filePath(task + QStringLiteral("/status")));
                if (!status.open(QIODevice::ReadOnly))
                    continue;
                auto counts = line.globalMatch(QString::fromLatin1(status.readAll()));
                while (counts.hasNext())
                    sum += counts.next().captured(1).toDouble();
            }
        }
        return sum;
    }
    [[nodiscard]] double pssMegabytes() const
    {
        static const QRegularExpression line(
            QStringLiteral("^Pss:\\s+(\\d+) kB"), QRegularExpression::MultilineOption);
        return line.match(QString::fromLatin1(read("smaps_rollup"))).captured(1).toDouble() / 1024;
    }
    QString waitForEnd(int milliseconds)
    {
        m_process.waitForFinished(milliseconds);
        return QString::fromUtf8(m_process.readAll());
    }

private:
    [[nodiscard]] QByteArray read(const char *name) const
    {
        QFile file(QStringLiteral("/proc/%1/%2").arg(m_process.processId()).arg(QLatin1String(name)));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QProcess m_process;
};

QString experimentFile(const QString &home, const char *model, unsigned workers, double seconds)
{
    const auto path =
        QStringLiteral("%1/%2-%3-%4.json").arg(home).arg(QLatin1String(model)).arg(workers).arg(seconds);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        die("cannot write an experiment");
    file.write(QStringLiteral(
                   "{\"schema\": \"timeslice.experiment/1\", \"workload\": \"primes\", \"model\": \"%1\", "
                   "\"workers\": %2, \"duration_s\": %3}")
                   .arg(QLatin1String(model))
                   .arg(workers)
                   .arg(seconds)
                   .toUtf8());
    return path;
}

void waitForWindow(const XServer &server)
{
    const Screen screen(server.display());
    const auto deadline = MonotonicClock::now() + 20s;
    while (!screen.showsWindow()) {
        if (MonotonicClock::now() > deadline)
            die("no window after 20 s");
        std::this_thread::sleep_for(1ms);
    }
}

void benchFirstWindow(const XServer &server, const QString &home)
{
    std::vector<double> milliseconds;
    for (int round = 0; round < 8; ++round) {
        const auto before = MonotonicClock::now();
        const Window window(server, home, {});
        waitForWindow(server);
        if (round > 0) // the first one warms the caches
            milliseconds.push_back(toSeconds(MonotonicClock::now() - before) * 1e3);
        std::this_thread::sleep_for(300ms); // let it finish what it began
    }
    std::printf(
        "first window after start, warm: median %.0f ms (%.0f to %.0f)%s\n", median(milliseconds),
        minimum(milliseconds), maximum(milliseconds), atMost(median(milliseconds), 150, " ms").c_str());
}

void benchLiveCpu(const XServer &server, const QString &home, int seconds)
{
    const auto file = experimentFile(home, "qprocess", 2, seconds + 10);
    const Window window(server, home, {file, QStringLiteral("--run")});
    waitForWindow(server);
    std::this_thread::sleep_for(5s);
    const auto begin = MonotonicClock::now();
    const double before = window.cpuSeconds();
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    const double share = (window.cpuSeconds() - before) / toSeconds(MonotonicClock::now() - begin);
    std::printf(
        "window live at 10 Hz, 1440x900, workers in processes: %.2f %% of one core over %d s%s\n",
        share * 100, seconds, atMost(share * 100, 4, " %").c_str());
}

// What tracing, store and timeline cost on top of the charts, at about 10,000 switches a second: the window's
// own CPU with and without, in turn, so that what else happens on the machine hits both.
void benchTracing(const XServer &server, const QString &home, int seconds, int turns)
{
    const auto file = home + QStringLiteral("/switching.json");
    {
        // Each item is one sleep: one switch. In a process of its own, so that the window's CPU is the
        // window's.
        QFile experiment(file);
        if (!experiment.open(QIODevice::WriteOnly))
            die("cannot write an experiment");
        experiment.write(QStringLiteral("{\"schema\": \"timeslice.experiment/1\", \"workload\": \"sleep\", "
                                        "\"model\": \"qthread\", \"workers\": 11, \"duration_s\": %1, "
                                        "\"isolate\": true, \"params\": {\"sleep_ms\": 1}}")
                             .arg(seconds + 20)
                             .toUtf8());
    }
    std::vector<double> rates;
    const auto shareOfACore = [&](const char *trace) {
        const Window window(
            server, home,
            {file, QStringLiteral("--run"), QStringLiteral("--trace"), QString::fromLatin1(trace)});
        waitForWindow(server);
        std::this_thread::sleep_for(4s);
        const auto begin = MonotonicClock::now();
        const double before = window.cpuSeconds();
        const double switchesBefore = window.childrenSwitches();
        std::this_thread::sleep_for(std::chrono::seconds(seconds));
        const double passed = toSeconds(MonotonicClock::now() - begin);
        rates.push_back((window.childrenSwitches() - switchesBefore) / passed);
        return (window.cpuSeconds() - before) / passed * 100;
    };
    std::vector<double> without;
    std::vector<double> with;
    for (int turn = 0; turn < turns; ++turn) {
        without.push_back(shareOfACore("off"));
        with.push_back(shareOfACore("perf"));
    }
    const double difference = median(with) - median(without);
    std::printf(
        "tracing a run of %.0f switches/s, window live: %.2f %% of one core instead of %.2f %% without, so "
        "%.2f %% (medians of %d turns of %d s)%s\n",
        median(rates), median(with), median(without), difference, turns, seconds,
        atMost(difference, 2, " %").c_str());
}

void benchMemory(const XServer &server, const QString &home, int seconds, int runs)
{
    double afterLong = 0;
    {
        const Window window(
            server, home, {experimentFile(home, "qthread", 2, seconds), QStringLiteral("--run")});
        std::this_thread::sleep_for(std::chrono::seconds(seconds + 5));
        afterLong = window.pssMegabytes();
    }
    std::vector<double> pss;
    {
        const Window window(server, home, {experimentFile(home, "qthread", 2, 2), QStringLiteral("--run")});
        for (int run = 0; run < runs; ++run) {
            std::this_thread::sleep_for(3500ms);
            pss.push_back(window.pssMegabytes());
            window.press("F5");
        }
    }
    std::printf(
        "memory (PSS) after a %d s run: %.1f MB%s\n", seconds, afterLong,
        atMost(afterLong, 70, " MB").c_str());
    std::printf(
        "memory (PSS) over %d more runs: %.1f MB after the 3rd, %.1f MB after the last\n", runs, pss[2],
        pss.back());
}

void benchFrameGap(const XServer &server, const QString &home, int seconds)
{
    const auto workers = 2 * static_cast<unsigned>(readMachine().cpusAllowed.size());
    Window window(
        server, home,
        {experimentFile(home, "qthread", workers, seconds), QStringLiteral("--run"),
         QStringLiteral("--screenshot"), home + QStringLiteral("/gap.png")});
    const auto output = window.waitForEnd((seconds + 20) * 1000);
    static const QRegularExpression line(
        QStringLiteral("window gap: p50 ([\\d.]+) ms, p99 ([\\d.]+) ms, max ([\\d.]+) ms"));
    const auto match = line.match(output);
    if (!match.hasMatch())
        die("the window did not report its gaps");
    const double p99 = match.captured(2).toDouble();
    std::printf(
        "gap between frames, %u CPU-bound threads in the window's process, %d s: p50 %s ms, p99 %s ms, max "
        "%s ms%s\n",
        workers, seconds, qPrintable(match.captured(1)), qPrintable(match.captured(2)),
        qPrintable(match.captured(3)), atMost(p99, 33, " ms").c_str());
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const bool isQuick = argc > 1 && std::strcmp(argv[1], "quick") == 0;
    const bool isTracingOnly = argc > 1 && std::strcmp(argv[1], "tracing") == 0;
    printMachine();
    const XServer server(QStringLiteral("1440x900x24"));
    if (server.display().isEmpty())
        die("Xvfb does not start");
    const QTemporaryDir home;
    if (isTracingOnly) {
        benchTracing(server, home.path(), 15, 3);
        return 0;
    }
    benchFirstWindow(server, home.path());
    benchLiveCpu(server, home.path(), isQuick ? 8 : 30);
    benchTracing(server, home.path(), isQuick ? 6 : 15, isQuick ? 2 : 3);
    benchFrameGap(server, home.path(), isQuick ? 8 : 30);
    benchMemory(server, home.path(), isQuick ? 5 : 60, isQuick ? 4 : 20);
    return 0;
}
