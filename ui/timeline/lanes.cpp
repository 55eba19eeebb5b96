// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/lanes.h"

#include <QCoreApplication>

#include <algorithm>
#include <climits>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>

namespace timeslice {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

// Of a tid that was used again, the label belongs to the latest task.
std::vector<const TaskLabel *> labelsByTask(const TimelineView &view, const std::vector<TaskLabel> &labels)
{
    std::vector<const TaskLabel *> byTask(view.tasks().size(), nullptr);
    std::unordered_map<int, std::size_t> latest;
    for (std::size_t i = 0; i < view.tasks().size(); ++i)
        latest[view.tasks()[i].tid] = i;
    for (const auto &label : labels) {
        if (const auto found = latest.find(label.tid); found != latest.end())
            byTask[found->second] = &label;
    }
    return byTask;
}

QString ownName(const TaskInfo &task)
{
    if (task.isBystander)
        return words("this window");
    const auto comm = QString::fromStdString(task.name).simplified();
    if (comm.isEmpty())
        return words("task %1").arg(task.tid);
    return task.tid == task.pid ? words("%1 main").arg(comm) : comm;
}

// A lane on its own or a process with its threads: what is sorted.
struct Unit {
    std::vector<std::uint32_t> tasks;
    int pid = 0;
    bool isGroup = false;
};

class Arranger {
public:
    Arranger(
        const TimelineView &view, const std::vector<TaskLabel> &labels, const LaneOptions &options,
        TimeSpan visible)
        : m_view(view)
        , m_options(options)
        , m_looks(taskLooks(view, labels))
        , m_labels(labelsByTask(view, labels))
    {
        if (options.order != LaneOrder::Busiest)
            return;
        m_runningNs.resize(view.tasks().size());
        for (std::uint32_t i = 0; i < m_runningNs.size(); ++i) {
            StateSums sums;
            view.columns({LaneId::Kind::Task, i}, visible, std::span(&sums, 1));
            m_runningNs[i] = sums.runningNs;
        }
    }

    void addTasks(std::vector<LaneEntry> &into) const
    {
        auto units = shownUnits();
        std::size_t lanes = 0;
        for (auto &unit : units) {
            std::ranges::sort(
                unit.tasks, [this](std::uint32_t a, std::uint32_t b) { return isBefore(a, b); });
            lanes += unit.tasks.size();
        }
        std::ranges::sort(units, [this](const Unit &a, const Unit &b) {
            return isBefore(a.tasks.front(), b.tasks.front());
        });
        for (const auto &unit : units) {
            if (unit.isGroup)
                addGroup(unit, lanes > kManyLanes, into);
            else
                addTask(unit.tasks.front(), false, into);
        }
    }

    void addCores(std::vector<LaneEntry> &into) const
    {
        for (const auto i : coresByNumber(m_view)) {
            LaneEntry entry;
            entry.kind = LaneEntry::Kind::Core;
            entry.lane = {LaneId::Kind::Core, i};
            entry.name = words("core %1").arg(m_view.cores()[i]);
            into.push_back(entry);
        }
    }

private:
    [[nodiscard]] bool isShown(std::uint32_t task) const
    {
        const int tid = m_view.tasks()[task].tid;
        if (m_view.tasks()[task].isBystander && !m_options.showsMainThread)
            return false;
        return !m_options.hiddenTids.contains(tid);
    }

    [[nodiscard]] std::vector<Unit> shownUnits() const
    {
        const auto &tasks = m_view.tasks();
        const int traced = tasks.empty() ? 0 : tasks.front().pid;
        std::map<int, Unit> processes;
        std::vector<Unit> units;
        for (std::uint32_t i = 0; i < tasks.size(); ++i) {
            if (!isShown(i))
                continue;
            const int pid = tasks[i].pid;
            if (pid == 0 || pid == traced || tasks[i].isBystander) {
                units.push_back({{i}, pid, false});
                continue;
            }
            auto &process = processes[pid];
            process.pid = pid;
            process.tasks.push_back(i);
        }
        for (auto &[pid, process] : processes) {
            process.isGroup = process.tasks.size() > 1;
            units.push_back(std::move(process));
        }
        return units;
    }

    [[nodiscard]] bool isBefore(std::uint32_t a, std::uint32_t b) const
    {
        switch (m_options.order) {
        case LaneOrder::Worker: {
            const auto worker = [this](std::uint32_t task) {
                const auto *label = m_labels[task];
                return label == nullptr || label->worker < 0 ? INT_MAX : label->worker;
            };
            return std::tuple(worker(a), a) < std::tuple(worker(b), b);
        }
        case LaneOrder::Start:
            break;
        case LaneOrder::Name: {
            const int order = QString::localeAwareCompare(m_looks[a].name, m_looks[b].name);
            return order != 0 ? order < 0 : a < b;
        }
        case LaneOrder::Busiest:
            return std::tuple(m_runningNs[b], a) < std::tuple(m_runningNs[a], b);
        }
        return a < b;
    }

    void addTask(std::uint32_t task, bool isIndented, std::vector<LaneEntry> &into) const
    {
        LaneEntry entry;
        entry.lane = {LaneId::Kind::Task, task};
        entry.name = m_looks[task].name;
        entry.detail = words("tid %1").arg(m_view.tasks()[task].tid);
        entry.isIndented = isIndented;
        into.push_back(entry);
    }

    void addGroup(const Unit &unit, bool isClosedAtFirst, std::vector<LaneEntry> &into) const
    {
        LaneEntry title;
        title.kind = LaneEntry::Kind::Process;
        title.pid = unit.pid;
        title.isClosed = isClosedAtFirst != m_options.toggledPids.contains(unit.pid);
        title.detail = words("pid %1, %2 threads").arg(unit.pid).arg(unit.tasks.size());
        for (const auto task : unit.tasks) {
            title.members.push_back({LaneId::Kind::Task, task});
            // The main thread's name is the process's; a thread that is gone may have left another's.
            const auto &info = m_view.tasks()[task];
            if (title.name.isEmpty() || info.tid == info.pid)
                title.name = QString::fromStdString(info.name).simplified();
        }
        if (title.name.isEmpty())
            title.name = words("process %1").arg(unit.pid);
        const bool isClosed = title.isClosed;
        into.push_back(std::move(title));
        if (isClosed)
            return;
        for (const auto task : unit.tasks)
            addTask(task, true, into);
    }

    const TimelineView &m_view;
    const LaneOptions &m_options;
    std::vector<TaskLook> m_looks;
    std::vector<const TaskLabel *> m_labels;
    std::vector<std::uint64_t> m_runningNs; ///< By task; of "busiest" only.
};

} // namespace

std::vector<std::uint32_t> coresByNumber(const TimelineView &view)
{
    std::vector<std::uint32_t> indices(view.cores().size());
    std::iota(indices.begin(), indices.end(), 0);
    std::ranges::sort(indices, {}, [&](std::uint32_t index) { return view.cores()[index]; });
    return indices;
}

std::vector<TaskLook> taskLooks(const TimelineView &view, const std::vector<TaskLabel> &labels)
{
    const auto byTask = labelsByTask(view, labels);
    const bool hasWorkers =
        std::ranges::any_of(labels, [](const TaskLabel &label) { return label.worker >= 0; });
    std::vector<TaskLook> looks(view.tasks().size());
    for (std::size_t i = 0; i < looks.size(); ++i) {
        const auto *label = byTask[i];
        looks[i].worker = label != nullptr ? label->worker : TaskLabel::kNoWorker;
        const int number = hasWorkers || view.tasks()[i].isBystander ? looks[i].worker : static_cast<int>(i);
        looks[i].name = label != nullptr && !label->name.isEmpty() ? label->name : ownName(view.tasks()[i]);
        looks[i].colour = number >= 0 ? number : TaskLook::kPlain;
        looks[i].number = looks[i].colour;
    }
    return looks;
}

std::vector<LaneEntry> arrangeLanes(
    const TimelineView &view, const std::vector<TaskLabel> &labels, const LaneOptions &options,
    TimeSpan visible)
{
    std::vector<LaneEntry> entries;
    if (view.tasks().empty() && view.cores().empty())
        return entries;
    const Arranger arranger(view, labels, options, visible);
    const bool hasCores = !view.cores().empty(); // of a sampled timeline nobody knows who had which
    if (hasCores) {
        LaneEntry heat;
        heat.kind = LaneEntry::Kind::Heat;
        heat.name = words("all cores");
        entries.push_back(heat);
    }
    if (options.arrangement != LaneArrangement::ByCore || !hasCores)
        arranger.addTasks(entries);
    if (options.arrangement == LaneArrangement::Both && hasCores) {
        LaneEntry heading;
        heading.kind = LaneEntry::Kind::Heading;
        heading.name = words("Cores");
        entries.push_back(heading);
    }
    if (options.arrangement != LaneArrangement::ByWorker)
        arranger.addCores(entries);
    return entries;
}

} // namespace timeslice
