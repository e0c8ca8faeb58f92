"""A person's notices and notification preferences."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from digests.admin.signed_in import signed_in
from digests.editorial.notices import mail, telling, words
from digests.models import Issue, Notice, NotificationPreference
from digests.models.notices import NoticeQuerySet

PER_PAGE = 50
LONGEST_PK = 18  # digits


class _Digests(forms.ModelMultipleChoiceField[Any]):
    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        """Refuse a number that no row can have before the query: SQLite would raise OverflowError."""
        for pk in value or ():
            if len(str(pk)) > LONGEST_PK:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"], "invalid_choice", {"value": str(pk)[:LONGEST_PK]}
                )
        return super().clean(value)


class ToldForm(forms.ModelForm[NotificationPreference]):
    class Meta:
        model = NotificationPreference
        fields = ["blocking", "fyi", "hour", "language", "muted"]
        widgets = {
            "blocking": forms.RadioSelect,
            "fyi": forms.RadioSelect,
        }
        field_classes = {"muted": _Digests}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        newsroom = dict(settings.LANGUAGES)[settings.LANGUAGE_CODE]
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("The newsroom's: %(language)s") % {"language": newsroom}),
            *settings.LANGUAGES,
        ]
        self.fields["hour"].help_text = _("In the newsroom's time zone, %(zone)s.") % {"zone": settings.TIME_ZONE}
        if not self.fields["muted"].queryset.exists():  # type: ignore[attr-defined]
            del self.fields["muted"]


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin[Notice]):
    """A person's own notices, read-only; nobody sees those of others."""

    def get_queryset(self, request: HttpRequest) -> NoticeQuerySet:
        return Notice.objects.filter(person_id=request.user.pk).select_related("issue__digest")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False  # the bell links here

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("digests.view_notice")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # no page here deletes one; but whoever deletes a person deletes their notices too

    def get_urls(self) -> list[URLPattern]:
        def view(page: Any) -> Any:
            return self.admin_site.admin_view(self._permitted(page))

        return [
            path("", view(self.changelist_view), name="digests_notice_changelist"),
            path("settings/", view(self.told), name="digests_notice_settings"),
            path("read/", view(require_POST(self.read)), name="digests_notice_read_all"),
            path("<int:pk>/read/", view(require_POST(self.read)), name="digests_notice_read"),
            path("<int:pk>/done/", view(require_POST(self.done)), name="digests_notice_done"),
        ]

    def _permitted(self, page: Any) -> Any:
        def permitted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return page(request, *args, **kwargs)

        return permitted

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        mine = self.get_queryset(request)
        rest = Paginator(mine.to_know(), PER_PAGE)
        page = rest.get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Notices"),
            "opts": self.opts,
            "blocking": [_shown(notice) for notice in mine.blocking()],
            "rest": [_shown(notice) for notice in page],
            "page": page,
            "is_new": mine.unread().exists(),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/digests/notice/list.html", context)

    def read(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Mark one notice as read, or all of them. This settles none."""
        mine = self.get_queryset(request)
        if pk is not None:
            mine = mine.filter(pk=get_object_or_404(mine, pk=pk).pk)
        mine.mark_read()
        return HttpResponseRedirect(reverse("admin:digests_notice_changelist"))

    def done(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Settle a mention, which only the person mentioned can do. Other notices settle when the work is done."""
        notice = get_object_or_404(self.get_queryset(request), pk=pk)
        if notice.kind != "mention":
            raise Http404
        Notice.objects.filter(pk=notice.pk).settle(telling.DONE, request.user.pk)
        return HttpResponseRedirect(reverse("admin:digests_notice_changelist"))

    def told(self, request: HttpRequest) -> HttpResponse:
        """Show and save a person's notification preferences."""
        form = ToldForm(request.POST or None, instance=NotificationPreference.of(signed_in(request)))
        if form.is_valid():
            mail.plan(telling.reschedule(form.save()))
            self.message_user(request, _("Saved. It applies from now on."), messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:digests_notice_settings"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Notification settings"),
            "opts": self.opts,
            "form": form,
            "is_sending": settings.EMAIL_BACKEND != telling.NO_MAIL,
        }
        return TemplateResponse(request, "admin/digests/notice/settings.html", context)


def opened(request: HttpRequest, issue: Issue) -> None:
    """Mark a person's notices about an issue as read, because they opened it."""
    if request.method == "GET":
        Notice.objects.filter(person_id=request.user.pk, issue=issue).mark_read()


def _shown(notice: Notice) -> dict[str, Any]:
    return {
        "notice": notice,
        "sentence": words.sentence(notice),
        "note": words.note(notice),
        "ending": words.ending(notice),
        "path": words.path(notice),
        "is_unread": notice.read_at is None,
        "can_be_done": notice.is_blocking and notice.kind == "mention",
    }
