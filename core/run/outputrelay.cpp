// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/outputrelay.h"

#include <algorithm>
#include <cstdio>

namespace timeslice {

void OutputRelay::forward(const QByteArray &bytes)
{
    const auto room = std::max<qint64>(0, kMaxForwarded - m_forwarded);
    m_forwarded += bytes.size();
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(std::min<qint64>(room, bytes.size())), stdout);
    if (room > 0 && bytes.size() >= room)
        std::fputs("\n[the program wrote more than 4 MiB; the rest is not kept]\n", stdout);
    std::fflush(stdout);
}

} // namespace timeslice
