// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pictures.h"

#include "core/record/export.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QEvent>
#include <QImageWriter>
#include <QLayout>
#include <QPainter>
#include <QScrollBar>
#include <QSplitter>
#include <QWidget>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace timeslice {

namespace {

QSize pixelsOf(QSize size, double scale)
{
    return {
        static_cast<int>(std::lround(size.width() * scale)),
        static_cast<int>(std::lround(size.height() * scale))};
}

bool isPossible(QSize pixels)
{
    return !pixels.isEmpty() && std::max(pixels.width(), pixels.height()) <= kMaxPictureSide;
}

/// Gives a page another size than its window has, and brings back in the end how it was. The event loop must
/// not turn in between, and so nothing of it comes to the screen.
class OtherSize {
public:
    OtherSize(QWidget &page, QSize size, const std::function<void()> &settle)
        : m_page(page)
        , m_settle(settle)
        , m_place(page.geometry())
    {
        for (auto *splitter : page.findChildren<QSplitter *>())
            m_splitters.emplace_back(splitter, splitter->sizes());
        for (auto *bar : page.findChildren<QScrollBar *>())
            m_scrolled.emplace_back(bar, bar->value());
        m_page.window()->layout()->setEnabled(false); // or it would fit the page to the window again
        m_page.resize(size);
        settleAll();
    }
    ~OtherSize()
    {
        m_page.setGeometry(m_place);
        for (const auto &[splitter, sizes] : m_splitters)
            splitter->setSizes(sizes);
        settleAll();
        // Last: only now a bar's range is as long again as it was.
        for (const auto &[bar, value] : m_scrolled)
            bar->setValue(value);
        m_page.window()->layout()->setEnabled(true);
    }
    OtherSize(const OtherSize &) = delete;
    OtherSize &operator=(const OtherSize &) = delete;

private:
    // A layout may find that it needs another one, where a text wraps or a scroll bar comes.
    void settleAll() const
    {
        QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);
        m_settle();
    }

    QWidget &m_page;
    const std::function<void()> &m_settle;
    QRect m_place;
    std::vector<std::pair<QSplitter *, QList<int>>> m_splitters;
    std::vector<std::pair<QScrollBar *, int>> m_scrolled;
};

} // namespace

QImage pictureOf(QWidget &widget, double scale)
{
    const QSize pixels = pixelsOf(widget.size(), scale);
    if (!isPossible(pixels))
        return {};
    QImage picture(pixels, QImage::Format_RGB32);
    picture.setDevicePixelRatio(scale);
    picture.fill(widget.palette().color(QPalette::Window));
    QPainter painter(&picture);
    widget.render(&painter);
    return picture;
}

QImage pictureOf(QWidget &page, QSize size, double scale, const std::function<void()> &settle)
{
    const QSize least = page.minimumSizeHint();
    if (!isPossible(pixelsOf(size, scale)) || size != size.expandedTo(least))
        return {};
    const OtherSize other(page, size, settle);
    return pictureOf(page, scale);
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
