"""python-markdown, set up for this newsroom's Markdown and for texts that were written to be expensive."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import HtmlInlineProcessor, SimpleTagInlineProcessor, SubstituteTagInlineProcessor
from markdown.preprocessors import Preprocessor

from digests.text.markup.budget import Budget
from digests.text.markup.layout import Layout
from digests.text.markup.policy import BLOCKS, LEFT_OUT


def to_html(text: str, tags: frozenset[str]) -> str:
    """Return the HTML of a Markdown text, not sanitised yet. `tags` is BLOCKS, or PHRASES for a single line.

    Raises TooExpensive, and whatever python-markdown raises on a hostile text.
    """
    # Taken out while in use: one that stopped half-way keeps traces of that text, and is thrown away.
    parser = _parsers.idle.pop(tags, None) or NewsroomMarkdown(blocks=tags is BLOCKS).parser()
    html = parser.reset().convert(text)
    _parsers.idle[tags] = parser
    return html


class _Parsers(threading.local):
    """The parsers of one thread; no two threads may share one."""

    def __init__(self) -> None:
        self.idle: dict[frozenset[str], Markdown] = {}


_parsers = _Parsers()


class NewsroomMarkdown(Extension):
    """What this newsroom's Markdown has and lacks, with a budget for each text."""

    def __init__(self, *, blocks: bool) -> None:
        super().__init__()
        self.blocks = blocks
        self.budget = Budget()

    def parser(self) -> Markdown:
        """Make a parser; not safe to share between threads."""
        return Markdown(extensions=[SaneListExtension(), TableExtension(use_align_attribute=True), self])

    def reset(self) -> None:
        """Get ready for the next text; python-markdown calls this."""
        self.budget.refill()

    def extendMarkdown(self, md: Markdown) -> None:
        """Register what is ours and remove what is not wanted; python-markdown calls this."""
        md.registerExtension(self)
        md.preprocessors.register(_AdvanceCharge(md, self.budget), "advance_charge", 28)
        md.preprocessors.deregister("html_block")  # _Html reads tags everywhere, and swallows no text
        if self.blocks:
            md.preprocessors.register(Layout(md, self.budget), "layout", 25)
            md.parser.blockprocessors.deregister("code")  # Layout has done these two
            md.parser.blockprocessors.deregister("setextheader")
        else:
            for name in ("table", "indent", "code", "hashheader", "setextheader", "hr", "olist", "ulist", "quote",
                         "reference"):  # fmt: skip
                md.parser.blockprocessors.deregister(name)

        md.inlinePatterns.register(SubstituteTagInlineProcessor(r"(?<!\\)\\\n", "br"), "backslash_break", 185)
        md.inlinePatterns.register(_Html(md, self.budget), "html", 90)
        # Up to the next ~~ and no further, or a row of them takes quadratic time.
        strike = SimpleTagInlineProcessor(r"(~~)(?![\s~])((?:(?!~~).)+)(?<!\s)~~", "del")
        md.inlinePatterns.register(strike, "strike", 55)
        self._charge_for_inline_patterns(md)

    def _charge_for_inline_patterns(self, md: Markdown) -> None:
        # 20,000 × `[` took 152 s: each looks for its end through all the others. And a definition of
        # 50,000 characters used 10,000 times would be a page of 500 MB.
        for name in ("reference", "link", "image_link", "image_reference", "short_reference", "short_image_ref"):
            link: Any = md.inlinePatterns[name]
            link.getText = self._charged(link.getText, lambda found, data, start: found[1] - start)
            link.getLink = self._charged(link.getLink, lambda found, data, start: found[2] - start)
            if hasattr(link, "makeTag"):
                link.makeTag = self._charged(link.makeTag, lambda made, href, title, text: len(href + (title or "")))
        backticks: Any = md.inlinePatterns["backtick"]
        backticks.find_code_spans = self._charged(
            backticks.find_code_spans, lambda found, start, data: 0 if found[1] else (len(data) - start) // 4
        )
        # Each match copies its whole block.
        pattern: Any
        for pattern in md.inlinePatterns:
            pattern.handleMatch = self._charged(pattern.handleMatch, lambda found, m, data: 20 + len(data) // 128)

    def _charged(self, work: Callable[..., Any], price: Callable[..., int]) -> Callable[..., Any]:
        """Return `work` so that each call spends `price(result, *arguments)`."""

        def worked(*args: Any) -> Any:
            done = work(*args)
            self.budget.spend(price(done, *args))
            return done

        return worked


class _AdvanceCharge(Preprocessor):
    """Charge in advance for work that python-markdown does in one go, where it could not be stopped."""

    def __init__(self, md: Markdown, budget: Budget) -> None:
        super().__init__(md)
        self.budget = budget

    def run(self, lines: list[str]) -> list[str]:
        for line in lines:
            self.budget.spend(100 * len(re.findall(r"\*+|_+", line)))
            # Tables pair up backticks in quadratic time, and try each paragraph's first line.
            backticks = line.count("`")
            self.budget.spend(backticks * (backticks + line.count("|")) // 20)
        return lines


# A script or style sheet with its content, a tag, or a comment: none of them reaches past the next one of its kind.
_HTML = (
    r"(?i:<(script|style)\b[^<>]*+>(?:(?!<(?:script|style)\b).)*?</\1\s*>"
    r"""|<(/?)([a-z][a-z0-9]*+)(?=[\s/>])(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+>"""
    r"|<!--(?:(?!<!--|-->).)*+-->)"
)


class _Html(HtmlInlineProcessor):
    """Pass on the tags of elements that readers may get, leave out other elements' tags, and let the rest be text."""

    def __init__(self, md: Markdown, budget: Budget) -> None:
        super().__init__(_HTML, md)
        self.budget = budget

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]
        name = (m[3] or "").lower()
        if name in ("a", "img"):
            html = self.backslash_unescape(self.unescape(m[0]))
        elif name in BLOCKS:
            # Unclosed formatting is carried on into every later block, but only three times if it has no attributes.
            html = f"<{m[2]}{name}>"
        elif name and name not in LEFT_OUT:
            return None, None, None
        else:
            html = ""
        self.budget.spend(300)  # thousands of elements inside each other take nh3 quadratic time
        return self.md.htmlStash.store(html), m.start(), m.end()
