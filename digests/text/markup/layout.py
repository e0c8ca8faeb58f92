"""Rewrite blocks from CommonMark's rules to python-markdown's.

python-markdown wants a blank line before a list and four spaces for each level, does not recognise a fence inside a
list, reads `#tag` as a heading, and needs quadratic time for a block of many headings. Writers expect CommonMark in all
of these, so blocks are found here by its rules and written again so that python-markdown reads the same.
"""

from __future__ import annotations

import re
from html import escape

from markdown import Markdown
from markdown.preprocessors import Preprocessor

from digests.text.markup.budget import DEPTH, Budget, TooExpensive

_HEADING = re.compile(r" {0,3}#{1,6}(?: |$)")
_RULE = re.compile(r" {0,3}([-*_]) *(?:\1 *){2,}$")
_QUOTE = re.compile(r" {0,3}> ?")
_FENCE = re.compile(r" {0,3}(`{3,}+(?!.*`)|~{3,}+) *([^\s`]*)")
_ITEM = re.compile(r"( {0,3})([-*+]|[0-9]{1,9}[.)])( +(?=\S)| *$)")
_FIRST_ITEM = re.compile(r" {0,3}(?:[-*+]|0*1[.)]) +\S")  # only these interrupt a paragraph: not `2026. `
_NO_DEFINITION = re.compile(r"\[[^\]]*\]:(?! *<?(?:https?:|mailto:|/|#))", re.IGNORECASE)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _closes(fence: str, line: str) -> bool:
    """Tell whether a line closes a fence that these marks opened."""
    marks = line.strip()
    return _indent(line) < 4 and len(marks) >= len(fence) and not marks.strip(fence[0])


def _fence_after(line: str, fence: str) -> str:
    """Return the fence that is open after a line, as the marks that opened it; empty outside of any."""
    if fence:
        return "" if _closes(fence, line) else fence
    opening = _FENCE.match(line)
    return opening[1] if opening else ""


def _goes_on(line: str, before: str) -> bool:
    """Tell whether a line without its container's mark still belongs to the paragraph before."""
    starts = any(block.match(line) for block in (_HEADING, _RULE, _QUOTE, _FENCE, _ITEM))
    return bool(line.strip() and before.strip() and not starts)


class Layout(Preprocessor):
    """The step before python-markdown's own: lines in, the same text as blocks it understands out."""

    def __init__(self, md: Markdown, budget: Budget) -> None:
        super().__init__(md)
        self.budget = budget

    def run(self, lines: list[str]) -> list[str]:
        """Return the text with its blocks written again; python-markdown calls this."""
        while lines and not lines[-1]:
            lines.pop()
        return [*_Container(self, lines).rewritten(), "", ""]

    def code(self, lines: list[str], language: str = "") -> str:
        """Store code where no later pattern can change it, and return the placeholder that stands for it."""
        css = f' class="language-{escape(language)}"' if language else ""
        code = "".join(f"{line}\n" for line in lines)
        placeholder: str = self.md.htmlStash.store(f"<pre><code{css}>{escape(code, quote=False)}</code></pre>")
        return placeholder


class _Container:
    """The lines of one container: the text itself, a quote, or an item of a list.

    Each method from `blank` to `paragraph` tries to read one kind of block at the current line. It returns False, and
    has changed nothing, if the block is of another kind; `was` is what `growing` was before this line.
    """

    def __init__(self, layout: Layout, lines: list[str], depth: int = 0, *, in_item: bool = False) -> None:
        if depth > DEPTH:
            raise TooExpensive
        self.layout, self.lines, self.depth, self.in_item = layout, lines, depth, in_item
        self.at = 0
        self.blocks: list[list[str]] = []
        self.growing = ""  # the kind of the last block while a line may still join it: text, ul or ol
        self.last_comment = max((at for at, line in enumerate(lines) if "-->" in line), default=-1)

    def rewritten(self) -> list[str]:
        """Return the lines with a blank one between blocks."""
        kinds = (self.blank, self.indented, self.fence, self.comment, self.heading, self.underline, self.table,
                 self.rule, self.quote, self.item, self.paragraph)  # fmt: skip
        while self.at < len(self.lines):
            line = self.lines[self.at]
            was, self.growing = self.growing, ""
            next(kind for kind in kinds if kind(line, was))
        rows: list[str] = []
        for block in filter(None, self.blocks):
            self.layout.budget.spend(200)
            rows += ["", *block] if rows else block
        return rows

    def blank(self, line: str, was: str) -> bool:
        """Skip a blank line."""
        if line.strip():
            return False
        self.at += 1
        return True

    def indented(self, line: str, was: str) -> bool:
        """Read code that is indented by four spaces; it cannot interrupt a paragraph."""
        if was == "text" or _indent(line) < 4:
            return False
        start = end = self.at
        while self.at < len(self.lines) and (_indent(self.lines[self.at]) >= 4 or not self.lines[self.at].strip()):
            self.at += 1
            end = self.at if self.lines[self.at - 1].strip() else end
        self.blocks.append([self.layout.code([row[4:] for row in self.lines[start:end]])])
        return True

    def fence(self, line: str, was: str) -> bool:
        """Read fenced code, which ends with the container if its fence is never closed."""
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
        """Read a heading that begins with `#`."""
        if not _HEADING.match(line):
            return False
        self.blocks.append([line.strip(" ")])
        self.at += 1
        return True

    def underline(self, line: str, was: str) -> bool:
        """Read a heading underlined with `=` or `-`, and write it with `#` instead."""
        mark = line.strip(" ")
        if was != "text" or len(mark) < 3 or mark.strip(mark[0]) or mark[0] not in "=-":
            return False
        self.blocks[-1] = [("# " if mark[0] == "=" else "## ") + " ".join(self.blocks[-1])]
        self.at += 1
        return True

    def table(self, line: str, was: str) -> bool:
        """Read a table at the row of dashes below its first row, which was read as the end of a paragraph."""
        if was != "text" or "|" not in self.blocks[-1][-1] or not {"|", "-"} <= set(line) <= set("|:- "):
            return False
        rows = [self.blocks[-1].pop()]
        while self.at < len(self.lines) and (len(rows) == 1 or _goes_on(self.lines[self.at], rows[-1])):
            rows.append(self.lines[self.at].strip(" "))
            self.at += 1
        # Each row gets as many cells as the first, however short it is.
        self.layout.budget.spend(250 * len(rows) * (rows[0].count("|") + 1))
        self.blocks.append(rows)
        return True

    def rule(self, line: str, was: str) -> bool:
        """Read a horizontal rule."""
        if not _RULE.match(line):
            return False
        self.blocks.append(["---"])
        self.at += 1
        return True

    def quote(self, line: str, was: str) -> bool:
        """Read a quote as a container of its own, with the lines that continue its last paragraph without a `>`."""
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
        rows = _Container(self.layout, held, self.depth + 1).rewritten()
        self.blocks.append([f"> {row}" if row else ">" for row in rows])
        return True

    def item(self, line: str, was: str) -> bool:
        """Read one item of a list as a container of its own."""
        start = _ITEM.match(line)
        if not start or (was == "text" and not _FIRST_ITEM.match(line)):
            return False
        kind = "ul" if start[2] in "-*+" else "ol"
        marker = "- " if kind == "ul" else f"{int(start[2][:-1])}. "
        first, *others = _Container(self.layout, self.held(start), self.depth + 1, in_item=True).rewritten() or [""]
        rows = [marker.ljust(4) + first]
        beginning = True  # python-markdown reads a quote that begins an item only without the four spaces
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
        """Return the lines of an item. An indent of two spaces is enough, where CommonMark needs three below `1.`."""
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
        """Read a line of a paragraph, which any line is that nothing else takes."""
        text = line.lstrip(" ")
        # `#tag` is not a heading, and `[note]: words` is not a definition, which would vanish.
        if text.startswith("#") or _NO_DEFINITION.match(text):
            text = "\\" + text
        if was == "text":
            self.blocks[-1].append(text)
        else:
            self.blocks.append([text])
        self.growing = "text"
        self.at += 1
        return True
