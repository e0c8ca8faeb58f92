"""Read sanitised HTML once, into the HTML that readers get, its words, its links and its images."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import takewhile

from django.utils.translation import gettext

from digests.text.languages import foreign
from digests.text.markup.policy import CLEANERS, DECORATION, OUTSIDE, PASSAGES, PHRASES, is_stored, printable, target

# Characters between which a line break is no space: East Asian ones, and punctuation that stands among them.
_WIDE = "[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff‘’“”—…]"
_WRAPPED = re.compile(f"(?<={_WIDE})\n(?={_WIDE})")
# A bare address: the host, then a path of at most 2,000 characters.
_BARE = re.compile(
    r"(?<![a-z0-9._@/-])(?:https?://|www\.)(?>[a-z0-9](?:[a-z0-9._-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?)"
    r"(?:[/?#][!#-;=?-Z\[\]_a-z~]{0,2000}+(?![!#-;=?-Z\[\]_a-z~]))?+(?![/?#])",
    re.IGNORECASE | re.ASCII,
)


def _bare(found: str) -> str:
    """Return a bare address without the punctuation at its end that belongs to the sentence."""
    while True:
        last = found[-1]
        unopened = last in ")]" and found.count(last) > found.count("(["[")]".index(last)])
        if not unopened and last not in ".,;:!?'*_~":
            return found
        found = found[:-1]


def _is_heading(tag: str) -> bool:
    return tag[0] == "h" and tag[1:].isdigit()


@dataclass(slots=True)
class _Passage:
    """A block and its own words, without those of the blocks inside it."""

    within: _Passage | None = None
    at: int = 0  # index of its start tag in `Page.written`
    words: list[str] = field(default_factory=list)
    language: str = ""


class Page(HTMLParser):
    """What HTML comes to for readers: `html`, `text`, and its `links`, `images` and `undescribed` images.

    Headings get their levels, bare addresses become links, images not stored here become links or words, and passages
    in another language than the text around them get a `lang`, if `language` (of the text around it all) is given.
    """

    def __init__(self, html: str, tags: frozenset[str], heading_from: int = 4, language: str | None = None) -> None:
        super().__init__()
        first, last = CLEANERS[tags]
        # Entities can make unprintable characters: they go now, since without one `java&#1;script:` is a scheme.
        html = printable(first.clean(html))
        self.links: list[str] = []
        self.images: list[str] = []
        self.undescribed: list[str] = []
        self.words: list[str] = []
        self.written: list[str] = []
        self.anchors: list[str] = []  # the end tag of each link that is open; empty if it leads nowhere
        self.code = 0  # how many pre and code elements are open
        self.passages = [_Passage()]  # the text itself, then each passage in the order of the start tags
        self.open = [self.passages[0]]  # the passage being read, last, and those around it
        self.outline: list[int] = []  # the levels of the last heading and of those above it
        self.heading_from = max(heading_from, 1)
        self.language = language or ""
        self.is_line = tags is PHRASES
        self.feed(html)
        self.close()
        written = re.sub(r"<p>\s*</p>", "", "".join(self.with_languages()))
        self.html = last.clean(written).strip()

    @property
    def text(self) -> str:
        """The words alone, one line for each block."""
        lines = (" ".join(line.split()) for line in "".join(self.words).split("\n"))
        return "\n".join(filter(None, lines))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.separate(tag)
        self.code += tag in ("pre", "code")
        if tag == "a":
            self.link(target(given.get("href", "")), given)
        elif tag == "img":
            self.image(given)
        else:
            if tag in PASSAGES:
                self.open.append(_Passage(self.open[-1], len(self.written)))
                self.passages.append(self.open[-1])
            if _is_heading(tag):
                self.outline = [*takewhile(lambda level: level < int(tag[1]), self.outline), int(tag[1])]
            self.write(self.nested(tag), given)

    def handle_endtag(self, tag: str) -> None:
        self.separate(tag)
        self.code -= tag in ("pre", "code")
        self.written.append(self.anchors.pop() if tag == "a" else f"</{self.nested(tag)}>")
        if tag in PASSAGES:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data if self.code else _WRAPPED.sub("", data).replace("\n", " "))
        if not self.code:
            self.open[-1].words.append(data)
        if self.code or any(self.anchors):
            self.written.append(escape(data, quote=False))
            return
        done = 0
        for found in _BARE.finditer(data):
            address = _bare(found[0])
            href = address if OUTSIDE.match(address) else f"https://{address}"
            self.written.append(escape(data[done : found.start()], quote=False))
            self.link(href, {})
            self.written.append(escape(address, quote=False) + self.anchors.pop())
            done = found.start() + len(address)
        self.written.append(escape(data[done:], quote=False))

    def link(self, href: str, given: dict[str, str]) -> None:
        """Open a link to where `target` allows; an empty `href` leaves only its words."""
        if not href:
            self.anchors.append("")
            return
        kept = {"href": href}
        if "title" in given:
            kept["title"] = given["title"]
        if OUTSIDE.match(href):
            kept["rel"] = "noopener"
            self.links.append(href)
        self.write("a", kept)
        self.anchors.append("</a>")

    def image(self, given: dict[str, str]) -> None:
        """Write an image that is stored here, a link to one on another host, and only the words of any other."""
        source, words = given.get("src", ""), given.get("alt", "")
        if is_stored(source) and not words.strip():
            self.undescribed.append(source)
        words = "" if words.strip() in DECORATION else words
        self.words.append(words)
        if source:
            self.images.append(source)
        if is_stored(source):
            self.write("img", {**given, "alt": words, "loading": "lazy"})
        elif OUTSIDE.match(source) and not any(self.anchors):
            label = escape(words or gettext("image"), quote=False)
            self.write("a", {"href": target(source), "rel": "noopener"})
            self.written.append(f"{label}</a>")
        else:
            self.written.append(escape(words or (gettext("image") if source else ""), quote=False))

    def with_languages(self) -> list[str]:
        """Return what was written, with a `lang` on each passage in another language than the text around it.

        A passage's own words decide, not those of the blocks inside it, so each word is looked at once.
        """
        text, *passages = self.passages
        text.language = self.language
        for passage in passages:
            assert passage.within is not None
            found = foreign("".join(passage.words), passage.within.language)
            passage.language = found or passage.within.language
            if found and self.language:
                self.written[passage.at] = f'{self.written[passage.at][:-1]} lang="{found}">'
        if self.is_line and (found := foreign("".join(text.words), self.language)):
            return [f'<span lang="{found}">', *self.written, "</span>"]
        return self.written

    def nested(self, tag: str) -> str:
        """Return a heading's tag as deep as it nests: from `heading_from` on, never two levels below the one before."""
        return f"h{min(self.heading_from + len(self.outline) - 1, 6)}" if _is_heading(tag) else tag

    def separate(self, tag: str) -> None:
        """Keep the words of neighbouring blocks and cells apart in `text`."""
        if tag in ("td", "th"):
            self.words.append(" ")
        elif tag == "br" or tag not in PHRASES:
            self.words.append("\n")

    def write(self, tag: str, attributes: dict[str, str]) -> None:
        """Write a start tag with these attributes, escaped."""
        pairs = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        self.written.append(f"<{tag}{pairs}>")
