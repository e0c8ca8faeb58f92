"""Write a feed as RSS 2.0, Atom (RFC 4287) or JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string
from django.utils.feedgenerator import rfc3339_date

from digests.publishing.addresses import Format
from digests.site.feeds.values import Entry, Feed


def write(feed: Feed, kind: Format) -> str:
    """Return a feed in a format, as text."""
    return _WRITERS[kind.name](feed)


def _rss(feed: Feed) -> str:
    return render_to_string("site/feeds/rss.xml", {"feed": feed})


def _atom(feed: Feed) -> str:
    return render_to_string("site/feeds/atom.xml", {"feed": feed})


def _json(feed: Feed) -> str:
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.id,
        "description": feed.description,
        "language": feed.language,
        "icon": feed.icon,
        "favicon": feed.icon,
        "authors": [{"name": feed.author}],
        "next_url": feed.earlier,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
        "items": [_item(entry) for entry in feed.entries],
    }
    return json.dumps(_without_empty(whole, "title", "items"), ensure_ascii=False, indent=1)


def _item(entry: Entry) -> dict[str, Any]:
    item = {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.external_url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "image": entry.image and entry.image.url,
        "date_published": rfc3339_date(entry.published),
        "date_modified": rfc3339_date(entry.updated),
        "authors": [{"name": entry.author}],
        "tags": list(entry.tags),
        "language": entry.language,
    }
    return _without_empty(item, "content_html")


def _without_empty(members: dict[str, Any], *required: str) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value or name in required}


_WRITERS: dict[str, Callable[[Feed], str]] = {"rss": _rss, "atom": _atom, "json": _json}
