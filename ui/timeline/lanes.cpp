// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/lanes.h"

#include "ui/timeline/lanetree.h"

#include <QCoreApplication>

#include <algorithm>
#include <climits>
#include <functional>
#include <numeric>
#include <span>
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

// What follows the workers is numbered apart, so that workers that come do not open and close it.
constexpr int kFirstOtherPart = 1 << 16;

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

    void addTasks(std::vector<LaneEntry> &into)
    {
        std::vector<bool> shown(m_view.tasks().size());
        for (std::uint32_t i = 0; i < shown.size(); ++i)
            shown[i] = isShown(i);
        const auto lanes = static_cast<std::size_t>(std::ranges::count(shown, true));
        m_isMany = lanes > kManyLanes;
        m_isGrouped = m_options.groupsMany && lanes > kGroupedLanes;
        auto root = laneTree(m_view, shown);
        sortChildren(root);
        addChildren(root, 0, into);
    }

    void addCores(std::vector<LaneEntry> &into) const
    {
        for (const auto i : coresByNumber(m_view)) {
            if (m_options.hiddenCores.contains(i))
                continue;
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
        if (m_view.tasks()[task].isBystander && !m_options.showsMainThread)
            return false;
        return !m_options.hiddenTasks.contains(task);
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

    // A process stands where the first of its lanes does.
    void sortChildren(LaneNode &node) const
    {
        for (auto &child : node.children)
            sortChildren(child);
        std::ranges::sort(node.children, [this](const LaneNode &a, const LaneNode &b) {
            return isBefore(a.first, b.first);
        });
        if (!node.isLane())
            node.first = node.children.front().first;
    }

    [[nodiscard]] bool isWorker(const LaneNode &node) const { return m_looks[node.first].worker >= 0; }

    void addChildren(const LaneNode &node, int depth, std::vector<LaneEntry> &into) const
    {
        const std::span children(node.children);
        const bool isLone = std::ranges::count_if(children, std::not_fn(&LaneNode::isLane)) == 1;
        if (!m_isGrouped) {
            addNodes(children, depth, isLone, into);
            return;
        }
        // In other orders workers and others are mixed.
        const auto workers = m_options.order != LaneOrder::Worker
            ? children.begin()
            : std::ranges::find_if_not(children, [this](const LaneNode &child) { return isWorker(child); });
        const auto count = static_cast<std::size_t>(workers - children.begin());
        addParts(children.first(count), {node.pid, 0}, depth, isLone, into);
        addParts(children.subspan(count), {node.pid, kFirstOtherPart}, depth, isLone, into);
    }

    // So many beside each other share a row. \param first  What the first of these parts is called.
    void addParts(
        std::span<const LaneNode> nodes, LaneGroup first, int depth, bool isLone,
        std::vector<LaneEntry> &into) const
    {
        for (std::size_t begin = 0; begin < nodes.size(); begin += kPartLanes) {
            const auto part = nodes.subspan(begin, std::min(kPartLanes, nodes.size() - begin));
            if (nodes.size() <= kPartLanes || part.size() == 1) {
                addNodes(part, depth, isLone, into);
                continue;
            }
            LaneEntry title;
            title.kind = LaneEntry::Kind::Group;
            title.group = {first.pid, first.part + static_cast<int>(begin / kPartLanes)};
            title.depth = depth;
            title.isClosed = !m_options.toggled.contains(title.group);
            title.name = partName(part, begin);
            title.detail = words("%1 to %2 of %3").arg(begin + 1).arg(begin + part.size()).arg(nodes.size());
            for (const auto &node : part)
                collectLanes(node, title.members);
            const bool isClosed = title.isClosed;
            into.push_back(std::move(title));
            if (!isClosed)
                addNodes(part, depth + 1, isLone, into);
        }
    }

    [[nodiscard]] QString partName(std::span<const LaneNode> nodes, std::size_t begin) const
    {
        const int worker = m_looks[nodes.front().first].worker;
        const auto name = nameOf(nodes.front());
        bool areInRow = worker >= 0;
        bool areNamesakes = true;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            areInRow = areInRow && m_looks[nodes[i].first].worker == worker + static_cast<int>(i);
            areNamesakes = areNamesakes && nameOf(nodes[i]) == name;
        }
        if (areInRow)
            return words("workers %1–%2").arg(worker).arg(worker + static_cast<int>(nodes.size()) - 1);
        if (areNamesakes)
            return words("%1 × %2").arg(nodes.size()).arg(name);
        return words("lanes %1–%2").arg(begin + 1).arg(begin + nodes.size());
    }

    [[nodiscard]] QString nameOf(const LaneNode &node) const
    {
        return node.isLane() ? m_looks[node.task].name
                             : QString::fromStdString(m_view.tasks()[node.task].name).simplified();
    }

    // \param isLone  A process among these is the only one beside its siblings: what all the others stand
    // under.
    void addNodes(std::span<const LaneNode> nodes, int depth, bool isLone, std::vector<LaneEntry> &into) const
    {
        for (const auto &node : nodes) {
            if (node.isLane())
                addTask(node.task, depth, into);
            else
                addProcess(node, depth, m_isMany && !isLone, into);
        }
    }

    void addTask(std::uint32_t task, int depth, std::vector<LaneEntry> &into) const
    {
        LaneEntry entry;
        entry.lane = {LaneId::Kind::Task, task};
        entry.name = m_looks[task].name;
        entry.detail = words("tid %1").arg(m_view.tasks()[task].tid);
        entry.depth = depth;
        into.push_back(entry);
    }

    void
    addProcess(const LaneNode &process, int depth, bool isClosedAtFirst, std::vector<LaneEntry> &into) const
    {
        LaneEntry title;
        title.kind = LaneEntry::Kind::Group;
        title.group = {process.pid, LaneGroup::kWhole};
        title.depth = depth;
        title.isClosed = isClosedAtFirst != m_options.toggled.contains(title.group);
        collectLanes(process, title.members);
        std::set<int> pids;
        std::vector<std::uint32_t> workers;
        for (const auto lane : title.members) {
            pids.insert(m_view.tasks()[lane.index].pid);
            if (m_looks[lane.index].worker >= 0)
                workers.push_back(lane.index);
        }
        title.name = nameOf(process);
        if (workers.size() == 1)
            title.name = words("process of %1").arg(m_looks[workers.front()].name);
        else if (title.name.isEmpty())
            title.name = words("process %1").arg(process.pid);
        title.detail = pids.size() == 1
            ? words("pid %1, %2 threads").arg(process.pid).arg(title.members.size())
            : words("pid %1, %2 processes").arg(process.pid).arg(pids.size());
        const bool isClosed = title.isClosed;
        into.push_back(std::move(title));
        if (!isClosed)
            addChildren(process, depth + 1, into);
    }

    const TimelineView &m_view;
    const LaneOptions &m_options;
    std::vector<TaskLook> m_looks;
    std::vector<const TaskLabel *> m_labels;
    std::vector<std::uint64_t> m_runningNs; ///< By task; of "busiest" only.
    bool m_isMany = false;
    bool m_isGrouped = false;
};

} // namespace

void LaneOptions::forgetLanes()
{
    hiddenTasks.clear();
    hiddenCores.clear();
    toggled.clear();
}

void addSums(const StateSums &from, StateSums &into)
{
    into.runningNs += from.runningNs;
    into.runnableNs += from.runnableNs;
    into.blockedNs += from.blockedNs;
    into.gilWaitNs += from.gilWaitNs;
    into.unknownNs += from.unknownNs;
    into.absentNs += from.absentNs;
    into.switches += from.switches;
    into.coarse |= from.coarse;
}

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
    Arranger arranger(view, labels, options, visible);
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
