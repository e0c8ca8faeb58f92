"""How rows that outlive an account refer to a person."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

# The arguments of a foreign key without a constraint. Each has a name beside it, because history outlives accounts and
# is never rewritten when one is deleted.
PERSON: dict[str, Any] = {
    "to": settings.AUTH_USER_MODEL,
    "on_delete": models.DO_NOTHING,
    "null": True,
    "blank": True,
    "db_constraint": False,
    "related_name": "+",
}
