// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timelinelanebuilder.h"
#include "core/observe/timelineview.h"
#include "core/perf/switchchunk.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace timeslice {

struct TimelineLimits {
    /// Above this the oldest slices are given up, and their blocks' summaries thinned out, until it holds
    /// again. A view that is held while the store goes on keeps what it shows beside that.
    std::size_t bytes = 256 * 1024 * 1024;
    /// Tasks that get a lane; later ones appear on the cores' lanes only.
    std::uint32_t taskLanes = 8192;
};

/// Who is in a trace, as far as that is known beforehand.
struct TimelineTasks {
    /// The task whose creations are followed: the first of the view, whatever is recorded first. A tid of 0:
    /// the one that is seen first.
    TaskInfo traced;
    TaskInfo bystander; ///< See TracerOptions::bystander. A tid of 0: none.
};

/// Turns switch records into the timeline, and keeps it.
///
/// One writer appends chunks; any thread takes views. A view is built by the writer, only after somebody
/// asked for one, and handed over as a pointer: who asks never waits for the writer's work, and gets what was
/// ready at the time. Thread: `append` from one thread (the tracer's reader); `view` and `version` from any.
///
/// What the records say, literally: a task runs from switch-in to switch-out; it is Blocked after a voluntary
/// switch-out until the next switch-in, Runnable after an involuntary one, and from its creation to its first
/// switch-in. A task's end closes its slice, since no switch-out follows. The traced task itself, when its
/// first record is a switch-out, has run since the trace began; so has a bystander. Where records contradict
/// each other (one must be missing) nobody is guessed to have run: that stretch is Unknown.
class TimelineStore {
public:
    explicit TimelineStore(TimelineLimits limits = {}, TimelineTasks tasks = {});
    ~TimelineStore();
    TimelineStore(const TimelineStore &) = delete;
    TimelineStore &operator=(const TimelineStore &) = delete;

    /// Adds a chunk; chunks of one trace in their order.
    /// Cost: about 10-20 ns a record, 9-10 bytes; at the limit some ms each time an eighth of the detail is
    /// given up.
    void append(const SwitchChunk &chunk);

    /// The newest view that is ready, and a request for a newer one: it is ready when the next chunk has been
    /// added (every 10 ms). After the last chunk of a trace the view is complete at once. Cost: a pointer.
    [[nodiscard]] TimelineViewPtr view() const;

    /// Grows whenever a chunk brought something; cheap to ask whether painting is worth while.
    [[nodiscard]] std::uint64_t version() const { return m_version.load(std::memory_order_relaxed); }

private:
    struct Task;
    struct Core;
    struct CachedLane {
        std::int32_t tid = 0;
        std::uint32_t lane = 0;
        Task *task = nullptr; ///< Of a task that has a lane, lives, and is known by pid.
    };

    void begin(std::uint64_t timeNs);
    void process(const SwitchRecord &record);
    void processUnusual(const SwitchRecord &record, Core &core);
    void switchIn(const SwitchRecord &record, Core &core);
    void switchOut(const SwitchRecord &record, Core &core);
    void fork(const SwitchRecord &record, Core &core);
    void exit(const SwitchRecord &record, Core &core);
    void lose(const SwitchRecord &record, Core &core);
    void applyName(const TaskName &name);

    [[nodiscard]] Core &addCore(unsigned cpu);
    [[nodiscard]] std::uint32_t findLane(std::int32_t tid);
    [[nodiscard]] std::uint32_t laneOf(const SwitchRecord &record);
    std::uint32_t addTask(TaskInfo info, TaskState initial);
    void remember(std::int32_t tid, std::uint32_t lane);
    void endTask(Task &task, std::uint64_t timeNs);
    void beginSlice(Core &core, Task &task, std::uint64_t timeNs);
    void endSlice(Core &core, std::uint64_t timeNs, SliceEnd end);
    void endUnseen(Core &core, Task &task, std::uint64_t timeNs, SliceEnd end);
    void cutShort(Core &core, std::uint64_t timeNs);
    void cutShortElsewhere(Task &task, std::uint64_t timeNs);
    void addLoss(const Core &core, std::uint64_t endNs, std::uint64_t count);
    [[nodiscard]] bool hasRunSinceBegin(const Task &task) const;
    template <typename Function>
    void forEachLane(Function function);

    void keepWithinLimit();
    void giveUpOldest();
    void publish();

    const TimelineLimits m_limits;
    const TimelineTasks m_known;

    // Of the writer only.
    std::uint64_t m_beginNs = 0;
    std::uint64_t m_horizonNs = 0;
    bool m_isFinished = false;
    LaneMemory m_memory;
    std::vector<std::unique_ptr<Task>> m_tasks;
    std::vector<TaskInfo> m_infos; ///< As m_tasks.
    std::uint64_t m_tasksWithoutLane = 0;
    std::unordered_map<std::int32_t, std::uint32_t> m_laneByTid;
    std::array<CachedLane, 1024> m_cache{}; ///< In front of m_laneByTid, by tid.
    std::vector<std::unique_ptr<Core>> m_cores;
    std::vector<Core *> m_coreByCpu; ///< Null where nothing was seen.
    TimelineLossLog m_losses;
    bool m_infosChanged = true;
    std::shared_ptr<const std::vector<TaskInfo>> m_frozenInfos;
    std::shared_ptr<const std::vector<int>> m_frozenCores;

    mutable std::atomic<bool> m_wanted = false;
    std::atomic<std::uint64_t> m_version = 0;
    mutable std::mutex
        m_publishMutex; ///< Protects m_published, for the time of copying or swapping a pointer.
    TimelineViewPtr m_published;
};

} // namespace timeslice
