// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace timeslice {

/// Passes what a foreign program writes on to this process's standard output, where it is kept as log, up to
/// half of what the supervisor's owner puts up with.
/// Thread: one.
class OutputRelay {
public:
    static constexpr qint64 kMaxForwarded = 4 << 20; ///< Per run.

    void forward(const QByteArray &bytes);

private:
    qint64 m_forwarded = 0;
};

} // namespace timeslice
