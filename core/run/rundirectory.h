// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QString>
#include <QTemporaryDir>

#include <memory>

namespace timeslice {

/// A run's private directory (0700), removed with the object. It carries its owner's pid and start time, so
/// that one left behind by a killed program is recognised later.
class RunDirectory {
public:
    /// \param base  Where to make it; empty: $XDG_RUNTIME_DIR if that is usable, else the temp directory.
    /// \error System or Denied with the path.
    [[nodiscard]] static Result<std::unique_ptr<RunDirectory>> create(const QString &base = {});

    /// Removes run directories below `base` that belong to this user and whose owner no longer runs.
    static void removeStale(const QString &base = {});

    [[nodiscard]] QString path() const { return m_directory.path(); }

private:
    explicit RunDirectory(const QString &pattern)
        : m_directory(pattern)
    { }
    QTemporaryDir m_directory;
};

} // namespace timeslice
