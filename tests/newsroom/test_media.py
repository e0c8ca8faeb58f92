"""Pictures: readers get those of live editions, and nothing else comes out."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from digests.editorial import workflow
from digests.manuscript.values import NewsItem, Section
from digests.models import Digest, Edition, Issue, Picture
from digests.models.states import Action
from digests.publishing import pictures
from tests.conftest import manuscript

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


def test_who_is_not_staff_any_more_gets_no_cover_of_a_draft(
    draft: Make, people: SimpleNamespace, client: Client
) -> None:
    draft(cover_file=COVER, cover_alt="一扇窗")
    people.reviewer.is_staff = False
    people.reviewer.save()
    client.force_login(people.reviewer)
    assert client.get(f"/media/{COVER}").status_code == 404


def test_a_withdrawn_cover_is_gone(published: Make, people: SimpleNamespace, client: Client) -> None:
    issue = published(cover_file=COVER, cover_alt="一扇窗")
    workflow.perform(Action.WITHDRAW, issue, by=people.editor, note="停刊")
    assert client.get(f"/media/{COVER}").status_code == 404


@pytest.mark.parametrize("path", ["a" * 300 + ".png", "a/" * 3000 + "b.png", f"covers/{'b' * 32}.png", COVER + "/x"])
def test_a_name_that_is_none_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/media/{path}").status_code == 404


# --- Pictures and their renditions ----------------------------------------------------


@pytest.fixture
def picture() -> Picture:
    made = BytesIO()
    Image.new("RGB", (500, 300), "#2060a0").save(made, "JPEG")
    taken = pictures.take(SimpleUploadedFile("p.jpg", made.getvalue()), by=None)
    pictures.make.call(taken.pk)
    taken.refresh_from_db()
    return taken


def addresses(picture: Picture) -> list[str]:
    return [picture.file.url, *(f"/media/{one['file']}" for one in picture.renditions)]


def answers(client: Client, picture: Picture) -> set[tuple[int, str]]:
    found = (client.get(address) for address in addresses(picture))
    return {(one.status_code, one.headers.get("Cache-Control", "")) for one in found}


def with_picture(picture: Picture) -> dict[str, Any]:
    item = NewsItem("标题", "https://source.test/1", f"![一面蓝墙]({picture.file.url})")
    return {"sections": (Section("版块", items=(item,)),)}


PUBLIC, PRIVATE, NONE = (200, "public, max-age=3600"), (200, "private, no-store"), (404, "")


def test_a_picture_in_a_text_is_public_while_an_edition_shows_it(
    published: Make, people: SimpleNamespace, client: Client, picture: Picture
) -> None:
    assert len(addresses(picture)) == 7
    assert answers(client, picture) == {NONE}
    issue = published(**with_picture(picture))
    assert answers(client, picture) == {PUBLIC}
    assert client.get(addresses(picture)[1]).headers["Content-Type"] == "image/avif"
    uid = issue.head.manuscript.sections[0].items[0].uid
    workflow.perform(Action.RETRACT, issue, by=people.editor, note="有误", story=uid)
    assert answers(client, picture) == {NONE}


@pytest.mark.parametrize("field", ["description", "policies", "subscribe_card"])
def test_a_picture_in_what_a_digest_says_of_itself_is_public(
    digest: Digest, client: Client, picture: Picture, field: str
) -> None:
    other = Picture.objects.create(file=f"pictures/{'ef' * 16}.jpg", width=1, height=1)
    Digest.objects.filter(pk=digest.pk).update(**{field: f"![一面蓝墙]({other.file.url})"})
    assert answers(client, picture) == {NONE}
    Digest.objects.filter(pk=digest.pk).update(**{field: f"![一面蓝墙]({picture.file.url})"})
    assert answers(client, picture) == {PUBLIC}


def test_a_picture_in_the_policies_is_where_readers_see_it(digest: Digest, client: Client, picture: Picture) -> None:
    Digest.objects.filter(pk=digest.pk).update(policies=f"![一面蓝墙]({picture.file.url})")
    image = BeautifulSoup(client.get("/morning/").content, "html.parser").select_one(".policies img")
    assert image and client.get(str(image["src"])).status_code == 200


def test_a_picture_of_a_draft_is_for_the_desk(
    draft: Make, people: SimpleNamespace, client: Client, picture: Picture
) -> None:
    draft(**with_picture(picture), cover_file=picture.file.name, cover_alt="一面蓝墙")
    assert answers(client, picture) == {NONE}
    client.force_login(people.outsider)
    assert answers(client, picture) == {NONE}
    client.force_login(people.reviewer)
    assert answers(client, picture) == {PRIVATE}


def test_a_reader_costs_two_queries_at_most(
    published: Make, client: Client, picture: Picture, django_assert_num_queries: Any
) -> None:
    published(cover_file=picture.file.name, cover_alt="一面蓝墙")
    published(date=manuscript().date.replace(day=2), **with_picture(picture))
    with django_assert_num_queries(1):
        client.get(picture.file.url)
    Edition.objects.update(cover="")
    with django_assert_num_queries(2):
        assert client.get(picture.file.url).status_code == 200


def test_a_rendition_that_was_never_made_is_not_found(published: Make, client: Client, picture: Picture) -> None:
    published(cover_file=picture.file.name, cover_alt="一面蓝墙")
    stem = picture.file.url.removesuffix(".jpg")
    for ending in ("-500.png", "-9999.avif", "-12345.avif", "-500.html", ".png", "-.jpg"):
        assert client.get(stem + ending).status_code == 404
