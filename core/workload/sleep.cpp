// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/sleep.h"

namespace timeslice {

namespace {

class SleepItems final : public WorkerItems {
public:
    explicit SleepItems(Nanoseconds length)
        : m_length(length)
    { }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        if (!stop.sleepUntil(MonotonicClock::now() + m_length))
            return fail(ErrorKind::Cancelled, "sleep", "stopped while it slept");
        return item;
    }

private:
    Nanoseconds m_length;
};

class StepwiseSleep final : public StepwiseItems {
public:
    explicit StepwiseSleep(Nanoseconds length)
        : m_length(length)
    { }

    void begin(std::uint64_t item) override
    {
        m_item = item;
        m_until = MonotonicClock::now() + m_length;
    }

    Step step() override
    {
        if (MonotonicClock::now() < m_until)
            return Waiting{.until = m_until};
        return Result<std::uint64_t>(m_item);
    }

private:
    Nanoseconds m_length;
    std::uint64_t m_item = 0;
    MonotonicTime m_until{};
};

class Sleep final : public Workload {
public:
    explicit Sleep(const WorkSpec &spec)
        : m_length(static_cast<std::int64_t>(spec.params.real("sleep_ms") * 1e6))
    { }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources & /*resources*/) const override
    {
        return std::make_unique<SleepItems>(m_length);
    }

    Result<std::vector<std::unique_ptr<StepwiseItems>>>
    makeStepwise(const WorkerResources & /*resources*/, std::size_t count) const override
    {
        std::vector<std::unique_ptr<StepwiseItems>> all(count);
        for (auto &one : all)
            one = std::make_unique<StepwiseSleep>(m_length);
        return all;
    }

private:
    Nanoseconds m_length;
};

} // namespace

WorkloadInfo sleepWorkload()
{
    return {
        .id = "sleep",
        .title = "Sleep",
        .kind = "waits",
        .item =
            "Wait for a set time and do nothing else. It never needs a core, so more workers help as long as "
            "there are items to wait for.",
        .parameters = {Parameter::real(
            "sleep_ms", "Length of the wait", "ms", "How long each item waits.", 10.0, 0.001, 60'000.0)},
        .defaultItems = 200,
        .results = {},
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<Sleep>(spec);
        },
    };
}

} // namespace timeslice
