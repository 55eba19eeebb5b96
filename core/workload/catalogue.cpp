// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/catalogue.h"

#include "core/workload/command.h"
#include "core/workload/counter.h"
#include "core/workload/database.h"
#include "core/workload/falsesharing.h"
#include "core/workload/file.h"
#include "core/workload/hash.h"
#include "core/workload/http.h"
#include "core/workload/https.h"
#include "core/workload/mandelbrot.h"
#include "core/workload/matrix.h"
#include "core/workload/payload.h"
#include "core/workload/philosophers.h"
#include "core/workload/pingpong.h"
#include "core/workload/primes.h"
#include "core/workload/producerconsumer.h"
#include "core/workload/sleep.h"
#include "core/workload/spawn.h"
#include "core/workload/sum.h"

#include <algorithm>
#include <vector>

namespace timeslice {

std::span<const WorkloadInfo> workloads()
{
    static const std::vector<WorkloadInfo> all{
        sumWorkload(),      primesWorkload(),       mandelbrotWorkload(),
        matrixWorkload(),   hashWorkload(),         httpWorkload(),
        httpsWorkload(),    fileWorkload(),         databaseWorkload(),
        sleepWorkload(),    counterWorkload(),      falseSharingWorkload(),
        pingPongWorkload(), philosophersWorkload(), producerConsumerWorkload(),
        spawnWorkload(),    payloadWorkload(),      commandWorkload(),
    };
    return all;
}

const WorkloadInfo *findWorkload(std::string_view id)
{
    const auto all = workloads();
    const auto found = std::ranges::find(all, id, &WorkloadInfo::id);
    return found == all.end() ? nullptr : &*found;
}

} // namespace timeslice
