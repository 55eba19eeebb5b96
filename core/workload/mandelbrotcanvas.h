// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace timeslice {

/// The picture as it lies on the board's canvas: this header, then width * height pixels, row by row, top
/// left first.
///
/// A pixel is one 32-bit word: iterations in the low half, index of the worker that painted it plus 1 in the
/// high half (0: nobody yet), so a reader never sees one half of a pixel without the other. All words are
/// accessed atomically and relaxed; the magic is stored last, with release. In the machine's byte order: it
/// never leaves the machine.
struct MandelbrotHeader {
    static constexpr std::uint64_t kMagic = 0x3154'4c44'4e41'4d54; // "TMANDLT1" in memory

    std::uint64_t magic = 0;
    std::uint32_t width = 0; ///< Pixels.
    std::uint32_t height = 0;
    std::uint32_t tile = 0; ///< Side of a tile; those at the right and lower edge may be cut.
    std::uint32_t maxIterations = 0; ///< A pixel with this count belongs to the set, as far as was looked.
    std::uint32_t reserved[10] = {};
};
static_assert(sizeof(MandelbrotHeader) == 64);

/// Bounds of a canvas; a header outside them is not read.
inline constexpr std::uint32_t kMandelbrotMinSide = 16;
inline constexpr std::uint32_t kMandelbrotMaxSide = 4096;
inline constexpr std::uint32_t kMandelbrotMinTile = 8;
inline constexpr std::uint32_t kMandelbrotMaxTile = 512;
inline constexpr std::uint32_t kMandelbrotMaxIterations = 65'535;

[[nodiscard]] constexpr std::size_t mandelbrotCanvasBytes(std::uint32_t width, std::uint32_t height)
{
    return sizeof(MandelbrotHeader) + std::size_t{width} * height * sizeof(std::uint32_t);
}

struct MandelbrotPixel {
    std::uint16_t iterations = 0;
    std::uint16_t paintedBy = 0; ///< Index of the worker plus 1; 0 as long as nobody has painted it.

    friend bool operator==(const MandelbrotPixel &, const MandelbrotPixel &) = default;
};

/// What a workload does to a canvas. Several workers (threads, processes) each have one on the same memory.
class MandelbrotPainter {
public:
    /// Writes the header; every worker writes the same one.
    /// \return Nothing when the canvas is too small or not aligned to 8 bytes.
    [[nodiscard]] static std::optional<MandelbrotPainter>
    on(std::span<std::byte> canvas, const MandelbrotHeader &header);

    /// \param x, y  Within the picture (not checked: it is called for each pixel).
    void paint(std::uint32_t x, std::uint32_t y, MandelbrotPixel pixel) noexcept
    {
        std::atomic_ref(m_pixels[std::size_t{y} * m_width + x])
            .store(pixel.iterations | (std::uint32_t{pixel.paintedBy} << 16), std::memory_order_relaxed);
    }

private:
    MandelbrotPainter(std::uint32_t *pixels, std::uint32_t width) noexcept
        : m_pixels(pixels)
        , m_width(width)
    { }

    std::uint32_t *m_pixels;
    std::uint32_t m_width;
};

/// A canvas as ui reads it, while workers may still be painting.
/// Thread: any; the memory outlives the view.
class MandelbrotView {
public:
    /// \return Nothing as long as no worker has written the header, and for a header that does not fit the
    /// canvas.
    [[nodiscard]] static std::optional<MandelbrotView> of(std::span<const std::byte> canvas);

    [[nodiscard]] std::uint32_t width() const noexcept { return m_width; }
    [[nodiscard]] std::uint32_t height() const noexcept { return m_height; }
    [[nodiscard]] std::uint32_t tile() const noexcept { return m_tile; }
    [[nodiscard]] std::uint32_t maxIterations() const noexcept { return m_maxIterations; }

    /// \param x, y  Within the picture (not checked: it is called for each pixel).
    [[nodiscard]] MandelbrotPixel pixel(std::uint32_t x, std::uint32_t y) const noexcept
    {
        const auto word =
            std::atomic_ref(m_pixels[std::size_t{y} * m_width + x]).load(std::memory_order_relaxed);
        return {
            .iterations = static_cast<std::uint16_t>(word & 0xffff),
            .paintedBy = static_cast<std::uint16_t>(word >> 16)};
    }

private:
    MandelbrotView() = default;

    std::uint32_t *m_pixels = nullptr; ///< Never written through; atomic_ref takes no pointer to const.
    std::uint32_t m_width = 0;
    std::uint32_t m_height = 0;
    std::uint32_t m_tile = 0;
    std::uint32_t m_maxIterations = 0;
};

} // namespace timeslice
