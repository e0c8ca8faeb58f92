"""Files that programs look for: robots.txt, opensearch.xml, llms.txt."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from digests.models import Digest, Edition
from digests.publishing.addresses import absolute
from digests.site.views.listing import listed
from digests.site.views.responses import document, feed_links, readable
from digests.text.languages import opening

NEWEST = 20  # issues
SUMMARY = 160  # characters, as search results have


@readable
def robots(request: HttpRequest) -> HttpResponse:
    """Let crawlers read everything except the desk and drafts. Search results carry their own robots meta tag."""
    refused = settings.NEWSROOM_REFUSED_CRAWLERS
    return document(request, "site/discovery/robots.txt", {"refused": refused}, "text/plain; charset=utf-8")


@readable
def opensearch(request: HttpRequest) -> HttpResponse:
    """Describe the search for browsers."""
    context = {"search": reverse("search"), "language": settings.LANGUAGE_CODE}
    return document(
        request, "site/discovery/opensearch.xml", context, "application/opensearchdescription+xml; charset=utf-8"
    )


@readable
def llms(request: HttpRequest) -> HttpResponse:
    """List for language models what is here and where to get it as Markdown (llmstxt.org)."""
    live = Edition.objects.live()
    context = {
        "digests": [_digest(digest) for digest in Digest.objects.live()],
        "issues": [_issue(edition) for edition in listed(live)[:NEWEST]],
        "feeds": feed_links("front"),
        "search": reverse("search"),
    }
    return document(request, "site/discovery/llms.txt", context, "text/plain; charset=utf-8")


@dataclass(frozen=True, slots=True)
class DigestLine:
    """A digest in llms.txt, with Markdown escaped."""

    name: str
    about: str
    url: str
    issues: str  # the address of the feed of its issues
    stories: str  # and of its stories


@dataclass(frozen=True, slots=True)
class IssueLine:
    """An issue in llms.txt, with Markdown escaped."""

    title: str
    url: str
    about: str


def _digest(digest: Digest) -> DigestLine:
    return DigestLine(
        name=_words(digest.name),
        about=_words(digest.description),
        url=absolute(digest.get_absolute_url()),
        issues=absolute(reverse("digest-json", args=[digest.slug])),
        stories=absolute(reverse("stories-json", args=[digest.slug])),
    )


def _issue(edition: Edition) -> IssueLine:
    summary = opening(edition.summary, SUMMARY)
    return IssueLine(
        title=_words(edition.title),
        url=absolute(reverse("issue-markdown", args=[edition.digest.slug, edition.date])),
        about=_words(f"{edition.digest.name}, {edition.date}. {summary}"),
    )


def _words(text: str) -> str:
    """Return a text on one line, with Markdown escaped."""
    return re.sub(r"([\\\[\]<>`*_])", r"\\\1", " ".join(text.split()))
