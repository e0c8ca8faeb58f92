"""The drawn cover, and the cut one: what a shared link to a live issue shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from PIL import Image, ImageChops

from digests.editorial import workflow
from digests.models import Digest, Issue, Picture
from digests.models.states import Action
from digests.publishing import cover, pictures
from digests.publishing.cover import Words, draw, fitted, printable, wrapped
from tests.conftest import reword

Make = Callable[..., Issue]
DAY = date(2026, 3, 1)
WIDTH = cover.SIZE[0] - 2 * cover.MARGIN


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


def image(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content)) as opened:
        opened.load()
        return opened.convert("RGB")


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """Return the box of everything that is not paper."""
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, picture.getpixel((0, 0)))).getbbox()
    assert box
    return box


@pytest.mark.parametrize("title", ["短", "长" * 300, "W" * 300, "wide words " * 27, "，" * 300, "🚀" * 10, ""])
@pytest.mark.parametrize("name", ["晨报", "很长的刊名" * 20])
def test_nothing_runs_over_the_edge(title: str, name: str) -> None:
    drawn = image(draw(Words(name, title, DAY, "news.example.org")))
    assert drawn.size == (1200, 630)
    left, top, right, bottom = ink(drawn)
    assert (left >= cover.MARGIN - 4, right <= 1200 - cover.MARGIN + 4, top > 30, bottom < 600) == (True,) * 4


def test_lines_break_as_compositors_break_them() -> None:
    lines = wrapped("他说：“今天，是个好日子。”于是（大家）都笑了，《晨报》也笑了！", 60, 330)
    assert "".join(lines) == "他说：“今天，是个好日子。”于是（大家）都笑了，《晨报》也笑了！"
    assert not [line for line in lines if line[0] in "，。！：”）》" or line[-1] in "“（《"]
    assert wrapped("Exactly what was approved", 60, 430) == ["Exactly what", "was approved"]
    assert wrapped("GPT-5.2发布", 60, 260) == ["GPT-5.2", "发布"]


def test_a_title_is_as_large_as_it_can_be_and_ends_with_an_ellipsis_when_it_must() -> None:
    assert fitted("今天的要闻", WIDTH) == (["今天的要闻"], 88)
    lines, size = fitted("要" * 300, WIDTH)
    assert (size, len(lines), lines[-1][-1]) == (44, 6, "…")
    lines, _size = fitted("今天的要闻今天的要闻今天的要闻今天的要闻", WIDTH)
    assert max(map(len, lines)) - min(map(len, lines)) <= 1  # no last line of one character


def test_what_the_font_lacks_is_no_empty_box() -> None:
    assert printable("昇腾、黃仁勳、𠮷野家 🚀 Ångström Ελλάδα №1 ①") == "昇腾、黃仁勳、〓野家 Ångström Ελλαδα №1 ①"


def test_the_date_is_in_the_language_of_the_digest() -> None:
    words = Words("Daily", "Title", DAY, "h")
    drawn = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            drawn[language] = draw(words)
    assert drawn["en"] != drawn["zh-hans"]


@pytest.mark.django_db
def test_a_live_issue_without_a_cover_has_one_drawn(client: Client, published: Make, people: SimpleNamespace) -> None:
    issue = published()
    head = BeautifulSoup(client.get(issue.get_absolute_url()).content, "html.parser").head
    assert head is not None
    shared = head.find("meta", property="og:image")["content"]  # type: ignore[index]
    assert shared == "http://127.0.0.1:8000/morning/2026-03-01/cover.png?edition=1"
    assert head.find("meta", {"name": "twitter:image"})["content"] == shared  # type: ignore[index]
    answer = client.get("/morning/2026-03-01/cover.png")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert image(answer.content).size == (1200, 630)
    reword(issue, "还没有人看过的标题", by=people.writer)
    assert client.get("/morning/2026-03-01/cover.png").content == answer.content
    workflow.perform(Action.WITHDRAW, issue, by=people.editor, note="停刊")
    assert client.get("/morning/2026-03-01/cover.png").status_code == 410


@pytest.mark.django_db
def test_a_draft_has_none(client: Client, draft: Make) -> None:
    draft()
    for ending in ("png", "jpg"):
        assert client.get(f"/morning/2026-03-01/cover.{ending}").status_code == 404


@pytest.mark.django_db
def test_a_cover_is_cut_round_its_focal_point(client: Client, published: Make) -> None:
    wide = Image.new("RGB", (2400, 600), "#10a040")
    wide.paste("#c02010", (0, 0, 1200, 600))
    made = BytesIO()
    wide.save(made, "PNG")
    picture = pictures.take(SimpleUploadedFile("wide.png", made.getvalue()), by=None)
    issue = published(cover_file=picture.file.name, cover_alt="左红右绿")
    page = client.get(issue.get_absolute_url()).content.decode()
    assert 'content="http://127.0.0.1:8000/morning/2026-03-01/cover.jpg?edition=1"' in page
    for x, side in ((0.0, "red"), (1.0, "green")):
        Picture.objects.update(focal_x=x)
        answer = client.get("/morning/2026-03-01/cover.jpg")
        assert answer.headers["Content-Type"] == "image/jpeg"
        red, green, _blue = image(answer.content).resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
        assert (red > green) == (side == "red")
    picture.file.storage.delete(str(picture.file.name))
    Picture.objects.update(focal_x=0.5)
    assert client.get("/morning/2026-03-01/cover.jpg").status_code == 404


@pytest.mark.django_db
def test_it_is_drawn_once(client: Client, published: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    published()
    first = client.get("/morning/2026-03-01/cover.png").content
    monkeypatch.setattr(cover, "draw", lambda words: b"drawn again")
    assert client.get("/morning/2026-03-01/cover.png").content == first
    Digest.objects.update(name="晚报")
    assert client.get("/morning/2026-03-01/cover.png").content == b"drawn again"
