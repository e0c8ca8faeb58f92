"""Pictures at the desk: covers in the issue's form, uploads while writing, and the list of all pictures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db.models import Model, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from digests.admin.signed_in import signed_in
from digests.manuscript.values import line
from digests.models import Brief, Digest, Edition, Insight, Issue, NewsItem, Picture, Section
from digests.publishing import pictures
from digests.text.markup import MEDIA
from digests.text.numbers import whole_number

# --- The cover, in the form of an issue -----------------------------------------------


class _Name(forms.TextInput):
    """The name of a stored picture. An uploaded file is stored before the form is validated."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return "" if data.get(f"{name}-clear") else data.get(f"{name}_file")


class CoverField(forms.CharField):
    """An issue's cover, by the name of its picture. Its part of the page is `_cover.html`."""

    widget = _Name

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, label=gettext_lazy("Cover"), **kwargs)

    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        if name and not Picture.objects.filter(file=name).exists() and not Issue.objects.filter(cover=name).exists():
            raise forms.ValidationError(_("This picture is not here any more. Choose it again."))
        return name

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "") != str(data or "")


def take_cover(request: HttpRequest) -> None:
    """Store an uploaded cover, and put its name into the form's data. Raises pictures.Unfit."""
    if upload := request.FILES.get("cover"):
        if not request.user.has_perm("digests.add_picture"):
            raise pictures.Unfit(_("Your role does not let you add pictures."))
        sent: Any = request.POST.copy()
        alt = line(str(sent.get("cover_alt") or ""))
        sent["cover_file"] = pictures.take(upload, by=signed_in(request), alt=alt).file.name
        sent.pop("cover-clear", None)
        request.POST = sent


def focus(name: str, sent: Any) -> bool:
    """Move the focal point of a cover if somebody moved it in the form."""
    point = [_part(sent.get(f"cover_{axis}")) for axis in "xy"]
    if not name or None in point or " ".join(str(sent.get(f"cover_{axis}")) for axis in "xy") == sent.get("cover_seen"):
        return False
    return bool(Picture.objects.filter(file=name).update(focal_x=point[0], focal_y=point[1]))


def _part(percent: Any) -> float | None:
    number = whole_number(str(percent or ""), most=100)
    return None if number is None else number / 100


# --- Uploads --------------------------------------------------------------------------


def upload(request: HttpRequest) -> JsonResponse:
    """Store a picture that was dropped, pasted or chosen, and return the Markdown that shows it, as JSON."""
    if not request.user.has_perm("digests.add_picture"):
        return _problem(_("Your role does not let you add pictures."), 403)
    if not (file := request.FILES.get("picture")):
        return _problem(_("No picture arrived. Choose one again."), 400)
    alt = line(str(request.POST.get("alt") or "").replace("\0", ""))[:300]
    try:
        picture = pictures.take(file, by=signed_in(request), alt=alt)
    except pictures.Unfit as unfit:
        return _problem(str(unfit), 413 if pictures.is_too_heavy(file) else 400)
    url, alt = default_storage.url(picture.file.name or ""), alt or picture.alt
    x, y = percent(picture)
    return JsonResponse(
        {
            "name": picture.file.name,
            "url": url,
            "alt": alt,
            "markdown": f"![{_bracketed(alt)}]({url})",
            "width": picture.width,
            "height": picture.height,
            "focus": {"x": x, "y": y},
        }
    )


def describe(request: HttpRequest) -> HttpResponse:
    """Store the first description that a text gives a picture, for the next person who uses it."""
    if not request.user.has_perm("digests.change_picture"):
        raise PermissionDenied
    name, alt = (str(request.POST.get(field) or "").replace("\0", "") for field in ("name", "alt"))
    if said := line(alt)[:300]:
        Picture.objects.filter(file=name, alt="").update(alt=said)
    return HttpResponse(status=204)


def percent(picture: Picture) -> tuple[int, int]:
    return round(picture.focal_x * 100), round(picture.focal_y * 100)


def _bracketed(alt: str) -> str:
    """Escape a description for the brackets of Markdown."""
    return "".join(f"\\{char}" if char in "\\[]" else char for char in alt)


def _problem(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"problem": sentence}, status=status)


# --- The list -------------------------------------------------------------------------


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("smaller versions")
    parameter_name = "made"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failed", _("Could not be made")), ("waiting", _("Not made yet")), ("made", _("Made"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Picture]) -> QuerySet[Picture]:
        states = {
            "failed": ~Q(failure=""),
            "waiting": Q(failure="", made_at=None),
            "made": Q(failure="", made_at__isnull=False),
        }
        return queryset.filter(states[self.value() or ""]) if self.value() in states else queryset


class PictureForm(forms.ModelForm[Picture]):
    x = forms.IntegerField(
        label=gettext_lazy("Focal point, from the left"),
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("In percent. What is there stays in sight when the picture is cut."),
    )
    y = forms.IntegerField(label=gettext_lazy("Focal point, from the top"), min_value=0, max_value=100)

    class Meta:
        model = Picture
        fields = ["alt"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["x"], self.initial["y"] = percent(self.instance)

    def save(self, commit: bool = True) -> Picture:
        self.instance.focal_x, self.instance.focal_y = self.cleaned_data["x"] / 100, self.cleaned_data["y"] / 100
        saved: Picture = super().save(commit)
        return saved


@admin.register(Picture)
class PictureAdmin(admin.ModelAdmin[Picture]):
    form = PictureForm
    list_display = ["thumbnail", "said", "size", "state", "used", "uploader", "uploaded"]
    list_display_links = ["thumbnail", "said"]
    list_filter = [StateFilter]
    list_per_page = 40
    search_fields = ["alt", "by_name"]
    search_help_text = gettext_lazy("Search in what pictures show and who uploaded them")
    fields = ["preview", "alt", "x", "y", "size", "state", "used", "uploader", "uploaded"]
    readonly_fields = ["preview", "size", "state", "used", "uploader", "uploaded"]
    actions = ["try_again"]

    class Media:
        css = {"all": ["css/pictures.css"]}
        js = ["js/focus.js"]

    # This page only describes pictures. They are added by uploads, which need the permission to add, and tidy_pictures
    # deletes them when nothing uses them.

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("upload/", view(require_POST(upload)), name="digests_picture_upload"),
            path("describe/", view(require_POST(describe)), name="digests_picture_describe"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Picture]:
        return super().get_queryset(request).prefetch_related(Prefetch("editions", Edition.objects.only("issue")))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        listed = super().get_changelist_instance(request)
        listed.result_list = list(listed.result_list)
        _find(listed.result_list)
        return listed

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Picture | None:
        picture = super().get_object(request, object_id, from_field)
        _find([picture] if picture else [])
        return picture

    @admin.display(description=gettext_lazy("picture"))
    def thumbnail(self, picture: Picture) -> str:
        smallest = next((one["file"] for one in picture.renditions if one["format"] == "webp"), picture.file.name)
        return format_html('<img class="thumbnail" src="{}" alt="" loading="lazy">', default_storage.url(smallest))

    @admin.display(description=gettext_lazy("picture"))
    def preview(self, picture: Picture) -> str:
        return format_html(
            '<span class="focal" data-x="id_x" data-y="id_y" data-label="{}">'
            '<img class="focal-picture" src="{}" alt="{}"></span>',
            _("Focal point: {x} of 100 from the left, {y} of 100 from the top. Move it with the arrow keys."),
            picture.file.url,
            picture.alt,
        )

    @admin.display(description=gettext_lazy("what it shows"), ordering="alt")
    def said(self, picture: Picture) -> str:
        return picture.alt or _("(not described)")

    @admin.display(description=gettext_lazy("size"))
    def size(self, picture: Picture) -> str:
        return f"{picture.width} × {picture.height}"

    @admin.display(description=gettext_lazy("smaller versions"))
    def state(self, picture: Picture) -> str:
        if picture.failure:
            return format_html('<span class="badge is-flagged">{}</span> {}', _("Could not be made"), picture.failure)
        if picture.made_at is None:
            return format_html('<span class="badge">{}</span>', _("Not made yet"))
        return ", ".join(sorted({one["format"].upper() for one in picture.renditions})) or _("None: it moves")

    @admin.display(description=gettext_lazy("used in"))
    def used(self, picture: Any) -> str:
        """Link the issues and digests that `_find` has found."""
        links = (
            (reverse(f"admin:digests_{row._meta.model_name}_change", args=[row.pk]), row)
            for row in (*picture.digests, *picture.issues)
        )
        return format_html_join(", ", '<a href="{}">{}</a>', links) or _("Nowhere")

    @admin.display(description=gettext_lazy("uploaded by"), ordering="by_name")
    def uploader(self, picture: Picture) -> str:
        return picture.by_name

    @admin.display(description=gettext_lazy("uploaded"), ordering="created_at")
    def uploaded(self, picture: Picture) -> Any:
        return picture.created_at

    @admin.action(description=gettext_lazy("Make the smaller versions again"))
    def try_again(self, request: HttpRequest, chosen: QuerySet[Picture]) -> None:
        for picture in chosen:
            _try_again(picture)
        self.message_user(request, _("They are made again in a moment."), messages.SUCCESS)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write nothing to Django's log: a picture's description is not part of an issue."""


def _try_again(picture: Picture) -> None:
    Picture.objects.filter(pk=picture.pk).update(failure="", made_at=None)
    pictures.make_soon(picture)


# The texts of working copies: model, lookup of the issue, field.
_TEXTS: tuple[tuple[type[Model], str, str], ...] = (
    (Issue, "pk", "summary"),
    (Issue, "pk", "intro"),
    (Section, "issue", "lead"),
    (Brief, "section__issue", "text"),
    (NewsItem, "section__issue", "body"),
    (Insight, "item__section__issue", "text"),
)


def _find(chosen: list[Any]) -> None:
    """Set `issues` and `digests` on each picture: where it was published, and where it is used now."""
    found: dict[str, set[int]] = {
        picture.file.name: {one.issue_id for one in picture.editions.all()} for picture in chosen
    }
    for pk, name in Issue.objects.filter(cover__in=found).values_list("pk", "cover"):
        found[name].add(pk)
    for rows, issue, field in _TEXTS:
        texts = rows._default_manager.filter(**{f"{field}__contains": MEDIA}).values_list(issue, field)
        for pk, text in texts:
            for name in pictures.NAME.findall(text):
                if name in found:
                    found[name].add(pk)
    issues = Issue.objects.select_related("digest").in_bulk({pk for pks in found.values() for pk in pks})
    digests = [(digest, pictures.of_digest(digest)) for digest in Digest.objects.all()] if chosen else []
    for picture in chosen:
        picture.digests = [digest for digest, names in digests if picture.file.name in names]
        picture.issues = [issues[pk] for pk in sorted(found[picture.file.name], reverse=True) if pk in issues]
