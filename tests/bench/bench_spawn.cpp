// SPDX-License-Identifier: GPL-3.0-or-later
//
// What starting something costs (workload `spawn`) and what passing data costs (workload `payload`), each in
// turns with the bare calls within one run, so that what the workloads add to it is seen.
//
// Usage: bench_spawn [turns]
#include "core/base/mapping.h"
#include "core/workload/io/qtstarters.h"
#include "core/workload/payload.h"
#include "core/workload/pipeio.h"
#include "core/workload/spawn.h"
#include "tests/bench/benchsupport.h"

#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>

using namespace timeslice;

namespace {

constexpr char kInterpreter[] = "/usr/bin/python3";

[[noreturn]] void giveUp(const std::string &why)
{
    std::fprintf(stderr, "bench_spawn: %s\n", why.c_str());
    std::exit(1);
}

// Items of a workload, in this process.
class Items {
public:
    Items(const WorkloadInfo &info, const ParameterValues &params)
        : m_workload(info.make({.params = params}))
    {
        m_arena = std::move(*Mapping::anonymous(m_workload->needs().arenaBytes));
        auto made = m_workload->makeWorker(
            {.arena = m_arena.bytes(),
             .workerProgram = TIMESLICE_WORKER,
             .interpreter = kInterpreter,
             .makeQtStarter = makeQtStarter});
        if (!made)
            giveUp(describe(made.error()));
        m_items = std::move(*made);
    }
    // Seconds per item.
    double turn(int count)
    {
        const StopToken stop(m_go);
        const auto begin = MonotonicClock::now();
        for (int i = 0; i < count; ++i) {
            if (const auto done = m_items->carryOut(m_next++, stop); !done)
                giveUp(describe(done.error()));
        }
        return toSeconds(MonotonicClock::now() - begin) / count;
    }
    // The first of its results: how soon what was started ran.
    [[nodiscard]] std::optional<double> firstResult() const
    {
        const auto results = m_workload->results({.arena = m_arena.bytes(), .items = m_next});
        const auto *const value = std::get_if<double>(&results.at(0));
        return value != nullptr ? std::optional(*value) : std::nullopt;
    }

private:
    std::unique_ptr<Workload> m_workload;
    Mapping m_arena;
    std::unique_ptr<WorkerItems> m_items;
    std::uint64_t m_next = 0;
    std::atomic<std::uint32_t> m_go{static_cast<std::uint32_t>(RunState::Go)};
};

template <typename Function>
double bareTurn(int count, Function function)
{
    const auto begin = MonotonicClock::now();
    for (int i = 0; i < count; ++i)
        function();
    return toSeconds(MonotonicClock::now() - begin) / count;
}

void spawnBare(std::initializer_list<const char *> words)
{
    std::vector<char *> pointers;
    for (const auto *const word : words)
        pointers.push_back(const_cast<char *>(word));
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t pid = 0;
    if (::posix_spawn(&pid, pointers[0], &actions, nullptr, pointers.data(), environ) != 0)
        giveUp("posix_spawn failed");
    ::posix_spawn_file_actions_destroy(&actions);
    ::waitpid(pid, nullptr, 0);
}

void print(const char *what, const std::vector<double> &seconds)
{
    std::printf(
        "  %-34s median %9.2f us (%.2f to %.2f)\n", what, median(seconds) * 1e6, minimum(seconds) * 1e6,
        maximum(seconds) * 1e6);
}

void compareSpawn(const char *what, int count, int turns, const char *bareName, void (*bareCall)())
{
    ParameterValues params;
    params.set("what", std::string(what));
    Items items(spawnWorkload(), params);
    std::vector<double> bare;
    std::vector<double> workload;
    for (int turn = 0; turn < turns; ++turn) {
        if (bareCall != nullptr)
            bare.push_back(bareTurn(count, bareCall));
        workload.push_back(items.turn(count));
    }
    if (bareCall != nullptr)
        print(bareName, bare);
    print(("spawn, " + std::string(what)).c_str(), workload);
    if (const auto start = items.firstResult())
        std::printf("  %-34s median %9.2f us\n", "  until its first instruction", *start * 1e6);
    if (bareCall != nullptr)
        std::printf("  spawn against the bare calls: %.3f\n", median(workload) / median(bare));
}

// A process that gives back what comes through a pipe, with blocking calls and nothing else.
class BareEcho {
public:
    explicit BareEcho(std::size_t size)
        : m_bytes(size)
        , m_there(*PipeEnds::make())
        , m_back(*PipeEnds::make())
        , m_pid(::fork())
    {
        if (m_pid != 0)
            return;
        m_there.writeEnd.reset();
        while (move(m_there.readEnd.get(), ::read) && move(m_back.writeEnd.get(), ::write)) { }
        ::_exit(0);
    }
    ~BareEcho()
    {
        m_there.writeEnd.reset();
        ::waitpid(m_pid, nullptr, 0);
    }
    BareEcho(const BareEcho &) = delete;
    BareEcho &operator=(const BareEcho &) = delete;

    void roundTrip()
    {
        if (!move(m_there.writeEnd.get(), ::write) || !move(m_back.readEnd.get(), ::read))
            giveUp("the bare echo ended");
    }

private:
    template <typename Call>
    bool move(int fd, Call call)
    {
        for (std::size_t done = 0; done < m_bytes.size();) {
            const auto moved = call(fd, m_bytes.data() + done, m_bytes.size() - done);
            if (moved <= 0)
                return false;
            done += static_cast<std::size_t>(moved);
        }
        return true;
    }

    std::vector<std::byte> m_bytes;
    PipeEnds m_there;
    PipeEnds m_back;
    pid_t m_pid;
};

void comparePayload(std::int64_t bytes, int count, int turns)
{
    std::printf("payload of %lld bytes, there and back\n", static_cast<long long>(bytes));
    std::vector<std::pair<std::string, std::unique_ptr<Items>>> ways;
    for (const char *const way : {"reference", "shared-memory", "pipe"}) {
        ParameterValues params;
        params.set("bytes", bytes);
        params.set("way", std::string(way));
        ways.emplace_back(way, std::make_unique<Items>(payloadWorkload(), params));
    }
    BareEcho echo(static_cast<std::size_t>(bytes));
    std::vector<std::vector<double>> seconds(ways.size() + 1);
    for (int turn = 0; turn < turns; ++turn) {
        for (std::size_t way = 0; way < ways.size(); ++way)
            seconds[way].push_back(ways[way].second->turn(count));
        seconds.back().push_back(bareTurn(count, [&] { echo.roundTrip(); }));
    }
    ways.emplace_back("bare calls, pipe", nullptr);
    for (std::size_t way = 0; way < ways.size(); ++way) {
        const auto half = median(seconds[way]);
        std::printf(
            "  %-34s median %9.2f us (%.2f to %.2f)  %8.0f MB/s\n", ways[way].first.c_str(), half * 1e6,
            minimum(seconds[way]) * 1e6, maximum(seconds[way]) * 1e6,
            2 * static_cast<double>(bytes) / half / 1e6);
    }
    std::printf("  by pipe against the bare calls: %.3f\n", median(seconds[2]) / median(seconds[3]));
}

} // namespace

int main(int argc, char **argv)
{
    printMachine();
    const auto turns = argc > 1 ? std::atoi(argv[1]) : 15;
    if (turns < 1 || turns > 1'000) {
        std::fprintf(stderr, "usage: bench_spawn [turns: 1 to 1000]\n");
        return 2;
    }
    std::printf("start and join\n");
    compareSpawn("thread", 1'000, turns, "bare std::thread and join", [] { std::thread([] { }).join(); });
    compareSpawn("pool-task", 2'000, turns, nullptr, nullptr);
    compareSpawn("qthread", 1'000, turns, nullptr, nullptr);
    compareSpawn("process", 50, turns, "bare posix_spawn and waitpid", [] {
        spawnBare({TIMESLICE_WORKER, "nothing"});
    });
    if (::access(kInterpreter, X_OK) == 0)
        compareSpawn("interpreter", 10, turns, "bare posix_spawn and waitpid", [] {
            spawnBare({kInterpreter, "-I", "-c", "pass"});
        });
    comparePayload(64, 2'000, turns);
    comparePayload(65'536, 500, turns);
    comparePayload(1 << 20, 50, turns);
    comparePayload(16 << 20, 5, turns);
    return 0;
}
