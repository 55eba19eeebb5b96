# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the primes of one range by trial division."""

from __future__ import annotations

from ..checksum import mix_bits
from ..gates import Stop
from ..worker import Run

LOWEST = 10_000_000
NUMBERS_PER_CHECK = 64


def is_prime(number: int) -> bool:
    if number < 4:
        return number >= 2
    if number % 2 == 0 or number % 3 == 0:
        return False
    # Every prime above 3 is one less or one more than a multiple of 6.
    divisor = 5
    while divisor * divisor <= number:
        if number % divisor == 0 or number % (divisor + 2) == 0:
            return False
        divisor += 6
    return True


class Primes:
    def __init__(self, seed: int, numbers: int) -> None:
        self._seed = mix_bits(seed)
        self._numbers = numbers

    def carry_out(self, item: int, stop: Stop) -> int:
        first = LOWEST + mix_bits(self._seed ^ item) % LOWEST
        primes = 0
        for done in range(0, self._numbers, NUMBERS_PER_CHECK):
            stop.check()
            for number in range(first + done, first + min(done + NUMBERS_PER_CHECK, self._numbers)):
                if is_prime(number):
                    primes += 1
        return primes


def make(run: Run, worker: int) -> Primes:
    return Primes(run.plan.seed, run.plan.params["range"])
