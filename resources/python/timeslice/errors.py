# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends an item early, and what ends a run."""

from __future__ import annotations


class Cancelled(Exception):
    """The run was stopped while the item was under way. It is not counted as failed."""


class ItemFailed(Exception):
    """An item that failed; arrives at whoever waits for it."""

    def __init__(self, item: int, reason: str) -> None:
        super().__init__(item, reason)  # both, so that it survives the way from another process
        self.item = item
        self.reason = reason

    def __str__(self) -> str:
        return f"item {self.item}: {self.reason}"


class RunFailed(Exception):
    """The run cannot be completed."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(where, what)
        self.where = where
        self.what = what

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def in_words(error: BaseException) -> str:
    """An exception as Python's own last line of a traceback has it."""
    text = str(error)
    name = type(error).__name__
    return f"{name}: {text}" if text else name
