// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commandline.h"

#include "app/console.h"
#include "core/run/nearest.h"

#include <algorithm>

namespace timeslice {

namespace {

constexpr OptionSpec kHelp{"help", "", "show this help"};

QString latin(const char *text)
{
    return QString::fromLatin1(text);
}

/// "--workers N"
QString shown(const OptionSpec &option)
{
    return (QStringLiteral("--") + latin(option.name) + u' ' + latin(option.value)).trimmed();
}

} // namespace

CommandLine::CommandLine(CommandSpec spec)
    : m_spec(std::move(spec))
{
    m_spec.options.push_back(kHelp);
    // "-json" is meant as "--json", never as four switches.
    m_parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions);
    for (const auto &option : m_spec.options)
        m_parser.addOption(QCommandLineOption(latin(option.name), {}, latin(option.value)));
}

bool CommandLine::asksForHelp(const QStringList &arguments)
{
    for (const auto &argument : arguments) {
        if (argument == QLatin1String("--"))
            return false;
        if (argument == QLatin1String("--help") || argument == QLatin1String("-help")
            || argument == QLatin1String("-h"))
            return true;
    }
    return false;
}

std::optional<QString> CommandLine::parse(const QStringList &arguments)
{
    // The parser passes over the first argument, the program's name.
    if (!m_parser.parse(QStringList(QString()) + arguments)) {
        const auto unknown = m_parser.unknownOptionNames();
        if (!unknown.isEmpty())
            return wordsFor(unknown);
        auto text = m_parser.errorText();
        if (text.endsWith(u'.'))
            text.chop(1);
        return text.left(1).toLower() + text.mid(1);
    }
    for (const auto &option : m_spec.options) {
        const auto times = m_parser.optionNames().count(latin(option.name));
        if (times > 1 && !option.isRepeatable)
            return QStringLiteral("--%1 is given %2 times").arg(latin(option.name)).arg(times);
    }
    const auto positional = m_parser.positionalArguments();
    if (positional.size() > m_spec.mostPositional)
        return QStringLiteral("unexpected argument \"%1\"").arg(positional[m_spec.mostPositional]);
    return std::nullopt;
}

QString CommandLine::wordsFor(const QStringList &unknownOptions) const
{
    std::vector<std::string> known;
    for (const auto &option : m_spec.options)
        known.push_back(std::string("--") + option.name);
    const auto &name = unknownOptions.first();
    const auto near = didYouMean("--" + name.toStdString(), known);
    // Quotes would only make an option harder to read.
    return QStringLiteral("unknown option --%1").arg(name) + QString::fromStdString(near).remove(u'"');
}

QString CommandLine::commandName() const
{
    return (QStringLiteral("timeslice ") + latin(m_spec.name)).trimmed();
}

QString CommandLine::helpText() const
{
    qsizetype width = 0;
    for (const auto &option : m_spec.options)
        width = std::max(width, shown(option).size());
    QString text = QStringLiteral("Usage: ") + commandName() + u' ' + latin(m_spec.synopsis)
        + QStringLiteral("\n\n") + latin(m_spec.about) + QStringLiteral("\n\nOptions:\n");
    for (const auto &option : m_spec.options) {
        const auto lines = latin(option.help).split(u'\n');
        text += QStringLiteral("  ") + shown(option).leftJustified(width) + QStringLiteral("  ")
            + lines.first() + u'\n';
        for (const auto &line : lines.mid(1))
            text += QString(width + 4, u' ') + line + u'\n';
    }
    const auto more = latin(m_spec.more);
    return more.isEmpty() ? text : text + u'\n' + more;
}

bool CommandLine::isSet(const char *name) const
{
    return m_parser.isSet(latin(name));
}

std::optional<QString> CommandLine::value(const char *name) const
{
    return isSet(name) ? std::optional(m_parser.value(latin(name))) : std::nullopt;
}

QStringList CommandLine::values(const char *name) const
{
    return m_parser.values(latin(name));
}

QStringList CommandLine::positional() const
{
    return m_parser.positionalArguments();
}

int usageError(const QString &commandName, const QString &what)
{
    complain(what + QStringLiteral("\nTry '%1 --help'.").arg(commandName));
    return kUsage;
}

} // namespace timeslice
