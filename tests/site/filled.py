"""The newsroom that is checked: the full demo, and what only a check needs, which is more of the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

from django.core.management import call_command

from digests.editorial import exchange, preview_links, workflow
from digests.manuscript.values import Manuscript, NewsItem
from digests.models import Comment, Digest, Edition, Issue, Picture, PreviewLink, PreviewLinkStatus
from digests.models.person import SYSTEM
from digests.models.states import Action
from digests.publishing import pictures
from digests.site import public_addresses
from tests.site.places import ARCHIVE, DAY


def fill() -> None:
    """Make the demo, an archive that fills more than one page of each list, and a digest without issues."""
    call_command("demo", "--full", stdout=StringIO())
    for picture in Picture.objects.all():
        pictures.make.call(picture.pk)  # the worker may be later than the first look
    daily = Digest.objects.get(slug="ai-daily")
    told = [edition.revision.manuscript for edition in Edition.objects.live().filter(digest=daily).order_by("date")]
    for ago in range(ARCHIVE):
        day = DAY - timedelta(days=6 + ago)
        words = _again(told[ago % len(told)], f"{day:%m-%d}")
        issue = Issue.objects.create(digest=daily, date=day, title=words.title)
        with workflow.editing(issue, by=SYSTEM) as locked:
            exchange.to_rows(replace(words, date=day), locked)
        workflow.perform(Action.ARCHIVE, issue, by=SYSTEM, at=datetime.combine(day, time(8), daily.zone))
    Digest.objects.create(name="季风", slug="quarterly", description="还没有第一期。")


def _again(words: Manuscript, mark: str) -> Manuscript:
    """Return the words of an issue once more, as other stories."""
    bare = words.without_uids()
    sections = tuple(
        replace(section, items=tuple(_other(item, mark) for item in section.items[:2])) for section in bare.sections
    )
    return replace(bare, title=f"{words.title}（{mark}）", cover_file="", cover_alt="", sections=sections)


def _other(item: NewsItem, mark: str) -> NewsItem:
    link = f"{item.link}?{mark}" if item.link else ""
    return replace(item, headline=f"{item.headline}（{mark}）", link=link, follows="")


def addresses() -> Iterator[tuple[str, str]]:
    """Give an address of each name in urls.py: empty where nothing has one, secret addresses among them."""
    first: dict[str, str] = {}
    for page in public_addresses.every():
        first.setdefault(page.kind, page.path)
    yield from ((name, first.get(name, "")) for names in public_addresses.KINDS for name in names)
    links: Any = PreviewLink.objects.with_status()
    answered = Comment.objects.filter(preview_link=None, parent__preview_link__isnull=False).values(
        "parent__preview_link"
    )
    for name, link in (
        ("preview", links.filter(status=PreviewLinkStatus.OPEN, pk__in=answered)[0]),
        ("preview that has ended", links.filter(status=PreviewLinkStatus.REVOKED)[0]),
    ):
        yield name, urlsplit(preview_links.address(link)).path
