"""Publications, as their administrators set them up."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from digests.models import Digest


@admin.register(Digest)
class DigestAdmin(admin.ModelAdmin[Digest]):
    list_display = ["name", "slug", "language", "time_zone", "deadline"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "description", "language"]}),
        (_("The day"), {"fields": ["time_zone", "deadline"]}),
        (_("What readers are told"), {"fields": ["policies", "subscribe_card"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the address of a digest that readers have been sent to."""
        return ["slug"] if obj and obj.editions.exists() else []
