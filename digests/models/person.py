"""How rows that outlive an account keep whoever acted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

# People are kept as a number and a name: history outlives an account, and is never rewritten when one goes.
PERSON: dict[str, Any] = {
    "to": settings.AUTH_USER_MODEL,
    "on_delete": models.DO_NOTHING,
    "null": True,
    "blank": True,
    "db_constraint": False,
    "related_name": "+",
}
