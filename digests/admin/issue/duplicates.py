"""Show possible duplicates below a headline or link while it is typed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from digests.editorial import duplicates
from digests.manuscript.values import UID, line


def earlier_stories(request: HttpRequest) -> HttpResponse:
    """Show earlier stories with the same link or a similar headline. Writes nothing."""
    headline, link, uid = (line(request.GET.get(name, "")) for name in ("headline", "link", "uid"))
    found = duplicates.find(headline[:300], link[:2000], apart_from=uid)
    follows = request.GET.get("follows", "")
    context = {"earlier": found, "follows": follows}
    return render(request, "admin/digests/issue/_duplicates.html", context)


def followed(rows: Any, sent: Any) -> dict[str, duplicates.Earlier]:
    """Return the stories that rows of a form, or the data sent for them, are updates to. Costs two queries, or none."""
    uids = {row.follows for row in rows} | {str(value) for name, value in sent.items() if name.endswith("-follows")}
    return duplicates.named(uid for uid in uids if UID.fullmatch(uid))
