"""Turn the rows of an issue into a manuscript, and a manuscript into rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from django.core.files.storage import default_storage
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from digests.manuscript import values
from digests.manuscript.addresses import canonical
from digests.manuscript.values import Manuscript
from digests.models import (
    Brief,
    Citation,
    Insight,
    Issue,
    NewsItem,
    Retraction,
    Section,
    Source,
    Story,
    Tag,
    TaggedIssue,
    TaggedNewsItem,
)
from digests.models.desk import FIRST_DAY, LAST_DAY
from digests.text.markup import links


class DoesNotFit(ValueError):
    """Part of a manuscript is too long for its field, or its date has no address. `str` is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of an issue, as they were read together: six queries for an issue of any size."""

    issue: Issue
    tagged: list[TaggedIssue]
    sections: list[Section]  # with all that is below them

    @classmethod
    def of(cls, issue: Issue) -> Rows:
        sections = issue.sections.prefetch_related("briefs", "items__insights", "items__tagged")
        return cls(issue, list(TaggedIssue.objects.filter(content_object=issue)), list(sections))

    @property
    def items(self) -> list[NewsItem]:
        return [item for section in self.sections for item in section.items.all()]

    @property
    def briefs(self) -> list[Brief]:
        return [brief for section in self.sections for brief in section.briefs.all()]

    @property
    def insights(self) -> list[Insight]:
        return [insight for item in self.items for insight in item.insights.all()]

    @property
    def manuscript(self) -> Manuscript:
        """What the rows say."""
        issue = self.issue
        return Manuscript(
            title=issue.title,
            date=issue.date,
            category=issue.category,
            tags=_names(self.tagged),
            seo=tuple(issue.seo),
            cover_image=issue.cover_image,
            cover_file=issue.cover.name or "",
            cover_alt=issue.cover_alt,
            summary=issue.summary,
            editor=issue.editor,
            intro=issue.intro,
            footer=issue.footer,
            sections=tuple(
                values.Section(
                    title=section.title,
                    lead=section.lead,
                    briefs=tuple(values.Brief(brief.text, uid=brief.uid) for brief in section.briefs.all()),
                    items=tuple(_value(item) for item in section.items.all()),
                )
                for section in self.sections
            ),
        )


def from_rows(issue: Issue) -> Manuscript:
    """Return the rows of an issue as a manuscript. Costs six queries for an issue of any size."""
    return Rows.of(issue).manuscript


def _value(item: NewsItem) -> values.NewsItem:
    return values.NewsItem(
        headline=item.headline,
        link=item.link,
        body=item.body,
        tags=_names(item.tagged.all()),
        ai_role=cast(values.AIRole, item.ai_role),
        follows=item.follows,
        uid=item.uid,
        insights=tuple(
            values.Insight(
                text=insight.text,
                label=insight.label,
                basis=cast(values.Basis, insight.basis),
                bullet=insight.bullet,
                uid=insight.uid,
            )
            for insight in item.insights.all()
        ),
    )


def _names(tagged: Iterable[Any]) -> tuple[str, ...]:
    return tuple(row.word for row in tagged)


def to_rows(manuscript: Manuscript, issue: Issue, standing: Rows | None = None) -> None:
    """Write a manuscript to the rows of an issue, keeping the row and uid of everything that was there.

    A story is recognised by its uid, else by its link and headline, its link, or its headline; an insight or brief by
    its uid, else by its text, else by its position. Call it in a transaction that has the issue locked; `standing` are
    its rows, if they were read there already. Raises DoesNotFit, before anything is written, if a text is longer than
    its field.
    """
    refuse_unfit(manuscript)
    standing = standing or Rows.of(issue)
    texts = {name: getattr(manuscript, name) for name in _ISSUE_TEXTS}
    cover = manuscript.cover_file if _is_stored(manuscript.cover_file) else ""
    _put(issue, **texts, seo=list(manuscript.seo), cover=cover)
    _tag(TaggedIssue, issue, _names(standing.tagged), manuscript.tags)

    sections, items, briefs = standing.sections, standing.items, standing.briefs
    section_of = _recognise(manuscript.sections, sections, [lambda it: it.title])
    item_of = _recognise(
        list(manuscript.items),
        items,
        [
            lambda it: it.uid,
            lambda it: it.link and it.headline and (it.link, it.headline),
            lambda it: it.link,
            lambda it: it.headline,
        ],
    )
    brief_of = _recognise(list(manuscript.briefs), briefs, [lambda it: it.uid, lambda it: it.text])

    written: list[tuple[values.NewsItem, NewsItem]] = []
    kept: set[Model] = set()
    item_number = brief_number = 0
    for position, section in enumerate(manuscript.sections):
        row = section_of.get(position) or Section(issue=issue)
        _put(row, title=section.title, lead=section.lead, position=position)
        kept.add(row)
        for place, brief in enumerate(section.briefs):
            kept.add(_write_brief(brief, brief_of.get(brief_number), row, place))
            brief_number += 1
        for place, item in enumerate(section.items):
            written.append((item, _write_item(item, item_of.get(item_number), row, place)))
            item_number += 1
    kept.update(row for _item, row in written)
    _write_insights(written, items, issue)
    for gone in (*briefs, *items, *sections):
        if gone not in kept:
            gone.delete()


_ISSUE_TEXTS = ("title", "date", "category", "cover_image", "cover_alt", "summary", "editor", "intro", "footer")


def _is_stored(name: str) -> bool:
    """Tell whether a cover that a text names is a picture that was uploaded here, not some other file."""
    ours = re.fullmatch(r"covers/[\w-]+\.\w+|pictures/[0-9a-f]{32}\.\w+", name, re.ASCII)
    return bool(ours) and default_storage.exists(name)


def refuse_unfit(manuscript: Manuscript) -> None:
    """Raise DoesNotFit if a text is longer than its field, or if the date is outside of FIRST_DAY to LAST_DAY."""
    if not FIRST_DAY <= manuscript.date <= LAST_DAY:
        raise DoesNotFit(_("Choose a date between the years 1900 and 2999."))
    for field, text in _limited(manuscript):
        if len(text) > field.max_length:
            raise DoesNotFit(
                _("%(field)s: “%(text)s…” has %(length)s characters; at most %(limit)s fit.")
                % {"field": field.verbose_name, "text": text[:40], "length": len(text), "limit": field.max_length}
            )


def _limited(manuscript: Manuscript) -> Iterator[tuple[Any, str]]:
    """Yield each text that goes into a field of limited length, with the field."""
    rows: list[tuple[type[Model], Any]] = [(Issue, manuscript)]
    rows += [(Section, section) for section in manuscript.sections]
    rows += [(NewsItem, item) for item in manuscript.items]
    rows += [(Insight, insight) for insight in manuscript.insights]
    for model, value in rows:
        for field in model._meta.concrete_fields:
            if field.max_length and hasattr(value, field.name):
                yield field, getattr(value, field.name)
    tags = (manuscript.tags, *(item.tags for item in manuscript.items))
    yield from ((Tag._meta.get_field("name"), tag) for tag in chain.from_iterable(tags))


def _recognise(new: Sequence[Any], rows: Sequence[Any], keys: Sequence[Any]) -> dict[int, Any]:
    """Return the row that each new value continues, by its index in `new`; no row is used twice.

    `keys` are functions of a value or row, tried in order; an empty key matches nothing.
    """
    found: dict[int, Any] = {}
    free = list(rows)
    for key in keys:
        by_key: dict[Any, list[Any]] = {}
        for row in free:
            if key(row):
                by_key.setdefault(key(row), []).append(row)
        for number, value in enumerate(new):
            if number not in found and (same := by_key.get(key(value))):
                found[number] = same.pop(0)
        taken = {row.pk for row in found.values()}
        free = [row for row in free if row.pk not in taken]
    return found


def _put(row: Model, **values: Any) -> None:
    """Set the fields of a row, and save those that changed; without a change, nothing is written."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if row._state.adding:
        row.save()
    elif changed:
        row.save(update_fields=changed)


def _named(value: Any, row: Any, issue: Issue) -> Any:
    """Give a new row the uid that its text has, unless it is taken: a public address must not change its meaning.

    A story that was removed from its former issue, both at the desk and for readers, keeps its uid in another issue.
    """
    is_current = Q(edition__live_until=None) | Q(edition__live_until__gt=timezone.now())
    taken = (
        type(row)._default_manager.filter(uid=value.uid),
        Story.objects.filter(is_current, uid=value.uid).exclude(edition__issue=issue),
        Retraction.objects.filter(uid=value.uid).exclude(issue=issue),
    )
    if value.uid and not any(others.exists() for others in taken):
        row.uid = value.uid
    return row


def _write_brief(brief: values.Brief, row: Brief | None, section: Section, position: int) -> Brief:
    row = row or _named(brief, Brief(), section.issue)
    _put(row, section_id=section.pk, text=brief.text, position=position)
    return row


def _write_item(item: values.NewsItem, row: NewsItem | None, section: Section, position: int) -> NewsItem:
    had = row is not None
    row = row or _named(item, NewsItem(), section.issue)
    texts = {name: getattr(item, name) for name in ("headline", "link", "body", "ai_role", "follows")}
    _put(row, section_id=section.pk, position=position, canonical=canonical(item.link), **texts)
    _tag(TaggedNewsItem, row, _names(row.tagged.all()) if had else (), item.tags)
    return row


def _write_insights(
    written: Sequence[tuple[values.NewsItem, NewsItem]], before: Sequence[NewsItem], issue: Issue
) -> None:
    """Write the insights of all stories together, because one may have moved from a story to another."""
    standing = {insight.uid: insight for item in before for insight in item.insights.all()}
    for item, row in written:
        for insight in item.insights:
            if insight.uid in standing:
                _put(standing[insight.uid], item_id=row.pk)
    rows_of: dict[int, list[Insight]] = {}
    for one in standing.values():
        rows_of.setdefault(one.item_id, []).append(one)
    for item, row in written:
        _write_insights_of(row, item.insights, rows_of.get(row.pk, []), issue)


def _write_insights_of(
    item: NewsItem, insights: Sequence[values.Insight], rows: Sequence[Insight], issue: Issue
) -> None:
    same = _recognise(insights, rows, [lambda it: it.uid, lambda it: (it.label, it.text)])
    # What is left on both sides was reworded, so it is paired in order.
    taken = {row.pk for row in same.values()}
    free = [row for row in rows if row.pk not in taken]
    kept = set()
    for position, insight in enumerate(insights):
        row = same.get(position) or (free.pop(0) if free and not insight.uid else _named(insight, Insight(), issue))
        texts = {name: getattr(insight, name) for name in ("text", "label", "basis", "bullet")}
        _put(row, item_id=item.pk, position=position, **texts)
        kept.add(row.pk)
    for gone in rows:
        if gone.pk not in kept:
            gone.delete()


def _tag(through: Any, row: Model, had: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Set the tags of a row in order; writes nothing if they are the same.

    A word that the row has already stays, even if its tag was renamed since; a new one gets the tag's present spelling.
    """
    if had == names:
        return
    tags = Tag.objects.entered(names)
    words = {name if name in had else tag.name: tag for name in names if (tag := tags.get(Tag.key_of(name)))}
    if had != tuple(words):
        through.objects.filter(content_object=row).delete()
        through.objects.bulk_create(
            through(content_object=row, tag=tag, word=word, position=position)
            for position, (word, tag) in enumerate(words.items())
        )


def cite(rows: Rows) -> None:
    """Bring the citations of an issue up to date with its headline links and the links in its texts."""
    items, briefs = rows.items, rows.briefs
    found: list[tuple[dict[str, Any], str, bool]] = []
    for item in items:
        if item.link:
            found.append(({"item": item}, item.link, True))
        texts = [item.body, *(insight.text for insight in item.insights.all())]
        found += [({"item": item}, url, False) for text in texts for url in links(text)]
    for brief in briefs:
        found += [({"brief": brief}, url, False) for url in links(brief.text)]
    sources = Source.objects.known(url for _, url, _ in found)
    wanted = [
        Citation(**owner, source=sources[domain], url=url[:2000], is_headline=is_headline)
        for owner, url, is_headline in found
        if (domain := values.domain(url)) in sources
    ]
    existing = Citation.objects.filter(Q(item__in=items) | Q(brief__in=briefs)).order_by("pk")
    if list(map(_content, existing)) != list(map(_content, wanted)):
        existing.delete()
        Citation.objects.bulk_create(wanted)


def _content(citation: Citation) -> tuple[Any, ...]:
    return citation.item_id, citation.brief_id, citation.source_id, citation.url, citation.is_headline
