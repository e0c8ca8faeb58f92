"""A setting that is missing or wrong stops the start, with a sentence that names it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD_KEY = "k" * 40

PRINT = """
import json
from newsroom import settings as s
print(json.dumps({n: getattr(s, n) for n in dir(s) if n.isupper()}, default=str))
"""


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # A process of its own: settings are read once in a process. Empty values hide a developer's .env.
    known = {name: "" for name in os.environ if name in (ROOT / ".env.example").read_text()}
    given = {"SECRET_KEY": GOOD_KEY, "NEWSROOM_DATA": str(tmp_path), **environment}
    return subprocess.run(
        [sys.executable, "-c", PRINT], cwd=ROOT, env={**os.environ, **known, **given}, capture_output=True, text=True
    )


def settings_with(tmp_path: Path, **environment: str) -> dict[str, Any]:
    result = start(tmp_path, **environment)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing or shorter than 32 characters"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is missing or shorter than 32 characters"),
        ({"NEWSROOM_APPROVALS": "-1"}, "NEWSROOM_APPROVALS is '-1'. It should be a whole number"),
        ({"NEWSROOM_APPROVALS": "two"}, "NEWSROOM_APPROVALS is 'two'. It should be a whole number"),
        ({"NEWSROOM_SHORTEST_ISSUE": "short"}, "NEWSROOM_SHORTEST_ISSUE is 'short'. It should be a whole number"),
        ({"NEWSROOM_RESERVED_HOSTS": "test,,local"}, "NEWSROOM_RESERVED_HOSTS has ''. It should be host names"),
        ({"NEWSROOM_RESERVED_HOSTS": "https://a.test"}, "NEWSROOM_RESERVED_HOSTS has 'https://a.test'"),
        ({"NEWSROOM_REFUSED_CRAWLERS": "GPTBot,*"}, "NEWSROOM_REFUSED_CRAWLERS has '*'. It should be names"),
        ({"PICTURE_MEGABYTES": "0"}, "PICTURE_MEGABYTES is '0'. It should be a whole number from 1 to 100"),
        ({"PICTURE_MEGAPIXELS": "forty"}, "PICTURE_MEGAPIXELS is 'forty'. It should be a whole number from 1 to 150"),
        ({"SITE_URL": "news.example.org"}, "SITE_URL is 'news.example.org'"),
        ({"SITE_URL": "https://news.example.org/daily"}, "SITE_URL is 'https://news.example.org/daily'"),
        ({"SITE_URL": "https://news.example.org:port"}, "SITE_URL is 'https://news.example.org:port'"),
        ({"DATABASE_URL": "mysql://user@host/news"}, "DATABASE_URL should start with"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL should start with"),
        ({"CACHE_URL": "nonsense"}, "CACHE_URL should"),
        ({"EMAIL_URL": "nonsense"}, "EMAIL_URL should look like smtp+tls://"),
        ({"EMAIL_URL": "smtp://mail.example.org:mail"}, "EMAIL_URL should look like smtp+tls://"),
        ({"NEWSROOM_HUB": "hub.example.org"}, "NEWSROOM_HUB is 'hub.example.org'. It should be the address"),
        ({"NEWSROOM_HUB": "https://hub.example.org:none"}, "NEWSROOM_HUB is"),
        ({"DEBUG": "perhaps"}, "DEBUG is 'perhaps'. It should be true or false."),
        ({"NEWSROOM_DEMO": "perhaps"}, "NEWSROOM_DEMO is 'perhaps'. It should be on or off."),
        ({"LANGUAGE_CODE": "fr"}, "LANGUAGE_CODE is 'fr'. It should be one of: zh-hans, en."),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE is 'Mars/Olympus'"),
        ({"NEWSROOM_DATA": "/dev/null/data"}, "NEWSROOM_DATA is /dev/null/data, which cannot be made"),
    ],
)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, environment: dict[str, str], sentence: str) -> None:
    result = start(tmp_path, **environment)
    assert result.returncode != 0
    last_line = result.stderr.strip().splitlines()[-1]
    assert last_line.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert sentence in last_line


def test_the_defaults_are_safe_and_work_on_a_laptop(tmp_path: Path) -> None:
    settings = settings_with(tmp_path)
    assert settings["DEBUG"] is False
    assert settings["NEWSROOM_APPROVALS"] == 1
    assert settings["SITE_URL"] == "http://127.0.0.1:8000"
    assert settings["SESSION_COOKIE_SECURE"] is False
    assert settings["DATABASES"]["default"]["NAME"] == str(tmp_path / "newsroom.sqlite3")
    assert settings["DATABASES"]["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_no_mail_leaves_the_machine_until_somebody_says_how(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, SITE_URL="https://news.example.org")
    assert settings["EMAIL_BACKEND"] == "django.core.mail.backends.dummy.EmailBackend"
    assert settings["DEFAULT_FROM_EMAIL"] == "newsroom@news.example.org"


def test_mail_goes_the_way_that_is_set(tmp_path: Path) -> None:
    settings = settings_with(
        tmp_path, EMAIL_URL="smtp+tls://desk:a%40b@mail.example.org:587", DEFAULT_FROM_EMAIL="desk@example.org"
    )
    assert settings["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"]) == ("mail.example.org", 587)
    assert (settings["EMAIL_HOST_USER"], settings["EMAIL_HOST_PASSWORD"]) == ("desk", "a@b")
    assert settings["EMAIL_USE_TLS"] is True
    assert settings["EMAIL_TIMEOUT"] == 20
    assert settings["DEFAULT_FROM_EMAIL"] == "desk@example.org"


@pytest.mark.parametrize(
    ("host", "site"),
    [("0.0.0.0", "http://127.0.0.1:9000"), ("::1", "http://[::1]:9000"), ("news.local", "http://news.local:9000")],
)
def test_the_address_follows_host_and_port(tmp_path: Path, host: str, site: str) -> None:
    assert settings_with(tmp_path, HOST=host, PORT="9000")["SITE_URL"] == site


def test_https_makes_cookies_secure_and_redirects_all_but_the_probes(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, SITE_URL="https://news.example.org/")
    assert settings["SITE_URL"] == "https://news.example.org"
    assert settings["ALLOWED_HOSTS"][0] == "news.example.org"
    assert settings["SESSION_COOKIE_SECURE"] and settings["CSRF_COOKIE_SECURE"] and settings["SECURE_SSL_REDIRECT"]
    assert settings["SECURE_HSTS_SECONDS"] > 0
    assert settings["SECURE_REDIRECT_EXEMPT"] == ["^healthz$", "^readyz$"]


def test_a_database_behind_a_socket(tmp_path: Path) -> None:
    database = settings_with(tmp_path, DATABASE_URL="postgres://me@/news?host=/run/pg")["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["USER"], database["NAME"], database["OPTIONS"]["host"]) == ("me", "news", "/run/pg")
