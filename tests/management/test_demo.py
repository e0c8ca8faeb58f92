"""The demo: made where nobody was before, and never among other people's work."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from digests.editorial import workflow
from digests.editorial.preflight import check
from digests.management.demo import drawings, full
from digests.management.demo.clock import clock
from digests.models import Digest, Edition, Issue, LogEntry, Revision
from digests.models.person import SYSTEM
from digests.models.states import State
from digests.publishing import pictures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

PASSWORD = "a long enough word"
NAMES = ["writer", "reviewer", "editor"]
IN_SETTING = "(the password in NEWSROOM_DEMO_PASSWORD)"
BEFORE = "(the password that was set before)"


@pytest.fixture(autouse=True)
def password(settings: Settings) -> None:
    settings.NEWSROOM_DEMO_PASSWORD = PASSWORD
    settings.NEWSROOM_DEMO = True


def demo(*options: str) -> str:
    out = io.StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


def start() -> str:
    """Do what each start of the newsroom does."""
    return demo("--if-untouched")


def said_of_people(said: str) -> dict[str, str]:
    """Return what was printed beside each name."""
    lines = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    return {name: rest.strip() for name, _, rest in (line.partition(" ") for line in lines)}


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (User, Digest, Issue, Revision, Edition, LogEntry))


@pytest.mark.parametrize("make", [demo, start])
def test_a_fresh_newsroom_gets_three_people_and_a_published_issue(make: Callable[[], str]) -> None:
    said = make()
    assert said_of_people(said) == dict.fromkeys(NAMES, PASSWORD)
    assert {one.username: [group.name for group in one.groups.all()] for one in User.objects.all()} == {
        name: [name] for name in NAMES
    }
    assert all(authenticate(username=name, password=PASSWORD) for name in NAMES)
    issue = Issue.objects.get()
    assert (issue.digest.slug, issue.date, issue.state) == ("ai-daily", date(2026, 1, 30), State.APPROVED)
    assert Edition.objects.live().count() == 1
    assert list(issue.log.order_by("pk").values_list("actor__username", "action")) == [
        ("writer", "edit"),
        ("writer", "submit"),
        ("reviewer", "approve"),
        ("editor", "publish"),
    ]


def test_the_small_demo_passes_preflight_without_a_warning() -> None:
    demo()
    assert check(Revision.objects.get().manuscript) == []


def test_the_demo_is_safe_to_run_twice() -> None:
    demo()
    before = counts()
    assert said_of_people(demo()) == dict.fromkeys(NAMES, IN_SETTING)
    assert counts() == before


def test_it_stays_safe_where_others_joined_the_demo() -> None:
    demo()
    User.objects.create_user("somebody", is_staff=True)
    before = counts()
    assert "The demo is here already." in demo()
    assert counts() == before


def test_without_a_setting_the_password_is_random_and_printed_once(settings: Settings) -> None:
    settings.NEWSROOM_DEMO_PASSWORD = ""
    (known,) = set(said_of_people(demo()).values())
    assert authenticate(username="writer", password=known)
    assert said_of_people(demo()) == dict.fromkeys(NAMES, BEFORE)
    assert said_of_people(start()) == {}


def a_person() -> None:
    User.objects.create_superuser("boss", password=PASSWORD)


def a_digest() -> None:
    Digest.objects.create(name="晨报", slug="morning")


def an_issue() -> None:
    a_digest()
    Issue.objects.create(digest=Digest.objects.get(), date=date(2026, 3, 1), title="要闻")


def only_the_log_of_what_was_deleted() -> None:
    an_issue()
    issue = Issue.objects.get()
    with workflow.editing(issue, by=SYSTEM) as locked:
        Issue.objects.filter(pk=locked.pk).update(title="别的")
        locked.title = "别的"
    issue.delete()
    Digest.objects.all().delete()


@pytest.mark.parametrize("used_by", [a_person, a_digest, an_issue, only_the_log_of_what_was_deleted])
def test_a_start_leaves_a_newsroom_alone_that_was_used(used_by: Callable[[], None]) -> None:
    used_by()
    before = counts()
    assert start() == "This newsroom was used before, so no demo was made.\n"
    assert counts() == before


def test_a_deleted_account_is_not_made_again_by_a_start() -> None:
    start()
    User.objects.get(username="reviewer").delete()
    assert said_of_people(start()) == {"writer": IN_SETTING, "editor": IN_SETTING}
    assert not User.objects.filter(username="reviewer").exists()


def test_nor_are_all_of_them() -> None:
    start()
    User.objects.all().delete()
    assert start() == "This newsroom was used before, so no demo was made.\n"
    assert not User.objects.exists()


def test_who_asks_for_the_demo_gets_a_deleted_account_again() -> None:
    demo()
    User.objects.get(username="reviewer").delete()
    assert said_of_people(demo()) == {"writer": IN_SETTING, "reviewer": PASSWORD, "editor": IN_SETTING}
    assert authenticate(username="reviewer", password=PASSWORD)


def test_no_password_is_named_that_does_not_work() -> None:
    start()
    writer, reviewer = User.objects.get(username="writer"), User.objects.get(username="reviewer")
    writer.set_password("quite another word")
    writer.save()
    reviewer.is_active = False
    reviewer.save()
    assert said_of_people(start()) == {"editor": IN_SETTING}
    assert said_of_people(demo()) == {"writer": BEFORE, "editor": IN_SETTING}


def test_a_start_makes_no_demo_where_it_is_off(settings: Settings) -> None:
    settings.NEWSROOM_DEMO = False
    assert start().startswith("NEWSROOM_DEMO is off, so no demo was made.")
    assert counts() == (0,) * 6
    assert said_of_people(demo()) == dict.fromkeys(NAMES, PASSWORD)


@pytest.mark.parametrize("options", [(), ("--full",)])
@pytest.mark.parametrize("used_by", [a_person, an_issue])
def test_the_demo_is_not_made_among_other_peoples_work(used_by: Callable[[], None], options: tuple[str, ...]) -> None:
    used_by()
    before = counts()
    with pytest.raises(CommandError, match="has people or issues of its own"):
        demo(*options)
    assert counts() == before


def test_it_is_made_there_when_it_is_asked_for() -> None:
    an_issue()
    assert said_of_people(demo("--force")) == dict.fromkeys(NAMES, PASSWORD)
    assert Edition.objects.live().count() == 1


def test_a_newsroom_whose_rules_the_demo_does_not_meet_is_told_why(settings: Settings) -> None:
    settings.NEWSROOM_APPROVALS = 2
    assert start().startswith("No demo was made: ")
    with pytest.raises(CommandError, match="2 approved"):
        demo()
    assert counts() == (0,) * 6


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pictures of the full demo be small, and nothing be made of them."""
    monkeypatch.setattr(drawings, "SIZE", (160, 90))
    monkeypatch.setattr(pictures, "make_soon", lambda picture: None)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/London"])
def test_the_full_demo_is_made_at_any_hour(zone: str) -> None:
    at = datetime(2026, 3, 1, 0, 1, tzinfo=ZoneInfo(zone))
    with clock(at):
        demo("--full")
    assert Edition.objects.live(at).count() == 10
    assert not LogEntry.objects.filter(at__gt=at).exists()


@pytest.mark.usefixtures("quick")
def test_a_full_demo_that_was_interrupted_is_not_taken_for_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full, "_emergency", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        demo("--full")
    with pytest.raises(CommandError, match="begun here and not finished"):
        demo("--full")


@pytest.mark.parametrize("script, asks", [("run", "demo --if-untouched"), ("dev", "demo --full --if-untouched")])
def test_starts_ask_for_a_demo_only_where_nobody_was(script: str, asks: str) -> None:
    text = (Path(__file__).parents[2] / "bin" / script).read_text(encoding="utf-8")
    asked: list[Any] = [line.partition("manage.py ")[2] for line in text.splitlines() if "manage.py demo" in line]
    assert asked == [asks]
