"""Make feed entries of rows.

`state` is a cheap query for what the content of a feed depends on; the rows themselves are only read if that changed.
`StoryEntries(Story.objects.filter(…))` makes an entry of each story in any queryset that readers may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from datetime import date as Date
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import DateField, Exists, F, Max, OuterRef, Q, Subquery, Value
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.encoding import iri_to_uri

from digests.models import Digest, Edition, Page, PageSection, Picture, Story, Tag
from digests.models.desk import PICTURES
from digests.publishing import pictures
from digests.publishing.addresses import absolute, absolute_html
from digests.publishing.changes import rewordings
from digests.site.feeds.periods import Day, Span, Week
from digests.site.feeds.values import Entry, Image, fit
from digests.text.markup import Shown, portable

TYPES = {ending: f"image/{name.lower()}" for name, ending in PICTURES.items()}


@dataclass(frozen=True, slots=True)
class State:
    """What the content of a document depends on, and when any of it last changed."""

    keys: tuple[int, ...]  # of the rows with an entry in it
    facts: tuple[Any, ...]  # for the ETag
    changed: datetime | None
    earlier: Date | None  # the last day before the document that has an entry
    later: Date | None  # the first day after it


class Entries:
    """Entries made of rows, newest first.

    The document that people subscribe to has the newest whole periods, as many as are needed for `least` entries. Each
    earlier period is an archive document. So a new entry never goes into an archive document, and each entry is in one
    document.
    """

    least = 20
    period: Week | Day = Week()
    day = "date"  # the field that says in which document a row is
    days: tuple[str, ...] = ("date",)  # all fields by which it may have been, or will be, in one
    edition = ""  # prefix that leads from a row to its edition
    facts: tuple[str, ...] = ("live_from", "rendered_at", "digest__changed_at")  # instants of changes to the edition
    order: tuple[str, ...] = ("-date", "-pk")

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    # What subclasses override

    def live(self, at: datetime) -> Any:
        """Return the rows that have an entry at an instant."""
        return self.rows.live(at)

    def ever_live(self, at: datetime) -> Any:
        """Return the rows that have or had one, with `ended`: when it was removed, or will be."""
        return self.rows.ever_live(at).annotate(ended=F("live_until"))

    def read(self, keys: Iterable[int], at: datetime) -> list[Entry]:
        """Return the entries for these primary keys."""
        raise NotImplementedError

    # What all kinds share

    def newest(self, at: datetime) -> Span:
        """Return the days of the document that people subscribe to."""
        days = self.live(at).order_by(*self.order).values_list(self.day, flat=True)[self.least - 1 : self.least]
        return Span(next((self.period.of(_date(day)).since for day in days), None))

    def state(self, span: Span, at: datetime) -> State:
        """Return what the document for these days depends on. Costs one query, which reads no texts."""
        made = Picture.objects.filter(editions=OuterRef(f"{self.edition}pk"), made_at__isnull=False)
        rows = (
            self.ever_live(at)
            .filter(self._within(span, *self.days))
            .annotate(
                here=Exists(self.live(at).filter(self._within(span, self.day), pk=OuterRef("pk"))),
                made=Subquery(made.order_by("-made_at").values("made_at")[:1]),
                earlier=self._next(at, lt=span.since),
                later=self._next(at, gte=span.until),
            )
            .order_by("pk")
            .values_list(
                "pk", "here", "earlier", "later", "ended", "made", *(f"{self.edition}{name}" for name in self.facts)
            )
        )
        facts, changed, beside = {}, [], (None, None)
        for pk, here, earlier, later, *instants in rows:
            changed += [instant for instant in instants if instant and instant <= at]
            beside = (earlier, later)
            if here:
                facts[pk] = tuple(instants[1:])
        earlier, later = (day and _date(day) for day in beside)
        return State(tuple(facts), (*facts.items(), earlier, later), max(changed, default=None), earlier, later)

    def instant(self, day: Date) -> Any:
        """Return the beginning of a day in the type of the field `day`."""
        return day

    def _within(self, span: Span, *days: str) -> Q:
        bounds = {how: self.instant(day) for how, day in (("gte", span.since), ("lt", span.until)) if day}
        return reduce(or_, (Q(**{f"{day}__{how}": bound for how, bound in bounds.items()}) for day in days))

    def _next(self, at: datetime, **beyond: Date | None) -> Any:
        ((how, day),) = beyond.items()
        if day is None:
            return Value(None, output_field=DateField())
        found = self.live(at).filter(**{f"{self.day}__{how}": self.instant(day)})
        return Subquery(found.order_by(self.day if how == "gte" else f"-{self.day}").values(self.day)[:1])


class IssueEntries(Entries):
    """An entry for each issue. With a tag that only some of its stories have, the entry has only those stories."""

    def __init__(self, editions: Any, tag: Tag | None = None) -> None:
        super().__init__(editions)
        self.tag = tag

    def state(self, span: Span, at: datetime) -> State:
        """Return the state of a document; a correction of any issue changes the newest document.

        Feed readers only ask for the newest one.
        """
        state = super().state(span, at)
        if span.until:
            return state
        ended = Max("live_until", filter=Q(live_until__lte=at))
        last = self.ever_live(at).aggregate(begun=Max("live_from"), ended=ended)
        return replace(state, changed=max(filter(None, (state.changed, *last.values())), default=None))

    def read(self, keys: Iterable[int], at: datetime) -> list[Entry]:
        editions = list(editions_with(keys).dated().order_by(*self.order))
        corrections: dict[int, list[Edition]] = {}
        told = Edition.objects.corrections(at).filter(issue__in=[edition.issue_id for edition in editions])
        for correction in told.only("issue", "correction", "note", "live_from").order_by("live_from"):
            corrections.setdefault(correction.issue_id, []).append(correction)
        pages = {edition.pk: only_tagged(edition.page, self.tag) if self.tag else edition.page for edition in editions}
        shown = pictures.portable(set().union(*map(pictures.named, pages.values())))
        return [
            _issue(edition, pages[edition.pk], corrections.get(edition.issue_id, []), shown) for edition in editions
        ]


class StoryEntries(Entries):
    """An entry for each story of a queryset."""

    least = 60
    period = Day()
    day = "edition__date"
    days = ("edition__date",)
    edition = "edition__"
    order = ("-edition__date", "-edition", "position")

    def live(self, at: datetime) -> Any:
        return self.rows.live(at).once(at)

    def ever_live(self, at: datetime) -> Any:
        return self.rows.filter(edition__live_from__lte=at).annotate(ended=F("edition__live_until"))

    def read(self, keys: Iterable[int], at: datetime) -> list[Entry]:
        first = Story.objects.filter(uid=OuterRef("uid")).order_by("edition__live_from")
        stories: list[Any] = list(
            Story.objects.filter(pk__in=keys)
            .select_related("edition__digest")
            .defer("edition__page", "edition__digest__subscribe_card", "edition__digest__policies")
            .annotate(
                first_published=Subquery(first.values("edition__live_from")[:1]),
                first_date=Subquery(first.values("edition__date")[:1]),
            )
            .order_by(*self.order)
        )
        versions = rewordings([story.uid for story in stories if story.first_published != story.edition.live_from])
        shown = pictures.portable(set().union(*(pictures.named(story.page) for story in stories)))
        return [_story(story, versions.get(story.uid, []), shown) for story in stories]


def editions_with(keys: Iterable[int]) -> Any:
    """Return editions by primary key, with what an entry needs of their digests."""
    editions = Edition.objects.filter(pk__in=keys).select_related("digest")
    return editions.defer("digest__subscribe_card", "digest__policies")


def _date(day: Any) -> Date:
    return day.astimezone(UTC).date() if isinstance(day, datetime) else day


def _issue(edition: Any, page: Page, corrections: Iterable[Edition], shown: Mapping[str, Shown]) -> Entry:
    digest, cover = edition.digest, page.cover.file
    url = absolute(edition.get_absolute_url())
    given = {"page": page, "corrections": corrections, "cover": default_storage.url(cover) if cover else ""}
    return Entry(
        id=tag_uri(edition.date, digest.slug),
        url=url,
        title=edition.title,
        summary=edition.summary,
        html=html_of("site/feeds/issue.html", given, digest, url, shown),
        published=edition.first_published,
        updated=edition.live_from,
        author=page.editor or digest.name,
        language=digest.language,
        tags=page.tags,
        image=_image(cover, page.cover.alt, shown) if cover else None,
    )


def _story(story: Any, versions: list[tuple[Story, Story]], shown: Mapping[str, Shown]) -> Entry:
    digest = story.edition.digest
    url = absolute(story.get_absolute_url())
    return Entry(
        id=tag_uri(story.first_date, f"stories/{story.uid}"),
        url=url,
        title=story.headline,
        summary=story.excerpt,
        html=html_of("site/feeds/story.html", {"item": story.page}, digest, url, shown),
        published=story.first_published,
        updated=versions[-1][1].edition.live_from if versions else story.first_published,
        author=digest.name,
        language=digest.language,
        tags=story.page.tags,
        external_url=iri_to_uri(fit(story.link)) or "",
    )


def html_of(template: str, given: dict[str, Any], digest: Digest, url: str, shown: Mapping[str, Shown]) -> str:
    """Render the HTML of an entry in its digest's language, with absolute addresses and pictures of one file each."""
    with translation.override(digest.language), timezone.override(digest.zone):
        html = render_to_string(template, {**given, "language": digest.language})
    return absolute_html(portable(html, shown), url)


def _image(file: str, alt: str, shown: Mapping[str, Shown]) -> Image:
    # A cover from before `Picture` existed has no row and is served as it was uploaded.
    known = shown.get(file, Shown(default_storage.url(file), 0, 0))
    return Image(absolute(known.src), TYPES.get(file.rpartition(".")[2], "image/jpeg"), alt, known.width, known.height)


def only_tagged(page: Page, tag: Tag) -> Page:
    """Return the whole page if the issue itself has the tag, else only the stories that have it."""
    if tag.is_among(page.tags):
        return page
    sections = (
        PageSection(section.title, items=tuple(item for item in section.items if tag.is_among(item.tags)))
        for section in page.sections
    )
    return replace(page, intro="", sections=tuple(section for section in sections if section.items))


def tag_uri(date: Date, name: str) -> str:
    """Return a tag URI (RFC 4151), which stays the same after corrections and over http and https."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{date}:{name}"
