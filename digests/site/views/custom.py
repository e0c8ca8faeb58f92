"""The page on which a reader composes a feed: which stories a feed query matches, and where to subscribe to it."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digests.models import Digest, Story
from digests.site import feed_queries, search
from digests.site.views.responses import answer, asked_again, feed_links, readable

SHOWN = 20  # stories
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


class QueryForm(forms.Form):
    """The form with the feed query, which becomes (query, rows) or None."""

    q = forms.CharField(
        label=_("What you want to read"),
        required=False,
        widget=forms.TextInput(
            attrs={
                "maxlength": feed_queries.LONGEST,
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
            }
        ),
    )

    def clean_q(self) -> tuple[feed_queries.FeedQuery, feed_queries.Rows] | None:
        if not self.cleaned_data["q"]:
            return None
        query = feed_queries.read(self.cleaned_data["q"])
        return query, query.rows()


# How kinds of terms are described, in the order of the terms of a query.
DESCRIPTIONS = {
    ("", True): _("Any of these words"),
    ("", False): _("None of these words"),
    ("digest", True): _("Only in"),
    ("digest", False): _("Not in"),
    ("tag", True): _("Only tagged"),
    ("tag", False): _("Not tagged"),
    ("source", True): _("Only from"),
    ("source", False): _("Not from"),
}


@readable
def custom(request: HttpRequest) -> HttpResponse:
    """Let a reader write a feed query, and show which stories match it."""
    line = QueryForm(request.GET, auto_id="look-%s", label_suffix="", use_required_attribute=False)
    context: dict[str, Any] = {"line": line, "given": request.GET.get("q", "").strip()}
    if not line.is_valid():
        return answer(request, "site/custom.html", context, status=400)
    asked = line.cleaned_data["q"]
    if asked and request.GET["q"] != str(asked[0]):
        # Redirect to the normalised query, which people can read and edit in the address.
        return HttpResponseRedirect(f"?{_query(asked[0], **asked_again(request))}")
    context |= _matches(*asked) if asked else {"digests": Digest.objects.live().order_by("name")}
    return answer(request, "site/custom.html", context)


def _matches(query: feed_queries.FeedQuery, rows: feed_queries.Rows) -> dict[str, Any]:
    """Return the description of a query, the newest stories that match it, and its feeds. Costs two queries."""
    stories = query.among(Story.objects.live().once(), rows)
    newest = search.shown(search.in_order(stories))[:SHOWN]
    today = timezone.localdate()
    lately = stories.filter(edition__date__gt=today - MONTH)
    return {
        "said": [
            (DESCRIPTIONS[kind], [row for term in group for row in rows.get(term, [term.words])])
            for kind, group in groupby(query.terms, key=lambda term: (term.qualifier, term.wanted))
        ],
        "lately": lately.aggregate(week=Count("pk", filter=Q(edition__date__gt=today - WEEK)), month=Count("pk")),
        "hits": search.hits(newest, search.Query(query.words(wanted=True))),
        "feeds": feed_links("custom", query=f"?{_query(query)}"),
    }


def _query(query: feed_queries.FeedQuery, **more: str) -> str:
    return urlencode({"q": query, **more}, safe=":")
