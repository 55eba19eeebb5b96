// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pythonforms.h"

#include "core/model/cpython.h"

#include <algorithm>
#include <span>

namespace timeslice {

namespace {

constexpr std::string_view kInterpreters = "cpython-interpreters";

// What Python has no honest form of, though the rest of the workload may have one.
struct Lack {
    std::string_view workload;
    std::string_view model = {}; ///< Empty: any.
    std::string_view parameter = {}; ///< Empty: the workload as a whole.
    std::string_view choice = {};
    const char *reason = nullptr;
};

constexpr Lack kLacks[] = {
    {.workload = "false-sharing",
     .reason = "in Python it is not the program that decides which objects lie in one cache line"},
    {.workload = "counter",
     .parameter = "mode",
     .choice = "atomic",
     .reason = "Python has no atomic add; it has locks"},
    {.workload = "counter",
     .model = kInterpreters,
     .parameter = "mode",
     .choice = "mutex",
     .reason = "interpreters share no Python objects, and so no lock"},
    {.workload = "philosophers",
     .model = kInterpreters,
     .reason = "interpreters share no Python objects, and so no lock that could be a fork"},
    {.workload = "ping-pong",
     .parameter = "via",
     .choice = "futex",
     .reason = "Python's standard library has no call for a futex"},
};

std::optional<std::string>
lackOf(std::string_view workload, std::string_view model, std::string_view parameter, std::string_view choice)
{
    const auto *const found = std::ranges::find_if(kLacks, [&](const Lack &lack) {
        return lack.workload == workload && (lack.model.empty() || lack.model == model)
            && lack.parameter == parameter && lack.choice == choice;
    });
    return found == std::ranges::end(kLacks) ? std::nullopt : std::optional<std::string>(found->reason);
}

} // namespace

std::optional<std::string> whyNotInPython(const WorkloadInfo &workload, const ModelInfo &model)
{
    if (!model.interpreter || workload.isForeign)
        return std::nullopt;
    if (auto reason = lackOf(workload.id, model.id, {}, {}))
        return reason;
    if (!hasPythonForm(workload.id))
        return "the workload " + workload.id + " has no form in Python";
    return std::nullopt;
}

std::optional<std::string> whyNotInPython(
    const WorkloadInfo &workload, const ModelInfo &model, std::string_view parameter, std::string_view choice)
{
    return model.interpreter ? lackOf(workload.id, model.id, parameter, choice) : std::nullopt;
}

} // namespace timeslice
