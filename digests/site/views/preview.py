"""A preview: one revision, shown to anyone who has a link to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from digests.editorial import preview_links
from digests.editorial.preflight import Problem
from digests.editorial.workflow import Refused
from digests.models import Comment, PreviewLink, PreviewLinkStatus
from digests.site.views.draft import draft_page
from digests.text.numbers import MOST_KEY, whole_number

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest whose link allows comments: their comments so far, and what their form sent."""

    comments: list[Comment]
    name: str
    sent: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[Problem, ...] = ()

    longest_name = preview_links.LONGEST_NAME
    longest_comment = preview_links.LONGEST_COMMENT


def private(view: View) -> View:
    """Keep a page with a secret address out of caches, search engines, frames and other sites' logs."""

    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers["X-Frame-Options"] = "DENY"
        response._csp_replace = {"frame-ancestors": ["'none'"]}  # type: ignore[attr-defined]
        return response

    return respond


@private
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show the revision of a preview link, or say why the link has ended."""
    link: Any = preview_links.find(token)
    if link is None:
        raise Http404
    if link.status != PreviewLinkStatus.OPEN:
        return _gone(request, link)
    if request.method == "POST":
        return _comment(request, link, token)
    # Staff who look at it do not count as the guest having opened it.
    if request.method == "GET" and not request.user.is_staff:
        preview_links.opened(link)
    return _page(request, link, token)


def _page(request: HttpRequest, link: PreviewLink, token: str, **more: Any) -> HttpResponse:
    response = draft_page(
        request,
        link.issue,
        link.revision.manuscript,
        preview=link,
        pictures_by=f"?preview={token}",
        guest=_guest(link, **more) if link.may_comment else None,
    )
    if link.may_comment:
        # Still nothing for other sites. With no-referrer, browsers send no origin and the CSRF check refuses the form.
        response.headers["Referrer-Policy"] = "same-origin"
    return response


def _guest(link: PreviewLink, **more: Any) -> Guest:
    return Guest(preview_links.comments_by(link), link.whom[: preview_links.LONGEST_NAME], **more)


def _comment(request: HttpRequest, link: PreviewLink, token: str) -> HttpResponse:
    if not link.may_comment:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    sent = {name: str(request.POST.get(name) or "").replace("\0", "") for name in ("name", "text", "uid", "parent")}
    parent = whole_number(sent["parent"], most=MOST_KEY)
    try:
        said = preview_links.comment(link, sent["text"], name=sent["name"], uid=sent["uid"], parent=parent)
    except Refused as refused:
        response = _page(request, link, token, sent=sent, refused=refused.reasons)
        response.status_code = 422
        return response
    return HttpResponseRedirect(f"{request.path}#comment-{said.parent_id or said.pk}")


def _gone(request: HttpRequest, link: Any) -> HttpResponse:
    """Say why a link has ended, without showing any of the revision."""
    live = link.issue.editions.live().first() if link.status == PreviewLinkStatus.PUBLISHED else None
    why = {
        PreviewLinkStatus.REVOKED: _("The newsroom has revoked this link."),
        PreviewLinkStatus.EXPIRED: _("This link has expired."),
        PreviewLinkStatus.PUBLISHED: _("The issue has been published since, and the preview ended with that."),
    }[PreviewLinkStatus(link.status)]
    return render(request, "site/preview_gone.html", {"why": why, "live": live}, status=410)
