// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QByteArrayView>
#include <QString>

#include <memory>

namespace timeslice {

/// A file too long to be held in memory, written piece by piece.
///
/// It is complete or as it was before: written beside its place and renamed by `commit`; without that nothing
/// happened. Devices and pipes are written to directly. The first failure is remembered, later pieces are
/// dropped, and `commit` reports it. Thread: one at a time.
class StreamFile {
public:
    enum class Packing { Plain, Gzip };

    /// \error  System or Denied with the path.
    [[nodiscard]] static Result<std::unique_ptr<StreamFile>> open(const QString &path, Packing packing);
    ~StreamFile();
    StreamFile(const StreamFile &) = delete;
    StreamFile &operator=(const StreamFile &) = delete;

    void write(QByteArrayView piece);
    /// Going on is in vain.
    [[nodiscard]] bool hasFailed() const;
    /// \error  What failed first, with the path.
    [[nodiscard]] Result<void> commit();

private:
    class Private;
    explicit StreamFile(std::unique_ptr<Private> priv);
    std::unique_ptr<Private> d;
};

} // namespace timeslice
