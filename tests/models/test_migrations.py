"""History: what migrations do stays what it was, whatever becomes of the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Field

from digests.migrations.frozen.addresses import canonical
from digests.migrations.frozen.headlines import sketch
from digests.migrations.frozen.tags import key_of

ROOT = Path(__file__).resolve().parents[2] / "digests"
MIGRATIONS = sorted((ROOT / "migrations").rglob("*.py"))


def named(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, by statement or by `import_module`."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (one.name for one in names)
            case ast.ImportFrom(module=module, level=level):
                yield "." * level + (module or "")
            case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield name


def foreign(path: Path) -> list[str]:
    return [
        name
        for name in named(path)
        if name.startswith((".", "newsroom")) or (f"{name}.".startswith("digests.") and not _is_history(name))
    ]


def _is_history(name: str) -> bool:
    return f"{name}.".startswith("digests.migrations.")


def test_migrations_import_no_live_code() -> None:
    assert {path.name: found for path in MIGRATIONS if (found := foreign(path))} == {}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import digests.models.desk", ["digests.models.desk"]),
        ("from digests.permissions import ROLES", ["digests.permissions"]),
        ("from digests import permissions", ["digests"]),
        ("from ..models import desk", ["..models"]),
        ("from newsroom import settings", ["newsroom"]),
        ("import_module('digests.publishing.editions')", ["digests.publishing.editions"]),
        ("from digests.migrations.frozen.tags import key_of", []),
        ("import_module('digests.migrations.0002_one_live_edition')", []),
        ("from digests_of_others import all", []),
    ],
)
def test_live_code_is_told_from_history(tmp_path: Path, line: str, found: list[str]) -> None:
    (tmp_path / "migration.py").write_text(line)
    assert foreign(tmp_path / "migration.py") == found


def test_only_migrations_use_what_is_frozen() -> None:
    live = [path for path in ROOT.rglob("*.py") if path not in MIGRATIONS]
    assert live and [path.name for path in live if any("frozen" in name for name in named(path))] == []


@pytest.mark.django_db
def test_models_need_no_migration() -> None:
    said = StringIO()
    call_command("makemigrations", "digests", check=True, dry_run=True, stdout=said)
    assert said.getvalue() == "No changes detected in app 'digests'\n"


def test_no_migration_that_is_made_would_name_live_code() -> None:
    fields = [field for model in apps.get_app_config("digests").get_models() for field in model._meta.local_fields]
    assert fields and {str(field): found for field in fields if (found := list(live_names(field)))} == {}


def live_names(field: Field[Any, Any]) -> Iterator[str]:
    """Yield what a migration would import of ours for a field: its class, and functions that it is given."""
    _name, path, args, kwargs = field.deconstruct()
    given = [*args, *kwargs.values(), *kwargs.get("validators", ())]
    for module in (path, *(one.__module__ for one in given if callable(one))):
        if module.startswith("digests."):
            yield module


def test_what_is_frozen_says_what_it_said() -> None:
    assert canonical("HTTPS://www.Example.org:443/a/?utm_source=x&b=2&a=1#top") == "example.org/a?a=1&b=2"
    assert key_of(" Ｏpen\tAI ") == "open ai"
    assert sketch("OpenAI 发布 GPT-5，价格下调 40%") == [
        -1362995433, -1306473102, -873034565, -834068973, 128637627, 821967087, 957786667
    ]  # fmt: skip
