// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/machinewords.h"

#include "ui/format.h"

#include <QCoreApplication>
#include <QStringList>

namespace timeslice {

namespace {

QString tr(const char *text, int count = -1)
{
    return QCoreApplication::translate("machinewords", text, nullptr, count);
}

} // namespace

QString coresInWords(const Machine &machine)
{
    const QString cores = tr("%1 of %2 cores")
                              .arg(
                                  formatCount(std::uint64_t{machine.cpusAllowed.size()}),
                                  formatCount(std::uint64_t{machine.cpusOnline.size()}));
    if (!machine.cpuQuota)
        return tr("%1, no quota").arg(cores);
    return tr("%1, quota %2").arg(cores, formatCores(machine.cpuQuota).toString());
}

QString machineInWords(const Machine &machine)
{
    QStringList second;
    if (!machine.cpuModel.empty())
        second.append(QString::fromStdString(machine.cpuModel));
    if (!machine.kernel.empty())
        second.append(tr("Linux %1").arg(QString::fromStdString(machine.kernel)));
    const QString cores = coresInWords(machine);
    return second.isEmpty() ? cores : cores + QLatin1Char('\n') + second.join(QLatin1String(", "));
}

} // namespace timeslice
