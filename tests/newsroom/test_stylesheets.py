"""One small sheet for readers, made whenever static files are collected."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable
from pathlib import Path

import django.contrib.admin
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings
from pytest_django import Settings

from digests.manuscript.values import Insight, NewsItem, Section
from digests.models import Issue
from newsroom.stylesheets import whole


@pytest.fixture
def collected(settings: Settings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path
    # Only what is under static/: the admin's many files would take a minute to compress.
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "newsroom.stylesheets.Storage"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_what_readers_load_is_one_sheet_without_what_its_writers_need(collected: Path) -> None:
    sheet = (collected / "css" / "readers.css").read_text()
    assert "@import" not in sheet and "/*" not in sheet and "\n" not in sheet
    for part in ("scale", "tokens", "base", "prose", "digest"):
        assert (collected / "css" / f"{part}.css").read_text() in sheet
    assert len(gzip.compress(sheet.encode())) < 6_000
    # A vendor's is the vendor's.
    theirs = Path(settings.BASE_DIR / "static/vendor/easymde/easymde.min.css")
    assert (collected / "vendor/easymde/easymde.min.css").read_bytes() == theirs.read_bytes()


def test_a_part_that_changed_is_in_the_sheet_that_is_collected_next(collected: Path, tmp_path: Path) -> None:
    other = tmp_path / "source" / "css"
    other.mkdir(parents=True)
    (other / "tokens.css").write_text(":root { --paper: teal; }")
    with override_settings(STATICFILES_DIRS=[tmp_path / "source", *settings.STATICFILES_DIRS]):
        call_command("collectstatic", interactive=False, verbosity=0)
    assert ":root{--paper:teal}" in (collected / "css" / "readers.css").read_text()


@pytest.mark.django_db
def test_a_page_names_the_sheet_by_its_content(collected: Path, client: Client) -> None:
    page = client.get("/").content.decode()
    named = next((collected / "css").glob("readers.*.css")).name
    assert page.count('rel="stylesheet"') == 1 and f"/static/css/{named}" in page


@pytest.mark.django_db
def test_fifteen_stories_and_how_they_look_are_twenty_kilobytes(
    collected: Path, client: Client, published: Callable[..., Issue]
) -> None:
    chance = random.Random(7)

    def words(length: int) -> str:
        """Return characters by chance, out of as many as news uses: they compress worse than any news."""
        return "".join(chr(0x4E00 + int(700 * chance.random() ** 2) * 29) for _ in range(length))

    items = [
        NewsItem(
            words(20),
            link=f"https://source{number}.test/{chance.getrandbits(40):x}",
            body=words(140),
            insights=tuple(Insight(words(35)) for _ in range(3)),
            tags=(words(4),),
        )
        for number in range(15)
    ]
    published(sections=tuple(Section(words(8), items=tuple(items[at : at + 5])) for at in (0, 5, 10)))
    page = client.get("/morning/2026-03-01/").content
    sheet = (collected / "css" / "readers.css").read_bytes()
    assert page.count(b'<article class="story"') == 15
    assert len(gzip.compress(page)) + len(gzip.compress(sheet)) < 20_000


def test_a_sheet_has_what_it_imports_in_its_place() -> None:
    sheets = {"css/a.css": "a {}", "css/desk/b.css": "b {}"}
    assert whole('@import "a.css";\n@import "desk/b.css";\ni {}', sheets) == "a {}\nb {}\ni {}"


READERS = ["archives", "base", "digest", "permalinks", "preview", "prose", "search"]
SHEETS = Path(settings.BASE_DIR) / "static" / "css"


def properties(pattern: str, *paths: Path) -> set[str]:
    return {name for path in paths for name in re.findall(pattern, path.read_text())}


@pytest.mark.parametrize("who", ["readers", "desk"])
def test_what_a_sheet_takes_from_the_tokens_is_among_them(who: str) -> None:
    readers = [SHEETS / f"{name}.css" for name in READERS]
    shared = {SHEETS / "scale.css", SHEETS / "tokens.css", SHEETS / "readers.css"}
    sheets = readers if who == "readers" else sorted({*SHEETS.rglob("*.css")} - {*readers} - shared)
    tokens = [SHEETS / "scale.css", SHEETS / "tokens.css" if who == "readers" else SHEETS / "desk" / "tokens.css"]
    theirs = Path(django.contrib.admin.__file__).parent / "static/admin/css/base.css"
    given = properties(r"(--[\w-]+):", *tokens, *sheets, *([theirs] if who == "desk" else []))
    assert properties(r"var\((--[\w-]+)", *sheets, *tokens) - given == set()
