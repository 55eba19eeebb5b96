# SPDX-License-Identifier: GPL-3.0-or-later
"""Paint one tile of a picture of the Mandelbrot set, on memory that all workers share."""

from __future__ import annotations

import hashlib
from array import array
from typing import List, NamedTuple, Tuple

from ..checksum import mix_bits
from ..gates import Stop
from ..worker import Run

# The canvas: a header of 64 bytes (its other half is core/workload/mandelbrotcanvas.h), then a word per pixel:
# steps in the low half, worker + 1 in the high half.
HEADER_BYTES = 64
MAGIC = 0x3154_4C44_4E41_4D54

PLACES = [
    (-0.743643887, 0.131825904),  # the valley between head and body
    (0.2821, 0.0100),  # the valley at the back
    (-0.088, 0.654),  # three-armed spirals
    (-1.25066, 0.02012),  # between head and antenna
    (-1.7687788, 0.0017389),  # a small copy on the antenna
    (-0.16070135, 1.0375665),  # the tip at the top
    (-0.1011, 0.9563),  # branches below it
    (0.3750012, -0.2166393),  # the lower right edge
]


class Region(NamedTuple):
    """The rectangle of the complex plane that a picture shows."""

    x: float
    y: float
    width: float
    height: float


def region_of(seed: int) -> Region:
    """Seed 1 shows the whole set; every other seed a place on its edge."""
    if seed == 1:
        return Region(-0.6, 0.0, 3.4, 2.4)
    bits = mix_bits(seed)
    x, y = PLACES[bits % len(PLACES)]
    width = 0.05 - 0.045 * ((bits >> 11) * 2.0**-53)
    return Region(x, y, width, 0.7 * width)


def steps_to_leave(x: float, y: float, most: int) -> int:
    """How many steps z -> z^2 + c it takes, from z = 0, until |z| > 2."""
    real = imaginary = 0.0
    for steps in range(most):
        real_squared = real * real
        imaginary_squared = imaginary * imaginary
        if real_squared + imaginary_squared > 4:
            return steps
        imaginary = 2 * real * imaginary + y
        real = real_squared - imaginary_squared + x
    return most


def tiles_from_the_middle(width: int, height: int, tile: int) -> List[Tuple[int, int]]:
    tiles = [(left, top) for top in range(0, height, tile) for left in range(0, width, tile)]

    def distance(corner: Tuple[int, int]) -> int:
        x = 2 * corner[0] + tile - width
        y = 2 * corner[1] + tile - height
        return x * x + y * y

    return sorted(tiles, key=distance)


class Mandelbrot:
    def __init__(self, run: Run, worker: int) -> None:
        params = run.plan.params
        self._width: int = params["width"]
        self._height: int = params["height"]
        self._tile: int = params["tile"]
        self._most: int = params["max_iterations"]
        self._region = region_of(run.plan.seed)
        self._step = max(self._region.width / self._width, self._region.height / self._height)
        self._order = tiles_from_the_middle(self._width, self._height, self._tile)
        self._painted_by = min(worker + 1, 65_535) << 16
        arena = run.board.arena
        self._pixels = arena[HEADER_BYTES:].cast("I")
        self._write_header(arena)

    def _write_header(self, arena: memoryview) -> None:
        """The same for every worker; the magic comes last."""
        words = arena[:HEADER_BYTES].cast("I")
        for index, value in enumerate((self._width, self._height, self._tile, self._most), start=2):
            words[index] = value
        arena[:HEADER_BYTES].cast("Q")[0] = MAGIC

    def carry_out(self, item: int, stop: Stop) -> int:
        left, top = self._order[item % len(self._order)]
        right = min(left + self._tile, self._width)
        counts = array("H")
        for y in range(top, min(top + self._tile, self._height)):
            imaginary = self._region.y + (0.5 * self._height - (y + 0.5)) * self._step
            for x in range(left, right):
                stop.check()  # at each pixel: one alone may take 65,535 steps
                real = self._region.x + ((x + 0.5) - 0.5 * self._width) * self._step
                steps = steps_to_leave(real, imaginary, self._most)
                self._pixels[y * self._width + x] = steps | self._painted_by
                counts.append(steps)
        return int.from_bytes(hashlib.sha256(counts.tobytes()).digest()[:8], "little")


def make(run: Run, worker: int) -> Mandelbrot:
    return Mandelbrot(run, worker)
