// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/mandelbrotcanvas.h"

namespace timeslice {

namespace {

bool isAligned(const std::byte *data)
{
    return reinterpret_cast<std::uintptr_t>(data) % alignof(MandelbrotHeader) == 0;
}

bool isWithin(std::uint32_t value, std::uint32_t low, std::uint32_t high)
{
    return value >= low && value <= high;
}

void storeRelaxed(std::uint32_t &word, std::uint32_t value)
{
    std::atomic_ref(word).store(value, std::memory_order_relaxed);
}

std::uint32_t loadRelaxed(std::uint32_t &word)
{
    return std::atomic_ref(word).load(std::memory_order_relaxed);
}

} // namespace

std::optional<MandelbrotPainter>
MandelbrotPainter::on(std::span<std::byte> canvas, const MandelbrotHeader &header)
{
    if (!isAligned(canvas.data()) || canvas.size() < mandelbrotCanvasBytes(header.width, header.height))
        return std::nullopt;
    auto &there = *reinterpret_cast<MandelbrotHeader *>(canvas.data());
    storeRelaxed(there.width, header.width);
    storeRelaxed(there.height, header.height);
    storeRelaxed(there.tile, header.tile);
    storeRelaxed(there.maxIterations, header.maxIterations);
    std::atomic_ref(there.magic).store(MandelbrotHeader::kMagic, std::memory_order_release);
    return MandelbrotPainter(
        reinterpret_cast<std::uint32_t *>(canvas.data() + sizeof(MandelbrotHeader)), header.width);
}

std::optional<MandelbrotView> MandelbrotView::of(std::span<const std::byte> canvas)
{
    if (!isAligned(canvas.data()) || canvas.size() < sizeof(MandelbrotHeader))
        return std::nullopt;
    auto *const data = const_cast<std::byte *>(canvas.data());
    auto &header = *reinterpret_cast<MandelbrotHeader *>(data);
    if (std::atomic_ref(header.magic).load(std::memory_order_acquire) != MandelbrotHeader::kMagic)
        return std::nullopt;

    // Copied once and checked as copied: what another process writes into the header later cannot lead
    // outside.
    MandelbrotView view;
    view.m_width = loadRelaxed(header.width);
    view.m_height = loadRelaxed(header.height);
    view.m_tile = loadRelaxed(header.tile);
    view.m_maxIterations = loadRelaxed(header.maxIterations);
    view.m_pixels = reinterpret_cast<std::uint32_t *>(data + sizeof(MandelbrotHeader));
    if (!isWithin(view.m_width, kMandelbrotMinSide, kMandelbrotMaxSide)
        || !isWithin(view.m_height, kMandelbrotMinSide, kMandelbrotMaxSide)
        || !isWithin(view.m_tile, kMandelbrotMinTile, kMandelbrotMaxTile)
        || !isWithin(view.m_maxIterations, 1, kMandelbrotMaxIterations)
        || canvas.size() < mandelbrotCanvasBytes(view.m_width, view.m_height))
        return std::nullopt;
    return view;
}

} // namespace timeslice
