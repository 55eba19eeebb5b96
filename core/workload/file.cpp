// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/file.h"

#include "core/base/histogram.h"
#include "core/base/mapping.h"
#include "core/base/uniquefd.h"
#include "core/workload/arena.h"
#include "core/workload/digest.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace timeslice {

namespace {

// A write to the page cache makes some GB/s: 20 us or so between two looks at the stop flag.
constexpr std::size_t kChunk = 64 * 1024;

struct Shared {
    std::atomic<std::uint64_t> fileSystem; ///< statfs(2)'s number; 0: not known.
};

struct alignas(kApart) Own {
    LatencyHistogram syncs;
};

using FileArena = Arena<Shared, Own>;
using FileView = Arena<Shared, Own, const std::byte>;

struct Plan {
    std::uint64_t seed = 1;
    std::size_t bytes = 0;
    bool sync = true;
    bool readBack = false;
};

// Its name is gone with the object, whatever came between.
class ScratchFile {
public:
    ScratchFile(std::string path, int fd)
        : m_path(std::move(path))
        , m_fd(fd)
    { }
    ~ScratchFile()
    {
        if (m_fd.isValid())
            ::unlink(m_path.c_str());
    }
    ScratchFile(const ScratchFile &) = delete;
    ScratchFile &operator=(const ScratchFile &) = delete;

    [[nodiscard]] bool isOpen() const { return m_fd.isValid(); }
    [[nodiscard]] int fd() const { return m_fd.get(); }
    [[nodiscard]] const std::string &path() const { return m_path; }

private:
    std::string m_path;
    UniqueFd m_fd;
};

std::unexpected<Error> stopped()
{
    return fail(ErrorKind::Cancelled, "file", "stopped within its file");
}

class FileItems final : public WorkerItems {
public:
    FileItems(
        const Plan &plan, const FileArena &arena, unsigned worker, std::string directory, Mapping buffers)
        : m_plan(plan)
        , m_own(arena.slots()[worker])
        , m_directory(std::move(directory))
        , m_buffers(std::move(buffers))
    {
        const auto words = block();
        for (std::size_t i = 0; i < words.size(); i += 8)
            putLittleEndian(itemWord(plan.seed, i), words.subspan(i, 8));
    }
    ~FileItems() override { ::rmdir(m_directory.c_str()); }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        if (stop.requested())
            return stopped();
        auto path = m_directory + "/" + std::to_string(item);
        const ScratchFile file(path, ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!file.isOpen())
            return failErrno(errno, path, "cannot create the file");
        putLittleEndian(itemWord(m_plan.seed, item), block().first(8));
        if (auto written = write(file, stop); !written)
            return std::unexpected(written.error());
        if (m_plan.sync) {
            if (auto synced = sync(file, stop); !synced)
                return std::unexpected(synced.error());
        }
        if (m_plan.readBack) {
            if (auto same = readBack(file, stop); !same)
                return std::unexpected(same.error());
        }
        return itemWord(m_plan.seed, item);
    }

private:
    // What a file consists of, over and over: the item's word, and then what is the same for one seed.
    [[nodiscard]] std::span<std::byte> block() const { return m_buffers.bytes().first(kChunk); }
    [[nodiscard]] std::span<std::byte> readBuffer() const
    {
        return m_buffers.bytes().subspan(kChunk, kChunk);
    }

    // The bytes of the file from `offset` on, one chunk of them at most.
    [[nodiscard]] std::span<const std::byte> contentAt(std::size_t offset) const
    {
        return block().first(std::min(kChunk, m_plan.bytes - offset));
    }

    Result<void> write(const ScratchFile &file, const StopToken &stop) const
    {
        for (std::size_t done = 0; done < m_plan.bytes; done += kChunk) {
            if (auto written = writeAll(file.fd(), contentAt(done), file.path(), stop); !written)
                return written;
        }
        return {};
    }

    Result<void> sync(const ScratchFile &file, const StopToken &stop) const
    {
        if (stop.requested())
            return stopped();
        const auto begin = MonotonicClock::now();
        const int failed = stop.blocking([&] { return ::fsync(file.fd()) != 0 ? errno : 0; });
        if (failed != 0)
            return failErrno(failed, file.path(), "cannot put the file on the disk");
        m_own.syncs.record(MonotonicClock::now() - begin);
        return {};
    }

    Result<void> readBack(const ScratchFile &file, const StopToken &stop) const
    {
        // So that it comes from the disk and not from the page cache; a hint, which tmpfs cannot follow.
        static_cast<void>(::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED));
        for (std::size_t done = 0; done < m_plan.bytes; done += kChunk) {
            const auto expected = contentAt(done);
            for (std::size_t got = 0; got < expected.size();) {
                if (stop.requested())
                    return stopped();
                const auto rest = readBuffer().subspan(got, expected.size() - got);
                const auto count = stop.blocking([&] {
                    return ::pread(file.fd(), rest.data(), rest.size(), static_cast<off_t>(done + got));
                });
                if (count < 0 && errno != EINTR)
                    return failErrno(errno, file.path(), "cannot read the file back");
                if (count == 0)
                    return fail(ErrorKind::Malformed, file.path(), "is shorter than what was written");
                got += count > 0 ? static_cast<std::size_t>(count) : 0;
            }
            if (std::memcmp(readBuffer().data(), expected.data(), expected.size()) != 0)
                return fail(ErrorKind::Malformed, file.path(), "holds other bytes than were written");
        }
        return {};
    }

    Plan m_plan;
    Own &m_own;
    std::string m_directory;
    Mapping m_buffers;
};

class File final : public Workload {
public:
    explicit File(const WorkSpec &spec)
        : m_workers(spec.workers)
        , m_plan{
              .seed = spec.seed,
              .bytes = static_cast<std::size_t>(spec.params.integer("kib")) * 1024,
              .sync = spec.params.toggle("fsync"),
              .readBack = spec.params.toggle("read_back")}
    { }

    Needs needs() const override { return {.arenaBytes = FileArena::bytesFor(m_workers), .directory = true}; }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        const auto arena = FileArena::on(resources.arena, m_workers);
        if (!arena || resources.directory.empty())
            return fail(ErrorKind::Unsupported, "file", "the worker was given no directory for its files");
        auto directory = resources.directory + "/files-" + std::to_string(resources.index);
        if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
            return failErrno(errno, directory, "cannot make a directory for the files");
        struct statfs about{};
        if (::statfs(directory.c_str(), &about) == 0)
            arena->head().fileSystem.store(
                static_cast<std::uint64_t>(about.f_type), std::memory_order_relaxed);
        auto buffers = Mapping::anonymous(2 * kChunk);
        if (!buffers)
            return std::unexpected(buffers.error());
        return std::make_unique<FileItems>(
            m_plan, *arena, resources.index, std::move(directory), std::move(*buffers));
    }

    std::vector<ResultValue> results(const RunFacts &facts) const override
    {
        const auto arena = FileView::on(facts.arena, m_workers);
        if (!arena)
            return {};
        ResultValue bytesPerSecond;
        if (facts.wallSeconds > 0)
            bytesPerSecond =
                static_cast<double>(facts.items) * static_cast<double>(m_plan.bytes) / facts.wallSeconds;
        std::vector<const LatencyHistogram *> all;
        for (const auto &own : arena->slots())
            all.push_back(&own.syncs);
        const auto syncs = summarise(all);
        const auto type = arena->head().fileSystem.load(std::memory_order_relaxed);
        return {
            bytesPerSecond, syncs ? ResultValue(toSeconds(syncs->p50)) : ResultValue(),
            syncs ? ResultValue(toSeconds(syncs->p99)) : ResultValue(),
            type != 0 ? ResultValue(fileSystemName(type)) : ResultValue()};
    }

private:
    unsigned m_workers;
    Plan m_plan;
};

} // namespace

Result<void>
writeAll(int fd, std::span<const std::byte> bytes, const std::string &name, const StopToken &stop)
{
    while (!bytes.empty()) {
        if (stop.requested())
            return stopped();
        const auto count = stop.blocking([&] { return ::write(fd, bytes.data(), bytes.size()); });
        if (count >= 0)
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        else if (errno == ENOSPC)
            return failErrno(errno, name, "the disk is full");
        else if (errno == EDQUOT)
            return failErrno(errno, name, "this user's share of the disk is used up");
        else if (errno != EINTR)
            return failErrno(errno, name, "cannot write the file");
    }
    return {};
}

std::string fileSystemName(std::uint64_t type)
{
    switch (type) {
    case TMPFS_MAGIC:
        return "tmpfs (in memory: fsync has nothing to do)";
    case RAMFS_MAGIC:
        return "ramfs (in memory: fsync has nothing to do)";
    case EXT4_SUPER_MAGIC: // and ext2, ext3
        return "ext4";
    case XFS_SUPER_MAGIC:
        return "xfs";
    case BTRFS_SUPER_MAGIC:
        return "btrfs";
    case F2FS_SUPER_MAGIC:
        return "f2fs";
    case OVERLAYFS_SUPER_MAGIC:
        return "overlay";
    case NFS_SUPER_MAGIC:
        return "nfs";
    case 0x2fc1'2fc1: // in no header of Linux
        return "zfs";
    default:
        break;
    }
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), type, 16).ptr;
    return "type 0x" + std::string(digits.data(), end);
}

WorkloadInfo fileWorkload()
{
    return {
        .id = "file",
        .title = "Write files",
        .kind = "I/O",
        .item =
            "Write one file and have it put on the disk (fsync). The worker waits for the disk meanwhile, so "
            "more workers help as far as the disk can serve them together.",
        .parameters =
            {
                Parameter::integer(
                    "kib", "File", "KiB", "Size of the file each item writes.", 64, 1, 1'048'576),
                Parameter::toggle(
                    "fsync", "Put it on the disk",
                    "Wait until the disk has the file; otherwise the kernel writes it some time later.",
                    true),
                Parameter::toggle(
                    "read_back", "Read it back", "Read the file again and compare it with what was written.",
                    false),
            },
        .defaultItems = 200,
        .results =
            {{.id = "write_bytes_per_s",
              .title = "Written",
              .unit = "bytes/s",
              .help = "Bytes of finished files, all workers together."},
             {.id = "fsync_p50_s",
              .title = "fsync",
              .unit = "s",
              .help = "Half of the files were on the disk within this time."},
             {.id = "fsync_p99_s",
              .title = "99 % within",
              .unit = "s",
              .help = "99 % of the files were on the disk within this time."},
             {.id = "file_system",
              .title = "File system",
              .unit = "",
              .help = "What the run's directory lies on."}},
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<File>(spec);
        },
    };
}

} // namespace timeslice
