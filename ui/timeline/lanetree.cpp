// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/lanetree.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

namespace timeslice {

namespace {

constexpr int kRoot = 0;
/// Deeper processes stand beside their creator: nobody could tell the levels apart, and a chain of thousands
/// is walked by recursion.
constexpr int kDeepest = 8;

struct Process {
    int parent = kRoot;
    int depth = 0;
    std::uint32_t namingTask = 0;
    std::vector<std::uint32_t> lanes; ///< Those that are shown.
    std::vector<int> children;
};

// By pid, the root first.
using Processes = std::map<int, Process>;

class TreeBuilder {
public:
    explicit TreeBuilder(const TimelineView &view)
        : m_tasks(view.tasks())
        , m_tracedPid(m_tasks.empty() ? kRoot : m_tasks.front().pid)
    { }

    Processes processes(const std::vector<bool> &isShown)
    {
        Processes found;
        found[kRoot];
        std::unordered_map<int, std::uint32_t> taskOfTid; // the latest that had it
        for (std::uint32_t i = 0; i < m_tasks.size(); ++i) {
            const int pid = pidOf(i);
            auto [at, isNew] = found.try_emplace(pid);
            auto &process = at->second;
            if (isNew) {
                process.namingTask = i;
                const auto creator = taskOfTid.find(m_tasks[i].parentTid);
                const int parent = creator == taskOfTid.end() ? kRoot : pidOf(creator->second);
                place(pid, process, parent == pid ? kRoot : parent, found);
            }
            // A thread that is gone may have left another name than the process's.
            if (m_tasks[i].tid == pid || m_tasks[process.namingTask].name.empty())
                process.namingTask = i;
            if (isShown[i])
                process.lanes.push_back(i);
            taskOfTid[m_tasks[i].tid] = i;
        }
        return found;
    }

private:
    [[nodiscard]] int pidOf(std::uint32_t task) const
    {
        const auto &info = m_tasks[task];
        return info.pid == m_tracedPid || info.isBystander ? kRoot : info.pid;
    }

    static void place(int pid, Process &process, int parentPid, Processes &among)
    {
        auto *parent = &among[parentPid];
        process.parent = parent->depth < kDeepest ? parentPid : parent->parent;
        parent = &among[process.parent];
        process.depth = parent->depth + 1;
        parent->children.push_back(pid);
    }

    const std::vector<TaskInfo> &m_tasks;
    int m_tracedPid;
};

std::optional<LaneNode> nodeOf(int pid, const Processes &processes)
{
    const auto &process = processes.at(pid);
    LaneNode node;
    node.pid = pid;
    node.task = process.namingTask;
    for (const auto lane : process.lanes)
        node.children.push_back({.task = lane, .pid = 0, .children = {}, .first = lane});
    for (const int child : process.children) {
        if (auto below = nodeOf(child, processes))
            node.children.push_back(*std::move(below));
    }
    if (node.children.empty())
        return std::nullopt;
    if (node.children.size() == 1 && pid != kRoot)
        return std::move(node.children.front());
    std::ranges::sort(node.children, {}, &LaneNode::first);
    node.first = node.children.front().first;
    return node;
}

} // namespace

LaneNode laneTree(const TimelineView &view, const std::vector<bool> &isShown)
{
    const auto processes = TreeBuilder(view).processes(isShown);
    return nodeOf(kRoot, processes).value_or(LaneNode());
}

void collectLanes(const LaneNode &node, std::vector<LaneId> &into)
{
    if (node.isLane())
        into.push_back({LaneId::Kind::Task, node.task});
    for (const auto &child : node.children)
        collectLanes(child, into);
}

} // namespace timeslice
