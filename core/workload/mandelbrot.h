// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `mandelbrot`: an item is one square tile of a picture of the Mandelbrot set, painted on the canvas
/// (mandelbrotcanvas.h) with the iteration counts and the worker that found them.
///
/// Tiles are taken from the middle outwards, so the picture grows like a drop of ink; items beyond the last
/// tile begin again in the middle. The result is the first word of the SHA-256 over the tile's counts
/// (16-bit little-endian, row by row). Tiles differ in cost by a factor of a hundred and more: the workload
/// for load balancing.
[[nodiscard]] WorkloadInfo mandelbrotWorkload();

/// The rectangle of the complex plane that a picture shows.
struct MandelbrotRegion {
    double centreX = 0;
    double centreY = 0;
    double width = 0; ///< At least this much of the plane is visible, whatever the picture's proportions,
    double height = 0; ///< and at least this much.

    friend bool operator==(const MandelbrotRegion &, const MandelbrotRegion &) = default;
};

/// Seed 1 shows the whole set; every other seed a place on its edge, at a magnification of its own.
[[nodiscard]] MandelbrotRegion mandelbrotRegion(std::uint64_t seed);

/// How many steps z -> z^2 + c, from z = 0, it takes until |z| > 2; `maxIterations` if that many are not
/// enough.
[[nodiscard]] std::uint32_t mandelbrotIterations(double x, double y, std::uint32_t maxIterations);

} // namespace timeslice
