"""Earlier stories that may tell the same, while a headline or link is typed: a few lines below the field."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from digests.editorial import duplicates
from digests.manuscript.values import UID, line


def earlier_stories(request: HttpRequest) -> HttpResponse:
    """Show the stories that a headline and a link may tell again. Writes nothing."""
    headline, link, uid = (line(request.GET.get(name, "")) for name in ("headline", "link", "uid"))
    found = duplicates.find(headline[:300], link[:2000], apart_from=uid)
    follows = request.GET.get("follows", "")
    context = {"earlier": found, "follows": follows}
    return render(request, "admin/digests/issue/_duplicates.html", context)


def followed(rows: Any, sent: Any) -> dict[str, duplicates.Earlier]:
    """Return the stories that the rows of a form, or what was sent for them, are updates to. Two queries, or none."""
    uids = {row.follows for row in rows} | {str(value) for name, value in sent.items() if name.endswith("-follows")}
    return duplicates.named(uid for uid in uids if UID.fullmatch(uid))
