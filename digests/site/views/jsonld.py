"""Structured data for search engines: schema.org as JSON-LD.

It contains only what readers see on the page. Empty values are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from html import unescape
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString

from digests.manuscript.values import domain
from digests.models import Digest, Edition, PageStory, Story
from digests.publishing.addresses import absolute
from digests.site.views.presenters import SharedPicture
from digests.text.markup import data_block

_LINK = re.compile(r' href="(https?://[^"]+)"')  # as digests.text.markup writes it

Thing = dict[str, Any]


def of_issue(
    edition: Edition, first_published: datetime, image: SharedPicture, corrections: Iterable[Edition]
) -> SafeString:
    """Describe an issue with its visible stories, and its breadcrumbs."""
    page, digest = edition.page, edition.digest
    dates = first_published, edition.live_from
    article = _article(edition, digest, page.title, image, page.editor, dates) | {
        "description": edition.summary,
        "articleSection": [section.title for section in page.sections],
        "keywords": _distinct([*page.seo, *page.tags]),
        "isBasedOn": _distinct(page.cited),
        "hasPart": [
            {"@type": "NewsArticle", "headline": item.headline, "url": _story(item.uid)}
            for item in page.items
            if not item.retracted
        ],
        "correction": [
            {"@type": "CorrectionComment", "text": one.note, "datePublished": _time(one.live_from, digest)}
            for one in corrections
            if one.note
        ],
    }
    return _written(article) + _breadcrumbs((digest.name, digest), (page.title, edition))


def of_story(
    story: Story, image: SharedPicture, *, editor: str, dates: tuple[datetime, datetime], is_corrected: bool
) -> SafeString:
    """Describe a story, its issue, and its breadcrumbs.

    `dates` are when it was first published, and when its words last changed.
    """
    edition, page = story.edition, story.page
    digest = edition.digest
    article = _article(story, digest, story.headline, image, editor, dates) | {
        "description": story.excerpt,
        "articleSection": story.section,
        "keywords": page.tags,
        "isBasedOn": _distinct(_cited(page)),
        "isPartOf": {
            "@type": "NewsArticle",
            "headline": edition.title,
            "url": absolute(edition.get_absolute_url()),
        },
        "correction": absolute(f"{story.get_absolute_url()}#corrections") if is_corrected else "",
    }
    return _written(article) + _breadcrumbs((digest.name, digest), (edition.title, edition), (story.headline, story))


def of_site(name: str, search: str) -> SafeString:
    """Describe the newsroom and its search."""
    action = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{absolute(search)}?q={{search_term_string}}"},
        "query-input": "required name=search_term_string",
    }
    return _written({"@type": "WebSite", "name": name, "url": absolute("/"), "potentialAction": action})


def _article(
    what: Edition | Story,
    digest: Digest,
    headline: str,
    image: SharedPicture,
    editor: str,
    dates: tuple[datetime, datetime],
) -> Thing:
    url = absolute(what.get_absolute_url())
    published, changed = dates
    return {
        "@type": "NewsArticle",
        "headline": headline,
        "url": url,
        "mainEntityOfPage": url,
        "datePublished": _time(published, digest),
        "dateModified": _time(changed, digest),
        "inLanguage": digest.language,
        "isAccessibleForFree": True,
        "image": {
            "@type": "ImageObject",
            "url": absolute(image.path),
            "width": image.width,
            "height": image.height,
            "caption": image.alt,
        },
        "author": {"@type": "Person", "name": editor} if editor else _named(digest),
        "publisher": _publisher(digest),
    }


def _named(digest: Digest) -> Thing:
    return {"@type": "NewsMediaOrganization", "name": digest.name, "url": absolute(digest.get_absolute_url())}


def _publisher(digest: Digest) -> Thing:
    policies = absolute(f"{digest.get_absolute_url()}#policies") if digest.policies else ""
    return _without_empty(
        {
            **_named(digest),
            "logo": {"@type": "ImageObject", "url": absolute(static("img/mark.svg"))},
            "publishingPrinciples": policies,
            "correctionsPolicy": policies,
        }
    )


def _breadcrumbs(*steps: tuple[str, Digest | Edition | Story]) -> SafeString:
    """Describe the way from a digest to a page."""
    return _written(
        {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": place, "name": name, "item": absolute(thing.get_absolute_url())}
                for place, (name, thing) in enumerate(steps, start=1)
            ],
        }
    )


def _cited(page: PageStory) -> list[str]:
    """Return the links of a story to its sources, in the order of its page."""
    links = [unescape(link) for html in page.html() for link in _LINK.findall(html)]
    return [url for url in (page.link, *links) if domain(url)]


def _story(uid: str) -> str:
    return absolute(reverse("story", args=[uid]))


def _time(instant: datetime, digest: Digest) -> str:
    return instant.astimezone(digest.zone).isoformat(timespec="seconds")


def _distinct(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))


def _without_empty(thing: Thing) -> Thing:
    return {name: value for name, value in thing.items() if value or value is False}


def _written(thing: Thing) -> SafeString:
    return data_block({"@context": "https://schema.org", **_without_empty(thing)}, "application/ld+json")
