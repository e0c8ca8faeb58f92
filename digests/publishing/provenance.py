"""The nutrition label: where the words of an edition come from, computed from stored facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from digests.manuscript.values import AI_ROLES, BASES, Manuscript, domain
from digests.models import Edition, Page, Source
from digests.text.markup import links


@dataclass(frozen=True, slots=True)
class Label:
    """What an edition is made of. Counts are of stories, links and insights."""

    stories: int
    briefs: int
    sources: dict[str, int]  # class of source: number of links
    unsourced: int  # stories without a source link
    ai: dict[str, int]  # AI role: number of stories
    insights: dict[str, int]  # basis: number of insights
    approvals: int
    independently_reviewed: bool
    emergency: bool  # published without approval

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def label(edition: Edition, page: Page, kinds: Mapping[str, str]) -> Label:
    """Return the label of the page of an edition. `kinds` maps domains to classes of sources."""
    items = [item for item in page.items if not item.retracted]
    counted = Counter(kinds.get(domain(url), Source.Kind.UNKNOWN) for url in page.cited)
    return Label(
        stories=len(items),
        briefs=sum(len(section.briefs) for section in page.sections),
        sources={kind: counted[kind] for kind in Source.Kind.values if counted[kind]},
        unsourced=sum(1 for item in items if not item.link),
        ai=_counts((item.ai_role for item in items), AI_ROLES),
        insights=_counts((insight.basis for item in items for note in item.notes for insight in note.insights), BASES),
        approvals=edition.approvals,
        independently_reviewed=edition.independently_reviewed,
        emergency=bool(edition.forced_reason),
    )


def cited(manuscript: Manuscript) -> list[str]:
    """Return every link of an issue to a source, in order. Slow: it parses all of the Markdown."""
    found: list[str] = []
    for section in manuscript.sections:
        found += links(section.lead)
        for brief in section.briefs:
            found += links(brief.text)
        for item in section.items:
            found += [item.link] if item.link else []
            for text in (item.body, *(insight.text for insight in item.insights)):
                found += links(text)
    return [url for url in found if domain(url)]


def _counts(values: Iterable[str], order: tuple[str, ...]) -> dict[str, int]:
    counted = Counter(values)
    return {value: counted[value] for value in order if counted[value]}
