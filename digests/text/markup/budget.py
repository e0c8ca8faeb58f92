"""How much a text may cost to read: its length, its depth, and the work it makes."""

from __future__ import annotations

LENGTH = 100_000  # characters of a text
CARD_LENGTH = 8_000  # of a card, which goes to nh3 as it is: 10,000 characters of unclosed tags make 8 MB
CACHED_LENGTH = 5_000  # of a text that is kept in memory once it was read; few are longer
DEPTH = 16  # lists and quotes inside each other
UNITS = 3_000_000  # of work for one text, about 0.2 µs each


class TooExpensive(Exception):
    """Say that a text is too long, too deep, or costs too much work to read."""


class Budget:
    """The units of work that the text being read may still cost.

    Counted rather than timed, so that a text looks the same on a slow day.
    """

    def __init__(self) -> None:
        self.left = UNITS

    def refill(self) -> None:
        """Start over for the next text; each has as many units."""
        self.left = UNITS

    def spend(self, units: int) -> None:
        """Pay for work that grows faster than the text. Raises TooExpensive when nothing is left."""
        self.left -= units
        if self.left < 0:
            raise TooExpensive
