"""Write a manuscript as text: one spelling for each issue, and for the seed issue exactly its own bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from . import grammar
from .grammar import Kind
from .values import LABELS, UID, Brief, Insight, Manuscript, NewsItem, block

# A scalar that YAML 1.1 or 1.2 would not read as these very words without quotes.
_NOT_BARE = re.compile(
    r"""[-?:,\[\]{}#&*!|>'"%@`=<~]  # begins like YAML's own marks
    | .*(?::[ ]|[ ]\#|:$)           # holds a key or a comment
    | (?:y|n|yes|no|on|off|true|false|null)$
    | [0-9.+-][0-9a-f_.,:+ tzox-]*$  # a number, a date, a time of day
    | [.+-]?(?:inf|nan)$""",
    re.VERBOSE | re.IGNORECASE,
)


def write(manuscript: Manuscript, *, uids: bool = False, footer: str = "", labels: Iterable[str] = LABELS) -> str:
    """Return an issue as text, with LF and no final newline.

    `uids` writes the uids of stories, insights and briefs, for a text that will be read back. `footer` is the digest's
    subscribe card, for an issue that has none of its own. `labels` are those that the reader of the text knows; a note
    under any other label is marked as a note.
    """
    known = grammar.keys(labels)
    blocks = [f"{_front_matter(manuscript)}\n{_heading(1, manuscript.title)}"]
    blocks += _text(manuscript.intro, Kind.INTRO, known)
    for section in manuscript.sections:
        blocks.append(_heading(2, grammar.headline(section.title)))
        blocks += _text(section.lead, Kind.LEAD, known)
        if section.briefs:
            blocks.append("\n".join(_brief(brief, uids) for brief in section.briefs))
        for item in section.items:
            blocks.append(_item_heading(item, uids, known))
            blocks += _text(item.body, Kind.BODY, known)
            blocks += _notes(item.insights, known, uids)
    if card := manuscript.footer or block(footer):
        blocks += ["---", *_text(card, Kind.FOOTER, known)]
    return "\n\n".join(blocks)


def _front_matter(manuscript: Manuscript) -> str:
    lines = [f"title: {_scalar(manuscript.title)}", f"date: {manuscript.date.isoformat()}"]
    if manuscript.category:
        lines.append(f"category: {_scalar(manuscript.category)}")
    lines += [f"{key}: {_list(words)}" for key, words in (("tags", manuscript.tags), ("seo", manuscript.seo)) if words]
    quoted = {
        "coverImage": manuscript.cover_image,
        "summary": manuscript.summary,
        "coverFile": manuscript.cover_file,
        "coverAlt": manuscript.cover_alt,
        "editor": manuscript.editor,
    }
    lines += [f"{key}: {_quoted(words)}" for key, words in quoted.items() if words]
    return "\n".join(["---", *lines, "---"])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(words: Iterable[str]) -> str:
    return f"[{','.join(_quoted(word) for word in words)}]"


def _scalar(text: str) -> str:
    return text if text and not _NOT_BARE.match(text) else _quoted(text)


def _heading(level: int, text: str) -> str:
    return f"{'#' * level} {text}".rstrip()


def _item_heading(item: NewsItem, uids: bool, known: frozenset[str]) -> str:
    if item.link:
        text = grammar.link(item.headline, item.link)
    else:
        text = grammar.headline(grammar.stuff_group(item.headline, "item"), known)
    attributes = _uid(item.uid, uids)
    if item.ai_role != "none":
        attributes["ai"] = item.ai_role
    if item.follows:
        attributes["follows"] = item.follows
    if item.tags:
        attributes["tags"] = grammar.join_tags(item.tags)
    return _heading(3, text + grammar.group(attributes))


def _brief(brief: Brief, uids: bool) -> str:
    return f"- {grammar.stuff_group(brief.text, 'brief')}{grammar.group(_uid(brief.uid, uids))}".rstrip()


def _uid(uid: str, wanted: bool) -> grammar.Attributes:
    return {"uid": uid} if wanted and UID.fullmatch(uid) else {}


def _text(text: str, kind: Kind, known: frozenset[str]) -> list[str]:
    return [grammar.stuff(text, kind, known)] if text else []


def _notes(insights: Iterable[Insight], known: frozenset[str], uids: bool) -> Iterator[str]:
    """Yield a block for each label, with the bullets that directly follow one another under it."""
    for (label, basis, bullet), run in groupby(insights, key=lambda each: (each.label, each.basis, each.bullet)):
        if not bullet:
            for insight in run:
                head = grammar.label(label, basis, known, _uid(insight.uid, uids).get("uid", ""))
                yield f"{head}\n{grammar.stuff(insight.text, Kind.PARAGRAPH, known)}"
            continue
        head = grammar.label(label, basis, known)
        bullets = [_bullet(insight, uids) for insight in run]
        yield head if bullets == ["-"] else "\n".join([head, *bullets])


def _bullet(insight: Insight, uids: bool) -> str:
    first, *more = insight.text.split("\n")
    first = grammar.stuff_group(first, "bullet") + grammar.group(_uid(insight.uid, uids))
    mark = f"- {first.removeprefix(' ') if not insight.text else first}" if first else "-"
    return "\n".join([mark, *(f"  {line}" if line else "" for line in more)])
