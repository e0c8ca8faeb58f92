"""An issue as readers would see it, from words that they do not have: for the desk and for whom it invites."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from digests.manuscript.values import Manuscript, domain
from digests.models import Edition, Issue, Source, Tag
from digests.publishing.rendering import page_of
from digests.site.views.editions import ShownEdition
from digests.site.views.issue import issue_page


def draft_page(request: HttpRequest, issue: Issue, words: Manuscript, **more: Any) -> HttpResponse:
    """Show words by the very template that readers get; writes nothing, and no cache or search engine keeps it.

    The desk's own pages may put it in a frame. `more` goes to the template.
    """
    edition = imagined(issue, words)
    sources = {name: Source(domain=name) for name in {domain(url) for url in edition.page.cited}}
    sources |= {source.domain: source for source in Source.objects.filter(domain__in=sources)}
    names = [*words.tags, *(tag for item in words.items for tag in item.tags)]
    tags = {Tag.key_of(name): Tag(name=name, slug=Tag.slug_of(name), key=Tag.key_of(name)) for name in names}
    tags |= Tag.objects.known(names)
    response = issue_page(request, edition, sources, tags, is_draft=True, **more)
    # What django-csp's own decorator does; that is typed for views which take nothing but a request.
    response._csp_replace = {"frame-ancestors": ["'self'"]}  # type: ignore[attr-defined]
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response


def imagined(issue: Issue, words: Manuscript) -> ShownEdition:
    """Return the edition that these words would be if they went out now."""
    now = timezone.now()
    row = Edition(issue=issue, digest=issue.digest, number=0, live_from=now, date=words.date, title=words.title)
    return ShownEdition(row, page_of(row, words), first_published=now, known_words=words)
