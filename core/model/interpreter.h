// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/workload/parameter.h"

#include <QString>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeslice {

struct Experiment;
struct ModelInfo;

/// One Python interpreter of this machine, as a probe found it.
struct Interpreter {
    QString path; ///< Absolute; what is started.
    std::string id; ///< "python3.11", "python3.13t", "pypy3"; of one that cannot be used its file's name.
    int major = 0;
    int minor = 0;
    std::string version; ///< "3.11.2"; empty when it did not say.
    std::string implementation; ///< "CPython", "PyPy".
    bool gilEnabled = true; ///< Now, not as built.
    bool freeThreaded = false; ///< As built.
    bool hasPyQt = false; ///< It can import PyQt6 without the user's own packages.
    std::vector<std::string> startMethods; ///< Of multiprocessing.
    std::string problem; ///< Why no model can use it, as a sentence; empty when some can.
};

/// In the order in which a model looks through them: `python3` of the path first, then the newest.
using Interpreters = std::vector<Interpreter>;

/// What a model needs of its interpreter.
struct InterpreterNeeds {
    int minor = 9; ///< Python 3.`minor` or newer.
    bool pyQt = false; ///< PyQt6 can be imported.
};

/// What an interpreter that ran workers said of itself.
struct InterpreterReport {
    QString path;
    std::string version;
    std::string implementation;
    bool gilEnabled = true;
    bool freeThreaded = false;
    std::optional<std::string> startMethod; ///< Nothing for models that start no processes.
    std::optional<double> switchIntervalSeconds; ///< Nothing where there is none.

    friend bool operator==(const InterpreterReport &, const InterpreterReport &) = default;
};

/// What an experiment may say of its interpreter: an id, never a path. "default" is the first that will do.
[[nodiscard]] std::vector<Parameter::Choice> interpreterChoices();

/// The first interpreter that is what the experiment asks for and has what the model needs.
/// \param choice  One of `interpreterChoices`.
/// \error Unsupported with the reason, as a sentence for people.
/// Thread: any; pure.
[[nodiscard]] Result<Interpreter>
chooseInterpreter(const ModelInfo &model, std::string_view choice, const Interpreters &found);

/// Whether a valid experiment needs an interpreter: its model does, or its items start one.
[[nodiscard]] bool needsInterpreter(const Experiment &experiment);

/// The interpreter for a valid experiment that needs one: the one it asks for; where it cannot ask, because
/// only its items need one, the first that is found. \error As above.
[[nodiscard]] Result<Interpreter> chooseInterpreter(const Experiment &experiment, const Interpreters &found);

/// Why no interpreter of this machine can run the model, as a sentence; nothing when one can, or when the
/// model needs none. Thread: any; pure.
[[nodiscard]] std::optional<std::string> whyUnavailable(const ModelInfo &model, const Interpreters &found);

/// What an interpreter will say of itself when it runs the experiment, as far as its probe tells.
/// `experiment` is validated and of a model that needs one. Thread: any; pure.
[[nodiscard]] InterpreterReport expectedReport(const Interpreter &interpreter, const Experiment &experiment);

/// What an interpreter writes of itself into a run's directory; nothing when there is no such file or it is
/// not as agreed. \param path  What was started.
[[nodiscard]] std::optional<InterpreterReport>
readInterpreterReport(const QString &runDirectory, const QString &path);

} // namespace timeslice
