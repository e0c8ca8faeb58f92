"""The full demo: something of everything that a newsroom has, so that no screen of make dev is empty."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Max, Q
from django.test import TestCase, override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from digests.editorial.preflight import examine
from digests.management.demo import drawings, full
from digests.models import (
    Channel,
    Comment,
    Digest,
    Edition,
    Issue,
    LogEntry,
    Notice,
    Picture,
    PreviewLink,
    PreviewLinkStatus,
    Retraction,
    Revision,
    Source,
    Story,
    StorySignOff,
    Tag,
)
from digests.models.states import Action, Correction, State
from digests.publishing import pictures

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def newsroom(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A newsroom with the full demo, made once for all that look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        with (
            override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
            mock.patch.object(drawings, "SIZE", (160, 90)),
            mock.patch.object(pictures, "make_soon"),
            TestCase.captureOnCommitCallbacks(execute=True),
        ):
            call_command("demo", "--full", stdout=io.StringIO())
        yield
        transaction.set_rollback(True)


def live(**fields: Any) -> Any:
    return Edition.objects.live().filter(**fields)


def cited() -> Any:
    return Source.objects.exclude(citations=None)


def of_state(state: State) -> Any:
    return Issue.objects.filter(state=state)


def preview_links(status: PreviewLinkStatus) -> Any:
    links: Any = PreviewLink.objects.with_status()
    return links.filter(status=status)


# What is there to be seen, and how often.
THERE: dict[str, tuple[Callable[[], Any], int]] = {
    "Chinese issues": (lambda: Issue.objects.filter(digest__language="zh-hans"), 10),
    "English issues": (lambda: Issue.objects.filter(digest__language="en"), 6),
    "live issues": (live, 10),
    "an archive that came in as it was": (lambda: LogEntry.objects.filter(action=Action.ARCHIVE), 1),
    "drafts that were never out": (lambda: of_state(State.DRAFT).filter(editions=None), 1),
    "issues in review": (lambda: of_state(State.IN_REVIEW), 1),
    "issues with changes requested": (lambda: of_state(State.CHANGES_REQUESTED), 1),
    "approved issues that wait to be published": (lambda: of_state(State.APPROVED).filter(editions=None), 1),
    "schedules": (lambda: Edition.objects.pending(), 1),
    "typos": (lambda: Edition.objects.filter(correction=Correction.TYPO), 1),
    "clarifications": (lambda: Edition.objects.filter(correction=Correction.CLARIFICATION), 1),
    "corrections": (lambda: Edition.objects.filter(correction=Correction.CORRECTION), 2),
    "retractions": (lambda: Retraction.objects.all(), 2),
    "withdrawn issues": (lambda: LogEntry.objects.filter(action=Action.WITHDRAW), 1),
    "emergencies that wait for an approval": (lambda: live().flagged(), 1),
    "stories that a correction left out": (lambda: live().filter(stories__uid=full.DROPPED), 0),
    "the storyline of a model": (lambda: Story.objects.live().filter(storyline="xgsh7bcd"), 4),
    "the storyline of a city's pavements": (lambda: Story.objects.live().filter(storyline="mngd2bcd"), 2),
    "the storyline of an outage": (lambda: Story.objects.live().filter(storyline="hrbr2bcd"), 4),
    "issues with a cover": (lambda: live().exclude(cover=""), 3),
    "pictures": (lambda: Picture.objects.all(), 4),
    "covers and pictures in texts": (lambda: live(pictures__isnull=False), 4),
    "open comments": (lambda: Comment.objects.open_comments(), 4),
    "resolved comments": (lambda: Comment.objects.exclude(resolved_at=None), 2),
    "replies": (lambda: Comment.objects.exclude(parent=None), 2),
    "what a guest said": (lambda: Comment.objects.exclude(preview_link=None), 1),
    "stories signed off in an issue that is in review": (
        lambda: StorySignOff.objects.filter(issue__state=State.IN_REVIEW),
        1,
    ),
    "open preview links": (lambda: preview_links(PreviewLinkStatus.OPEN), 2),
    "revoked preview links": (lambda: preview_links(PreviewLinkStatus.REVOKED), 1),
    "expired preview links": (lambda: preview_links(PreviewLinkStatus.EXPIRED), 1),
    "preview links ended by publication": (lambda: preview_links(PreviewLinkStatus.PUBLISHED), 1),
    "people who are waited for": (lambda: Notice.objects.blocking().order_by().values("person").distinct(), 5),
    "channels": (lambda: Channel.objects.all(), 2),
    "digests with policies": (lambda: Digest.objects.exclude(policies=""), 2),
    "digests with a subscribe card": (lambda: Digest.objects.exclude(subscribe_card=""), 1),
    "classes of sources": (lambda: cited().order_by().values("kind").distinct(), 9),
    "kinds of tags": (lambda: Tag.objects.exclude(kind="").order_by().values("kind").distinct(), 3),
}


@pytest.mark.usefixtures("newsroom")
class TestFullDemo:
    @pytest.mark.parametrize("what", THERE)
    def test_has(self, what: str) -> None:
        rows, count = THERE[what]
        assert rows().count() == count

    def test_has_todays_issue_of_each_digest(self) -> None:
        now = timezone.now()
        for digest in Digest.objects.all():
            assert live(digest=digest).aggregate(last=Max("date"))["last"] == now.astimezone(digest.zone).date()

    def test_passes_preflight_without_a_warning(self) -> None:
        found = {str(issue): examine(issue.head.manuscript) for issue in Issue.objects.select_related("digest")}
        assert {name: problems for name, problems in found.items() if problems} == {}

    def test_leads_to_no_address_that_somebody_could_have(self) -> None:
        assert list(cited().exclude(domain__endswith=".test")) == []

    def test_happened_in_the_past(self) -> None:
        now = timezone.now()
        assert not LogEntry.objects.filter(at__gt=now).exists()
        assert not Revision.objects.filter(created_at__gt=now).exists()
        assert not Comment.objects.filter(Q(created_at__gt=now) | Q(resolved_at__gt=now)).exists()

    @pytest.mark.parametrize("options", [("--full",), (), ("--if-untouched",), ("--full", "--if-untouched")])
    def test_is_made_once(self, options: tuple[str, ...]) -> None:
        models = (Issue, Revision, Edition, LogEntry, Comment, Notice, Picture, PreviewLink, StorySignOff, Digest)
        before = [model.objects.count() for model in models]
        call_command("demo", *options, stdout=io.StringIO())
        assert [model.objects.count() for model in models] == before
