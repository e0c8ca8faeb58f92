"""Django's fields, without the functions that a migration would import.

Validators and functions for defaults and file names do not change a table. If a migration named them, they could not be
moved or changed without changing history.
"""

from __future__ import annotations

from typing import Any

from django.db import models


class _Unnamed:
    """Leave validators, and functions for defaults and file names, out of `deconstruct`."""

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
