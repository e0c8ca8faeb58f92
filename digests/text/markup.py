"""Markdown → safe HTML: the only place that marks text safe.

    text ─ _Layout ─ Markdown ─ nh3 ─ _Page ─ nh3 → HTML, words, links, images

The first nh3 makes any HTML well-formed and harmless, so that `_Page` can read it with a plain parser; the last
one is the policy, so that nothing `_Page` writes is trusted either. What an editor should know:

- Lists, quotes, fences and headings work as in CommonMark; emphasis works beside Chinese punctuation, where
  CommonMark fails.
- An image is shown only from `/media/`. Another host's becomes a link to it, so readers load nothing from there.
- An image described by a dash, `![-](/media/…)`, is decoration: nobody reads it out.
- Raw HTML is sanitised, and any word in angle brackets that is no HTML element (`<think>`, `Vec<T>`) is text.
- A bare address is ASCII: letters of another script right after it are the sentence going on.
- A text that is too long or too tangled to read in about a second comes out as plain paragraphs. Nothing raises.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from html.parser import HTMLParser
from itertools import takewhile
from typing import Any, NamedTuple
from urllib.parse import unquote

import nh3
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import HtmlInlineProcessor, SimpleTagInlineProcessor, SubstituteTagInlineProcessor
from markdown.preprocessors import Preprocessor

from digests.text.languages import foreign

MEDIA = "/media/"
LENGTH = 100_000  # characters of a text
IN_TEXT = "(min-width: 44rem) 41rem, 100vw"  # how wide a picture in a text is, in the words of `sizes`
CARD_LENGTH = 8_000  # of a card, which goes to nh3 as it is: 10,000 characters of unclosed tags make 8 MB
KEPT_LENGTH = 5_000  # of a text that is kept in memory once it was read; few are longer
DEPTH = 16  # lists and quotes inside each other
FUEL = 3_000_000  # what a text may cost: see _House.burn

logger = logging.getLogger(__name__)


# What calls us


def render(text: str, *, heading_from: int = 4) -> SafeString:
    """Render a text of several blocks, its headings from `heading_from` on and none a level deeper than they nest."""
    return SafeString(_read(text, _BLOCKS, heading_from).html)


def render_line(text: str) -> SafeString:
    """Render one line without a paragraph round it; `- `, `#` and `>` are plain characters here."""
    return SafeString(_read(text, _PHRASES).html)


def plain(text: str) -> str:
    """Take the words alone, a line a block."""
    return _read(text, _BLOCKS).text


def links(text: str) -> list[str]:
    """List the http and https links in order, bare ones too; an image is not a link."""
    return list(_read(text, _BLOCKS).links)


def images(text: str) -> list[str]:
    """List the addresses of images in order, stored here or not."""
    return list(_read(text, _BLOCKS).images)


def undescribed(text: str) -> list[str]:
    """List the images stored here that have no description, and are not marked as decoration either."""
    return list(_read(text, _BLOCKS).undescribed)


def printed(html: str, pictures: Mapping[str, Shown] | None = None) -> SafeString:
    """Mark as safe again what `render` made when an edition was printed, and the database kept.

    Images that `pictures` knows are shown with all that a browser may choose from.
    """

    def dressed(found: re.Match[str]) -> str:
        given = dict(_GIVEN.findall(found[1]))
        shown = (pictures or {}).get(_stored_name(given))
        return picture(shown, unescape(given.get("alt", "")), lazy=True) if shown else found[0]

    return SafeString(_IMAGE.sub(dressed, html) if pictures else html)


def portable(html: str, pictures: Mapping[str, Shown]) -> SafeString:
    """Mark as safe HTML that other programs show: an image is one file with its words and size, and says no more."""

    def plain(found: re.Match[str]) -> str:
        given = dict(_GIVEN.findall(found[1]))
        shown = pictures.get(_stored_name(given))
        if shown:
            given |= {"src": escape(shown.src), "width": str(shown.width), "height": str(shown.height)}
        return "<img" + "".join(f' {name}="{given[name]}"' for name in _PORTABLE if name in given) + ">"

    return SafeString(_IMAGE.sub(plain, html))


def raised(html: str) -> str:
    """Return printed HTML, whose headings begin under a headline, for where nothing but the page's title is above."""
    return _LOWERED.sub(lambda found: f"{found[1]}{int(found[2]) - 2}", html)


def stored(html: str) -> list[str]:
    """List the names of the stored images that printed HTML shows."""
    return [name for found in _IMAGE.findall(html) if (name := _stored_name(dict(_GIVEN.findall(found))))]


def without(printed: Any, names: Collection[str]) -> Any:
    """Return printed HTML, or a page of it, with the words that describe these stored images in their place."""

    def described(found: re.Match[str]) -> str:
        given = dict(_GIVEN.findall(found[1]))
        return escape(unescape(given.get("alt", ""))) if _stored_name(given) in names else found[0]

    match printed:
        case str():
            return _IMAGE.sub(described, printed)
        case list():
            return [without(part, names) for part in printed]
        case dict():
            return {key: without(part, names) for key, part in printed.items()}
    return printed


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored picture: an address for every browser, its size, and what better ones may choose from."""

    src: str
    width: int
    height: int
    srcset: str = ""
    sources: tuple[tuple[str, str], ...] = ()  # type, srcset; best first
    focus: int = 50  # where it is cut when it does not fit: see pictures.focus


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


def card(html: str) -> SafeString:
    """Sanitise the raw HTML of a subscribe card: words, links and boxes, no classes and no images."""
    html = _printable(html)
    return SafeString(_Page(html if len(html) <= CARD_LENGTH else _as_written(html), _CARD).html)


def marked(text: str, hits: Iterable[tuple[int, int]]) -> SafeString:
    """Write plain words with parts of them marked; `hits` are in order and apart from each other."""
    written, at = SafeString(""), 0
    for begin, end in hits:
        written += format_html("{}<mark>{}</mark>", text[at:begin], text[begin:end])
        at = end
    return written + format_html("{}", text[at:])


# Policy


def data_block(value: Any, kind: str) -> SafeString:
    """Return a value as a script element that is data, which no browser runs. Nothing in it ends the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
    return format_html('<script type="{}">{}</script>\n', kind, SafeString(text))


# Signs that HTML or old JavaScript would take for its own; JSON reads them back.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_PHRASES = _names("a b br code del em i img ins kbd mark s small strong sub sup u")
_BLOCKS = _PHRASES | _names(
    "blockquote dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre summary"
    " table tbody td tfoot th thead tr ul"
)
_CARD = _names("a br div em p span strong")
# What may be in a language of its own. A line that is has a span round it, which no writer can write.
_PASSAGES = _names("blockquote dd div dt figcaption h1 h2 h3 h4 h5 h6 li p summary td th")

# Elements whose tags are left out, keeping what they hold. `<search>` or `<output>` is sooner the author's own word,
# and so is whatever is listed nowhere.
_LEFT_OUT = _names(
    "abbr acronym address animate applet area article aside audio base basefont bdi bdo bgsound big blink body button"
    " canvas caption center cite col colgroup datalist dfn dialog dir embed fieldset font footer foreignobject form"
    " frame frameset head header hgroup html iframe image input keygen label legend link main map marquee math"
    " menu menuitem meta meter nav nobr noembed noframes noscript object optgroup option param picture plaintext"
    " progress q rp rt ruby samp script section select slot source span strike style svg template textarea time title"
    " track tt var video wbr xmp"
)
_ATTRIBUTES = {
    "a": {"href", "title", "rel"},
    "code": {"class"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}
_VALUES = {
    ("a", "rel"): re.compile(r"noopener"),
    ("code", "class"): re.compile(r"language-[\w+#.-]{1,30}", re.ASCII),
    ("img", "height"): re.compile(r"[0-9]{1,4}"),
    ("img", "loading"): re.compile(r"lazy"),
    ("img", "width"): re.compile(r"[0-9]{1,4}"),
    ("ol", "start"): re.compile(r"[0-9]{1,9}"),
    ("td", "align"): re.compile(r"left|center|right"),
    ("th", "align"): re.compile(r"left|center|right"),
}
_LANGUAGE = re.compile(r"[a-z]{2}")
_DECORATION = ("-", "–", "—")  # an image's description when there is nothing to describe
_TARGET = re.compile(r"(?:https?://[^/?#]|mailto:.|/(?![/\\])|#)", re.IGNORECASE)
_OUTSIDE = re.compile(r"https?://", re.IGNORECASE)


def _target(address: str) -> str:
    """Say where a link may go: http, https, mailto, this site's own `/…` or `#…`; empty when nowhere."""
    # Browsers drop line breaks and tabs inside an address, so `/\t/host` would be another host.
    address = re.sub(r"[\t\n\r]", "", address).strip().replace(" ", "%20")
    return address if _TARGET.match(address) else ""


def _stored(address: str) -> bool:
    """Say whether an image is stored here: `/media/../admin/logout/` is not."""
    return address.startswith(MEDIA) and not re.search(r"\.\.|//|[\\\s]", unquote(address))


# What the last cleaner writes: attributes in double quotes, with none inside.
_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_LOWERED = re.compile(r"(</?h)([3-6])(?=[ >])")
_GIVEN = re.compile(r' ([a-z]+)="([^"]*)"')
_PORTABLE = ("src", "alt", "title", "width", "height")


def _stored_name(given: Mapping[str, str]) -> str:
    """Return the name of the stored file that an image shows."""
    source = unquote(unescape(given.get("src", "")))
    return source.removeprefix(MEDIA) if source.startswith(MEDIA) else ""


def _keep(tag: str, name: str, value: str) -> str | None:
    """Have the last word on an attribute; nh3 asks."""
    if name == "href":
        return _target(value) or None
    if name == "src":
        return value if _stored(value) else None
    if name == "lang":
        return value if _LANGUAGE.fullmatch(value) else None
    allowed = _VALUES.get((tag, name))
    return value if allowed is None or allowed.fullmatch(value) else None


def _cleaners(tags: frozenset[str]) -> tuple[nh3.Cleaner, nh3.Cleaner]:
    """Make the first and the last sanitiser for these elements."""
    common: dict[str, Any] = {
        "url_schemes": {"http", "https", "mailto"},
        "link_rel": None,  # it would mark our own links too
    }
    # Without "*", nh3 keeps title and lang everywhere.
    given = {"*": set(), **{tag: names for tag, names in _ATTRIBUTES.items() if tag in tags}}
    said = {tag: given.get(tag, set()) | {"lang"} for tag in (_PASSAGES & tags) | {"span"}}
    return (
        nh3.Cleaner(**common, tags=set(tags), attributes=given),
        nh3.Cleaner(**common, tags=tags | {"span"}, attributes=given | said, attribute_filter=_keep),
    )


_CLEANERS = {tags: _cleaners(tags) for tags in (_BLOCKS, _PHRASES, _CARD)}

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _printable(text: str) -> str:
    """Leave out what XML, and so a feed, cannot hold, and python-markdown's own control characters with it."""
    return _UNPRINTABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


# Text → page


class _Tangled(Exception):
    """A text costs too much to read."""


class _Read(NamedTuple):
    html: str
    text: str
    links: tuple[str, ...]
    images: tuple[str, ...]
    undescribed: tuple[str, ...]


def _read(text: str, tags: frozenset[str], heading_from: int = 4) -> _Read:
    read = _read_once if len(text) <= KEPT_LENGTH else _read_once.__wrapped__
    return read(text, tags, heading_from, get_language())


@lru_cache(maxsize=2_000)  # an issue that is being written is read again with every pause, and few of its texts are new
def _read_once(text: str, tags: frozenset[str], heading_from: int, language: str | None) -> _Read:
    text = _printable(text)
    if tags is _PHRASES:
        text = " ".join(text.split("\n")).strip()
    try:
        if len(text) > LENGTH:
            raise _Tangled
        page = _Page(_parsers.convert(text, tags), tags, heading_from, language)
    except Exception as problem:  # a text may be bad, but a page never fails for it
        logger.warning("Shown as written: a text of %d characters (%r)", len(text), problem)
        page = _Page(_as_written(text), tags, heading_from, language)
    return _Read(page.html, page.text, tuple(page.links), tuple(page.images), tuple(page.undescribed))


def _as_written(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n".join("<p>" + escape(paragraph).replace("\n", "<br>\n") + "</p>" for paragraph in paragraphs)


class _Parsers(threading.local):
    """A thread's own Markdown parsers, which no two threads may share."""

    def __init__(self) -> None:
        self.made: dict[frozenset[str], Markdown] = {}

    def convert(self, text: str, tags: frozenset[str]) -> str:
        # Taken out while in use: one that stopped half-way keeps traces of that text, and is thrown away.
        parser = self.made.pop(tags, None) or _House(blocks=tags is _BLOCKS).parser()
        html = parser.reset().convert(text)
        self.made[tags] = parser
        return html


_parsers = _Parsers()


class _House(Extension):
    """How this newsroom writes Markdown, and what a text may cost."""

    def __init__(self, *, blocks: bool) -> None:
        super().__init__()
        self.blocks = blocks
        self.fuel = FUEL

    def parser(self) -> Markdown:
        return Markdown(extensions=[SaneListExtension(), TableExtension(use_align_attribute=True), self])

    def reset(self) -> None:
        self.fuel = FUEL

    def burn(self, amount: int) -> None:
        """Pay for work that grows faster than the text: a unit is about 0.2 µs, and every text has as many.

        Counted rather than timed, so that a text looks the same on a slow day.
        """
        self.fuel -= amount
        if self.fuel < 0:
            raise _Tangled

    def extendMarkdown(self, md: Markdown) -> None:
        md.registerExtension(self)
        md.preprocessors.register(_Toll(md, self), "toll", 28)
        md.preprocessors.deregister("html_block")  # _Html reads tags everywhere, and swallows no text
        if self.blocks:
            md.preprocessors.register(_Layout(md, self), "layout", 25)
            md.parser.blockprocessors.deregister("code")  # _Layout has done these two
            md.parser.blockprocessors.deregister("setextheader")
        else:
            for name in ("table", "indent", "code", "hashheader", "setextheader", "hr", "olist", "ulist", "quote",
                         "reference"):  # fmt: skip
                md.parser.blockprocessors.deregister(name)

        md.inlinePatterns.register(SubstituteTagInlineProcessor(r"(?<!\\)\\\n", "br"), "backslash_break", 185)
        md.inlinePatterns.register(_Html(md, self), "html", 90)
        # Up to the next ~~ and no further, or a row of them takes quadratic time.
        strike = SimpleTagInlineProcessor(r"(~~)(?![\s~])((?:(?!~~).)+)(?<!\s)~~", "del")
        md.inlinePatterns.register(strike, "strike", 55)
        # 20,000 × `[` took 152 s: each looks for its end through all the others. And a definition of
        # 50,000 characters used 10,000 times would be a page of 500 MB.
        for name in ("reference", "link", "image_link", "image_reference", "short_reference", "short_image_ref"):
            link: Any = md.inlinePatterns[name]
            link.getText = self.paid(link.getText, lambda found, data, start: found[1] - start)
            link.getLink = self.paid(link.getLink, lambda found, data, start: found[2] - start)
            if hasattr(link, "makeTag"):
                link.makeTag = self.paid(link.makeTag, lambda made, href, title, text: len(href + (title or "")))
        ticks: Any = md.inlinePatterns["backtick"]
        ticks.find_code_spans = self.paid(
            ticks.find_code_spans, lambda found, start, data: 0 if found[1] else (len(data) - start) // 4
        )
        # Each match copies its whole block.
        pattern: Any
        for pattern in md.inlinePatterns:
            pattern.handleMatch = self.paid(pattern.handleMatch, lambda found, m, data: 20 + len(data) // 128)

    def paid(self, work: Callable[..., Any], price: Callable[..., int]) -> Callable[..., Any]:
        def worked(*args: Any) -> Any:
            done = work(*args)
            self.burn(price(done, *args))
            return done

        return worked


class _Toll(Preprocessor):
    """Take the price of what is done in one go, where it could not be stopped, before it begins."""

    def __init__(self, md: Markdown, house: _House) -> None:
        super().__init__(md)
        self.house = house

    def run(self, lines: list[str]) -> list[str]:
        for line in lines:
            self.house.burn(100 * len(re.findall(r"\*+|_+", line)))
            # Tables pair up backticks in quadratic time, and try each paragraph's first line.
            ticks = line.count("`")
            self.house.burn(ticks * (ticks + line.count("|")) // 20)
        return lines


# A script or style sheet with what it holds, a tag, a comment: none goes on past the next one of its kind.
_HTML = (
    r"(?i:<(script|style)\b[^<>]*+>(?:(?!<(?:script|style)\b).)*?</\1\s*>"
    r"""|<(/?)([a-z][a-z0-9]*+)(?=[\s/>])(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+>"""
    r"|<!--(?:(?!<!--|-->).)*+-->)"
)


class _Html(HtmlInlineProcessor):
    """Pass on the tags of elements readers may get, leave out other elements' tags, and let the rest be text."""

    def __init__(self, md: Markdown, house: _House) -> None:
        super().__init__(_HTML, md)
        self.house = house

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]
        name = (m[3] or "").lower()
        if name in ("a", "img"):
            html = self.backslash_unescape(self.unescape(m[0]))
        elif name in _BLOCKS:
            # Unclosed formatting goes on into every later block, but only three times when it has no attributes.
            html = f"<{m[2]}{name}>"
        elif name and name not in _LEFT_OUT:
            return None, None, None
        else:
            html = ""
        self.house.burn(300)  # thousands of elements inside each other take nh3 quadratic time
        return self.md.htmlStash.store(html), m.start(), m.end()


_HEADING = re.compile(r" {0,3}#{1,6}(?: |$)")
_RULE = re.compile(r" {0,3}([-*_]) *(?:\1 *){2,}$")
_QUOTE = re.compile(r" {0,3}> ?")
_FENCE = re.compile(r" {0,3}(`{3,}+(?!.*`)|~{3,}+) *([^\s`]*)")
_ITEM = re.compile(r"( {0,3})([-*+]|[0-9]{1,9}[.)])( +(?=\S)| *$)")
_FIRST_ITEM = re.compile(r" {0,3}(?:[-*+]|0*1[.)]) +\S")  # the only ones that end a paragraph: not `2026. `
_NO_DEFINITION = re.compile(r"\[[^\]]*\]:(?! *<?(?:https?:|mailto:|/|#))", re.IGNORECASE)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _closes(fence: str, line: str) -> bool:
    ticks = line.strip()
    return _indent(line) < 4 and len(ticks) >= len(fence) and not ticks.strip(fence[0])


def _fence_after(line: str, fence: str) -> str:
    """Follow a fence over a line: the marks that opened it, or nothing when outside."""
    if fence:
        return "" if _closes(fence, line) else fence
    opening = _FENCE.match(line)
    return opening[1] if opening else ""


def _goes_on(line: str, before: str) -> bool:
    """Say whether a line without its container's mark still belongs to the paragraph before."""
    starts = any(block.match(line) for block in (_HEADING, _RULE, _QUOTE, _FENCE, _ITEM))
    return bool(line.strip() and before.strip() and not starts)


class _Layout(Preprocessor):
    """Lay blocks out the way python-markdown reads them.

    It wants a blank line before a list and four spaces a level, knows no fence inside a list, takes `#tag` for a
    heading, and needs quadratic time for a block of many headings. Writers expect CommonMark of all these, so
    blocks are found here by its rules and written again by python-markdown's.
    """

    def __init__(self, md: Markdown, house: _House) -> None:
        super().__init__(md)
        self.house = house

    def run(self, lines: list[str]) -> list[str]:
        while lines and not lines[-1]:
            lines.pop()
        return [*_Container(self, lines).laid(), "", ""]

    def code(self, lines: list[str], language: str = "") -> str:
        """Put code by, out of every later pattern's reach."""
        css = f' class="language-{escape(language)}"' if language else ""
        code = "".join(f"{line}\n" for line in lines)
        placeholder: str = self.md.htmlStash.store(f"<pre><code{css}>{escape(code, quote=False)}</code></pre>")
        return placeholder


class _Container:
    """The lines that one container holds: the text itself, a quote, or an item of a list."""

    def __init__(self, layout: _Layout, lines: list[str], depth: int = 0, *, in_item: bool = False) -> None:
        if depth > DEPTH:
            raise _Tangled
        self.layout, self.lines, self.depth, self.in_item = layout, lines, depth, in_item
        self.at = 0
        self.blocks: list[list[str]] = []
        self.growing = ""  # the kind of the last block while a line may still join it: text, ul or ol
        self.last_comment = max((at for at, line in enumerate(lines) if "-->" in line), default=-1)

    def laid(self) -> list[str]:
        kinds = (self.blank, self.indented, self.fence, self.comment, self.heading, self.underline, self.table,
                 self.rule, self.quote, self.item, self.paragraph)  # fmt: skip
        while self.at < len(self.lines):
            line = self.lines[self.at]
            was, self.growing = self.growing, ""
            next(kind for kind in kinds if kind(line, was))
        laid: list[str] = []
        for block in filter(None, self.blocks):
            self.layout.house.burn(200)
            laid += ["", *block] if laid else block
        return laid

    def blank(self, line: str, was: str) -> bool:
        if line.strip():
            return False
        self.at += 1
        return True

    def indented(self, line: str, was: str) -> bool:
        if was == "text" or _indent(line) < 4:
            return False
        start = end = self.at
        while self.at < len(self.lines) and (_indent(self.lines[self.at]) >= 4 or not self.lines[self.at].strip()):
            self.at += 1
            end = self.at if self.lines[self.at - 1].strip() else end
        self.blocks.append([self.layout.code([row[4:] for row in self.lines[start:end]])])
        return True

    def fence(self, line: str, was: str) -> bool:
        opening = _FENCE.match(line)
        if not opening:
            return False
        start = self.at + 1
        end = next((at for at in range(start, len(self.lines)) if _closes(opening[1], self.lines[at])), len(self.lines))
        code = [row[min(_indent(line), _indent(row)) :] for row in self.lines[start:end]]
        self.blocks.append([self.layout.code(code, opening[2])])
        self.at = end + 1
        return True

    def comment(self, line: str, was: str) -> bool:
        """Leave out a comment, which may hold blank lines; without its end it is text."""
        if not line.lstrip(" ").startswith("<!--") or self.at > self.last_comment:
            return False
        while "-->" not in self.lines[self.at]:
            self.at += 1
        rest = self.lines[self.at].partition("-->")[2].lstrip(" ")
        self.lines[self.at] = rest
        if self.at == self.last_comment and "-->" not in rest:
            self.last_comment = -1
        if not rest:
            self.at += 1
        self.growing = was
        return True

    def heading(self, line: str, was: str) -> bool:
        if not _HEADING.match(line):
            return False
        self.blocks.append([line.strip(" ")])
        self.at += 1
        return True

    def underline(self, line: str, was: str) -> bool:
        """Write a heading that is underlined with `=` or `-` with `#`."""
        mark = line.strip(" ")
        if was != "text" or len(mark) < 3 or mark.strip(mark[0]) or mark[0] not in "=-":
            return False
        self.blocks[-1] = [("# " if mark[0] == "=" else "## ") + " ".join(self.blocks[-1])]
        self.at += 1
        return True

    def table(self, line: str, was: str) -> bool:
        """Part a table from the paragraph that its first row seemed to end."""
        if was != "text" or "|" not in self.blocks[-1][-1] or not {"|", "-"} <= set(line) <= set("|:- "):
            return False
        rows = [self.blocks[-1].pop()]
        while self.at < len(self.lines) and (len(rows) == 1 or _goes_on(self.lines[self.at], rows[-1])):
            rows.append(self.lines[self.at].strip(" "))
            self.at += 1
        # Each row gets as many cells as the first, however short it is.
        self.layout.house.burn(250 * len(rows) * (rows[0].count("|") + 1))
        self.blocks.append(rows)
        return True

    def rule(self, line: str, was: str) -> bool:
        if not _RULE.match(line):
            return False
        self.blocks.append(["---"])
        self.at += 1
        return True

    def quote(self, line: str, was: str) -> bool:
        if not _QUOTE.match(line):
            return False
        held: list[str] = []
        fence = ""
        while self.at < len(self.lines):
            row = self.lines[self.at]
            if mark := _QUOTE.match(row):
                held.append(row[mark.end() :])
            elif not fence and _goes_on(row, held[-1]):
                held.append(row)
            else:
                break
            fence = _fence_after(held[-1], fence)
            self.at += 1
        rows = _Container(self.layout, held, self.depth + 1).laid()
        self.blocks.append([f"> {row}" if row else ">" for row in rows])
        return True

    def item(self, line: str, was: str) -> bool:
        start = _ITEM.match(line)
        if not start or (was == "text" and not _FIRST_ITEM.match(line)):
            return False
        kind = "ul" if start[2] in "-*+" else "ol"
        marker = "- " if kind == "ul" else f"{int(start[2][:-1])}. "
        first, *others = _Container(self.layout, self.held(start), self.depth + 1, in_item=True).laid() or [""]
        rows = [marker.ljust(4) + first]
        beginning = True  # a quote that begins an item is only read without the four spaces
        for row in others:
            beginning = beginning and bool(row)
            rows.append(row if not row or (beginning and row[0] == ">") else f"    {row}")
        # An item's first paragraph and its list stay together: with a blank line between,
        # python-markdown would set every item of the outer list in paragraphs.
        if was == kind or (was == "text" and self.in_item and len(self.blocks) == 1):
            self.blocks[-1] += rows
        else:
            self.blocks.append(rows)
        self.growing = "" if "" in rows else kind
        return True

    def held(self, start: re.Match[str]) -> list[str]:
        """Take the lines of an item; two spaces are enough, where CommonMark asks three under `1.`."""
        line = self.lines[self.at]
        least = len(start[1]) + 2
        offset = start.end() if start.end() < len(line) and len(start[3]) <= 4 else len(start[1] + start[2]) + 1
        held = [line[offset:]]
        fence = _fence_after(held[0], "")
        self.at += 1
        while self.at < len(self.lines):
            row = self.lines[self.at]
            if not row.strip():
                held.append("")
            elif _indent(row) >= least:
                held.append(row[min(offset, _indent(row)) :])
            elif not fence and _goes_on(row, held[-1]):
                held.append(row)
            else:
                break
            fence = _fence_after(held[-1], fence)
            self.at += 1
        return held

    def paragraph(self, line: str, was: str) -> bool:
        text = line.lstrip(" ")
        # `#tag` is no heading, and `[note]: words` no definition, which would vanish.
        if text.startswith("#") or _NO_DEFINITION.match(text):
            text = "\\" + text
        if was == "text":
            self.blocks[-1].append(text)
        else:
            self.blocks.append([text])
        self.growing = "text"
        self.at += 1
        return True


# Page → what readers get


_WIDE = "[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff‘’“”—…]"
_WRAPPED = re.compile(f"(?<={_WIDE})\n(?={_WIDE})")
_BARE = re.compile(
    r"(?<![a-z0-9._@/-])(?:https?://|www\.)(?>[a-z0-9](?:[a-z0-9._-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?)"
    r"(?:[/?#][!#-;=?-Z\[\]_a-z~]{0,2000}+(?![!#-;=?-Z\[\]_a-z~]))?+(?![/?#])",
    re.IGNORECASE | re.ASCII,
)


def _bare(found: str) -> str:
    """Leave the sentence's own punctuation out of an address."""
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
    """A block with the words that are in it and in no block that it holds."""

    within: _Passage | None = None
    at: int = 0  # where its tag stands in what is written
    words: list[str] = field(default_factory=list)
    language: str = ""


class _Page(HTMLParser):
    """Read sanitised HTML once, into the HTML for readers, its words, its links and its images."""

    def __init__(self, html: str, tags: frozenset[str], heading_from: int = 4, language: str | None = None) -> None:
        super().__init__()
        first, last = _CLEANERS[tags]
        # Entities can make unprintable characters: they go now, since without one `java&#1;script:` is a scheme.
        html = _printable(first.clean(html))
        self.links: list[str] = []
        self.images: list[str] = []
        self.undescribed: list[str] = []
        self.words: list[str] = []
        self.written: list[str] = []
        self.anchors: list[str] = []  # the end tag of each link that is open; empty when it led nowhere
        self.code = 0  # how many pre and code are open
        self.passages = [_Passage()]  # the text itself, and all that it holds, as they begin
        self.open = [self.passages[0]]
        self.outline: list[int] = []  # the levels of the heading that was last, and of those above it
        self.heading_from = max(heading_from, 1)
        self.language = language or ""
        self.is_line = tags is _PHRASES
        self.feed(html)
        self.close()
        written = re.sub(r"<p>\s*</p>", "", "".join(self.told()))
        self.html = last.clean(written).strip()

    @property
    def text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self.words).split("\n"))
        return "\n".join(filter(None, lines))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.part(tag)
        self.code += tag in ("pre", "code")
        if tag == "a":
            self.link(_target(given.get("href", "")), given)
        elif tag == "img":
            self.image(given)
        else:
            if tag in _PASSAGES:
                self.open.append(_Passage(self.open[-1], len(self.written)))
                self.passages.append(self.open[-1])
            if _is_heading(tag):
                self.outline = [*takewhile(lambda level: level < int(tag[1]), self.outline), int(tag[1])]
            self.write(self.lowered(tag), given)

    def handle_endtag(self, tag: str) -> None:
        self.part(tag)
        self.code -= tag in ("pre", "code")
        self.written.append(self.anchors.pop() if tag == "a" else f"</{self.lowered(tag)}>")
        if tag in _PASSAGES:
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
            href = address if _OUTSIDE.match(address) else f"https://{address}"
            self.written.append(escape(data[done : found.start()], quote=False))
            self.link(href, {})
            self.written.append(escape(address, quote=False) + self.anchors.pop())
            done = found.start() + len(address)
        self.written.append(escape(data[done:], quote=False))

    def link(self, target: str, given: dict[str, str]) -> None:
        if not target:
            self.anchors.append("")
            return
        kept = {"href": target}
        if "title" in given:
            kept["title"] = given["title"]
        if _OUTSIDE.match(target):
            kept["rel"] = "noopener"
            self.links.append(target)
        self.write("a", kept)
        self.anchors.append("</a>")

    def image(self, given: dict[str, str]) -> None:
        """Show an image that is stored here, link to another, and name one that is nowhere."""
        source, words = given.get("src", ""), given.get("alt", "")
        if _stored(source) and not words.strip():
            self.undescribed.append(source)
        words = "" if words.strip() in _DECORATION else words
        self.words.append(words)
        if source:
            self.images.append(source)
        if _stored(source):
            self.write("img", {**given, "alt": words, "loading": "lazy"})
        elif _OUTSIDE.match(source) and not any(self.anchors):
            label = escape(words or gettext("image"), quote=False)
            self.write("a", {"href": _target(source), "rel": "noopener"})
            self.written.append(f"{label}</a>")
        else:
            self.written.append(escape(words or (gettext("image") if source else ""), quote=False))

    def told(self) -> list[str]:
        """Return what was written, and of each passage in another language than what is around it, which that is.

        A passage's own words decide, and not those of what it holds: each word is looked at once.
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

    def lowered(self, tag: str) -> str:
        """Return a heading as deep as it nests: from `heading_from` on, and never two levels below the one before."""
        return f"h{min(self.heading_from + len(self.outline) - 1, 6)}" if _is_heading(tag) else tag

    def part(self, tag: str) -> None:
        """Keep the words of neighbouring blocks apart, and of cells."""
        if tag in ("td", "th"):
            self.words.append(" ")
        elif tag == "br" or tag not in _PHRASES:
            self.words.append("\n")

    def write(self, tag: str, attributes: dict[str, str]) -> None:
        pairs = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        self.written.append(f"<{tag}{pairs}>")
