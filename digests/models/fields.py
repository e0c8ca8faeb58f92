"""Django's fields, with functions that migrations do not name.

What a function checks, fills in or calls a file is no matter of a table. Its name in a migration would tie that to live
code: a module could never be moved, nor a rule changed, without changing history.
"""

from __future__ import annotations

from typing import Any

from django.db import models


class _Unnamed:
    """Leave validators, and functions for defaults and file names, out of what a field says to migrations."""

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]  # of the field beside it
        kwargs.pop("validators", None)
        if callable(kwargs.get("default")):
            del kwargs["default"]
        if "upload_to" in kwargs:
            kwargs["upload_to"] = ""
        return name, f"django.db.models.{type(self).__name__}", args, kwargs


class CharField(_Unnamed, models.CharField):  # type: ignore[type-arg]
    pass


class SlugField(_Unnamed, models.SlugField):  # type: ignore[type-arg]
    pass


class ImageField(_Unnamed, models.ImageField):
    pass
