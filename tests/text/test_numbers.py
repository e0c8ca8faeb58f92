"""Numbers from outside: one way to write them, and nonsense in their place is answered in words."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from digests.editorial import comments, preview_links
from digests.models import Issue
from digests.text.numbers import MOST, MOST_KEY, whole_number
from tests.conftest import reword

Make = Callable[..., Issue]

LONG = "9" * 5000  # more digits than Python reads
WORST = [LONG, "１２", "-1", "1\0"]  # to pages that are dear to make
NONSENSE = [*WORST, "1e9", " 1 ", "", "0x1", "1_0", "+1", "²", "١", "9" * 19, "1.5"]


@pytest.mark.parametrize("text", [text for text in NONSENSE if text != "9" * 19])
def test_nonsense_is_no_number(text: str) -> None:
    assert whole_number(text) is None
    assert whole_number(text, most=MOST_KEY) is None


def test_a_number_has_one_spelling_and_an_end() -> None:
    assert [whole_number(text) for text in ("0", "7", "42", "007", "00")] == [0, 7, 42, None, None]
    assert [whole_number(str(MOST)), whole_number(str(MOST + 1))] == [MOST, None]
    assert [whole_number(str(MOST_KEY), most=MOST_KEY), whole_number(str(MOST_KEY + 1), most=MOST_KEY)] == [
        MOST_KEY,
        None,
    ]
    assert [whole_number(text, most=100) for text in ("100", "101", "99")] == [100, None, 99]


# --- Wherever one is sent --------------------------------------------------------------------

POSTED = [
    "version", "revision", "shown", "parent", "comment", "edition", "cover_x", "cover_y", "x", "y", "days", "hour",
    "page", "_selected_action", "muted", "right", "sections-TOTAL_FORMS", "sections-INITIAL_FORMS",
    "sections-0-position", "sections-0-id", "sections-0-items-TOTAL_FORMS", "sections-0-items-INITIAL_FORMS",
    "sections-0-items-0-id",
    "sections-0-items-0-position", "sections-0-items-0-insights-TOTAL_FORMS", "sections-0-briefs-0-position",
]  # fmt: skip
ASKED = [
    "edition", "to", "before", "after", "revision", "page", "p", "o", "e", "date__year", "date__month", "date__day",
    "digest__id__exact", "week", "month", "year", "day", "from", "left", "right", "part", "number", "q",
]  # fmt: skip


@pytest.fixture
def places(published: Make, people: SimpleNamespace) -> SimpleNamespace:
    issue = published()
    link = preview_links.make(
        reword(issue, "新稿", by=people.writer).revisions.latest("number"),
        by=people.editor,
        whom="王",
        may_comment=True,
    )
    comments.say(issue, "看", by=people.writer)
    uid = next(issue.head.manuscript.items).uid
    return SimpleNamespace(issue=issue, link=link, uid=uid)


def crashes(
    client: Client,
    method: str,
    addresses: list[str],
    names: list[str],
    values: list[str],
    form: dict[str, str] | None = None,
) -> list[Any]:
    """Return what is no answer: of each address, sent each value under all names, with the rest of a form."""
    found = []
    for address in addresses:
        for value in values:
            try:
                status = getattr(client, method)(address, {**(form or {}), **dict.fromkeys(names, value)}).status_code
            except Exception as error:  # said with its place
                status = repr(error)[:200]
            if not isinstance(status, int) or status >= 500:
                found.append((method, address[:60], names[0], value[:8], status))
    return found


@pytest.mark.django_db
def test_no_number_that_readers_send_is_a_crash(places: SimpleNamespace) -> None:
    issue, digest = places.issue, places.issue.digest
    lists = [f"/{digest.slug}/", "/", "/corrections/", "/sources/", "/tags/", "/search/", "/feeds/custom/"]
    own = [issue.get_absolute_url(), f"/{issue.get_absolute_url().strip('/')}.json", f"/stories/{places.uid}/"]
    feeds = [f"/{digest.slug}/rss.xml", f"/{digest.slug}/stories/atom.xml", f"/{digest.slug}/feed.json"]
    assert crashes(Client(), "get", [*lists, *own, *feeds], ASKED, WORST) == []
    for number in NONSENSE:
        for address in (
            f"/sitemap-tags-{number}.xml", f"/sitemap-sources-{number}.xml", f"/{digest.slug}/channels/{number}.svg",
            f"/{digest.slug}/{number}/", f"/{digest.slug}/{number}/03/", f"/{digest.slug}/weeks/{number}/",
        ):  # fmt: skip
            assert Client().get(address).status_code in (301, 302, 400, 404), (address[:40], number[:8])
    preview = preview_links.address(places.link)
    assert crashes(Client(), "post", [preview], ["parent", "name", "text", "uid"], NONSENSE) == []


@pytest.mark.django_db
def test_no_number_that_staff_send_is_a_crash(places: SimpleNamespace, people: SimpleNamespace) -> None:
    pk, client = places.issue.pk, Client()
    client.force_login(people.root)

    def address(name: str, *args: Any) -> str:
        return reverse(f"admin:digests_{name}", args=args)

    asked = [
        "issue_changelist",
        "notice_changelist",
        "picture_changelist",
        "logentry_changelist",
        "revision_changelist",
    ]
    of_issue = ["issue_change", "issue_history", "issue_review", "issue_review_page", "issue_text", "issue_previews"]
    shown = [*(address(name) for name in asked), *(address(name, pk) for name in of_issue), reverse("admin:index")]
    assert crashes(client, "get", shown, ASKED, WORST) == []
    sent = ["issue_change", "issue_keep", "issue_restore", "issue_check", "issue_text", "issue_review", "issue_say"]
    sent += ["issue_resolve", "issue_sign_off", "issue_presence", "issue_previews"]
    posts = [*(address(name, pk) for name in sent), address("issue_changelist"), address("issue_add")]
    posts += [address("issue_do", pk, action) for action in ("approve", "endorse", "roll_back", "retract")]
    assert crashes(client, "post", posts, POSTED, WORST) == []
    for number in NONSENSE:
        for place in (f"/admin/digests/issue/{number}/change/", f"/admin/digests/issue/{number}/review/"):
            assert client.get(place).status_code in (302, 400, 404), (place[:40], number[:8])


@pytest.mark.django_db
@pytest.mark.parametrize("number", [number for number in NONSENSE if number != "1\0"])
def test_a_command_says_what_is_no_number(number: str, places: SimpleNamespace, people: SimpleNamespace) -> None:
    issue = places.issue
    args = ["roll_back", issue.digest.slug, str(issue.date), "--user", "editor", "--note", "因", f"--edition={number}"]
    with pytest.raises(CommandError):
        call_command("workflow", *args, stdout=StringIO(), stderr=StringIO())
    assert issue.editions.count() == 1


def filled(client: Client, address: str) -> dict[str, str]:
    """Return what the form of an issue sends as it stands."""
    form = BeautifulSoup(client.get(address).content, "html.parser").find("form", id="issue_form")
    assert form is not None
    fields = form.select("input[name]:not([type=file]):not([type=submit]), textarea[name]")
    return {str(one["name"]): str(one.get("value") or one.get_text()) for one in fields}


@pytest.mark.django_db
def test_no_number_in_the_form_of_an_issue_is_a_crash(draft: Make, people: SimpleNamespace) -> None:
    client, issue = Client(), draft(1)
    client.force_login(people.root)
    address = reverse("admin:digests_issue_change", args=[issue.pk])
    sent = filled(client, address)
    numbers = [name for name, value in sent.items() if whole_number(value) is not None and "__prefix__" not in name]
    assert {"version", "sections-0-position", "sections-0-items-0-id", "sections-TOTAL_FORMS"} <= set(numbers)
    found = []
    for name in numbers:
        for to in (address, reverse("admin:digests_issue_restore", args=[issue.pk])):
            found += crashes(client, "post", [to], [name], [LONG], sent)
    assert found == []
