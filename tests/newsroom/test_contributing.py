"""CONTRIBUTING.md names the places where work is done: all of them exist, and none is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CODE = re.compile(r"`([^`]+)`")
# Words in backticks with a folder or a file ending are a path; a command has spaces.
PATH = re.compile(r"(?:[\w.-]+/)+(?:[\w.-]+)?|[\w-]+\.(?:md|toml)")
FIELD = "ai_role"
OTHER_NAMES = {"digests/manuscript/grammar/attributes.py": "ai"}


def contributing() -> str:
    return (ROOT / "CONTRIBUTING.md").read_text()


def part(title: str) -> str:
    """Return the text below a heading of the third level."""
    return re.split(r"^#{2,3} ", contributing().split(f"### {title}\n")[1], flags=re.MULTILINE)[0]


def places_of_a_field() -> list[str]:
    return [CODE.findall(line)[0] for line in part("A field of a story").splitlines() if line.startswith("| `")]


def mentions(name: str, path: Path) -> bool:
    return re.search(rf"\b{name}\b", path.read_text()) is not None


def who_mentions(name: str) -> Iterator[str]:
    """Yield the code and templates that mention a name, without migrations."""
    for folder, ending in (("digests", "*.py"), ("templates", "*.html")):
        for path in (ROOT / folder).rglob(ending):
            if "migrations" not in path.parts and mentions(name, path):
                yield path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("place", places_of_a_field())
def test_a_place_of_a_storys_field_has_the_field(place: str) -> None:
    assert mentions(OTHER_NAMES.get(place, FIELD), ROOT / place)


def test_no_place_of_a_storys_field_is_missing() -> None:
    assert set(who_mentions(FIELD)) - {*places_of_a_field()} == set()


@pytest.mark.parametrize("line", [line for line in part("A field of a story").splitlines() if re.match("[|-] `", line)])
def test_a_place_of_a_storys_field_has_what_is_named_there(line: str) -> None:
    place, *names = CODE.findall(line)
    assert [name for name in names if not PATH.fullmatch(name) and not mentions(name, ROOT / place)] == []


def test_every_path_that_is_named_is_there() -> None:
    named = {path for path in CODE.findall(contributing()) if PATH.fullmatch(path)}
    links = set(re.findall(r"\]\(([^)#]+)", contributing()))
    assert {path for path in named | links if not (ROOT / path).exists()} == set()
    assert len(named) > 30


def test_every_target_of_make_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^    |`)make ([a-z-]+)", contributing(), re.MULTILINE))
    assert named - targets == set()
