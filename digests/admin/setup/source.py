"""Sources: named and classed here; a new one is created when a story first cites it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from digests.models import Source


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin[Source]):
    list_display = ["domain", "name", "kind", "citations"]
    list_editable = ["name", "kind"]
    list_filter = ["kind"]
    search_fields = ["domain", "name"]
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).annotate(citation_count=Count("citations"))

    @admin.display(description=_("citations"), ordering="-citation_count")
    def citations(self, source: Any) -> int:
        return int(source.citation_count)
