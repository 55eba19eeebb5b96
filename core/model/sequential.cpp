// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sequential.h"

#include "core/workload/datasource.h"

namespace timeslice {

namespace {

// The worker is the engine's own thread: no thread is created, no event is posted while it works.
class Sequential final : public Model {
public:
    explicit Sequential(const ModelContext &context)
        : Model(context)
        , m_data(context.data)
        , m_session(*context.board, *context.workload, context.stopToken(), context.rulesFor(0))
    { }

    void start() override
    {
        if (const auto entered = m_session.enter(context().resourcesFor(0, &m_data)); !entered)
            Q_EMIT failed(entered.error());
        Q_EMIT ready();
    }

    void begin() override
    {
        if (m_session.waitForGo()) {
            if (const auto done = carryOutAll(m_session, *context().board, context().stopsOnFailure()); !done)
                Q_EMIT failed(done.error());
        }
        m_session.leave();
        Q_EMIT finished();
    }

private:
    MappedData m_data;
    WorkerSession m_session;
};

} // namespace

ModelInfo sequentialModel()
{
    return {
        .id = "sequential",
        .title = "One after another",
        .pythonName = "a plain loop",
        .help = "One worker carries out one item after another. Every other model is compared with this one.",
        .parameters = {},
        .singleWorker = true,
        .make = [](const ModelContext &context) -> std::unique_ptr<Model> {
            return std::make_unique<Sequential>(context);
        },
    };
}

} // namespace timeslice
