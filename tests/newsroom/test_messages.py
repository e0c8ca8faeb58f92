"""The Chinese is complete: nothing untranslated, nothing left out, and compiled from what is written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")


def texts(file: polib.POFile | polib.MOFile) -> set[tuple[str | None, str, str, str]]:
    return {(e.msgctxt, e.msgid, e.msgstr, str(e.msgstr_plural)) for e in file}


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(ROOT / CATALOGUE))


def test_every_text_is_translated(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


def test_every_text_of_the_code_is_in_the_catalogue(catalogue: polib.POFile, tmp_path: Path) -> None:
    for folder in ("digests", "newsroom", "templates", "locale"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "zh_Hans", "--no-obsolete"]
    command += ["--extension", "html,py,txt,xml"]
    # Without settings, so that it looks into this copy and not the project.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    fresh = polib.pofile(str(tmp_path / CATALOGUE))
    assert {(e.msgctxt, e.msgid) for e in fresh} == {(e.msgctxt, e.msgid) for e in catalogue}, "run: make messages"


def test_the_compiled_file_is_of_this_catalogue(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(str((ROOT / CATALOGUE).with_suffix(".mo")))
    assert texts(compiled) == texts(catalogue), "run: make messages"
