"""The manuscript: an issue as one immutable value, with no Django in it.

Text, database rows, revisions, pages, feeds and diffs are all made from these
values, so each value normalises itself when it is made: there is one spelling
of every issue, and equal issues have equal hashes.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date as Date
from typing import Any, Literal, cast
from urllib.parse import urlsplit

# The labels that a digest's staff use, best known first; the reader knows a note by them.
DEFAULT_LABEL = "深度解读 & 洞察"
LABELS = (DEFAULT_LABEL, "深度解读", "洞察", "影响", "点评", "解读", "Deep insight", "Insight", "Impact")

Basis = Literal["source", "editor", "ai"]
BASES: tuple[Basis, ...] = ("source", "editor", "ai")

AIRole = Literal["none", "assisted", "drafted", "translated"]
AI_ROLES: tuple[AIRole, ...] = ("none", "assisted", "drafted", "translated")

# No vowels and no look-alikes: an address that spells nothing and reads aloud.
UID_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
UID_LENGTH = 8
UID = re.compile(f"[{UID_ALPHABET}]{{{UID_LENGTH}}}")

# What XML 1.0 cannot carry, which feeds must; Python's own line breaks are folded first.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def new_uid() -> str:
    """Return a fresh random name for a news item or brief (27**8: about 280 thousand million)."""
    return "".join(secrets.choice(UID_ALPHABET) for _ in range(UID_LENGTH))


def block(text: str) -> str:
    """Return Markdown in its one spelling: LF, no blank first or last line, printable only."""
    text = UNPRINTABLE.sub("", LINE_BREAKS.sub("\n", text))
    lines = ["" if not line.strip() else line for line in text.split("\n")]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    return "\n".join(lines)


def line(text: str) -> str:
    """Return text on one line: runs of white space become one space, none at the ends."""
    return " ".join(UNPRINTABLE.sub("", LINE_BREAKS.sub("\n", text)).split())


def domain(link: str) -> str:
    """Return a link's host without `www.` or port, in lower case; empty if it has none."""
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return ""
    return host.lower().removeprefix("www.").rstrip(".")


def tag_name(text: str) -> str:
    """Return a tag in its one spelling: NFKC, one line. Case is kept, and folded to compare."""
    return line(unicodedata.normalize("NFKC", line(text)))


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for name in names:
        if name:
            seen.setdefault(name.casefold(), name)
    return tuple(seen.values())


class _Value:
    """Lets a frozen value normalise its own fields while it is made."""

    __slots__ = ()

    def _normalise(self, **fields: Any) -> None:
        for name, value in fields.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class Insight(_Value):
    """One bullet or paragraph of reading between the lines, under a label."""

    text: str
    label: str = DEFAULT_LABEL
    basis: Basis = "editor"
    bullet: bool = True
    uid: str = ""

    def __post_init__(self) -> None:
        self._normalise(text=block(self.text), label=line(self.label).rstrip(":： ") or DEFAULT_LABEL)
        if self.basis not in BASES:
            raise ValueError(f"basis is one of {', '.join(BASES)}, not {self.basis!r}")


@dataclass(frozen=True, slots=True)
class NewsItem(_Value):
    """A story: headline, source link, Markdown text and its insights."""

    headline: str
    link: str = ""
    body: str = ""
    insights: tuple[Insight, ...] = ()
    tags: tuple[str, ...] = ()
    ai_role: AIRole = "none"
    follows: str = ""  # the uid of an earlier story that this one is an update to
    uid: str = ""

    def __post_init__(self) -> None:
        self._normalise(
            headline=line(self.headline),
            link=line(self.link),
            body=block(self.body),
            tags=_distinct(tuple(tag_name(tag) for tag in self.tags)),
        )
        if self.ai_role not in AI_ROLES:
            raise ValueError(f"ai_role is one of {', '.join(AI_ROLES)}, not {self.ai_role!r}")
        if self.follows and not UID.fullmatch(self.follows):
            raise ValueError(f"follows is the uid of a story, not {self.follows!r}")

    @property
    def sha256(self) -> str:
        """The name of this exact story: a reviewer's tick is for these words and no others."""
        return hashlib.sha256(_canonical(_item_json(asdict(self))).encode()).hexdigest()

    @property
    def domain(self) -> str:
        return domain(self.link)


@dataclass(frozen=True, slots=True)
class Brief(_Value):
    """One line of Markdown in a closing list."""

    text: str
    uid: str = ""

    def __post_init__(self) -> None:
        self._normalise(text=line(self.text))


@dataclass(frozen=True, slots=True)
class Section(_Value):
    """A titled part of an issue: a lead, briefs, stories, in this order on paper."""

    title: str
    lead: str = ""
    briefs: tuple[Brief, ...] = ()
    items: tuple[NewsItem, ...] = ()

    def __post_init__(self) -> None:
        self._normalise(title=line(self.title), lead=block(self.lead))


@dataclass(frozen=True, slots=True)
class Manuscript(_Value):
    """A whole issue.

    `footer` is the raw HTML of a card that differs from the digest's own;
    it is kept for export, and no page renders it.
    """

    title: str
    date: Date
    category: str = ""
    tags: tuple[str, ...] = ()
    seo: tuple[str, ...] = ()
    cover_image: str = ""
    cover_file: str = ""
    cover_alt: str = ""
    summary: str = ""
    editor: str = ""
    intro: str = ""
    sections: tuple[Section, ...] = ()
    footer: str = ""

    def __post_init__(self) -> None:
        self._normalise(
            title=line(self.title),
            category=line(self.category),
            tags=_distinct(tuple(tag_name(tag) for tag in self.tags)),
            seo=_distinct(tuple(line(word) for word in self.seo)),
            cover_image=line(self.cover_image),
            cover_file=line(self.cover_file),
            cover_alt=line(self.cover_alt),
            summary=block(self.summary),
            editor=line(self.editor),
            intro=block(self.intro),
            footer=block(self.footer),
        )

    @property
    def items(self) -> Iterator[NewsItem]:
        return (item for section in self.sections for item in section.items)

    @property
    def briefs(self) -> Iterator[Brief]:
        return (brief for section in self.sections for brief in section.briefs)

    @property
    def insights(self) -> Iterator[Insight]:
        return (insight for item in self.items for insight in item.insights)

    def without_uids(self) -> Manuscript:
        """Return the same words as text without names carries them."""
        return replace(
            self,
            sections=tuple(
                replace(
                    section,
                    briefs=tuple(replace(brief, uid="") for brief in section.briefs),
                    items=tuple(
                        replace(item, uid="", insights=tuple(replace(insight, uid="") for insight in item.insights))
                        for item in section.items
                    ),
                )
                for section in self.sections
            ),
        )

    def with_uids(self) -> Manuscript:
        """Return the same words with a name for each story, insight and brief that has none."""

        def name(value: Any) -> Any:
            return value if value.uid else replace(value, uid=new_uid())

        return replace(
            self,
            sections=tuple(
                replace(
                    section,
                    briefs=tuple(name(brief) for brief in section.briefs),
                    items=tuple(
                        replace(name(item), insights=tuple(map(name, item.insights))) for item in section.items
                    ),
                )
                for section in self.sections
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the value as plain JSON data: every field but one that came later and is empty."""
        data = {**asdict(self), "date": self.date.isoformat()}
        for section in data["sections"]:
            section["items"] = tuple(_item_json(item) for item in section["items"])
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Manuscript:
        """Return the value that `to_json` wrote. Raises KeyError or TypeError on anything else."""
        return cls(
            **{
                **data,
                "date": Date.fromisoformat(data["date"]),
                "tags": tuple(data["tags"]),
                "seo": tuple(data["seo"]),
                "sections": tuple(_section(section) for section in data["sections"]),
            }
        )

    def canonical(self) -> str:
        """Return the one JSON text of this value."""
        return _canonical(self.to_json())

    @property
    def sha256(self) -> str:
        """The name of this exact content: SHA-256 of its canonical JSON."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def _canonical(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _item_json(data: dict[str, Any]) -> dict[str, Any]:
    # Stories had no `follows` once: without it, they keep the names that their words had then.
    return {name: value for name, value in data.items() if name != "follows" or value}


def _section(data: dict[str, Any]) -> Section:
    return Section(
        **{
            **data,
            "briefs": tuple(Brief(**brief) for brief in data["briefs"]),
            "items": tuple(_item(item) for item in data["items"]),
        }
    )


def _item(data: dict[str, Any]) -> NewsItem:
    insights = cast(list[dict[str, Any]], data["insights"])
    return NewsItem(
        **{**data, "insights": tuple(Insight(**insight) for insight in insights), "tags": tuple(data["tags"])}
    )
