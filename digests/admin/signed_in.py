"""Who sends a request to the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def signed_in(request: HttpRequest) -> User:
    """Return who sends a request. The desk lets nobody in without an account; raises PermissionDenied if it did."""
    user = request.user
    if not user.is_authenticated:
        raise PermissionDenied
    return user
