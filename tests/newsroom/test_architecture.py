"""docs/architecture.md lists every module under its room, and the READMEs show the tree of rooms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DIGESTS = ROOT / "digests"
LOOSE = "Beside the rooms"
# Commands are listed by `manage.py help`, migrations by their numbers.
UNLISTED = {"migrations", "commands", "templatetags"}


def listed() -> dict[str, list[str]]:
    """Return the modules in the first column of each table below "Rooms", by heading."""
    rooms = (ROOT / "docs/architecture.md").read_text().split("\n## Rooms\n")[1].split("\n## ")[0]
    parts = (part.split("\n", 1) for part in rooms.split("\n### ")[1:])
    return {
        room: [name for row in re.findall(r"^\|([^|]*)\|", table, re.MULTILINE) for name in re.findall("`(.+?)`", row)]
        for room, table in parts
    }


def existing() -> dict[str, list[str]]:
    """Return the modules of `digests`, by room."""
    found: dict[str, list[str]] = {}
    for path in DIGESTS.rglob("*.py"):
        *folders, name = path.relative_to(DIGESTS).with_suffix("").parts
        if name != "__init__" and not UNLISTED & {*folders}:
            room = folders[0] if folders else LOOSE
            found.setdefault(room, []).append("/".join([*folders[1:], name]))
    return found


def test_architecture_lists_each_module_once_in_its_room() -> None:
    assert {room: sorted(names) for room, names in listed().items()} == {
        room: sorted(names) for room, names in existing().items()
    }


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_readme_shows_the_rooms(readme: str) -> None:
    tree = re.search(r"^    digests/\n((?:      .+\n)+)", (ROOT / readme).read_text(), re.MULTILINE)
    assert tree
    shown = re.findall(r"^      ([a-z]+)/ ", tree[1], re.MULTILINE)
    assert sorted(shown) == sorted(path.name for path in DIGESTS.iterdir() if (path / "__init__.py").exists())
