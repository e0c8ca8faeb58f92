"""Pictures: readers get those of live editions, and nothing else comes out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client

from digests import workflow
from digests.models import Issue
from digests.states import Action

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
COVER = f"covers/{'a1' * 16}.avif"


@pytest.fixture(autouse=True)
def stored(media_root: Path) -> None:
    (media_root / "covers").mkdir(parents=True)
    (media_root / COVER).write_bytes(b"pixels")


def test_readers_get_the_cover_of_a_live_issue(published: Make, client: Client) -> None:
    published(cover_file=COVER, cover_alt="一扇窗")
    response = client.get(f"/media/{COVER}")
    assert b"".join(response.streaming_content) == b"pixels"  # type: ignore[attr-defined]
    assert response.headers["Content-Type"] == "image/avif"
    assert response.headers["Cache-Control"] == "public, max-age=3600"


def test_the_cover_of_a_draft_is_for_staff(draft: Make, people: SimpleNamespace, client: Client) -> None:
    draft(cover_file=COVER, cover_alt="一扇窗")
    assert client.get(f"/media/{COVER}").status_code == 404
    client.force_login(people.outsider)
    assert client.get(f"/media/{COVER}").status_code == 404
    client.force_login(people.reviewer)
    response = client.get(f"/media/{COVER}")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "private, no-store")


def test_a_withdrawn_cover_is_gone(published: Make, people: SimpleNamespace, client: Client) -> None:
    issue = published(cover_file=COVER, cover_alt="一扇窗")
    workflow.perform(Action.WITHDRAW, issue, by=people.editor, note="停刊")
    assert client.get(f"/media/{COVER}").status_code == 404


@pytest.mark.parametrize("path", ["a" * 300 + ".png", "a/" * 3000 + "b.png", f"covers/{'b' * 32}.png", COVER + "/x"])
def test_a_name_that_is_none_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/media/{path}").status_code == 404
