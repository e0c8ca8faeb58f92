"""The newsroom's own settings, with addresses for what else readers meet only when something breaks."""

from newsroom.settings import *  # noqa: F403

ROOT_URLCONF = "tests.site.urls"
