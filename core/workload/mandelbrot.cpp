// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/mandelbrot.h"

#include "core/workload/digest.h"
#include "core/workload/mandelbrotcanvas.h"

#include <algorithm>
#include <array>

namespace timeslice {

namespace {

// One item's part of the picture.
struct Tile {
    std::uint32_t left = 0;
    std::uint32_t top = 0;
};

// Everything about the picture that does not change while it is painted; shared by all workers.
struct Picture {
    MandelbrotHeader size;
    MandelbrotRegion region;
    double step = 0; // side of a pixel in the plane
    std::vector<Tile> order;
};

// From the middle outwards; equally distant ones from top to bottom and left to right.
std::vector<Tile> tilesFromTheMiddle(const MandelbrotHeader &size)
{
    std::vector<Tile> tiles;
    for (std::uint32_t top = 0; top < size.height; top += size.tile) {
        for (std::uint32_t left = 0; left < size.width; left += size.tile)
            tiles.push_back({left, top});
    }
    std::ranges::stable_sort(tiles, {}, [&size](const Tile &tile) {
        const std::int64_t x = 2 * std::int64_t{tile.left} + size.tile - size.width;
        const std::int64_t y = 2 * std::int64_t{tile.top} + size.tile - size.height;
        return x * x + y * y;
    });
    return tiles;
}

class MandelbrotItems final : public WorkerItems {
public:
    MandelbrotItems(const Picture &picture, MandelbrotPainter painter, Sha256 sha, unsigned worker)
        : m_picture(picture)
        , m_painter(painter)
        , m_sha(std::move(sha))
        , m_paintedBy(static_cast<std::uint16_t>(std::min(worker + 1, 65'535U)))
    {
        m_counts.reserve(std::size_t{picture.size.tile} * picture.size.tile * 2);
    }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        const auto &[size, region, step, order] = m_picture;
        const auto tile = order[item % order.size()];
        const auto right = std::min(tile.left + size.tile, size.width);
        const auto bottom = std::min(tile.top + size.tile, size.height);
        m_counts.clear();
        for (auto y = tile.top; y < bottom; ++y) {
            const double imaginary = region.centreY + (0.5 * size.height - (y + 0.5)) * step;
            for (auto x = tile.left; x < right; ++x) {
                // At each pixel: one alone may take 65,535 steps, which is a quarter of a millisecond.
                if (stop.requested())
                    return fail(ErrorKind::Cancelled, "mandelbrot", "stopped within its tile");
                const double real = region.centreX + ((x + 0.5) - 0.5 * size.width) * step;
                const auto count =
                    static_cast<std::uint16_t>(mandelbrotIterations(real, imaginary, size.maxIterations));
                m_painter.paint(x, y, {.iterations = count, .paintedBy = m_paintedBy});
                m_counts.push_back(static_cast<std::byte>(count & 0xff));
                m_counts.push_back(static_cast<std::byte>(count >> 8));
            }
        }
        return firstWord(m_sha.of(m_counts));
    }

private:
    const Picture &m_picture;
    MandelbrotPainter m_painter;
    Sha256 m_sha;
    std::uint16_t m_paintedBy;
    std::vector<std::byte> m_counts; // of one tile; kept, so that an item allocates nothing
};

class Mandelbrot final : public Workload {
public:
    explicit Mandelbrot(const WorkSpec &spec)
    {
        const auto number = [&](const char *id) {
            return static_cast<std::uint32_t>(spec.params.integer(id));
        };
        m_picture.size.width = number("width");
        m_picture.size.height = number("height");
        m_picture.size.tile = number("tile");
        m_picture.size.maxIterations = number("max_iterations");
        m_picture.region = mandelbrotRegion(spec.seed);
        m_picture.step = std::max(
            m_picture.region.width / m_picture.size.width, m_picture.region.height / m_picture.size.height);
        m_picture.order = tilesFromTheMiddle(m_picture.size);
    }

    Needs needs() const override
    {
        return {.arenaBytes = mandelbrotCanvasBytes(m_picture.size.width, m_picture.size.height)};
    }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        const auto painter = MandelbrotPainter::on(resources.arena, m_picture.size);
        if (!painter)
            return fail(ErrorKind::Unsupported, "mandelbrot", "the canvas is too small for the picture");
        auto sha = Sha256::create();
        if (!sha)
            return std::unexpected(sha.error());
        return std::make_unique<MandelbrotItems>(m_picture, *painter, std::move(*sha), resources.index);
    }

private:
    Picture m_picture;
};

} // namespace

MandelbrotRegion mandelbrotRegion(std::uint64_t seed)
{
    if (seed == 1)
        return {.centreX = -0.6, .centreY = 0, .width = 3.4, .height = 2.4};

    // Points on or near the edge of the set, where there is something to see at any magnification up to
    // about 10^4.
    static constexpr std::array<std::array<double, 2>, 8> kPlaces{{
        {-0.743643887, 0.131825904}, // the valley between head and body
        {0.2821, 0.0100}, // the valley at the back
        {-0.088, 0.654}, // three-armed spirals
        {-1.25066, 0.02012}, // between head and antenna
        {-1.7687788, 0.0017389}, // a small copy on the antenna
        {-0.16070135, 1.0375665}, // the tip at the top
        {-0.1011, 0.9563}, // branches below it
        {0.3750012, -0.2166393}, // the lower right edge
    }};
    const auto bits = mixBits(seed);
    const auto &[x, y] = kPlaces[bits % kPlaces.size()];
    const double share = static_cast<double>(static_cast<std::int64_t>(bits >> 11)) * 0x1p-53;
    const double width = 0.05 - 0.045 * share;
    return {.centreX = x, .centreY = y, .width = width, .height = 0.7 * width};
}

std::uint32_t mandelbrotIterations(double x, double y, std::uint32_t maxIterations)
{
    double real = 0;
    double imaginary = 0;
    std::uint32_t steps = 0;
    while (steps < maxIterations) {
        const double realSquared = real * real;
        const double imaginarySquared = imaginary * imaginary;
        if (realSquared + imaginarySquared > 4)
            break;
        imaginary = 2 * real * imaginary + y;
        real = realSquared - imaginarySquared + x;
        ++steps;
    }
    return steps;
}

WorkloadInfo mandelbrotWorkload()
{
    return {
        .id = "mandelbrot",
        .title = "Mandelbrot set",
        .kind = "CPU",
        .item = "Paint one tile of a picture of the Mandelbrot set. Dark tiles in the middle of the set cost "
                "far more "
                "than those outside, so the work has to be shared out well.",
        .parameters =
            {
                Parameter::integer(
                    "width", "Width", "px", "How wide the picture is.", 640, kMandelbrotMinSide,
                    kMandelbrotMaxSide),
                Parameter::integer(
                    "height", "Height", "px", "How high the picture is.", 400, kMandelbrotMinSide,
                    kMandelbrotMaxSide),
                Parameter::integer(
                    "tile", "Tile", "px",
                    "Side of the square that is one item; small tiles share out better.", 32,
                    kMandelbrotMinTile, kMandelbrotMaxTile),
                Parameter::integer(
                    "max_iterations", "Iterations at most", "steps",
                    "After how many steps a point counts as part of the set; more steps cost more and show "
                    "finer detail.",
                    1'000, 1, kMandelbrotMaxIterations),
            },
        // 20 x 13 tiles: the whole picture at the default size.
        .defaultItems = 260,
        .results = {},
        .hasUnevenItems = true,
        .paints = true,
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<Mandelbrot>(spec);
        },
    };
}

} // namespace timeslice
