"""Get public pages, and make an archive of many issues."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bs4 import BeautifulSoup
from django.test import Client

from digests.manuscript.values import new_uid
from digests.models import Digest, Edition, Issue, Revision, Story, Tag
from digests.publishing.rendering import render_page
from tests.conftest import manuscript

DAY = date(2026, 3, 1)


def get(client: Client, address: str, status: int = 200) -> Any:
    """Return the parsed page at an address."""
    response = client.get(address)
    assert response.status_code == status, address
    return BeautifulSoup(response.content, "html.parser")


def archive(digest: Digest, issues: int, *, until: date = DAY, stories: int = 2, tag: str = "AI") -> None:
    """Publish many issues at once, one a day, going back from a date."""
    named = Tag.objects.named([tag])[0]
    words = [
        manuscript(stories, title=f"第 {number} 期", date=until - timedelta(days=number), tags=(tag,))
        for number in range(issues)
    ]
    desk = Issue.objects.bulk_create(Issue(digest=digest, date=one.date, title=one.title) for one in words)
    pairs = list(zip(desk, words, strict=True))
    revisions = Revision.objects.bulk_create(
        Revision(issue=issue, number=1, sha256=one.sha256, content=one.canonical()) for issue, one in pairs
    )
    page = render_page(words[0].with_uids())
    editions = Edition.objects.bulk_create(
        Edition(
            issue=issue,
            digest=digest,
            revision=revision,
            number=1,
            live_from=datetime(one.date.year, one.date.month, one.date.day, tzinfo=UTC),
            date=one.date,
            title=one.title,
            summary=one.summary,
            page=page,
        )
        for (issue, one), revision in zip(pairs, revisions, strict=True)
    )
    Edition.tags.through.objects.bulk_create(
        Edition.tags.through(edition_id=edition.pk, tag_id=named.pk, own=True) for edition in editions
    )
    Story.objects.bulk_create(
        Story(edition=edition, uid=new_uid(), position=place, section="版块", headline=f"{place}")
        for edition in editions
        for place in range(stories)
    )


def story_of(issue: Issue, number: int = 0) -> Story:
    return Story.objects.live().filter(edition__issue=issue)[number]
