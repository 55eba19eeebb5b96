// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/board/board.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace timeslice {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::uint64_t kUnlimited = UINT64_MAX;

constexpr std::size_t roundUp(std::size_t value, std::size_t step)
{
    return (value + step - 1) / step * step;
}

} // namespace

struct Board::Header {
    std::uint64_t magic; // offset 0
    std::uint32_t version; // 8
    std::uint32_t workers; // 12
    std::atomic<std::uint32_t> state; // 16, RunState; also the futex that waiters sleep on
    std::atomic<std::int32_t> enginePid; // 20
    std::uint64_t slotsOffset; // 24
    std::uint64_t slotStride; // 32
    std::uint64_t histogramsOffset; // 40
    std::uint64_t histogramStride; // 48
    std::uint64_t errorsOffset; // 56
    std::uint64_t arenaOffset; // 64
    std::uint64_t arenaBytes; // 72
    std::atomic<std::uint64_t> itemLimit; // 80
    std::atomic<std::uint64_t> goNs; // 88
    std::atomic<std::uint64_t> deadlineNs; // 96, 0 for none
    std::uint64_t totalBytes; // 104
    std::uint64_t gilLogOffset; // 112
    std::uint64_t gilEvents; // 120
    alignas(128) std::atomic<std::uint64_t> nextItem; // 128: on a line of its own, every worker writes it
    alignas(64) LoopState loop; // 192
};

struct Board::ErrorText {
    std::atomic<std::uint32_t> size; // stored last, with release; 0 for none
    std::uint32_t reserved;
    char text[kMaxErrorText + 1];
};

// Where everything lies, from the numbers that decide it.
struct Board::Layout {
    explicit Layout(const BoardSize &size)
        : slots(kPage)
        , histograms(roundUp(slots + size.workers * sizeof(WorkerSlot), kPage))
        , errors(roundUp(histograms + (size.workers + 1) * sizeof(LatencyHistogram), kPage))
        , gilLog(roundUp(errors + size.workers * sizeof(ErrorText), kPage))
        , arena(roundUp(gilLog + size.workers * GilLog::bytesFor(size.gilEvents), kPage))
        , total(roundUp(arena + size.arenaBytes, kPage))
    { }
    [[nodiscard]] bool fits(const Header &header) const
    {
        return header.slotsOffset == slots && header.slotStride == sizeof(WorkerSlot)
            && header.histogramsOffset == histograms && header.histogramStride == sizeof(LatencyHistogram)
            && header.errorsOffset == errors && header.gilLogOffset == gilLog && header.arenaOffset == arena
            && header.totalBytes == total;
    }

    std::size_t slots;
    std::size_t histograms;
    std::size_t errors;
    std::size_t gilLog;
    std::size_t arena;
    std::size_t total;
};

void WorkerSlot::Usage::store(const ThreadUsage &usage) noexcept
{
    cpuNs.store(usage.cpuNs, std::memory_order_relaxed);
    voluntary.store(usage.voluntary, std::memory_order_relaxed);
    involuntary.store(usage.involuntary, std::memory_order_relaxed);
    queueWaitNs.store(usage.queueWaitNs, std::memory_order_relaxed);
    migrations.store(usage.migrations, std::memory_order_relaxed);
    atNs.store(usage.atNs, std::memory_order_release);
}

std::optional<ThreadUsage> WorkerSlot::Usage::load() const noexcept
{
    const auto at = atNs.load(std::memory_order_acquire);
    if (at == 0)
        return std::nullopt;
    return ThreadUsage{
        .atNs = at,
        .cpuNs = cpuNs.load(std::memory_order_relaxed),
        .voluntary = voluntary.load(std::memory_order_relaxed),
        .involuntary = involuntary.load(std::memory_order_relaxed),
        .queueWaitNs = queueWaitNs.load(std::memory_order_relaxed),
        .migrations = migrations.load(std::memory_order_relaxed),
    };
}

Board::Board(Mapping mapping) noexcept
    : m_mapping(std::move(mapping))
{ }

template <typename T>
T &Board::at(std::size_t offset) const noexcept
{
    return *reinterpret_cast<T *>(m_mapping.bytes().data() + offset);
}

Board::Header &Board::header() const noexcept
{
    return at<Header>(0);
}

Result<Board> Board::format(int fd, const BoardSize &size)
{
    if (size.workers == 0 || size.workers > kMaxWorkers)
        return fail(
            ErrorKind::Unsupported, "workers",
            "a board has 1 to " + std::to_string(kMaxWorkers) + " workers, not "
                + std::to_string(size.workers));

    const Layout layout(size);
    const auto total = layout.total;
    // posix_fallocate reserves the pages: a full file system is an error here and not a SIGBUS later.
    if (const int code = ::posix_fallocate(fd, 0, static_cast<off_t>(total)); code != 0)
        return failErrno(code, "board", "cannot reserve " + std::to_string(total) + " bytes");
    auto mapping = Mapping::shared(fd, total, Mapping::Access::ReadWrite);
    if (!mapping)
        return std::unexpected(mapping.error());

    Board board(std::move(*mapping));
    auto &header = board.header();
    header.version = kVersion;
    header.workers = size.workers;
    header.slotsOffset = layout.slots;
    header.slotStride = sizeof(WorkerSlot);
    header.histogramsOffset = layout.histograms;
    header.histogramStride = sizeof(LatencyHistogram);
    header.errorsOffset = layout.errors;
    header.arenaOffset = layout.arena;
    header.arenaBytes = size.arenaBytes;
    header.gilLogOffset = layout.gilLog;
    header.gilEvents = size.gilEvents;
    header.totalBytes = total;
    header.itemLimit.store(kUnlimited, std::memory_order_relaxed);
    header.magic = kMagic;
    return board;
}

Result<Board> Board::create(const std::filesystem::path &path, const BoardSize &size)
{
    const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd.isValid())
        return failErrno(errno, path.string(), "cannot create the board");
    return format(fd.get(), size);
}

Result<Board> Board::createAnonymous(const BoardSize &size)
{
    const UniqueFd fd(::memfd_create("timeslice-board", MFD_CLOEXEC));
    if (!fd.isValid())
        return failErrno(errno, "board", "cannot create shared memory");
    return format(fd.get(), size);
}

Result<Board> Board::open(const std::filesystem::path &path)
{
    const UniqueFd fd(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.isValid())
        return failErrno(errno, path.string(), "cannot open the board");
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0)
        return failErrno(errno, path.string(), "cannot read the size of the board");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size < kPage)
        return fail(ErrorKind::Malformed, path.string(), "is too short for a board");
    auto mapping = Mapping::shared(fd.get(), size, Mapping::Access::ReadWrite);
    if (!mapping)
        return std::unexpected(mapping.error());
    Board board(std::move(*mapping));
    const auto &header = board.header();
    if (header.magic != kMagic)
        return fail(ErrorKind::Malformed, path.string(), "is not a board");
    if (header.version != kVersion)
        return fail(ErrorKind::Malformed, path.string(), "is a board of another version");
    // Whatever the file says, nothing outside of it is touched.
    const bool isSane = header.totalBytes == size && header.workers > 0 && header.workers <= kMaxWorkers
        && header.arenaBytes <= size && header.gilEvents <= size;
    if (!isSane
        || !Layout(
                {.workers = header.workers, .arenaBytes = header.arenaBytes, .gilEvents = header.gilEvents})
                .fits(header))
        return fail(ErrorKind::Malformed, path.string(), "is a damaged board");
    return board;
}

unsigned Board::workers() const noexcept
{
    return header().workers;
}

WorkerSlot &Board::slot(unsigned worker) const noexcept
{
    return at<WorkerSlot>(header().slotsOffset + worker * sizeof(WorkerSlot));
}

LatencyHistogram &Board::latency(unsigned worker) const noexcept
{
    return at<LatencyHistogram>(header().histogramsOffset + worker * sizeof(LatencyHistogram));
}

LatencyHistogram &Board::loopLag() const noexcept
{
    return latency(header().workers); // the one behind the last worker's
}

LoopState &Board::loopState() const noexcept
{
    return header().loop;
}

std::span<std::byte> Board::arena() const noexcept
{
    return m_mapping.bytes().subspan(header().arenaOffset, header().arenaBytes);
}

GilLog Board::gilLog(unsigned worker) const noexcept
{
    const auto bytes = GilLog::bytesFor(header().gilEvents);
    return GilLog(m_mapping.bytes().subspan(header().gilLogOffset + worker * bytes, bytes));
}

RunState Board::state() const noexcept
{
    return static_cast<RunState>(stateWord().load(std::memory_order_acquire));
}

std::atomic<std::uint32_t> &Board::stateWord() const noexcept
{
    return header().state;
}

void Board::go(std::optional<Nanoseconds> duration) const noexcept
{
    const auto now = MonotonicClock::now();
    if (duration)
        header().deadlineNs.store(toBoardNs(now + *duration), std::memory_order_relaxed);
    header().goNs.store(toBoardNs(now), std::memory_order_relaxed);
    publishState(stateWord(), RunState::Go);
}

void Board::stop() const noexcept
{
    publishState(stateWord(), RunState::Stop);
}

std::optional<MonotonicTime> Board::goTime() const noexcept
{
    const auto ns = header().goNs.load(std::memory_order_relaxed);
    return ns == 0 ? std::nullopt : std::optional(fromBoardNs(ns));
}

std::optional<MonotonicTime> Board::deadline() const noexcept
{
    const auto ns = header().deadlineNs.load(std::memory_order_relaxed);
    return ns == 0 ? std::nullopt : std::optional(fromBoardNs(ns));
}

void Board::setItemLimit(std::optional<std::uint64_t> items) const noexcept
{
    header().itemLimit.store(items.value_or(kUnlimited), std::memory_order_relaxed);
}

std::optional<std::uint64_t> Board::itemLimit() const noexcept
{
    const auto items = header().itemLimit.load(std::memory_order_relaxed);
    return items == kUnlimited ? std::nullopt : std::optional(items);
}

std::optional<std::uint64_t> Board::takeItem(MonotonicTime now) const noexcept
{
    if (stateWord().load(std::memory_order_relaxed) == static_cast<std::uint32_t>(RunState::Stop))
        return std::nullopt;
    const auto deadlineNs = header().deadlineNs.load(std::memory_order_relaxed);
    if (deadlineNs != 0 && toBoardNs(now) >= deadlineNs)
        return std::nullopt;
    const auto item = header().nextItem.fetch_add(1, std::memory_order_relaxed);
    if (item >= header().itemLimit.load(std::memory_order_relaxed))
        return std::nullopt;
    return item;
}

void Board::setEnginePid(std::int32_t pid) const noexcept
{
    header().enginePid.store(pid, std::memory_order_release);
}

std::int32_t Board::enginePid() const noexcept
{
    return header().enginePid.load(std::memory_order_acquire);
}

void Board::setErrorText(unsigned worker, std::string_view text) const noexcept
{
    auto &entry = at<ErrorText>(header().errorsOffset + worker * sizeof(ErrorText));
    if (entry.size.load(std::memory_order_relaxed) != 0 || text.empty())
        return;
    const auto size = std::min(text.size(), kMaxErrorText);
    std::memcpy(entry.text, text.data(), size);
    entry.size.store(static_cast<std::uint32_t>(size), std::memory_order_release);
}

std::string Board::errorText(unsigned worker) const
{
    const auto &entry = at<ErrorText>(header().errorsOffset + worker * sizeof(ErrorText));
    const auto size = std::min<std::size_t>(entry.size.load(std::memory_order_acquire), kMaxErrorText);
    return std::string(entry.text, size);
}

} // namespace timeslice
