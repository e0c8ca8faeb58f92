"""Preview links at the desk: make, list and revoke them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from digests.admin.signed_in import signed_in
from digests.editorial import preview_links
from digests.editorial.permissions import may_invite
from digests.editorial.workflow import Refused
from digests.models import Issue, PreviewLink, PreviewLinkStatus

_SHOW_OR_MAKE = require_http_methods(["GET", "HEAD", "POST"])


def addresses(desk: Any) -> list[URLPattern]:
    """Return the pages of an issue's preview links, for the issue's own admin."""
    view = desk.admin_site.admin_view
    return [
        path("<int:pk>/previews/", view(_SHOW_OR_MAKE(partial(page, desk))), name="digests_issue_previews"),
        path(
            "<int:pk>/previews/<int:link>/revoke/",
            view(require_POST(partial(revoke, desk))),
            name="digests_issue_revoke",
        ),
    ]


class LinkForm(forms.Form):
    """The form for a new link."""

    whom = forms.CharField(
        max_length=100,
        label=gettext_lazy("For whom"),
        help_text=gettext_lazy("They read this name on the page, such as “Wang Lin, legal”."),
    )
    days = forms.TypedChoiceField(coerce=int, initial=7, label=gettext_lazy("How long"))
    may_comment = forms.BooleanField(required=False, label=gettext_lazy("May comment"))
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        lifetimes = [
            (days, ngettext("%(days)s day", "%(days)s days", days) % {"days": days}) for days in preview_links.LIFETIMES
        ]
        days: Any = self.fields["days"]
        days.choices = lifetimes


def page(desk: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """List the links of an issue, and make a new one."""
    issue = _issue(desk, request, pk)
    head = issue.head
    form = LinkForm(request.POST or None, initial={"revision": head.number if head else None})
    if request.method == "POST" and form.is_valid() and (made := _make(request, issue, form)):
        desk.message_user(
            request, _("The link for %(whom)s is ready to be copied.") % {"whom": made.whom}, messages.SUCCESS
        )
        return HttpResponseRedirect(reverse("admin:digests_issue_previews", args=[pk]))
    context = {
        **desk.admin_site.each_context(request),
        "title": _("Preview links"),
        "subtitle": str(issue),
        "opts": desk.opts,
        "original": issue,
        "head": head,
        "is_live": head is not None and head.editions.live().exists(),
        "form": form,
        "links": _shown(issue),
        "zone": issue.digest.time_zone,
    }
    return TemplateResponse(request, "admin/digests/issue/previews.html", context)


def revoke(desk: Any, request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """Revoke a link."""
    issue = _issue(desk, request, pk)
    found = issue.preview_links.filter(pk=link).first()
    if found is None:
        raise Http404
    preview_links.revoke(found, by=signed_in(request))
    desk.message_user(request, _("The link for %(whom)s opens nothing now.") % {"whom": found.whom}, messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:digests_issue_previews", args=[pk]))


def _issue(desk: Any, request: HttpRequest, pk: int) -> Issue:
    if not may_invite(request.user):
        raise PermissionDenied
    issue: Issue | None = Issue.objects.for_desk(request.user).select_related("digest").filter(pk=pk).first()
    if issue is None:
        raise Http404
    return issue


def _make(request: HttpRequest, issue: Issue, form: LinkForm) -> PreviewLink | None:
    chosen = form.cleaned_data
    revision = issue.revisions.filter(number=chosen.pop("revision")).first()
    if revision is None:
        form.add_error(None, _("This issue has no such revision."))
        return None
    try:
        return preview_links.make(revision, by=signed_in(request), **chosen)
    except Refused as refused:
        for reason in refused.reasons:
            form.add_error(reason.place.field if reason.place.field in form.fields else None, str(reason))
        return None


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A preview link with its status; times in the digest's time zone, empty for never."""

    row: PreviewLink
    status: PreviewLinkStatus
    address: str  # empty, unless it is open
    comments: int
    until: str
    first: str
    last: str

    @property
    def is_open(self) -> bool:
        return self.status == PreviewLinkStatus.OPEN


def _shown(issue: Issue) -> list[ShownLink]:
    counted = issue.preview_links.with_status().annotate(comment_count=Count("comments"))
    # Said again: an order of the model's own is lost where rows are counted.
    # What is annotated, its type does not say.
    links: Iterable[Any] = counted.select_related("revision").defer("revision__content").order_by("-created_at", "-pk")
    return [
        ShownLink(
            link,
            status := PreviewLinkStatus(link.status),
            address=preview_links.address(link) if status == PreviewLinkStatus.OPEN else "",
            comments=link.comment_count,
            until=_when(issue, link.expires_at),
            first=_when(issue, link.first_opened_at),
            last=_when(issue, link.last_opened_at),
        )
        for link in links
    ]


def _when(issue: Issue, at: datetime | None) -> str:
    return f"{issue.local(at):%Y-%m-%d %H:%M}" if at else ""
