"""Show an issue that readers do not have yet as they would see it: at the desk and by a preview link."""

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
    """Render a manuscript with the readers' template. Writes nothing; caches and search engines must not keep it.

    The desk may show the page in a frame. `more` goes to the template.
    """
    edition = unsaved_edition(issue, words)
    sources = {name: Source(domain=name) for name in {domain(url) for url in edition.page.cited}}
    sources |= {source.domain: source for source in Source.objects.filter(domain__in=sources)}
    names = [*words.tags, *(tag for item in words.items for tag in item.tags)]
    tags = {Tag.key_of(name): Tag(name=name, slug=Tag.slug_of(name), key=Tag.key_of(name)) for name in names}
    tags |= Tag.objects.known(names)
    response = issue_page(request, edition, sources, tags, is_draft=True, **more)
    # What django-csp's decorator does, whose types only allow views without arguments.
    response._csp_replace = {"frame-ancestors": ["'self'"]}  # type: ignore[attr-defined]
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response


def unsaved_edition(issue: Issue, words: Manuscript) -> ShownEdition:
    """Return the edition that publishing a manuscript now would make, without saving it."""
    now = timezone.now()
    row = Edition(issue=issue, digest=issue.digest, number=0, live_from=now, date=words.date, title=words.title)
    return ShownEdition(row, page_of(row, words), first_published=now, known_words=words)
