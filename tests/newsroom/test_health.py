from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


def test_healthz_needs_no_database(client: Client) -> None:
    # No django_db mark: a query would fail this test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_readyz_when_all_is_well(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_names_the_missing_migration(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="sessions").delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.content.decode() == (
        "The database lacks 1 migrations, first sessions.0001_initial. Run: manage.py migrate\n"
    )


def test_readyz_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(self: MigrationRecorder) -> None:
        raise OperationalError("connection to host secret.internal failed")

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", unreachable)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.content == b"The database does not answer. See the log for its reason.\n"


def test_strict_headers_on_every_page(client: Client) -> None:
    response = client.get("/healthz")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy.split("; ")
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_browsers_that_ask_for_the_icon_get_it(client: Client) -> None:
    assert client.get("/favicon.ico").headers["Location"] == "/static/icon.svg"


@pytest.mark.parametrize("path", ["covers/", "covers/none.png", "../secret.png", "%2e%2e/secret.png", "page.html"])
@pytest.mark.django_db
def test_nothing_else_comes_out_of_media(client: Client, media_root: Path, path: str) -> None:
    media_root.mkdir()
    (media_root / "page.html").write_text("<script>")
    (media_root.parent / "secret.png").write_bytes(b"secret")
    assert client.get(f"/media/{path}").status_code == 404
