// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/qprocess.h"

#include "core/model/processcrew.h"

namespace timeslice {

namespace {

class QProcessModel final : public Model {
public:
    explicit QProcessModel(const ModelContext &context)
        : Model(context)
        , m_crew(context, ItemsBy::Board)
    {
        connect(&m_crew, &ProcessCrew::ready, this, &Model::ready);
        connect(&m_crew, &ProcessCrew::failed, this, &Model::failed);
        connect(&m_crew, &ProcessCrew::ended, this, &Model::finished);
    }

    void start() override { m_crew.start(); }
    void begin() override { m_crew.begin(); }
    void wake() override { m_crew.closeInputs(); } // sleepers in poll(2) watch their standard input

private:
    ProcessCrew m_crew;
};

} // namespace

ModelInfo qprocessModel()
{
    return {
        .id = "qprocess",
        .title = "Processes",
        .pythonName = "multiprocessing",
        .help = "Each worker is a process of its own, started by QProcess. Processes share nothing unless "
                "they arrange "
                "it: input data reach them through shared memory or a pipe.",
        .parameters = {Parameter::choice(
            "transfer", "Input data by",
            "How input data reach a child process; matters for workloads that have some.",
            {{"shared", "shared memory"}, {"pipe", "pipe"}})},
        .needsChildHost = true,
        .sharesData = true,
        .make = [](const ModelContext &context) -> std::unique_ptr<Model> {
            return std::make_unique<QProcessModel>(context);
        },
    };
}

} // namespace timeslice
