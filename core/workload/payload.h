// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `payload`: an item hands n bytes to a partner and gets them back: what passing data costs, by reference,
/// pipe or shared memory, and in Python by pickle.
///
/// Each worker has a partner of its own, which lives as long as the worker's items: a thread where the bytes
/// are passed by reference, else a process. The item marks one byte in every 4096 with a word of its own, the
/// partner adds 1 to each of those, and the item looks whether it finds them so. The result is the item's
/// word and the sum of those bytes.
[[nodiscard]] WorkloadInfo payloadWorkload();

} // namespace timeslice
