"""Settings, all from the environment or .env; .env.example explains each.

If a setting is missing or wrong, the newsroom does not start, and a sentence says which setting it is and what it
should be. Settings whose Django default is right (SameSite cookies, X-Frame-Options, nosniff, referrer policy) are not
repeated here.
"""

import re
import zoneinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from django.core.exceptions import ImproperlyConfigured

from digests.text.numbers import whole_number

# Lets Django's generic classes take a type at run time, as in ModelAdmin[Issue].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(str(BASE_DIR / ".env"))


def setting(name: str, default: str = "") -> str:
    """Return a variable of the environment, or `default` if it is unset or empty, as in `NAME=`."""
    return env.str(name, default="") or default


# --- From the environment ------------------------------------------------------


def _switch(name: str, default: str, words: str) -> bool:
    # A misspelled value must not count as either.
    known = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    text = setting(name, default)
    if text.lower() not in known:
        raise ImproperlyConfigured(f"{name} is {text!r}. It should be {words}.")
    return known[text.lower()]


DEBUG = _switch("DEBUG", "false", "true or false")

SECRET_KEY = setting("SECRET_KEY")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing or shorter than 32 characters. `make run` writes one into .env; "
        "elsewhere, set it to a long random string and keep it secret."
    )

HOST = setting("HOST", "127.0.0.1")
PORT = setting("PORT", "8000")


def _default_site_url() -> str:
    # 0.0.0.0 and :: mean "every interface", which is not an address to visit.
    host = "127.0.0.1" if HOST in ("0.0.0.0", "::") else f"[{HOST}]" if ":" in HOST else HOST
    return f"http://{host}:{PORT}"


SITE_URL = setting("SITE_URL").rstrip("/") or _default_site_url()


def _site_hostname() -> str:
    try:
        parts = urlsplit(SITE_URL)
        host, whole = parts.hostname or "", f"{parts.scheme}://{parts.netloc}"
        valid = bool(host) and parts.scheme in ("http", "https") and parts.port != 0 and whole == SITE_URL
    except ValueError:  # a port that is not a number
        host, valid = "", False
    if not valid:
        raise ImproperlyConfigured(
            f"SITE_URL is {SITE_URL!r}. It should be the public address of the newsroom with nothing after "
            "the host, such as https://news.example.org."
        )
    return f"[{host}]" if ":" in host else host


SITE_IS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or [_site_hostname(), "localhost", "127.0.0.1", "[::1]"]

# Everything that the newsroom writes is in this folder.
NEWSROOM_DATA = (BASE_DIR / setting("NEWSROOM_DATA", "var")).resolve()
try:
    NEWSROOM_DATA.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"NEWSROOM_DATA is {NEWSROOM_DATA}, which cannot be made: {error.strerror}.") from error


def _whole(name: str, default: int, meaning: str, *, most: int = 0) -> int:
    text = setting(name, str(default))
    number = whole_number(text)
    if number is None or (most and not 1 <= number <= most):
        span = f" from 1 to {most}" if most else ""
        raise ImproperlyConfigured(f"{name} is {text!r}. It should be a whole number{span}: {meaning}.")
    return number


# More than any page shows, and less than would fill the memory when it is decoded.
PICTURE_MEGABYTES = _whole("PICTURE_MEGABYTES", 20, "the largest picture file that is taken", most=100)
PICTURE_MEGAPIXELS = _whole("PICTURE_MEGAPIXELS", 40, "the largest picture that is decoded", most=150)


NEWSROOM_APPROVALS = _whole(
    "NEWSROOM_APPROVALS", 1, "how many people must approve an issue (0 for a one-person newsroom)"
)
# Limits of preflight, and how far back the desk looks for earlier stories on the same thing.
NEWSROOM_SHORTEST_ISSUE = _whole("NEWSROOM_SHORTEST_ISSUE", 100, "how many characters an issue has at least")
NEWSROOM_LONGEST_SUMMARY = _whole("NEWSROOM_LONGEST_SUMMARY", 300, "how many characters a summary has at most")
NEWSROOM_COVERED_ISSUES = _whole("NEWSROOM_COVERED_ISSUES", 60, "in how many issues, the newest first, to look")


def _reserved_hosts() -> list[str]:
    names = [name.strip().lower().strip(".") for name in setting(
        "NEWSROOM_RESERVED_HOSTS",
        "example.com,example.org,example.net,example,invalid,localhost,local,internal,home.arpa",
    ).split(",")]  # fmt: skip
    wrong = next((name for name in names if not name or set(name) & set(" /:@*")), None)
    if wrong is not None:
        raise ImproperlyConfigured(
            f"NEWSROOM_RESERVED_HOSTS has {wrong!r}. It should be host names with commas between, such as "
            "example.com,test: links to these and to all below them stop an issue."
        )
    return names


NEWSROOM_RESERVED_HOSTS = _reserved_hosts()


def _refused_crawlers() -> list[str]:
    names = [name.strip() for name in setting("NEWSROOM_REFUSED_CRAWLERS").split(",") if name.strip()]
    wrong = next((name for name in names if not re.fullmatch(r"[A-Za-z][A-Za-z0-9._ -]*", name)), None)
    if wrong is not None:
        raise ImproperlyConfigured(
            f"NEWSROOM_REFUSED_CRAWLERS has {wrong!r}. It should be names that crawlers call themselves by, with "
            "commas between, such as GPTBot,CCBot."
        )
    return names


NEWSROOM_REFUSED_CRAWLERS = _refused_crawlers()
# Whether the first start of a newsroom makes a demo in it, and the password of the demo's people.
NEWSROOM_DEMO = _switch("NEWSROOM_DEMO", "on", "on or off")
NEWSROOM_DEMO_PASSWORD = env.str("NEWSROOM_DEMO_PASSWORD", default="")


def _hub() -> str:
    address = setting("NEWSROOM_HUB")
    try:
        parts = urlsplit(address)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if address and (not valid or not address.isascii() or set(address) & set(' <>"')):
        raise ImproperlyConfigured(
            f"NEWSROOM_HUB is {address!r}. It should be the address of a WebSub hub, such as https://hub.example.org/."
        )
    return address


NEWSROOM_HUB = _hub()


def _database() -> dict[str, Any]:
    if setting("DATABASE_URL"):
        config: dict[str, Any] = dict(env.db_url("DATABASE_URL"))
    else:
        config = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(NEWSROOM_DATA / "newsroom.sqlite3")}
    options = config.setdefault("OPTIONS", {})
    match config.get("ENGINE"):
        case "django.db.backends.sqlite3":
            # IMMEDIATE: otherwise a transaction that reads and then writes fails at once with
            # "database is locked" instead of waiting.
            options.setdefault("transaction_mode", "IMMEDIATE")
            options.setdefault("timeout", 20)
            # WAL lets people read while somebody writes. The rest keeps data in memory, and the
            # log file from growing without limit.
            options.setdefault(
                "init_command",
                "PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=67108864; "
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=1073741824; PRAGMA cache_size=-20000;",
            )
        case "django.db.backends.postgresql":
            # So that /readyz reports a database that does not answer, instead of hanging.
            options.setdefault("connect_timeout", 5)
        case _:
            raise ImproperlyConfigured(
                "DATABASE_URL should start with sqlite:/// or postgres://, such as "
                "postgres://user:password@host/newsroom."
            )
    # One connection for each thread, kept for a minute and checked before it is used again.
    config.setdefault("CONN_MAX_AGE", 60)
    config.setdefault("CONN_HEALTH_CHECKS", True)
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _cache() -> dict[str, Any]:
    if not setting("CACHE_URL"):
        # Files, not memory, so that all processes share it.
        return {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(NEWSROOM_DATA / "cache"),
        }
    try:
        return dict(env.cache_url("CACHE_URL"))
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured("CACHE_URL should look like redis://127.0.0.1:6379/0.") from error


CACHES = {"default": _cache()}

# Background tasks (pictures, mail) are kept in the database and done by `manage.py worker`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}


def _mail() -> dict[str, Any]:
    if not setting("EMAIL_URL"):
        # No mail is sent unless EMAIL_URL is set.
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    try:
        return dict(env.email_url("EMAIL_URL"))
    except (ImproperlyConfigured, KeyError, ValueError) as error:
        raise ImproperlyConfigured(
            "EMAIL_URL should look like smtp+tls://user:password@mail.example.org:587 (or consolemail:// to print)."
        ) from error


EMAIL_TIMEOUT = 20  # seconds, so that a mail server that hangs does not block the worker
globals().update({name: value for name, value in _mail().items() if name.startswith("EMAIL_")})
DEFAULT_FROM_EMAIL = setting("DEFAULT_FROM_EMAIL", f"newsroom@{urlsplit(SITE_URL).hostname}")

# --- Languages and time ----------------------------------------------------------

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_CODE = setting("LANGUAGE_CODE", "zh-hans")
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured(
        f"LANGUAGE_CODE is {LANGUAGE_CODE!r}. It should be one of: {', '.join(dict(LANGUAGES))}."
    )
LOCALE_PATHS = [BASE_DIR / "locale"]

TIME_ZONE = setting("TIME_ZONE", "Asia/Shanghai")
if TIME_ZONE not in zoneinfo.available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE is {TIME_ZONE!r}. It should be a name such as Asia/Shanghai or UTC.")

# --- Apps ------------------------------------------------------------------------

INSTALLED_APPS = [
    "digests",
    "nested_admin",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # Before staticfiles, so that runserver serves files as gunicorn does.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "newsroom.middleware.refuse_nul",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "newsroom.middleware.compress_text",  # after WhiteNoise, whose files are compressed in advance
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "newsroom.middleware.send_back_after_login",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Files -----------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = NEWSROOM_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = NEWSROOM_DATA / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "newsroom.stylesheets.Storage"},
}

# --- Safety ----------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SITE_IS_HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
# The scheme comes from gunicorn, which trusts X-Forwarded-Proto from loopback only.
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = SITE_IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes come from the machine itself, without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SITE_IS_HTTPS else 0

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# One issue in the nested admin form has well over a thousand fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- Tags ------------------------------------------------------------------------

TAGGIT_CASE_INSENSITIVE = True
TAGGIT_STRIP_UNICODE_WHEN_SLUGIFYING = False  # so that 快手 keeps its characters in its slug

# --- Log -------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Django's default handlers print only with DEBUG, and mail to nobody.
    "loggers": {"django": {"handlers": [], "level": "INFO"}},
}
