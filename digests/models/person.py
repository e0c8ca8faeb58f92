"""Who acts: a person or the system, and how rows that outlive an account refer to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

# The arguments of a foreign key without a constraint. Beside each is a column with the name, because history outlives
# accounts and is not rewritten when one is deleted.
PERSON: dict[str, Any] = {
    "to": settings.AUTH_USER_MODEL,
    "on_delete": models.DO_NOTHING,
    "null": True,
    "blank": True,
    "db_constraint": False,
    "related_name": "+",
}


@dataclass(frozen=True, slots=True)
class System:
    """The newsroom itself, for commands without a user. It has every permission, but cannot give a verdict."""


SYSTEM = System()

Actor: TypeAlias = "User | System"  # who does something
Visitor: TypeAlias = "User | AnonymousUser"  # who looks at a page


def account(actor: Actor) -> User | None:
    """Return the user for a row's foreign key; None for the system."""
    return None if isinstance(actor, System) else actor


def name_of(actor: Actor) -> str:
    """Return the name that history keeps for an actor."""
    if isinstance(actor, System):
        return _("newsroom")
    return actor.get_full_name() or actor.get_username()
