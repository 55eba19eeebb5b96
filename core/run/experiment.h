// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/workload/workload.h"

#include <QByteArray>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeslice {

/// Where workers may run. `Spread` binds worker i to the i-th allowed CPU (round robin), `One` binds all to
/// the first.
enum class Pin { None, Spread, One };

/// A workload, a model and all parameters: one value that says what a run is. Saved as JSON, compared with
/// ==.
struct Experiment {
    std::string workload;
    std::string model;
    unsigned workers = 1;
    /// Exactly one of the two is set in a valid experiment.
    std::optional<std::uint64_t> items;
    std::optional<double> durationSeconds;
    Pin pin = Pin::None;
    bool isolate = false; ///< Run a thread-like model inside a child process.
    std::uint64_t seed = 1;
    ParameterValues params; ///< Of the workload, the model and the common ones; complete after `validated`.

    friend bool operator==(const Experiment &, const Experiment &) = default;
};

/// The workload and the model of a program of the user's own; neither goes with any other.
inline constexpr std::string_view kOwnProgram = "command";

/// Bounds that hold for every experiment.
inline constexpr unsigned kMaxExperimentWorkers = 4096;
inline constexpr std::uint64_t kMaxItems = 1'000'000'000'000ULL;
inline constexpr double kMinDurationSeconds = 0.05;
inline constexpr double kMaxDurationSeconds = 86'400.0;
/// The largest whole number that every reader of JSON keeps exactly (2^53 - 1): a seed must survive any
/// script.
inline constexpr std::uint64_t kMaxSeed = 9'007'199'254'740'991ULL;
inline constexpr qsizetype kMaxExperimentBytes = 1 << 20;

/// Those that every experiment has, whatever its pair: `on_failure`, `fail_every`.
[[nodiscard]] const std::vector<Parameter> &commonParameters();

/// The parameters an experiment of this pair has: the workload's, the model's, then the common ones
/// (`on_failure`, `fail_every`). Choices that make no sense for the pair (`whyNotChoice`) are left out. Empty
/// for ids that are not in the catalogue.
[[nodiscard]] std::vector<Parameter> parametersOf(std::string_view workload, std::string_view model);

/// What of a valid experiment concerns its workload.
[[nodiscard]] WorkSpec workSpecOf(const Experiment &experiment);

/// Checks against the catalogue and fills in defaults: params, and `items` where neither it nor a duration is
/// given.
/// \error  Malformed or Unsupported; `where` is the JSON pointer of the offending key ("/params/range"),
/// `what` says
///         what is allowed. An impossible pair carries the catalogue's reason.
/// Thread: any; pure.
[[nodiscard]] Result<Experiment> validated(Experiment experiment);

/// Schema `timeslice.experiment/1`, validated. Strict: unknown and duplicate keys, wrong types, depth above 8
/// and sizes above kMaxExperimentBytes are errors that name the key, with its line and column in front of
/// `what`. `schema`, `workload` and `model` must be there; the rest has defaults. `items` and `duration_s`
/// may be null, so that the `experiment` object of a run needs only its schema to be one. Thread: any; pure.
[[nodiscard]] Result<Experiment> experimentFromJson(const QByteArray &text);
[[nodiscard]] QByteArray toJson(const Experiment &experiment);

[[nodiscard]] const char *nameOf(Pin pin);

/// What a parameter may be, to be read behind "must be": "a whole number from 1 to 10 ms", "one of stop,
/// continue".
[[nodiscard]] std::string allowedValues(const Parameter &parameter);

/// Sets one parameter from text ("range=20000"), as `--set` does; toggles take true/false, yes/no, on/off.
/// The experiment's workload and model must be set before.
/// \error  Malformed; `where` is the key, `what` what is allowed.
[[nodiscard]] Result<void> setFromText(Experiment &experiment, std::string_view keyValue);

} // namespace timeslice
