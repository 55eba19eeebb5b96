// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/clientsocket.h"
#include "core/workload/workload.h"

namespace timeslice {

/// What the items of `http` and `https` are: the same requests with the same answers, and so the same
/// results. Immutable; outlives the items. Thread: any.
class HttpItemMaker {
public:
    /// \param patience  How long an item waits beyond the delay that it asks for. Long: thousands of workers
    ///                  may be asking at once.
    HttpItemMaker(const WorkSpec &spec, std::chrono::seconds patience);

    /// The parameters that `spec` has values of.
    [[nodiscard]] static std::vector<Parameter> parameters();

    /// The items of one worker, over one connection of its own.
    /// \error  Unsupported when the worker was given no local server.
    [[nodiscard]] Result<std::unique_ptr<WorkerItems>>
    makeWorker(const WorkerResources &resources, const TlsUse &tls = {}) const;
    /// The same for an event loop, each with a connection of its own. \error  As makeWorker.
    [[nodiscard]] Result<std::vector<std::unique_ptr<StepwiseItems>>>
    makeStepwise(const WorkerResources &resources, std::size_t count, const TlsUse &tls = {}) const;

    /// What an item asks for.
    struct Plan {
        std::uint64_t seed = 0;
        std::uint64_t delayMs = 0;
        std::size_t bytes = 0; ///< Of the answer.
        bool keepAlive = true;
        std::chrono::seconds patience{};
    };

private:
    const Plan m_plan;
};

} // namespace timeslice
