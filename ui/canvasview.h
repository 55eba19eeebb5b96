// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QFrame>
#include <QImage>
#include <QTimer>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace timeslice {

class ThemeController;

/// The colours of a picture that several workers paint: the hue says who painted a pixel, its depth how many
/// iterations it took. Made once per picture and theme, because a colour per pixel and frame has to be cheap.
class CanvasColours {
public:
    /// \param themes  Its theme now.
    CanvasColours(const ThemeController &themes, unsigned workers, std::uint32_t maxIterations);

    /// \param paintedBy  Worker index plus 1; 0 for nobody.
    [[nodiscard]] QRgb of(std::uint16_t iterations, std::uint16_t paintedBy) const;

private:
    static constexpr unsigned kShades = 64;
    /// More workers than this share hues anyway.
    static constexpr unsigned kHues = 64;

    QRgb m_unpainted;
    std::vector<QRgb> m_shades; ///< kShades for each hue; the last is for members of the set.
    std::vector<std::uint8_t> m_shadeOf; ///< By iterations.
};

/// A canvas (mandelbrotcanvas.h) as a picture.
/// \param atMost  The picture is reduced by a whole factor until it is not much larger than this; empty: full
/// size.
/// \return Null when nothing has been written to the canvas yet or it is none.
/// Thread: any; workers may be painting. Cost: O(pixels of the result).
[[nodiscard]] QImage
canvasPicture(std::span<const std::byte> canvas, const CanvasColours &colours, QSize atMost = {});

/// The card with the picture as it fills in, and a legend of who painted what.
///
/// It reads the canvas only while a run is under way and the card is visible.
/// Thread: the main one.
class CanvasView : public QFrame {
    Q_OBJECT

public:
    static constexpr std::chrono::milliseconds kInterval{50};

    /// \param themes  Outlives this widget.
    explicit CanvasView(ThemeController *themes, QWidget *parent = nullptr);

    /// A run paints now. \param canvas  Gives the memory to read, valid until the next call or until
    /// `freeze`.
    void watch(std::function<std::span<const std::byte>()> canvas, unsigned workers);
    /// The run is over; shows what was recorded.
    void freeze(std::vector<std::byte> canvas, unsigned workers);
    /// Pausing keeps the picture as it is.
    void setPaused(bool paused);

    /// The whole picture at full size; null when there is none.
    [[nodiscard]] QImage picture() const;

    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void refresh();
    void forgetColours();
    [[nodiscard]] std::span<const std::byte> canvas() const;
    [[nodiscard]] QRect pictureSpace() const;
    void paintHeader(QPainter &painter) const;

    ThemeController *m_themes;
    QTimer m_timer;
    std::function<std::span<const std::byte>()> m_live;
    std::vector<std::byte> m_frozen;
    unsigned m_workers = 0;
    bool m_paused = false;
    std::optional<CanvasColours> m_colours; ///< Made with the first picture of a run.
    QImage m_shown;
};

} // namespace timeslice
