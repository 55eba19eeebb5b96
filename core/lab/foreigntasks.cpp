// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/foreigntasks.h"

namespace timeslice {

std::vector<std::uint32_t> foreignTasks(const TimelineView &view, int enginePid)
{
    const auto &tasks = view.tasks();
    std::vector<std::uint32_t> indices;
    for (std::uint32_t index = 1; index < tasks.size(); ++index) { // the first is the traced one, the engine
        const auto &task = tasks[index];
        if (task.pid != enginePid && !task.isBystander && task.name != tasks.front().name)
            indices.push_back(index);
    }
    return indices;
}

} // namespace timeslice
