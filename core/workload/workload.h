// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/stop.h"
#include "core/workload/parameter.h"
#include "core/workload/starter.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace timeslice {

/// What of an experiment concerns its workload.
struct WorkSpec {
    ParameterValues params; ///< Validated: every parameter of the workload is present.
    std::uint64_t seed = 1;
    std::optional<std::uint64_t> items; ///< Nothing when the run ends by its duration.
    unsigned workers = 1;
    bool inPython = false; ///< A Python interpreter carries out the items.
};

/// What a workload needs beside its workers; the run provides it before the first item.
struct Needs {
    std::size_t dataBytes = 0; ///< Input that all items read, made by `fillData`, handed out by a DataSource.
    std::size_t arenaBytes = 0; ///< Memory that all workers share, zeroed: a picture, a counter, a queue.
    bool httpServer = false; ///< The local server child.
    bool tls = false; ///< That server speaks TLS.
    bool directory = false; ///< A private directory for files of its own, made ready by `fillDirectory`.
    bool interpreter = false; ///< A Python interpreter, for items that start one.
};

/// Where the local server listens: 127.0.0.1, a port of its own, and the token that each request must carry.
struct HttpEndpoint {
    std::uint16_t port = 0;
    std::string token;
    std::string certificate; ///< PEM, the only one to trust; empty for a server without TLS.
};

/// A measured value of a workload beyond time, as it appears under `results`.
struct ResultField {
    std::string id; ///< "lost_updates"
    std::string title; ///< "Lost updates"
    std::string unit; ///< "s", "bytes/s"; empty for a count or a text.
    std::string help; ///< One sentence.
};

/// The value of a ResultField; nothing when it could not be measured, never 0 instead.
using ResultValue = std::variant<std::monostate, double, std::string>;

/// A quantity that goes up and down while a run is under way, and is charted: the length of a queue.
struct Gauge {
    std::string id; ///< "queue_length"
    std::string title; ///< "Queue length"
    std::string unit; ///< "items"; empty where the title says it.
    std::string help; ///< One sentence.
    std::string bound = {}; ///< The integer parameter that it never exceeds, "capacity"; empty for none.
};

/// What a workload may draw its results from, once no worker runs any more.
struct RunFacts {
    std::span<const std::byte> arena;
    unsigned workers = 1;
    std::uint64_t items = 0; ///< Done by all workers.
    double wallSeconds = 0;
};

/// One worker's way to the input data: the memory itself (threads), shared memory or a pipe (processes).
class DataSource {
public:
    virtual ~DataSource() = default;
    /// `size` bytes at `offset`, valid until the next call. \error Cancelled, or what the pipe said.
    [[nodiscard]] virtual Result<std::span<const std::byte>>
    fetch(std::size_t offset, std::size_t size, const StopToken &stop) = 0;
};

/// What one worker is given. Referred-to objects outlive the worker's items.
struct WorkerResources {
    unsigned index = 0; ///< 0 to workers - 1.
    DataSource *data = nullptr; ///< Set when Needs::dataBytes > 0.
    std::span<std::byte>
        arena; ///< Of Needs::arenaBytes; shared by all workers, be they threads or processes.
    std::optional<HttpEndpoint> httpServer; ///< Set when Needs::httpServer.
    std::string directory; ///< The run's own (0700), removed with the run; set when Needs::directory.
    std::string workerProgram; ///< Absolute path of timeslice-worker.
    std::string interpreter; ///< Absolute path of a Python interpreter; empty where the run has none.
    MakeQtStarter makeQtStarter = nullptr; ///< Nothing where there is no Qt.
};

/// Where workers take their items from: the run's counter, which all of them share.
class ItemSource {
public:
    virtual ~ItemSource() = default;
    /// \param now  The caller's latest reading of the clock; saves another one per item.
    /// \return  Nothing when all items are taken, the time is up or the run stops.
    [[nodiscard]] virtual std::optional<std::uint64_t> take(MonotonicTime now) = 0;
};

/// The items as one worker carries them out, with that worker's own state (a socket, a hash context).
/// Thread: made, used and destroyed on the worker's thread.
class WorkerItems {
public:
    virtual ~WorkerItems() = default;
    /// The item that this worker carries out next: the source's, unless items reach this worker in another
    /// way. A worker that only passes items on to others does so in here and never returns one. Not called by
    /// models that hand out the items themselves (ModelInfo::handsOutItems).
    /// \param now  As of ItemSource::take.
    /// \return  Nothing when this worker has nothing left to do, or the run stops.
    [[nodiscard]] virtual std::optional<std::uint64_t>
    next(ItemSource &source, MonotonicTime now, const StopToken & /*stop*/)
    {
        return source.take(now);
    }
    /// Carries out one item.
    /// \return  A number that depends only on (params, seed, item); the run's checksum is made of all of
    /// them.
    /// \error   Cancelled when `stop` was requested (checked at least each 10 ms of work); anything else is a
    /// failed
    ///          item, which says where and why.
    [[nodiscard]] virtual Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) = 0;
};

/// What an item waits for when it can go on by itself no further.
struct Waiting {
    int fd = -1; ///< Until it has one of `events` (poll(2)); -1: for the time alone.
    short events = 0;
    MonotonicTime until; ///< It goes on then in any case.
};

/// Items as an event loop carries them out: one at a time, each leaving the thread whenever it has to wait,
/// so that one thread with many of these has many items in flight. Thread: the loop's.
class StepwiseItems {
public:
    using Step = std::variant<Waiting, Result<std::uint64_t>>;

    virtual ~StepwiseItems() = default;
    /// Begins an item; the one before is done, or is given up.
    virtual void begin(std::uint64_t item) = 0;
    /// Goes on until the item has to wait or is done, as WorkerItems::carryOut would have ended. Called again
    /// once what it waits for has come.
    [[nodiscard]] virtual Step step() = 0;
};

/// What one item does, for one set of parameters. Immutable after construction, so all workers share it.
class Workload {
public:
    virtual ~Workload() = default;
    [[nodiscard]] virtual Needs needs() const { return {}; }
    /// Fills the input data (all of Needs::dataBytes), the same for one seed on every machine. \error
    /// Cancelled.
    [[nodiscard]] virtual Result<void> fillData(std::span<std::byte> data, const StopToken &stop) const;
    /// Makes the files that items read (Needs::directory), once and before the first worker, the same for one
    /// seed on every machine. \error Cancelled, or what the file system said.
    [[nodiscard]] virtual Result<void>
    fillDirectory(const std::string & /*directory*/, const StopToken & /*stop*/) const
    {
        return {};
    }
    /// \error  What the worker lacks, for instance a server that does not answer.
    [[nodiscard]] virtual Result<std::unique_ptr<WorkerItems>>
    makeWorker(const WorkerResources &resources) const = 0;
    /// The same items for `count` coroutines of one event loop; empty for a workload that computes and never
    /// waits.
    /// \error  As makeWorker.
    [[nodiscard]] virtual Result<std::vector<std::unique_ptr<StepwiseItems>>>
    makeStepwise(const WorkerResources & /*resources*/, std::size_t /*count*/) const
    {
        return {};
    }
    /// One value for each of WorkloadInfo::results, in that order. The memory may be that of workers that
    /// died at any moment. Thread: any; pure.
    [[nodiscard]] virtual std::vector<ResultValue> results(const RunFacts &) const { return {}; }
    /// Reads the present value of each of WorkloadInfo::gauges, in that order; NaN for one that is not known.
    /// Asked with every snapshot, so it allocates nothing. Thread: any, while the workers go on.
    /// \param values  A place for each gauge, and all of them NaN before.
    virtual void readGauges(std::span<const std::byte> /*arena*/, std::span<double> /*values*/) const { }
    /// Whether the workers have come to a state that they cannot leave: asked every 100 ms while the run is
    /// under way, and an answer fails the run. Thread: any; pure.
    [[nodiscard]] virtual std::optional<Error> diagnose(std::span<const std::byte> /*arena*/) const
    {
        return std::nullopt;
    }
};

/// A workload as the catalogue knows it.
struct WorkloadInfo {
    std::string id; ///< "primes"
    std::string title; ///< "Count primes"
    std::string kind; ///< "CPU", "I/O, waits": what it uses, in the words of the design.
    std::string
        item; ///< What one item is, one or two sentences for a student: "Count the primes of one range..."
    std::vector<Parameter> parameters;
    std::uint64_t defaultItems = 64;
    std::vector<ResultField> results;
    std::vector<Gauge> gauges;
    /// Items cost different amounts of work, so that items per second compare only between runs of the same
    /// items.
    bool hasUnevenItems = false;
    bool paints = false; ///< Its arena is a picture (mandelbrotcanvas.h).
    bool isForeign =
        false; ///< A program of the user's, which has no items of ours; only the model `command` runs it.
    unsigned minWorkers = 1;
    std::string whyNotFewer; ///< Why it takes minWorkers; a clause without a full stop.
    bool waitsForOthers =
        false; ///< A worker may wait for what another one does: they must run at the same time.
    bool drawsItems = false; ///< Not every worker takes its items from the run (WorkerItems::next).
    unsigned extraThreads = 0; ///< That each worker starts beside itself.
    unsigned extraFiles = 0; ///< That each worker keeps open.
    bool startsProcesses = false; ///< Its items start processes, which only a supervisor may look after.
    /// What of the parameters does not go together; nullptr where all do. \error Malformed; `where` is the
    /// JSON pointer of the offending key ("/params/producers").
    Result<void> (*check)(const WorkSpec &spec) = nullptr;
    std::unique_ptr<Workload> (*make)(const WorkSpec &spec) = nullptr;
};

/// Spreads the bits of a 64-bit number (splitmix64's finaliser); used for seeds and checksums.
[[nodiscard]] constexpr std::uint64_t mixBits(std::uint64_t value)
{
    value += 0x9e37'79b9'7f4a'7c15ULL;
    value = (value ^ (value >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d0'49bb'1331'11ebULL;
    return value ^ (value >> 31);
}

/// What one item adds to the run's checksum. The sum of these modulo 2^64 does not depend on who did which
/// item.
[[nodiscard]] constexpr std::uint64_t checksumShare(std::uint64_t item, std::uint64_t result)
{
    return mixBits(mixBits(item) ^ result);
}

/// A number that stands for one item: for workloads whose items are all the same work.
[[nodiscard]] constexpr std::uint64_t itemWord(std::uint64_t seed, std::uint64_t item)
{
    return mixBits(mixBits(seed) ^ item);
}

} // namespace timeslice
