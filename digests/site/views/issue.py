"""An issue: its page, and the same as Markdown, data and label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date as Date
from functools import wraps
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _

from digests.manuscript.values import domain
from digests.manuscript.writer import write
from digests.models import Edition, Insight, NewsItem, Source, Story, Tag
from digests.publishing import pictures, provenance
from digests.publishing.addresses import absolute
from digests.publishing.editions import public_manuscript
from digests.site.views import jsonld
from digests.site.views.editions import changed_since, earlier, editions_of
from digests.site.views.editions import listed as listed_editions
from digests.site.views.listing import listed
from digests.site.views.presenters import cover, dressed, in_time, shared, tags_of, words_of
from digests.site.views.responses import Gone, View, answer, as_json, feed_links, readable
from digests.text.markup import card

COVER_WIDTH = "(min-width: 44rem) 40.375rem, 100vw"  # what digest.css gives it


def of_any_edition(view: Callable[[HttpRequest, Any], HttpResponse]) -> View:
    """Give a view the live edition of an issue, or the earlier one that `?edition=` names."""

    @readable
    @wraps(view)
    def respond(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
        live = live_edition(digest, date)
        number = request.GET.get("edition")
        if number is None:
            return view(request, live)
        if number == str(live.number):
            return HttpResponseRedirect(request.path)
        response = view(request, earlier(live, number))
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return respond


@of_any_edition
def issue(request: HttpRequest, edition: Any) -> HttpResponse:
    """Show an issue as its live edition has it, or as it was."""
    tags = Tag.objects.known(words_of(edition.page))
    live = getattr(edition, "current", None)
    editions = list(editions_of(edition.issue_id))
    more: dict[str, Any] = {"editions": listed_editions(editions, live or edition)}
    if live:
        until, changed = changed_since(edition, request.GET.get("to", ""))
        more |= {"live": live, "until": until, "changed": changed}
    corrections = [one for one in editions if one.correction and one.live_from <= edition.live_from]
    return issue_page(request, edition, _sources(edition), tags, corrections, **more)


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
    label = _label(edition, sources)
    neighbours = listed(Edition.objects.live().filter(digest=edition.digest)).defer("summary")
    shown = pictures.shown(pictures.named(edition.page), by=pictures_by)
    image = shared(edition, shown, edition.page["cover"]["alt"])
    context = {
        "edition": edition,
        "page": edition.page,
        "sections": _sections(edition.page, sources, tags),
        "tags": tags_of(edition.page["tags"], tags),
        "cover": cover(edition.page["cover"], shown, sizes=COVER_WIDTH, by=pictures_by),
        "pictures": shown,
        "shared": image,
        "structured": "" if edition.pk is None else jsonld.of_issue(edition, image, corrections),
        "corrections": corrections,
        "label": label,
        "facts": _facts(label),
        "earlier": neighbours.filter(date__lt=edition.date).first(),
        "later": neighbours.filter(date__gt=edition.date).order_by("date").first(),
        "feeds": feed_links("digest", edition.digest.slug),
        "story_feeds": feed_links("stories", edition.digest.slug),
        "channels": edition.digest.channels.all(),
        "card": card(edition.digest.subscribe_card),
        **more,
    }
    return answer(request, "site/issue.html", context, digest=edition.digest)


@of_any_edition
def label(request: HttpRequest, edition: Any) -> HttpResponse:
    """Give the nutrition label of an issue."""
    sources = _sources(edition)
    return _for_programs(edition, as_json(_label(edition, sources).to_json()), sources.values())


@of_any_edition
def markdown(request: HttpRequest, edition: Any) -> HttpResponse:
    """Give an issue in the manuscript format."""
    text = write(public_manuscript(edition), footer=edition.digest.subscribe_card)
    return _for_programs(edition, HttpResponse(text, content_type="text/markdown; charset=utf-8"))


@of_any_edition
def data(request: HttpRequest, edition: Any) -> HttpResponse:
    """Give an issue as data, with its label."""
    sources = _sources(edition)
    words = public_manuscript(edition).to_json()
    del words["footer"]  # a card: raw HTML, and no part of the day's words
    facts = {
        "digest": edition.digest.slug,
        "date": edition.date,
        "url": absolute(edition.get_absolute_url()),
        "edition": edition.number,
        "first_published": edition.first_published,
        "updated": edition.live_from,
        "retracted": [
            item["uid"] for section in edition.page["sections"] for item in section["items"] if item["retracted"]
        ],
        "manuscript": words,
        "label": _label(edition, sources).to_json(),
    }
    return _for_programs(edition, as_json(facts), sources.values())


def live_edition(slug: str, day: Date) -> Any:
    """Return what readers see of a digest on a date. Raises Http404, or Gone if they saw something once."""
    of_the_day = Edition.objects.filter(digest__slug=slug, date=day).select_related("digest")
    edition = of_the_day.live().dated().first()
    if edition is not None:
        return edition
    past = of_the_day.ever_live().defer("page").order_by("-live_from").first()
    if past is not None:
        raise Gone(past.digest, date=day, until=past.live_until)
    raise Http404(_("There is no such issue."))


def _for_programs(edition: Any, response: HttpResponse, sources: Iterable[Source] = ()) -> HttpResponse:
    """Let pages of any site read an answer; say which page it is another form of, and since when it is so.

    `sources` are those whose class it tells.
    """
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Language"] = edition.digest.language
    response.headers["Link"] = f'<{absolute(edition.get_absolute_url())}>; rel="canonical"'
    # What an earlier edition may still say can change with each that comes after it.
    since = getattr(edition, "current", edition)
    changes = [since.live_from, since.endorsed_at, since.rendered_at, edition.digest.changed_at]
    changes += [source.changed_at for source in sources]
    response.headers["Last-Modified"] = http_date(max(filter(None, changes)).timestamp())
    return response


def _sources(edition: Edition) -> dict[str, Source]:
    """Return the sources that an edition cites, by domain."""
    domains = {domain(url) for url in edition.page["cited"]}
    return {source.domain: source for source in Source.objects.filter(domain__in=domains)}


def _label(edition: Edition, sources: Mapping[str, Source]) -> provenance.Label:
    return provenance.label(edition, {name: source.kind for name, source in sources.items()})


def _facts(label: provenance.Label) -> list[tuple[Any, list[tuple[Any, int]]]]:
    """Return the counts of a label under their headings, in words."""
    return [
        (_("Links to sources"), [(Source.Kind(kind).label, count) for kind, count in label.sources.items()]),
        (_("Insights"), [(Insight.Basis(basis).label, count) for basis, count in label.insights.items()]),
        (_("Part of AI"), [(NewsItem.AIRole(role).label, count) for role, count in label.ai.items()]),
    ]


def _sections(page: dict[str, Any], sources: Mapping[str, Source], tags: Mapping[str, Tag]) -> list[dict[str, Any]]:
    before, after = _updates(page)
    return [
        {
            **section,
            "items": [
                {
                    **dressed(item, sources, tags),
                    "update_to": before.get(item.get("follows", "")),
                    "updates": after.get(item["uid"], []),
                }
                for item in section["items"]
            ],
        }
        for section in page["sections"]
    ]


def _updates(page: dict[str, Any]) -> tuple[dict[str, Story], dict[str, list[Story]]]:
    """Return the live stories that those of a page are updates to, and those that are updates to them, by uid."""
    items = [item for section in page["sections"] for item in section["items"]]
    uids, followed = {item["uid"] for item in items}, {uid for item in items if (uid := item.get("follows"))}
    if not uids:
        return {}, {}
    # That it follows any is said for SQLite, which else does not see that the index has them all.
    following = Q(follows__in=uids) & ~Q(follows="")
    before, after = {}, defaultdict(list)
    for story in in_time(Story.objects.live().filter(Q(uid__in=followed) | following if followed else following)):
        if story.uid in followed:
            before[story.uid] = story
        if story.follows in uids:
            after[story.follows].append(story)
    return before, after
