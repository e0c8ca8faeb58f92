"""A pytest plugin that migrates the test database once and copies it from then on: `-p tests.ready_database`.

Mutation testing starts pytest a thousand times, and migrations would be most of each. For SQLite in memory only. When
the newsroom's migrations or roles change, or Django, it migrates again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.db import connection

ROOT = Path(__file__).parents[1]


def place() -> Path:
    """Return where the database is kept: a file for each state of what `migrate` makes it from."""
    state = hashlib.sha256(django.__version__.encode())
    digests = ROOT / "digests"
    for path in (digests / "editorial" / "permissions.py", *sorted((digests / "migrations").rglob("*.py"))):
        state.update(path.read_bytes())
    return ROOT / "var" / "test" / f"ready-{state.hexdigest()[:12]}.sqlite3"


class ReadyDatabase:
    @pytest.fixture(scope="session")
    @classmethod
    def django_db_setup(cls, django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
        """Take the place of the fixture of pytest-django."""
        name = connection.settings_dict["NAME"]
        with django_db_blocker.unblock():
            kept = place()
            if kept.exists():
                connection.close()
                connection.settings_dict["NAME"] = "file:memorydb_default?mode=memory&cache=shared"  # as Django has it
                connection.ensure_connection()
                with sqlite3.connect(kept) as image:
                    image.backup(connection.connection)
            else:
                connection.creation.create_test_db(verbosity=0, serialize=False)
                kept.parent.mkdir(parents=True, exist_ok=True)
                with sqlite3.connect(kept) as image:
                    connection.connection.backup(image)
        yield
        with django_db_blocker.unblock():
            connection.creation.destroy_test_db(name, verbosity=0)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register after pytest-django, whose fixture this one overrides."""
    config.pluginmanager.register(ReadyDatabase())
