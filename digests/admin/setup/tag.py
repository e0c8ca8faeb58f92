"""Tags: sorted into kinds, renamed, and merged. Words of issues stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag as StockTag

from digests.manuscript.values import tag_name
from digests.models import Tag, TaggedIssue, TaggedNewsItem
from digests.models.tags import refuse_unfit_name

# The stock table is empty: the newsroom's tags are its own.
if admin.site.is_registered(StockTag):
    admin.site.unregister(StockTag)


class RenameForm(forms.ModelForm[Tag]):
    """An existing tag. Its name is not a model field here, because renaming does more than change a column."""

    new_name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("The old name goes on to mean this tag, and its address leads here."),
    )
    merge = forms.BooleanField(
        label=gettext_lazy("Merge into the tag that has this name"),
        help_text=gettext_lazy("All that has this tag is found under the other one from then on."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["new_name"] = self.instance.name

    def clean_new_name(self) -> str:
        name = tag_name(self.cleaned_data["new_name"])
        refuse_unfit_name(name)
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        name = cleaned.get("new_name", self.instance.name)
        other = Tag.objects.known([name]).get(Tag.key_of(name), self.instance)
        if other == self.instance and cleaned.get("merge"):
            self.add_error("merge", _("No other tag has this name."))
        elif other != self.instance and not cleaned.get("merge"):
            taken = _("“%(other)s” has this name, or had it. Choose another, or merge the two.")
            self.add_error("new_name", ValidationError(taken, params={"other": other.name}))
        return cleaned


def sorting(kind: Tag.Kind) -> Callable[..., None]:
    """Return the action that sorts the marked tags into a kind."""

    @admin.action(description=format_lazy("{}: {}", gettext_lazy("Sort as"), kind.label), permissions=["change"])
    def sort(modeladmin: TagAdmin, request: HttpRequest, chosen: QuerySet[Tag]) -> None:
        tags = list(chosen.exclude(kind=kind))
        Tag.objects.filter(pk__in=[tag.pk for tag in tags]).update(kind=kind)
        said = [{"changed": {"fields": ["kind"]}}]
        for tag in tags:
            modeladmin.log_change(request, tag, said)
        modeladmin.message_user(request, _("%(count)d sorted.") % {"count": len(tags)}, messages.SUCCESS)

    sort.__name__ = f"sort_as_{kind.value}"
    return sort


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin[Tag]):
    list_display = ["name", "kind", "slug", "issue_uses", "story_uses"]  # not `stories`: Django would show the relation
    list_editable = ["kind"]
    actions = [sorting(kind) for kind in Tag.Kind]
    list_filter = ["kind"]
    list_per_page = 100
    search_fields = ["name", "slug", "former__name"]
    readonly_fields = ["slug", "former_names"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{**kwargs, **({"form": RenameForm} if obj else {})})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ["name", "kind"]
        named = ["new_name", "merge"] if self.has_change_permission(request, obj) else ["name"]
        return [*named, "kind", "slug", "former_names"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        def uses(through: Any) -> Any:
            """Count in a separate query, because two joins would multiply each other."""
            rows = through.objects.filter(tag=OuterRef("pk")).order_by().values("tag")
            return Coalesce(Subquery(rows.annotate(uses=Count("content_object", distinct=True)).values("uses")), 0)

        return (
            super()
            .get_queryset(request)
            .filter(renamed_to=None)
            .annotate(issue_count=uses(TaggedIssue), story_count=uses(TaggedNewsItem))
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether a tag may be deleted: only if nothing uses it, since deleting would change published words."""
        if obj is None or not super().has_delete_permission(request, obj):
            return False
        carried = (obj.tagged_issues, obj.tagged_news_items, obj.editions, obj.stories, obj.former)
        return not any(used.exists() for used in carried)

    # --- Another name ---------------------------------------------------------------

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().change_view(request, object_id, *args, **kwargs)
        except IntegrityError:  # somebody made a tag by that name in the same instant
            self.message_user(request, _("Another tag took this name just now. Look again."), messages.ERROR)
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        name = form.cleaned_data.get("new_name", obj.name)
        if name != obj.name:
            other = Tag.objects.rename(obj, name)
            if other != obj:
                self.log_change(request, other, _("Merged with “%(name)s”.") % {"name": obj.name})
            obj.refresh_from_db()

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        said = super().construct_change_message(request, form, formsets, add)
        if "new_name" not in form.changed_data:
            return said
        words = {"old": form.initial["new_name"], "new": form.cleaned_data["new_name"]}
        if form.instance.renamed_to:
            return _("Merged “%(old)s” into “%(new)s”.") % words
        return _("Renamed “%(old)s” to “%(new)s”.") % words

    def response_change(self, request: HttpRequest, obj: Tag) -> HttpResponse:
        if obj.renamed_to is None:
            return super().response_change(request, obj)
        words = {"old": obj.name, "new": obj.renamed_to.name}
        self.message_user(request, _("Merged “%(old)s” into “%(new)s”.") % words, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:digests_tag_change", args=[obj.renamed_to_id]))

    @admin.display(description=gettext_lazy("former names"))
    def former_names(self, tag: Tag) -> str:
        return "、".join(tag.former.values_list("name", flat=True))

    # --- How much it is used --------------------------------------------------------

    @admin.display(description=gettext_lazy("issues"), ordering="issue_count")
    def issue_uses(self, tag: Any) -> int:
        return int(tag.issue_count)

    @admin.display(description=gettext_lazy("news items"), ordering="story_count")
    def story_uses(self, tag: Any) -> int:
        return int(tag.story_count)
