"""Write single elements from values: a stored picture, a block of data, words with hits marked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

IN_TEXT = "(min-width: 44rem) 41rem, 100vw"  # how wide a picture in a text is, as a value of `sizes`

# Characters that HTML or old JavaScript would interpret; a JSON parser restores them.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored picture: an address for every browser, its size in pixels, and the better files to choose from."""

    src: str
    width: int
    height: int
    srcset: str = ""
    sources: tuple[tuple[str, str], ...] = ()  # (type, srcset), best first
    focus: int = 50  # which part stays when it is cut to fit: see publishing.pictures.focus


def picture(shown: Shown, alt: str, *, css: str = "", sizes: str = IN_TEXT, lazy: bool = False) -> SafeString:
    """Write a stored picture for readers; the browser takes the smallest file that it can show sharply."""

    attributes: dict[str, Any] = {"src": shown.src, "alt": alt, "width": shown.width, "height": shown.height}
    if shown.srcset:
        attributes |= {"srcset": shown.srcset, "sizes": sizes}
    attributes |= {"loading": "lazy"} if lazy else {"fetchpriority": "high"}
    if css and shown.focus != 50:
        attributes["data-focus"] = shown.focus
    return format_html(
        "<picture{}>{}<img{}></picture>",
        format_html(' class="{}"', css) if css else "",
        format_html_join("", '<source type="{}" srcset="{}" sizes="{}">', [(*one, sizes) for one in shown.sources]),
        format_html_join("", ' {}="{}"', {**attributes, "decoding": "async"}.items()),
    )


def marked(text: str, hits: Iterable[tuple[int, int]]) -> SafeString:
    """Write plain words with parts of them in `<mark>`; `hits` are (begin, end), in order, and do not overlap."""
    written, at = SafeString(""), 0
    for begin, end in hits:
        written += format_html("{}<mark>{}</mark>", text[at:begin], text[begin:end])
        at = end
    return written + format_html("{}", text[at:])


def data_block(value: Any, kind: str) -> SafeString:
    """Write a value as JSON in a script element of the type `kind`, which no browser runs.

    Nothing in the value can end the element.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
    return format_html('<script type="{}">{}</script>\n', kind, SafeString(text))
