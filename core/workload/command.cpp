// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/command.h"

namespace timeslice {

namespace {

class Command final : public Workload {
public:
    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources & /*resources*/) const override
    {
        return fail(ErrorKind::Unsupported, "command", "a program is run by the model command only");
    }
};

} // namespace

WorkloadInfo commandWorkload()
{
    return {
        .id = "command",
        .title = "Your own program",
        .kind = "whatever it does",
        .item = "Run a program of yours once, from its start to its exit.",
        .parameters = {},
        .defaultItems = 1,
        .results = {},
        .hasUnevenItems = true,
        .isForeign = true,
        .make = [](const WorkSpec & /*spec*/) -> std::unique_ptr<Workload> {
            return std::make_unique<Command>();
        },
    };
}

} // namespace timeslice
