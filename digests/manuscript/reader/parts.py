"""What a text is read into on the way: headings with the lines below them; stories and sections as they grow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from .. import grammar
from ..grammar import Attributes
from ..values import AIRole, Brief, Insight, NewsItem, Section


@dataclass(slots=True)
class Part:
    """A heading and the lines below it, up to the next heading. Indices count from 0."""

    level: int
    text: str
    line: int  # of the heading itself
    end: int  # after the last line


@dataclass(slots=True)
class GrowingStory:
    """A story that lines are still being added to."""

    headline: str
    link: str
    uid: str
    attributes: Attributes
    body: str = ""
    insights: list[Insight] = field(default_factory=list)

    def value(self) -> NewsItem:
        """Return it as a finished value."""
        return NewsItem(
            headline=self.headline,
            link=self.link,
            body=self.body,
            insights=tuple(self.insights),
            tags=grammar.split_tags(self.attributes.get("tags", "")),
            ai_role=cast(AIRole, self.attributes.get("ai", "none")),
            follows=self.attributes.get("follows", ""),
            uid=self.uid,
        )


@dataclass(slots=True)
class GrowingSection:
    """A section that stories are still being added to. `implicit` if the text has no heading for it."""

    title: str
    implicit: bool = False
    lead: str = ""
    briefs: list[Brief] = field(default_factory=list)
    stories: list[GrowingStory] = field(default_factory=list)

    def value(self) -> Section:
        """Return it as a finished value."""
        return Section(self.title, self.lead, tuple(self.briefs), tuple(story.value() for story in self.stories))
