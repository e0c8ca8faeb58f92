"""The events by which our scripts talk to each other are those that docs/javascript.md lists."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SENDS = re.compile(r'new (?:Custom)?Event\(\s*"([^"]+)"')
HEARS = re.compile(r'\.(?:addEventListener|on)\(\s*"([^"]+)"')
# An event of our own has a colon in its name: eslint.config.mjs asks for it.
OWN = re.compile(r"[a-z]+:[a-z]+")


def files_by_event(pattern: re.Pattern[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "static" / "js").glob("*.js"):
        for name in pattern.findall(path.read_text()):
            if OWN.fullmatch(name):
                found[name].add(path.name)
    return dict(found)


def listed() -> list[tuple[str, set[str], set[str]]]:
    """Return the table's rows: an event, the files that send it, and those that hear it."""
    rows = [
        line.strip("|").split("|") for line in (ROOT / "docs/javascript.md").read_text().splitlines() if "|" in line
    ]
    return [
        (row[0].strip(" `"), set(re.findall(r"\w+\.js", row[3])), set(re.findall(r"\w+\.js", row[4])))
        for row in rows
        if OWN.fullmatch(row[0].strip(" `"))
    ]


def test_the_documented_events_are_those_that_scripts_send_and_hear() -> None:
    rows = listed()
    assert len({name for name, _, _ in rows}) == len(rows) > 0
    assert {name: files for name, files, _ in rows if files} == files_by_event(SENDS)
    assert {name: files for name, _, files in rows} == files_by_event(HEARS)


def test_what_nobody_of_ours_sends_is_said_to_come_from_elsewhere() -> None:
    table = (ROOT / "docs/javascript.md").read_text()
    for name, files, _ in listed():
        assert files or re.search(rf"^\| `{name}` \|[^|]*\|[^|]*\| nested-admin \|", table, re.MULTILINE), name
