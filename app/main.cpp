// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commandline.h"
#include "app/commands/doctorcommand.h"
#include "app/commands/listcommand.h"
#include "app/commands/runcommand.h"
#include "app/console.h"
#include "app/windowmode.h"
#include "core/procfs/limits.h"

#include <QApplication>
#include <QFile>
#include <QLocale>

#include <array>
#include <csignal>
#include <memory>
#include <optional>
#include <string_view>

namespace {

using namespace timeslice;

/// Fonts and painting come with a platform; this one needs neither a display nor its libraries. It is chosen
/// by an argument: the environment is also that of the programs which a run starts.
std::unique_ptr<QApplication> applicationForPictures(char *name)
{
    static char option[] = "-platform";
    static char platform[] = "offscreen";
    static std::array<char *, 4> arguments{name, option, platform, nullptr};
    static int count = 3;
    return std::make_unique<QApplication>(count, arguments.data());
}

/// Everything but the window. No display is needed.
/// \param openFiles  See LabOptions::programOpenFiles.
int runCommandLine(const QString &command, int &argc, char **argv, std::optional<std::uint64_t> openFiles)
{
    QStringList arguments;
    for (int i = 2; i < argc; ++i) {
        arguments << QString::fromLocal8Bit(argv[i]);
        // A program behind "--" gets its words as they are, or not at all.
        if (QFile::encodeName(arguments.last()) != argv[i])
            return usageError(
                QStringLiteral("timeslice ") + command,
                QStringLiteral("argument %1 (\"%2\") is not valid UTF-8 and would not arrive as it stands")
                    .arg(i)
                    .arg(arguments.last()));
    }
    if (command == QLatin1String("list"))
        return listCommand(arguments);

    const bool isRun = command == QLatin1String("run");
    std::unique_ptr<QCoreApplication> application;
    if (isRun && wantsPicture(arguments)) {
        application = applicationForPictures(argv[0]);
    } else {
        application = std::make_unique<QCoreApplication>(argc, argv);
    }
    return isRun ? runCommand(arguments, openFiles) : doctorCommand(arguments);
}

} // namespace

int main(int argc, char **argv)
{
    occupyStandardStreams();
    // A reader that leaves early is seen where it is written to, and not by being killed.
    std::signal(SIGPIPE, SIG_IGN);
    installMessageFilter();
    const auto openFiles = raiseOpenFileLimit();
    QCoreApplication::setOrganizationName(QStringLiteral("timeslice"));
    QCoreApplication::setApplicationName(QStringLiteral("timeslice"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TIMESLICE_VERSION));

    const std::string_view first = argc > 1 ? argv[1] : "";
    if (first == "run" || first == "list" || first == "doctor") {
        QLocale::setDefault(QLocale::c()); // what scripts read is the same everywhere
        return runCommandLine(QString::fromUtf8(first.data()), argc, argv, openFiles);
    }
    return windowMode(argc, argv, openFiles);
}
