"""The manuscript: an issue as one immutable value, with no Django in it.

Text, database rows, revisions, pages, feeds and diffs are all made from these values. Each value normalises itself when
it is made, so that every issue has one spelling, and equal issues have equal hashes.
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

# The labels that begin a note in a text, most common first.
DEFAULT_LABEL = "深度解读 & 洞察"
LABELS = (DEFAULT_LABEL, "深度解读", "洞察", "影响", "点评", "解读", "Deep insight", "Insight", "Impact")

Basis = Literal["source", "editor", "ai"]
BASES: tuple[Basis, ...] = ("source", "editor", "ai")

AIRole = Literal["none", "assisted", "drafted", "translated"]
AI_ROLES: tuple[AIRole, ...] = ("none", "assisted", "drafted", "translated")

# Without vowels, so that no address spells a word, and without characters that look alike.
UID_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
UID_LENGTH = 8
UID = re.compile(f"[{UID_ALPHABET}]{{{UID_LENGTH}}}")

# Characters that XML 1.0, and so a feed, cannot hold. Line breaks are replaced first.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def new_uid() -> str:
    """Return a new random name for a story, insight or brief: one of 27**8, about 280 billion."""
    return "".join(secrets.choice(UID_ALPHABET) for _ in range(UID_LENGTH))


def block(text: str) -> str:
    """Return Markdown in its one spelling: LF, no blank lines at the ends, only printable characters."""
    text = UNPRINTABLE.sub("", LINE_BREAKS.sub("\n", text))
    lines = ["" if not line.strip() else line for line in text.split("\n")]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    return "\n".join(lines)


def line(text: str) -> str:
    """Return text on one line: each run of white space is a single space, with none at the ends."""
    return " ".join(UNPRINTABLE.sub("", LINE_BREAKS.sub("\n", text)).split())


def domain(link: str) -> str:
    """Return a link's host without `www.` or port, in lower case; empty if it has none."""
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return ""
    return host.lower().removeprefix("www.").rstrip(".")


def tag_name(text: str) -> str:
    """Return a tag in its one spelling: NFKC, on one line. Its case is kept, but does not tell tags apart."""
    return line(unicodedata.normalize("NFKC", line(text)))


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out empty names and those that differ only by case from one before."""
    seen: dict[str, str] = {}
    for name in names:
        if name:
            seen.setdefault(name.casefold(), name)
    return tuple(seen.values())


class _Value:
    """A frozen value that can set its own fields while it is made."""

    __slots__ = ()

    def _normalise(self, **fields: Any) -> None:
        for name, value in fields.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class Insight(_Value):
    """One bullet or paragraph of analysis under a label. `basis` says where the claim comes from."""

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
    """A story: headline, source link, Markdown text and insights."""

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
        """The hash of this exact story; a reviewer's sign-off is for it and no other."""
        return hashlib.sha256(_canonical(_item_json(asdict(self))).encode()).hexdigest()

    @property
    def domain(self) -> str:
        """The domain of the source link; empty without one."""
        return domain(self.link)


@dataclass(frozen=True, slots=True)
class Brief(_Value):
    """One line of Markdown in a section's list of briefs."""

    text: str
    uid: str = ""

    def __post_init__(self) -> None:
        self._normalise(text=line(self.text))


@dataclass(frozen=True, slots=True)
class Section(_Value):
    """A part of an issue with a title: lead, briefs, stories, in this order in the text."""

    title: str
    lead: str = ""
    briefs: tuple[Brief, ...] = ()
    items: tuple[NewsItem, ...] = ()

    def __post_init__(self) -> None:
        self._normalise(title=line(self.title), lead=block(self.lead))


@dataclass(frozen=True, slots=True)
class Manuscript(_Value):
    """A whole issue.

    `footer` is the raw HTML of a subscribe card that differs from the digest's own. It is kept for export;
    no page shows it.
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
        """Return the same issue without any uids, as a text without them reads."""
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
        """Return the same issue with a new uid for each story, insight and brief that has none."""

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
        """Return the value as plain JSON data: every field, except a story's `follows` if it is empty."""
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
        """Return the JSON text that `sha256` is the hash of; equal issues have the same."""
        return _canonical(self.to_json())

    @property
    def sha256(self) -> str:
        """The SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def _canonical(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _item_json(data: dict[str, Any]) -> dict[str, Any]:
    # Stories once had no `follows`: those without one keep the hashes that they had then.
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
