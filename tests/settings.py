"""Settings for tests: the newsroom's own, from a known environment, with faster backends."""

import os

# A developer's .env or shell must not decide what the tests see: empty means the default.
for _name in (
    "ALLOWED_HOSTS", "CACHE_URL", "DEBUG", "DEFAULT_FROM_EMAIL", "EMAIL_URL", "HOST",
    "LANGUAGE_CODE", "NEWSROOM_APPROVALS", "NEWSROOM_COVERED_ISSUES", "NEWSROOM_DEMO", "NEWSROOM_DEMO_PASSWORD",
    "NEWSROOM_HUB", "NEWSROOM_LONGEST_SUMMARY", "NEWSROOM_REFUSED_CRAWLERS", "NEWSROOM_RESERVED_HOSTS",
    "PICTURE_MEGABYTES", "PICTURE_MEGAPIXELS", "PORT", "SITE_URL", "TIME_ZONE",
):  # fmt: skip
    os.environ[_name] = ""
# bin/with-postgres sets DATABASE_URL; without it, SQLite in memory.
os.environ.setdefault("DATABASE_URL", "")
os.environ["SECRET_KEY"] = "for-tests-only-" + "x" * 40
os.environ["NEWSROOM_SHORTEST_ISSUE"] = "0"  # the issues of tests are as short as they can be
os.environ["NEWSROOM_DATA"] = "var/test"  # media are in a folder of each test's own: conftest.py

from newsroom.settings import *  # noqa: E402, F403
from newsroom.settings import STATIC_ROOT  # noqa: E402

STATIC_ROOT.mkdir(exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Without a manifest, no collectstatic is needed first.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Background tasks run at once, and mail goes to django.core.mail.outbox.
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A good hasher is slow by design, and tests log in all day.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
