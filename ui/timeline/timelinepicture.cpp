// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinepicture.h"

#include "core/record/export.h"
#include "ui/pictures.h"
#include "ui/timeline/selectionpanel.h"
#include "ui/timeline/timelinepainter.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QPainter>
#include <QSvgGenerator>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr double kMargin = 16;
constexpr double kGap = 10;
constexpr double kFooterGap = 2;
constexpr int kFooterFlags = Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap;
/// Columns per pixel of a drawing that may be printed.
constexpr double kShapeRatio = 2;

} // namespace

QImage TimelinePicture::image(QSize pixels, double scale) const
{
    const bool isPossible = !pixels.isEmpty() && scale > 0
        && std::max(pixels.width(), pixels.height()) <= kMaxPictureSide && !scene.isEmpty();
    if (!isPossible)
        return {};
    QImage picture(pixels, QImage::Format_RGB32);
    picture.setDevicePixelRatio(scale);
    picture.fill(theme->card);
    {
        QPainter painter(&picture);
        paint(painter, QSizeF(pixels) / scale, scale, false);
    }
    picture.setDevicePixelRatio(1);
    return picture;
}

void TimelinePicture::paint(QPainter &painter, QSizeF size, double pixelRatio, bool asShapes) const
{
    const QRectF inner = QRectF(QPointF(), size).adjusted(kMargin, kMargin, -kMargin, -kMargin);
    if (inner.width() < 1 || inner.height() < 1)
        return;
    const QFontMetricsF metrics(quietFont(1));
    QStringList footer;
    if (scene.viewport.selection())
        footer.append(statsLine(
            selectionStats(*scene.view, *scene.viewport.selection(), scene.measuredLanes()).together));
    if (!caption.isEmpty())
        footer.append(caption);

    // The legend's height depends on what is in view, which does not depend on the height.
    const TimelinePainter timeline(*theme, 1, pixelRatio);
    const auto lengths = timeline.metrics(scene.entries, inner.width());
    auto content = scene;
    std::vector<double> lineHeights;
    double footerHeight = 0;
    for (const auto &text : footer) {
        const QRectF needed = metrics.boundingRect(QRectF(0, 0, inner.width(), 1e4), kFooterFlags, text);
        lineHeights.push_back(std::ceil(needed.height()));
        footerHeight += lineHeights.back() + kFooterGap;
    }
    if (!footer.isEmpty())
        footerHeight += kGap;
    const auto layoutBelow = [&](double titleBottom) {
        const QSizeF rest(inner.width(), std::max(1.0, inner.bottom() - titleBottom - kGap - footerHeight));
        const double plot = rest.width() - lengths.labelWidth - 8;
        content.viewport.setWidth(std::max(1, static_cast<int>(std::lround(plot * pixelRatio))));
        DrawList rows;
        layoutRows(scene.entries, scene.view->cores().size(), rest, 0, lengths, rows);
        return std::pair(content.layout(rest, scrolled * rows.contentHeight, lengths), rest);
    };
    auto heading = title;
    heading.present = layoutBelow(inner.top()).first.present;
    const double headingHeight = titleHeight(heading, inner.width(), 1);
    const auto [list, rest] = layoutBelow(inner.top() + headingHeight);
    if (list.contentHeight > list.rowsHeight + 1)
        heading.description += QCoreApplication::translate("timeslice", ", %1 of %2 rows")
                                   .arg(list.rows.size())
                                   .arg(scene.entries.size());
    paintTitle(painter, QRectF(inner.topLeft(), QSizeF(inner.width(), headingHeight)), heading, *theme, 1);

    const QPointF at(inner.left(), std::round(inner.top() + headingHeight + kGap));
    painter.save();
    if (asShapes) {
        painter.translate(at);
        timeline.paintShapes(painter, list, rest);
        timeline.paintSelection(painter, list);
    } else {
        QImage frame;
        timeline.paintFrame(frame, list, rest);
        painter.drawImage(at, frame);
        painter.translate(at);
        timeline.paintSelection(painter, list);
    }
    painter.restore();

    painter.setFont(quietFont(1));
    painter.setPen(theme->quietText);
    double y = inner.bottom() - footerHeight + kGap;
    for (std::size_t i = 0; i < lineHeights.size(); ++i) {
        painter.drawText(
            QRectF(inner.left(), y, inner.width(), lineHeights[i]), kFooterFlags,
            footer[static_cast<qsizetype>(i)]);
        y += lineHeights[i] + kFooterGap;
    }
}

Result<void> TimelinePicture::save(const QString &path, QSize pixels, double scale) const
{
    if (path.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive))
        return saveSvg(path, pixels, scale);
    return savePng(image(pixels, scale), path, scale);
}

Result<void> TimelinePicture::saveSvg(const QString &path, QSize pixels, double scale) const
{
    if (pixels.isEmpty() || !(scale > 0) || scene.isEmpty())
        return fail(ErrorKind::Unsupported, path.toStdString(), "there is no picture of this size");
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        const QSizeF size = QSizeF(pixels) / scale;
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setTitle(QCoreApplication::translate("timeslice", "Timeline"));
        generator.setResolution(96);
        generator.setSize(pixels);
        generator.setViewBox(QRectF(QPointF(), size));
        QPainter painter(&generator);
        painter.fillRect(QRectF(QPointF(), size), theme->card);
        paint(painter, size, kShapeRatio, true);
    }
    // Not by QSvgGenerator::setDescription: Qt 6.4 writes that text as it is, whatever is in it.
    auto bytes = buffer.data();
    constexpr QByteArrayView kOpen("<desc>");
    const auto begin = bytes.indexOf(kOpen) + kOpen.size();
    const auto end = bytes.indexOf("</desc>", begin);
    if (begin >= kOpen.size() && end >= begin)
        bytes.replace(begin, end - begin, caption.toHtmlEscaped().toUtf8());
    return saveFile(path, bytes);
}

} // namespace timeslice
