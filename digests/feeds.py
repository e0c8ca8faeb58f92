"""Feeds: every listing as RSS, Atom and JSON Feed, with the full text and ids that never change."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import feedgenerator, translation
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from digests.models import Digest, Edition, Source, Story, Tag
from digests.pages import absolute, absolute_html, moved

ISSUES = 20
STORIES = 60


class Rss(feedgenerator.Rss201rev2Feed):
    """RSS 2.0 with the summary as description and the full text as content."""

    content_type = "application/rss+xml; charset=utf-8"

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:content": "http://purl.org/rss/1.0/modules/content/"}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


class Atom(feedgenerator.Atom1Feed):
    """Atom with both a summary and the full text."""

    content_type = "application/atom+xml; charset=utf-8"

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, {**item, "content": None})
        handler.addQuickElement("content", item["content"], {"type": "html"})


class Json(feedgenerator.SyndicationFeed):
    """JSON Feed 1.1."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["description"],
            "language": self.feed["language"],
            "items": [self._item(item) for item in self.items],
        }
        outfile.write(json.dumps(feed, ensure_ascii=False, indent=1))

    @staticmethod
    def _item(item: dict[str, Any]) -> dict[str, Any]:
        entry = {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "summary": item["description"],
            "content_html": item["content"],
            "date_published": item["pubdate"].isoformat(),
            "date_modified": item["updateddate"].isoformat(),
            "tags": list(item["categories"]),
            "authors": [{"name": item["author_name"]}] if item["author_name"] else [],
            "external_url": item["external_url"],
        }
        return {name: value for name, value in entry.items() if value}


FORMATS = {"rss": ("rss.xml", Rss), "atom": ("atom.xml", Atom), "json": ("feed.json", Json)}


def of(prefix: str, feed: type[Scoped], *, name: str) -> list[URLPattern]:
    """Return the three feed addresses of a listing page: P + rss.xml, atom.xml, feed.json."""
    return [
        path(f"{prefix}{file}", require_safe(feed(generator)), name=f"{name}-{kind}")
        for kind, (file, generator) in FORMATS.items()
    ]


@dataclass(frozen=True, slots=True)
class Scope:
    """What one answer is about. A feed object serves many threads, so nothing is kept on it."""

    request_path: str
    digest: Digest | None = None
    tag: Tag | None = None
    year: int = 0
    month: int = 0
    domain: str = ""


class Scoped(Feed):  # type: ignore[type-arg]
    """A feed over live editions, in the language of its digest."""

    def __init__(self, generator: type[feedgenerator.SyndicationFeed]) -> None:
        self.feed_type = generator

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        scope = self.scope(request, **kwargs)
        with translation.override(scope.digest.language if scope.digest else settings.LANGUAGE_CODE):
            response = super().__call__(request, scope=scope)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Scope:
        return kwargs["scope"]

    def scope(self, request: HttpRequest, **kwargs: Any) -> Scope:
        return Scope(request.path)

    def feed_url(self, scope: Scope) -> str:
        return absolute(scope.request_path)

    def link(self, scope: Scope) -> str:
        return absolute(scope.request_path.rpartition("/")[0] + "/")

    def feed_guid(self, scope: Scope) -> str:
        return self.feed_url(scope)


class Entries(Scoped):
    """One entry an issue."""

    def editions(self, scope: Scope) -> Any:
        return Edition.objects.live()

    def items(self, scope: Scope) -> list[tuple[Edition, dict[str, Any]]]:
        editions = (
            self.editions(scope)
            .dated()
            .select_related("digest")
            .defer("digest__subscribe_card", "digest__policies")
            .order_by("-date", "-pk")[:ISSUES]
        )
        return [(edition, self.page(edition, scope)) for edition in editions]

    def page(self, edition: Edition, scope: Scope) -> dict[str, Any]:
        return edition.page

    def item_title(self, item: Any) -> str:
        return item[0].title

    def item_link(self, item: Any) -> str:
        return absolute(item[0].get_absolute_url())

    def item_guid(self, item: Any) -> str:
        edition = item[0]
        return _guid(edition, edition.digest.slug)

    item_guid_is_permalink = False

    def item_description(self, item: Any) -> str:
        return item[0].summary

    def item_pubdate(self, item: Any) -> datetime:
        return item[0].first_published

    def item_updateddate(self, item: Any) -> datetime:
        return item[0].live_from

    def item_categories(self, item: Any) -> list[str]:
        return item[1]["tags"]

    def item_author_name(self, item: Any) -> str:
        edition, page = item
        return page["editor"] or edition.digest.name

    def item_extra_kwargs(self, item: Any) -> dict[str, Any]:
        edition, page = item
        html = render_to_string("feeds/issue.html", {"edition": edition, "page": page, "site": settings.SITE_URL})
        return {"content": absolute_html(html, self.item_link(item)), "external_url": ""}


class Newsroom(Entries):
    """Every digest's issues."""

    def title(self, scope: Scope) -> str:
        return _("Newsroom")

    def description(self, scope: Scope) -> str:
        return _("The latest issue of each digest")


class Issues(Entries):
    """A digest's issues."""

    def scope(self, request: HttpRequest, **kwargs: Any) -> Scope:
        return Scope(request.path, digest=get_object_or_404(Digest, slug=kwargs["digest"]))

    def title(self, scope: Scope) -> str:
        return _digest(scope).name

    def description(self, scope: Scope) -> str:
        return _digest(scope).description or _digest(scope).name

    def editions(self, scope: Scope) -> Any:
        return super().editions(scope).filter(digest=scope.digest)


class Month(Issues):
    """A digest's issues of a month."""

    def scope(self, request: HttpRequest, **kwargs: Any) -> Scope:
        digest = get_object_or_404(Digest, slug=kwargs["digest"])
        return Scope(request.path, digest=digest, year=kwargs["year"], month=kwargs["month"])

    def title(self, scope: Scope) -> str:
        return f"{_digest(scope).name} {scope.year}-{scope.month:02}"

    def editions(self, scope: Scope) -> Any:
        return super().editions(scope).filter(date__year=scope.year, date__month=scope.month)


class Tagged(Entries):
    """The issues with a tag; where only some stories have it, those stories."""

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tag = Tag.objects.at(kwargs["slug"])
        if tag and tag.slug != kwargs["slug"]:
            return moved(request, slug=tag.slug)
        return super().__call__(request, *args, tag=tag)

    def scope(self, request: HttpRequest, **kwargs: Any) -> Scope:
        tag = kwargs["tag"]
        if tag is None or not Edition.objects.live().filter(tags=tag).exists():
            raise Http404(_("No live issue has this tag."))
        return Scope(request.path, tag=tag)

    def title(self, scope: Scope) -> str:
        return _tag(scope).name

    def description(self, scope: Scope) -> str:
        return _("Issues and stories tagged “%(tag)s”") % {"tag": _tag(scope).name}

    def editions(self, scope: Scope) -> Any:
        return super().editions(scope).filter(tags=scope.tag)

    def page(self, edition: Edition, scope: Scope) -> dict[str, Any]:
        return only_tagged(edition.page, _tag(scope))


def only_tagged(page: dict[str, Any], tag: Tag) -> dict[str, Any]:
    """Return a page whole if the issue has a tag, else with only the stories that have it."""
    if tag.is_among(page["tags"]):
        return page
    tagged = [[item for item in section["items"] if tag.is_among(item["tags"])] for section in page["sections"]]
    sections = [
        {**section, "lead": "", "briefs": [], "items": items}
        for section, items in zip(page["sections"], tagged, strict=True)
    ]
    return {**page, "intro": "", "sections": [section for section in sections if section["items"]]}


class Stories(Issues):
    """A digest's stories, one entry a story."""

    def items(self, scope: Scope) -> Any:
        return in_feeds(Story.objects.live().filter(edition__digest=scope.digest))

    def title(self, scope: Scope) -> str:
        return _("%(digest)s: stories") % {"digest": _digest(scope).name}

    def link(self, scope: Scope) -> str:
        return absolute(reverse("digest", args=[_digest(scope).slug]))

    def item_title(self, item: Any) -> str:
        return item.headline

    def item_link(self, item: Any) -> str:
        return absolute(item.get_absolute_url())

    def item_guid(self, item: Any) -> str:
        return _guid(item.edition, f"stories/{item.uid}")

    def item_description(self, item: Any) -> str:
        return item.excerpt

    def item_pubdate(self, item: Any) -> datetime:
        return item.first_published

    def item_updateddate(self, item: Any) -> datetime:
        return item.edition.live_from

    def item_categories(self, item: Any) -> list[str]:
        return item.page["tags"]

    def item_author_name(self, item: Any) -> str:
        return item.edition.digest.name

    def item_extra_kwargs(self, item: Any) -> dict[str, Any]:
        html = render_to_string("feeds/story.html", {"item": item.page, "site": settings.SITE_URL})
        return {"content": absolute_html(html, self.item_link(item)), "external_url": item.link}


class Sources(Stories):
    """The stories of all sources."""

    def scope(self, request: HttpRequest, **kwargs: Any) -> Scope:
        return Scope(request.path)

    def items(self, scope: Scope) -> Any:
        stories = Story.objects.live().exclude(source=None)
        return in_feeds(stories.filter(source__domain=scope.domain) if scope.domain else stories)

    def title(self, scope: Scope) -> str:
        return scope.domain or _("Sources")

    description = title

    def link(self, scope: Scope) -> str:
        return Scoped.link(self, scope)


class OfSource(Sources):
    """The stories of a source."""

    def scope(self, request: HttpRequest, **kwargs: Any) -> Scope:
        return Scope(request.path, domain=get_object_or_404(Source, domain=kwargs["domain"]).domain)


def first_published_of_story() -> Any:
    """Return when readers first had a story: the first edition of its issue that holds it."""
    same = Story.objects.filter(uid=OuterRef("uid")).order_by("edition__live_from")
    return Subquery(same.values("edition__live_from")[:1])


def in_feeds(stories: Any) -> Any:
    """Return the newest of some stories with what their entries show."""
    return (
        stories.select_related("edition__digest")
        .defer("edition__page")
        .annotate(first_published=first_published_of_story())
        .order_by("-edition__date", "position")[:STORIES]
    )


def _digest(scope: Scope) -> Digest:
    assert scope.digest is not None
    return scope.digest


def _tag(scope: Scope) -> Tag:
    assert scope.tag is not None
    return scope.tag


def _guid(edition: Edition, name: str) -> str:
    """Return a tag URI (RFC 4151): the same whatever is corrected, and over http and https."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{edition.date.isoformat()}:{name}"
