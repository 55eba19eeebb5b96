// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/http.h"

#include "core/workload/httpitems.h"

namespace timeslice {

namespace {

class Http final : public Workload {
public:
    explicit Http(const WorkSpec &spec)
        : m_maker(spec, std::chrono::seconds(10))
    { }

    Needs needs() const override { return {.httpServer = true}; }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        return m_maker.makeWorker(resources);
    }

    Result<std::vector<std::unique_ptr<StepwiseItems>>>
    makeStepwise(const WorkerResources &resources, std::size_t count) const override
    {
        return m_maker.makeStepwise(resources, count);
    }

private:
    HttpItemMaker m_maker;
};

} // namespace

WorkloadInfo httpWorkload()
{
    return {
        .id = "http",
        .title = "Ask a web server",
        .kind = "I/O, waits",
        .item = "Send one request to a web server on this machine and wait for its answer, which comes after "
                "a set delay. The worker hardly needs a core; it is the waiting that takes time.",
        .parameters = HttpItemMaker::parameters(),
        .defaultItems = 100,
        .results = {},
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<Http>(spec);
        },
    };
}

} // namespace timeslice
