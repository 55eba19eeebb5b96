// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/snapshotpool.h"

#include <mutex>
#include <new>
#include <utility>

namespace timeslice {

namespace {

/// Above this many idle snapshots memory goes back to the system: a mailbox full and a few in use.
constexpr std::size_t kMaxIdle = 80;

void reset(Snapshot &snapshot)
{
    auto cpus = std::move(snapshot.cpus);
    auto workers = std::move(snapshot.workers);
    auto gauges = std::move(snapshot.gauges);
    auto tasks = std::move(snapshot.tasks);
    auto gaps = std::move(snapshot.gaps);
    snapshot = Snapshot();
    cpus.clear();
    workers.clear();
    gauges.clear();
    gaps.clear();
    snapshot.cpus = std::move(cpus);
    snapshot.workers = std::move(workers);
    snapshot.gauges = std::move(gauges);
    snapshot.tasks = std::move(tasks);
    snapshot.gaps = std::move(gaps);
}

} // namespace

/// What has come back: snapshots, and the raw memory of control blocks, which all have one size.
class SnapshotPool::Store {
public:
    Store()
    {
        m_snapshots.reserve(kMaxIdle);
        m_blocks.reserve(kMaxIdle);
    }
    Store(const Store &) = delete;
    Store &operator=(const Store &) = delete;
    ~Store()
    {
        for (void *block : m_blocks)
            ::operator delete(block);
    }

    std::unique_ptr<Snapshot> takeSnapshot()
    {
        const std::scoped_lock lock(m_mutex);
        if (m_snapshots.empty())
            return nullptr;
        auto snapshot = std::move(m_snapshots.back());
        m_snapshots.pop_back();
        return snapshot;
    }
    void giveBack(std::unique_ptr<Snapshot> snapshot) noexcept
    {
        const std::scoped_lock lock(m_mutex);
        if (m_snapshots.size() < kMaxIdle)
            m_snapshots.push_back(std::move(snapshot));
    }
    void *takeBlock(std::size_t bytes)
    {
        {
            const std::scoped_lock lock(m_mutex);
            if (!m_blocks.empty()) {
                void *const block = m_blocks.back();
                m_blocks.pop_back();
                return block;
            }
        }
        return ::operator new(bytes);
    }
    void giveBackBlock(void *block) noexcept
    {
        {
            const std::scoped_lock lock(m_mutex);
            if (m_blocks.size() < kMaxIdle) {
                m_blocks.push_back(block);
                return;
            }
        }
        ::operator delete(block);
    }
    std::size_t idle()
    {
        const std::scoped_lock lock(m_mutex);
        return m_snapshots.size();
    }

private:
    std::mutex m_mutex; ///< Protects both lists; held for a push or a pop.
    std::vector<std::unique_ptr<Snapshot>> m_snapshots;
    std::vector<void *> m_blocks;
};

struct SnapshotPool::Return {
    std::shared_ptr<Store> store;
    void operator()(const Snapshot *snapshot) const noexcept
    {
        // The pool made it as a plain Snapshot; const is what readers see of it.
        store->giveBack(std::unique_ptr<Snapshot>(const_cast<Snapshot *>(snapshot)));
    }
};

template <typename T>
struct SnapshotPool::BlockAllocator {
    using value_type = T;

    explicit BlockAllocator(std::shared_ptr<Store> blocks)
        : store(std::move(blocks))
    { }
    template <typename U>
    explicit BlockAllocator(const BlockAllocator<U> &other)
        : store(other.store)
    { }
    T *allocate(std::size_t count) { return static_cast<T *>(store->takeBlock(count * sizeof(T))); }
    void deallocate(T *block, std::size_t) noexcept { store->giveBackBlock(block); }
    friend bool operator==(const BlockAllocator &, const BlockAllocator &) = default;

    std::shared_ptr<Store> store;
};

SnapshotPool::SnapshotPool()
    : m_store(std::make_shared<Store>())
{ }

SnapshotPool::~SnapshotPool() = default;

std::unique_ptr<Snapshot> SnapshotPool::take()
{
    auto snapshot = m_store->takeSnapshot();
    if (!snapshot)
        return std::make_unique<Snapshot>();
    reset(*snapshot);
    return snapshot;
}

SnapshotPtr SnapshotPool::share(std::unique_ptr<Snapshot> snapshot)
{
    return SnapshotPtr(snapshot.release(), Return{m_store}, BlockAllocator<Snapshot>(m_store));
}

std::size_t SnapshotPool::idle() const
{
    return m_store->idle();
}

} // namespace timeslice
