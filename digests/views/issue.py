"""An issue: its page, and the same as Markdown, data and label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date as Date
from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digests import pictures, press, provenance
from digests.manuscript.values import domain
from digests.manuscript.writer import write
from digests.markup import Shown, card, picture
from digests.models import Edition, Insight, NewsItem, Source, Story, Tag
from digests.pages import absolute
from digests.views.answers import Gone, answer, as_json, feed_links, readable
from digests.views.dressed import corrections_of, dressed, in_time, shared, tags_of
from digests.views.listing import listed

COVER = (1200, 630)
COVER_WIDTH = "(min-width: 60rem) 25rem, 100vw"  # what digest.css gives it


@readable
def issue(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
    """Show an issue as its live edition has it."""
    edition = live_edition(digest, date)
    tags = {tag.key: tag for tag in Tag.objects.filter(editions=edition)}
    return issue_page(request, edition, _sources(edition), tags, corrections_of(edition.issue_id).order_by("live_from"))


def issue_page(
    request: HttpRequest,
    edition: Any,
    sources: Mapping[str, Source],
    tags: Mapping[str, Tag],
    corrections: Iterable[Edition] = (),
    *,
    pictures_by: str = "",
    **more: Any,
) -> HttpResponse:
    """Show an edition, live or only imagined, with its sources by domain and its tags by key.

    `pictures_by` is added to the address of each picture: what opens those that readers do not have.
    """
    label = provenance.label(edition, {name: source.kind for name, source in sources.items()})
    neighbours = listed(Edition.objects.live().filter(digest=edition.digest)).defer("summary")
    shown = pictures.shown(pictures.named(edition.page), by=pictures_by)
    context = {
        "edition": edition,
        "page": edition.page,
        "sections": _sections(edition.page, sources, tags, _followed(edition.page)),
        "tags": tags_of(edition.page["tags"], tags),
        "cover": _cover(edition.page["cover"], shown, by=pictures_by),
        "pictures": shown,
        "shared": shared(edition, shown),
        "corrections": corrections,
        "label": label,
        "facts": _facts(label),
        "earlier": neighbours.filter(date__lt=edition.date).first(),
        "later": neighbours.filter(date__gt=edition.date).order_by("date").first(),
        "feeds": feed_links("digest", edition.digest.slug),
        "story_feeds": feed_links("stories", edition.digest.slug),
        "card": card(edition.digest.subscribe_card),
        **more,
    }
    return answer(request, "digests/issue.html", context, digest=edition.digest)


@readable
def label(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
    """Give the nutrition label of an issue."""
    edition = live_edition(digest, date)
    return as_json(_label(edition).to_json())


@readable
def markdown(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
    """Give an issue in the manuscript format."""
    edition = live_edition(digest, date)
    text = write(press.public_manuscript(edition), footer=edition.digest.subscribe_card)
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


@readable
def data(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
    """Give an issue as data, with its label."""
    edition = live_edition(digest, date)
    words = press.public_manuscript(edition).to_json()
    del words["footer"]  # a card: raw HTML, and no part of the day's words
    return as_json(
        {
            "digest": edition.digest.slug,
            "date": edition.date,
            "url": absolute(edition.get_absolute_url()),
            "edition": edition.number,
            "first_published": edition.first_published,
            "updated": edition.live_from,
            "manuscript": words,
            "label": _label(edition).to_json(),
        }
    )


def live_edition(slug: str, day: Date) -> Any:
    """Return what readers see of a digest on a date. Raises Http404, or Gone if they saw something once."""
    of_the_day = Edition.objects.filter(digest__slug=slug, date=day).select_related("digest")
    edition = of_the_day.live().dated().first()
    if edition is not None:
        return edition
    past = of_the_day.begun().defer("page").first()
    if past is not None:
        raise Gone(past.digest)
    raise Http404(_("There is no such issue."))


def _sources(edition: Edition) -> dict[str, Source]:
    """Return the sources that an edition cites, by domain."""
    domains = {domain(url) for url in edition.page["cited"]}
    return {source.domain: source for source in Source.objects.filter(domain__in=domains)}


def _label(edition: Edition) -> provenance.Label:
    return provenance.label(edition, provenance.kinds_of(edition))


def _facts(label: provenance.Label) -> list[tuple[Any, list[tuple[Any, int]]]]:
    """Return the counts of a label under their headings, in words."""
    return [
        (gettext_lazy("Links to sources"), [(Source.Kind(kind).label, count) for kind, count in label.sources.items()]),
        (gettext_lazy("Insights"), [(Insight.Basis(basis).label, count) for basis, count in label.insights.items()]),
        (gettext_lazy("Part of AI"), [(NewsItem.AIRole(role).label, count) for role, count in label.ai.items()]),
    ]


def _sections(
    page: dict[str, Any], sources: Mapping[str, Source], tags: Mapping[str, Tag], followed: Mapping[str, Story]
) -> list[dict[str, Any]]:
    return [
        {
            **section,
            "items": [
                {**dressed(item, sources, tags), "update_to": followed.get(item.get("follows", ""))}
                for item in section["items"]
            ],
        }
        for section in page["sections"]
    ]


def _followed(page: dict[str, Any]) -> dict[str, Story]:
    """Return the stories that those of a page are updates to, where readers see them. No query where there are none."""
    uids = {uid for section in page["sections"] for item in section["items"] if (uid := item.get("follows"))}
    return {story.uid: story for story in in_time(Story.objects.live().filter(uid__in=uids))} if uids else {}


def _cover(cover: dict[str, str], shown: Mapping[str, Shown], *, by: str = "") -> str:
    """Return the cover of an issue for its page; nothing if it has none."""
    if not cover["file"]:
        return ""
    # One from before there were pictures is shown as it was uploaded.
    plain = Shown(default_storage.url(cover["file"]) + by, *COVER)
    return picture(shown.get(cover["file"], plain), cover["alt"], css="cover", sizes=COVER_WIDTH)
