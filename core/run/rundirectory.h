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
    /// What it lies on where nobody says where.
    enum class Place {
        Memory, ///< $XDG_RUNTIME_DIR if that is usable, else the temp directory.
        Disk, ///< The user's cache directory if that is usable, else the temp directory: for items that write
              ///< files, which shall reach a disk.
    };

    /// \param base  Where to make it; empty: as `place` says.
    /// \error System or Denied with the path.
    [[nodiscard]] static Result<std::unique_ptr<RunDirectory>>
    create(const QString &base = {}, Place place = Place::Memory);

    /// Removes run directories below `base`, or in every place, that belong to this user and whose owner no
    /// longer runs.
    static void removeStale(const QString &base = {});

    [[nodiscard]] QString path() const { return m_directory.path(); }

private:
    explicit RunDirectory(const QString &pattern)
        : m_directory(pattern)
    { }
    QTemporaryDir m_directory;
};

} // namespace timeslice
