"""Numbers that come from outside, in addresses, forms, commands and settings."""

from __future__ import annotations

# The largest of a database's integer columns, and of the keys of its rows.
MOST = 2**31 - 1
MOST_KEY = 2**63 - 1


def whole_number(text: str, *, most: int = MOST) -> int | None:
    """Return the number from 0 to `most` that a text is, in the one way to write it; None for any other text.

    Only ASCII digits, without a sign, spaces or leading zeros. However long the text, it never raises.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if number <= most and text == str(number) else None
