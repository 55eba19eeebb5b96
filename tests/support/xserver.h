// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QProcess>
#include <QProcessEnvironment>
#include <QStandardPaths>

#include <csignal>
#include <sys/prctl.h>

namespace timeslice {

/// An X server without a screen (Xvfb) on a display of its own; it ends with the object, and with the program
/// that made it, however that ends. Thread: the main one.
class XServer {
public:
    static bool isInstalled() { return !QStandardPaths::findExecutable(QStringLiteral("Xvfb")).isEmpty(); }

    /// \param screen  Its size as Xvfb takes it: "1440x900x24".
    explicit XServer(const QString &screen)
    {
        m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGTERM); });
        // It looks for a free display itself and says which one it took, once it can be used.
        m_process.start(
            QStringLiteral("Xvfb"),
            {QStringLiteral("-displayfd"), QStringLiteral("1"), QStringLiteral("-screen"),
             QStringLiteral("0"), screen, QStringLiteral("-nolisten"), QStringLiteral("tcp")});
        constexpr int kPatienceMs = 20'000;
        QByteArray number;
        while (!number.endsWith('\n') && m_process.waitForReadyRead(kPatienceMs))
            number += m_process.readAllStandardOutput();
        if (number.endsWith('\n'))
            m_display = QLatin1Char(':') + QString::fromLatin1(number.trimmed());
    }
    ~XServer()
    {
        m_process.terminate();
        if (!m_process.waitForFinished(5000)) {
            m_process.kill();
            m_process.waitForFinished(5000);
        }
    }
    XServer(const XServer &) = delete;
    XServer &operator=(const XServer &) = delete;

    /// ":99"; empty when it did not start.
    [[nodiscard]] const QString &display() const { return m_display; }
    [[nodiscard]] QString problem() { return QString::fromLocal8Bit(m_process.readAllStandardError()); }

    /// For programs on this display, with `home` as their home and for their settings.
    [[nodiscard]] QProcessEnvironment environment(const QString &home) const
    {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("DISPLAY"), m_display);
        environment.insert(QStringLiteral("HOME"), home);
        environment.insert(QStringLiteral("XDG_CONFIG_HOME"), home);
        for (const char *name : {"QT_QPA_PLATFORM", "QT_SCALE_FACTOR", "WAYLAND_DISPLAY", "XAUTHORITY"})
            environment.remove(QLatin1String(name));
        return environment;
    }

private:
    QProcess m_process;
    QString m_display;
};

} // namespace timeslice
