// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QFile>

#include <set>
#include <sys/types.h>

namespace timeslice {

/// Those of all its threads: each has its own.
inline std::set<pid_t> childrenOf(pid_t pid)
{
    std::set<pid_t> children;
    const QDir tasks(QStringLiteral("/proc/%1/task").arg(pid));
    for (const auto &task : tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile file(tasks.filePath(task + QStringLiteral("/children")));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        for (const auto &word : file.readAll().split(' ')) {
            if (const int child = word.toInt(); child > 0)
                children.insert(child);
        }
    }
    return children;
}

/// Children, their children, and so on, that are there now.
inline std::set<pid_t> descendantsOf(pid_t pid)
{
    auto found = childrenOf(pid);
    for (const pid_t child : std::set(found))
        found.merge(descendantsOf(child));
    return found;
}

/// A zombie has ended; who reaps it when its parent is gone is init's business.
inline bool runs(pid_t pid)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const auto text = file.readAll();
    return text.mid(text.lastIndexOf(')') + 2, 1) != "Z";
}

} // namespace timeslice
