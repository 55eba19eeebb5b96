// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/workersession.h"

#include "core/base/affinity.h"
#include "core/procfs/ownusage.h"

#include <cassert>
#include <exception>
#include <unistd.h>

namespace timeslice {

namespace {

void setPhase(WorkerSlot &slot, WorkerPhase phase)
{
    slot.phase.store(static_cast<std::uint32_t>(phase), std::memory_order_release);
}

// One writer per slot: a plain load and store is enough, and cheaper than a locked add.
void add(std::atomic<std::uint64_t> &counter, std::uint64_t amount)
{
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

// What the standard library throws (memory, threads) becomes the worker's error: nothing crosses a thread's
// border.
template <typename Function>
auto withoutExceptions(Function function) -> decltype(function())
{
    try {
        return function();
    } catch (const std::exception &exception) {
        return fail(ErrorKind::System, "workload", exception.what());
    }
}

class BoardItems final : public ItemSource {
public:
    explicit BoardItems(const Board &board)
        : m_board(board)
    { }
    std::optional<std::uint64_t> take(MonotonicTime now) override { return m_board.takeItem(now); }

private:
    const Board &m_board;
};

} // namespace

WorkerSession::WorkerSession(const Board &board, const Workload &workload, StopToken stop, WorkerRules rules)
    : m_board(board)
    , m_workload(workload)
    , m_stop(stop)
    , m_rules(rules)
{ }

Result<void> WorkerSession::enter(const WorkerResources &resources)
{
    m_index = resources.index;
    auto &slot = m_board.slot(m_index);
    slot.pid.store(::getpid(), std::memory_order_relaxed);
    slot.tid.store(::gettid(), std::memory_order_release);

    auto entered = [&]() -> Result<void> {
        if (m_rules.cpu) {
            m_cpusBefore = allowedCpus();
            if (auto bound = bindThread({&*m_rules.cpu, 1}); !bound)
                return bound;
        }
        auto items = withoutExceptions([&] { return m_workload.makeWorker(resources); });
        if (!items)
            return std::unexpected(items.error());
        m_items = std::move(*items);
        return {};
    }();
    if (!entered)
        m_board.setErrorText(m_index, describe(entered.error()));
    else
        setPhase(slot, WorkerPhase::Ready);
    return entered;
}

bool WorkerSession::waitForGo()
{
    const auto state = m_stop.waitForGo();
    if (!m_board.goTime())
        return false;
    // Also when it was stopped meanwhile: a worker that did nothing has a true account of nothing.
    auto &slot = m_board.slot(m_index);
    slot.atGo.store(readOwnUsage());
    setPhase(slot, WorkerPhase::Working);
    m_now = MonotonicClock::now();
    return state == RunState::Go;
}

std::optional<std::uint64_t> WorkerSession::next()
{
    assert(m_items != nullptr);
    BoardItems source(m_board);
    return m_items->next(source, m_now, m_stop);
}

Result<void> WorkerSession::carryOut(std::uint64_t item)
{
    assert(m_items != nullptr);
    const auto begin = m_now = MonotonicClock::now();
    auto result = withoutExceptions([&] { return m_items->carryOut(item, m_stop); });
    return publish(item, std::move(result), begin, MonotonicClock::now());
}

Result<void> WorkerSession::publish(
    std::uint64_t item, Result<std::uint64_t> result, MonotonicTime begin, MonotonicTime end)
{
    m_now = end;
    // The failure on purpose comes after the work, as a bug in the last line of an item would.
    if (result && m_rules.failEvery != 0 && (item + 1) % m_rules.failEvery == 0)
        result = fail(ErrorKind::Malformed, "item " + std::to_string(item), "failed on purpose (fail_every)");
    publishItem(m_board, m_index, item, result, begin, end);
    if (!result)
        return std::unexpected(std::move(result.error()));
    return {};
}

void WorkerSession::leave()
{
    if (m_left)
        return;
    m_left = true;
    m_items.reset();
    auto &slot = m_board.slot(m_index);
    slot.atEnd.store(readOwnUsage());
    setPhase(slot, WorkerPhase::Finished);
    if (!m_cpusBefore.empty()) // the thread may have other things to do after the run
        static_cast<void>(bindThread(m_cpusBefore));
}

void publishItem(
    const Board &board, unsigned worker, std::uint64_t item, const Result<std::uint64_t> &result,
    MonotonicTime begin, MonotonicTime end)
{
    if (!result && result.error().kind == ErrorKind::Cancelled)
        return;
    auto &slot = board.slot(worker);
    slot.lastItemNs.store(toBoardNs(end), std::memory_order_relaxed);
    if (!result) {
        board.setErrorText(worker, describe(result.error()));
        add(slot.itemsFailed, 1);
        return;
    }
    board.latency(worker).record(end - begin);
    add(slot.checksum, checksumShare(item, *result));
    add(slot.itemsDone, 1);
}

Result<void> carryOutAll(WorkerSession &session, const Board &board, bool stopOnFailure)
{
    while (const auto item = session.next()) {
        const auto done = session.carryOut(*item);
        if (done)
            continue;
        if (done.error().kind == ErrorKind::Cancelled)
            break;
        if (stopOnFailure) {
            board.stop();
            return done;
        }
    }
    return {};
}

} // namespace timeslice
