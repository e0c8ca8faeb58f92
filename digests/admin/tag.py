"""Tags. Their words and addresses stay: published issues name them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag as StockTag

from digests.models import Tag

# The stock table is empty: the newsroom's tags are its own.
if admin.site.is_registered(StockTag):
    admin.site.unregister(StockTag)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin[Tag]):
    list_display = ["name", "slug", "issues", "stories"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug"]
    readonly_fields = ["slug"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["name", "slug"] if obj else ["slug"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                issue_count=Count("tagged_issues", distinct=True),
                story_count=Count("tagged_news_items", distinct=True),
            )
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether a tag may go: only one that nothing carries, or words would change behind their author's back."""
        if obj is None or not super().has_delete_permission(request, obj):
            return False
        return not any(used.exists() for used in (obj.tagged_issues, obj.tagged_news_items, obj.editions, obj.stories))

    @admin.display(description=_("issues"), ordering="issue_count")
    def issues(self, tag: Any) -> int:
        return int(tag.issue_count)

    @admin.display(description=_("news items"), ordering="story_count")
    def stories(self, tag: Any) -> int:
        return int(tag.story_count)
