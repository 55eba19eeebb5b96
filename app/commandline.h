// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCommandLineParser>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace timeslice {

/// One option of a command, as it is parsed and as `--help` shows it.
struct OptionSpec {
    const char *name; ///< Without dashes: "workers".
    const char *value; ///< What stands for its value in the help ("N"); empty for a switch.
    const char *help; ///< Lower case, no full stop; may have several lines.
    bool isRepeatable = false;
};

/// What a command takes. `--help` is always among the options.
struct CommandSpec {
    const char *name; ///< "run"; empty for the program itself.
    const char *synopsis; ///< Behind the name: "[EXPERIMENT.json] [options]".
    const char *about; ///< One or two sentences.
    std::vector<OptionSpec> options;
    const char *more = ""; ///< Examples and what else is to be known, as lines.
    qsizetype mostPositional = 0;
};

/// The arguments of one command, parsed strictly: every option known, given once unless repeatable, with its
/// value. Thread: any; needs no application object.
class CommandLine {
public:
    explicit CommandLine(CommandSpec spec);

    /// \param arguments  Without the program's and the command's name.
    /// \return What is wrong with them, with the option that was probably meant; nothing when they are fine.
    [[nodiscard]] std::optional<QString> parse(const QStringList &arguments);

    /// Whether help was asked for; then the rest need not be right.
    [[nodiscard]] static bool asksForHelp(const QStringList &arguments);
    [[nodiscard]] QString helpText() const;
    /// "timeslice run"
    [[nodiscard]] QString commandName() const;

    [[nodiscard]] bool isSet(const char *name) const;
    /// Nothing when the option was not given.
    [[nodiscard]] std::optional<QString> value(const char *name) const;
    [[nodiscard]] QStringList values(const char *name) const;
    [[nodiscard]] QStringList positional() const;

private:
    [[nodiscard]] QString wordsFor(const QStringList &unknownOptions) const;

    CommandSpec m_spec;
    QCommandLineParser m_parser;
};

/// Says what is wrong on standard error, with the way to the help. \return kUsage
int usageError(const QString &commandName, const QString &what);

} // namespace timeslice
