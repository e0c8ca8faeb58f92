"""Nonsense sent to every address of the desk, by everybody: it is refused in words, and never a crash."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from digests.editorial import comments, preview_links
from digests.editorial.notices import events, telling
from digests.models import Notice

pytestmark = pytest.mark.django_db

WHO = ["nobody", "outsider", "reviewer", "chief"]
OF_THE_DESK = ("admin/digests/issue/", "admin/digests/notice/", "admin/digests/picture/")
HUGE = "9" * 400
# What a value of a form may be instead of what the page sends.
VALUES: list[Any] = ["1", "\0", HUGE, "无" * 500, b"\xff\xfe"]
NAMES = [
    "version", "revision", "text", "mine", "uid", "parent", "comment", "sha256", "read", "at", "note", "story",
    "edition", "correction", "next", "then", "kept", "where", "digest", "date", "title", "cover_file",
    "cover_x", "cover_y", "cover_seen", "cover_alt",
    "tag_names", "seo", "whom", "days", "may_comment", "blocking", "fyi", "hour", "language",
    "muted", "alt", "x", "y", "action", "_selected_action", "confirmed", "when", "zone", "add", "remove", "words",
    "uids", "name", "headline", "link", "follows", "since", "q", "page", "p", "o", "state", "made", "e",
    "date__year", "date__month", "date__day", "from", "to", "left", "right", "post", "digest__id__exact", "author",
    "tag",
    "sections-TOTAL_FORMS", "sections-INITIAL_FORMS", "sections-0-id", "sections-0-position", "sections-0-title",
    "sections-0-items-TOTAL_FORMS", "sections-0-items-INITIAL_FORMS", "sections-0-items-0-id",
    "sections-0-items-0-uid", "sections-0-items-0-headline", "sections-0-items-0-follows",
    "sections-0-items-0-ai_role", "sections-0-items-0-tag_names", "sections-0-briefs-TOTAL_FORMS",
]  # fmt: skip


def addresses(patterns: Any, before: str = "") -> Iterator[str]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route


def desk_addresses() -> list[str]:
    """Return every address of the newsroom's own at the desk, with its places to fill."""
    found = addresses(get_resolver().url_patterns)
    return [route for route in found if route.startswith(OF_THE_DESK) or route == "admin/"]


@pytest.fixture
def places(published: Any, draft: Any, people: Any) -> list[dict[str, str]]:
    """Return what stands in an address: of an issue, of another's, and of nothing."""
    public, issue = published(), draft(date=date(2026, 3, 2))
    link = preview_links.make(issue.head, by=people.editor, whom="王", may_comment=True)
    asked = comments.say(issue, "@reviewer 看", by=people.writer)
    telling.tell(issue, events.of_comment(asked, [people.reviewer]))
    notice = Notice.objects.get(person=people.reviewer, kind="mention")
    real = {
        "notice/<int:pk>": f"notice/{notice.pk}",
        "<int:pk>": str(issue.pk), "<int:link>": str(link.pk), "<path:object_id>": str(issue.pk),
        "<str:action>": "approve", "<str:year>": "2026", "<str:month>": "03",
    }  # fmt: skip
    other = {**real, "<int:pk>": str(public.pk), "<path:object_id>": str(public.pk), "<str:action>": "publish"}
    none = {
        "<int:pk>": HUGE, "<int:link>": HUGE, "<path:object_id>": "%00", "<str:action>": "%FF", "<str:year>": "０",
        "<str:month>": "%00",
    }  # fmt: skip
    return [real, other, none]


def filled(route: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        route = route.replace(name, value)
    return f"/{route}"


@pytest.mark.parametrize("who", WHO)
def test_nonsense_at_any_address_of_the_desk_is_no_crash(
    who: str, places: list[dict[str, str]], people: Any, settings: Any
) -> None:
    settings.DEBUG = False
    client = Client(raise_request_exception=False)
    if who != "nobody":
        client.force_login(getattr(people, who))
    crashed: list[tuple[Any, ...]] = []
    real, other, none = places
    for route in desk_addresses():
        for method in ("put", "delete", "options", "head", "post"):
            for place in (real, none):
                address = filled(route, place)
                if getattr(client, method)(address).status_code >= 500:
                    crashed.append((method, address, None))
        for place, values in ((real, VALUES), (other, VALUES[:1]), (none, VALUES[-2:])):
            for value in values:
                address, sent = filled(route, place), dict.fromkeys(NAMES, value)
                for method in ("get", "post"):
                    if getattr(client, method)(address, sent).status_code >= 500:
                        crashed.append((method, address, value[:8]))
    assert crashed == []
