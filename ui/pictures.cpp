// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pictures.h"

#include "core/record/export.h"

#include <QBuffer>
#include <QImageWriter>
#include <QPainter>
#include <QWidget>

#include <algorithm>
#include <cmath>

namespace timeslice {

QImage pictureOf(QWidget &widget, double scale)
{
    const QSize size(
        static_cast<int>(std::lround(widget.width() * scale)),
        static_cast<int>(std::lround(widget.height() * scale)));
    if (size.isEmpty() || std::max(size.width(), size.height()) > kMaxPictureSide)
        return {};
    QImage picture(size, QImage::Format_RGB32);
    picture.setDevicePixelRatio(scale);
    picture.fill(widget.palette().color(QPalette::Window));
    QPainter painter(&picture);
    widget.render(&painter);
    return picture;
}

Result<void> savePng(QImage picture, const QString &path, double scale)
{
    if (picture.isNull())
        return fail(ErrorKind::Unsupported, path.toStdString(), "there is no picture of this size");
    constexpr double kDotsPerMeter = 96 / 0.0254;
    picture.setDevicePixelRatio(1);
    picture.setDotsPerMeterX(static_cast<int>(std::lround(kDotsPerMeter * scale)));
    picture.setDotsPerMeterY(picture.dotsPerMeterX());
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QImageWriter writer(&buffer, "png");
    if (!writer.write(picture))
        return fail(ErrorKind::System, path.toStdString(), writer.errorString().toStdString());
    return saveFile(path, buffer.data());
}

} // namespace timeslice
