// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/tintedicon.h"

#include <QFile>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

// Resources of a static library are linked only when somebody asks for them, and the macro must stand outside
// of any namespace.
static void initIconResources()
{
    Q_INIT_RESOURCE(icons);
}

namespace timeslice {

namespace {

QPixmap drawn(const QByteArray &svg, int side)
{
    QSvgRenderer renderer(svg);
    if (!renderer.isValid())
        return {};
    QPixmap pixmap(side, side);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    renderer.render(&painter);
    return pixmap;
}

QByteArray contentOf(const QString &name)
{
    initIconResources();
    QFile file(QStringLiteral(":/timeslice/icons/%1.svg").arg(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

QIcon tintedIcon(const QString &name, const QColor &colour, const QColor &disabled)
{
    const QByteArray svg = contentOf(name);
    QIcon icon;
    if (svg.isEmpty())
        return icon;
    for (const int side : {16, 32, 48}) {
        const auto in = [&](const QColor &ink) {
            return drawn(QByteArray(svg).replace("currentColor", ink.name().toLatin1()), side);
        };
        icon.addPixmap(in(colour), QIcon::Normal);
        icon.addPixmap(in(disabled), QIcon::Disabled);
    }
    return icon;
}

QIcon programIcon()
{
    const QByteArray svg = contentOf(QStringLiteral("timeslice"));
    QIcon icon;
    for (const int side : {16, 32, 64, 128})
        icon.addPixmap(drawn(svg, side));
    return icon;
}

} // namespace timeslice
