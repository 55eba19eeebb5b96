// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace timeslice {

/// Where the kernel's files are. The real ones by default; tests point both at fixtures.
struct ProcRoot {
    std::filesystem::path proc = "/proc";
    std::filesystem::path sys = "/sys";
};

} // namespace timeslice
