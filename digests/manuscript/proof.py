"""Proofread a text without understanding it: find Markdown that is not closed and sentences that stop halfway."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Open = Literal["fence", "code", "strong", "link", "bracket"]

_FENCE = re.compile(r" {0,3}(?:[-*+] +|> ?)?(`{3,}(?!.*`)|~{3,})")
_ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
_ADDRESS = re.compile(r"<https?://[^<>\s]*>|https?://[^\s<>()\[\]，。；、）】」]+")
_BLOCK = re.compile(r"(?:#{1,6} |>|\||<|[-*+] |\d{1,9}[.)] |!\[| {4}|\t|\[[^\]]*\]:)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+")
_RULE = re.compile(r" {0,3}([-*_]) *(?:\1 *){2,}")
_INTERVAL = re.compile(r"\[\s*[-+]?[\d.]+\s*[,，]\s*[-+]?[\d.∞]+\s*\)|\(\s*[-+]?[\d.∞]+\s*[,，]\s*[-+]?[\d.]+\s*\]")
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\([^()]*(?:\([^()]*\)[^()]*)*\)")

_STOPS = "。！？!?….．：:；;～~"
_CLOSERS = "”’\"'』」》〉）)】]}*_`"
_DANGLING = re.compile(
    r"(?:[，、,]|[（(【「『《“]|\b(?:and|or|but|the|a|an|of|to|in|for|with|that|which|from|by)|(?:以及|并且|而且|因为|由于|但是|不过|或者|比如|例如|其中))$",
    re.IGNORECASE,
)
_WORDS_END = re.compile(r"[\w\u3400-\u9fff]$")


def left_open(text: str) -> Open | None:
    """Return what a text opens in Markdown and does not close, if anything; code, addresses and escapes are skipped."""
    prose, closed = without_fences(text)
    if not closed:
        return "fence"
    for block in _blocks(prose):
        if found := _open_in(block):
            return found
    return None


def _open_in(block: str) -> Open | None:
    block = without_code(_ESCAPED.sub("x", block))
    if re.search(r"`+", block):
        return "code"
    block = _LINK.sub("x", _LINK.sub("x", block))  # twice, because a picture may be inside a link
    if re.search(r"\]\((?!\s)", block):
        return "link"
    block = _INTERVAL.sub("x", _ADDRESS.sub("x", block))
    if len(re.findall(r"(?<![*\s])\*\*|\*\*(?![*\s])", block)) % 2:
        return "strong"
    return "bracket" if block.count("[") != block.count("]") else None


def unfinished(text: str, *, prose: bool = True) -> str:
    """Return the last words of a text that stops in the middle of a sentence; empty if it seems complete.

    A text that is not `prose`, such as an entry of a list, need not end with a full stop: there, only a comma or a word
    that cannot be the last one counts.
    """
    body, closed = without_fences(text)
    blocks = [block for block in _blocks(body) if block.strip()]
    if not blocks or not closed or text.rstrip().endswith(("```", "~~~")):
        return ""
    last = blocks[-1].rstrip()
    is_entry = bool(_BLOCK.match(last))
    if is_entry and not _ITEM.match(last):
        return ""
    bare = _ITEM.sub("", last).rstrip("*_")
    tail = bare[-24:].lstrip()
    if _DANGLING.search(bare):
        return tail
    if re.search(r"[^\W\d_]-$", bare):
        return tail
    if not prose or is_entry or bare.endswith(tuple(_CLOSERS)) or _ADDRESS.search(bare[-200:].rpartition(" ")[2]):
        return ""
    if not _WORDS_END.search(bare):
        return ""
    # If there is no full stop anywhere, none was forgotten.
    sentences = re.findall(rf"[{_STOPS[:6]}](?=\s|$|[\u3400-\u9fff“「（])", body)
    return tail if sentences and len(bare) >= 12 else ""


def without_fences(text: str) -> tuple[str, bool]:
    """Return a text without its fenced code, and whether the last fence was closed."""
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if fence:
            closing = line.strip()
            if closing.startswith(fence) and not closing.strip(fence[0]):
                fence = ""
            continue
        if found:
            fence = found[1]
            kept.append("")
            continue
        kept.append(line)
    return "\n".join(kept), not fence


def without_code(text: str) -> str:
    """Return a text with a letter in place of each span of code between backticks."""
    runs = list(re.finditer("`+", text))
    following: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        following.setdefault(len(runs[number][0]), []).append(number)
    kept, at, number = [], 0, 0
    while number < len(runs):
        alike = following[len(runs[number][0])]
        while alike and alike[-1] <= number:
            alike.pop()
        if alike:
            kept += [text[at : runs[number].start()], "x"]
            number = alike[-1]
            at = runs[number].end()
        number += 1
    return "".join([*kept, text[at:]])


def _blocks(text: str) -> Iterator[str]:
    """Yield paragraphs, headings and entries of lists one by one; no Markdown reaches from one into the next."""
    block: list[str] = []
    for line in text.split("\n"):
        starts = _ITEM.match(line) or line.startswith("#")
        if not line.strip() or starts or _RULE.fullmatch(line):
            yield "\n".join(block)
            block = []
        if not _RULE.fullmatch(line):
            block.append(line)
    yield "\n".join(block)
