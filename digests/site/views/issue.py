"""An issue: its page, and the same as Markdown, JSON and nutrition label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date as Date
from functools import wraps
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _

from digests.manuscript.values import domain
from digests.manuscript.writer import write
from digests.models import Edition, Insight, NewsItem, Page, Source, Story, Tag
from digests.publishing import pictures, provenance
from digests.publishing.addresses import absolute
from digests.site.views import jsonld
from digests.site.views.editions import ListedEdition, ShownEdition, changed_since, earlier, editions_of
from digests.site.views.editions import listed as listed_editions
from digests.site.views.listing import listed
from digests.site.views.presenters import ShownSection, cover, in_time, shared, shown_story, tag_words, tags_of
from digests.site.views.responses import Gone, View, answer, as_json, feed_links, readable
from digests.text.markup import card

COVER_WIDTH = "(min-width: 44rem) 40.375rem, 100vw"  # as in digest.css


def of_any_edition(view: Callable[[HttpRequest, ShownEdition], HttpResponse]) -> View:
    """Make a view of an edition one of an address: of the live edition, or an earlier one named by `?edition=`."""

    @readable
    @wraps(view)
    def respond(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
        live = live_edition(digest, date)
        number = request.GET.get("edition")
        if number is None:
            return view(request, live)
        if number == str(live.row.number):
            return HttpResponseRedirect(request.path)
        response = view(request, earlier(live.row, number))
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return respond


@of_any_edition
def issue(request: HttpRequest, edition: ShownEdition) -> HttpResponse:
    """Show an issue, or an earlier edition of it with what changed since."""
    tags = Tag.objects.known(tag_words(edition.page))
    row, live = edition.row, edition.live
    editions = listed_editions(editions_of(row.issue_id), live or row)
    more: dict[str, Any] = {"editions": editions if len(editions) > 1 else []}
    if live:
        until, changed = changed_since(edition, live, request.GET.get("to", ""))
        more |= {"live": live, "until": until, "changed": changed}
    corrections = [one for one in editions if one.row.correction and one.row.live_from <= row.live_from]
    return issue_page(request, edition, _sources(edition.page), tags, corrections, **more)


def issue_page(
    request: HttpRequest,
    edition: ShownEdition,
    sources: Mapping[str, Source],
    tags: Mapping[str, Tag],
    corrections: Sequence[ListedEdition] = (),
    *,
    pictures_by: str = "",
    **more: Any,
) -> HttpResponse:
    """Show an edition or a draft. `sources` are by domain, `tags` by key.

    `pictures_by` is a query string that is added to the address of each picture, to open unpublished ones.
    """
    row, page = edition.row, edition.page
    label = _label(edition, sources)
    neighbours = listed(Edition.objects.live().filter(digest=row.digest)).defer("summary")
    shown = pictures.shown(pictures.named(page), by=pictures_by)
    context = {
        "edition": row,
        "page": page,
        "first_published": edition.first_published,
        "retractions": edition.retractions,
        "sections": _sections(page, sources, tags),
        "tags": tags_of(page.tags, tags),
        "cover": cover(page.cover, shown, sizes=COVER_WIDTH, by=pictures_by),
        "pictures": shown,
        "corrections": corrections,
        "label": label,
        "facts": _facts(label),
        "earlier": neighbours.filter(date__lt=row.date).first(),
        "later": neighbours.filter(date__gt=row.date).order_by("date").first(),
        "feeds": feed_links("digest", row.digest.slug),
        "story_feeds": feed_links("stories", row.digest.slug),
        "channels": row.digest.channels.all(),
        "card": card(row.digest.subscribe_card),
        **more,
    }
    if row.pk is not None and edition.live is None:  # metadata for programs is about the live edition only
        image = shared(row, shown, page.cover.alt)
        told = [one.row for one in corrections]
        context |= {"shared": image, "structured": jsonld.of_issue(row, edition.first_published, image, told)}
    return answer(request, "site/issue.html", context, digest=row.digest)


@of_any_edition
def label(request: HttpRequest, edition: ShownEdition) -> HttpResponse:
    """Serve the nutrition label of an issue as JSON."""
    sources = _sources(edition.page)
    return _for_programs(edition, as_json(_label(edition, sources).to_json()), sources.values())


@of_any_edition
def markdown(request: HttpRequest, edition: ShownEdition) -> HttpResponse:
    """Serve an issue in the manuscript format."""
    text = write(edition.words, footer=edition.row.digest.subscribe_card)
    return _for_programs(edition, HttpResponse(text, content_type="text/markdown; charset=utf-8"))


@of_any_edition
def data(request: HttpRequest, edition: ShownEdition) -> HttpResponse:
    """Serve an issue as JSON, with its label."""
    sources = _sources(edition.page)
    row = edition.row
    words = edition.words.to_json()
    del words["footer"]  # raw HTML of a subscribe card, not content of the issue
    facts = {
        "digest": row.digest.slug,
        "date": row.date,
        "url": absolute(row.get_absolute_url()),
        "edition": row.number,
        "first_published": edition.first_published,
        "updated": row.live_from,
        "retracted": [item.uid for item in edition.page.items if item.retracted],
        "manuscript": words,
        "label": _label(edition, sources).to_json(),
    }
    return _for_programs(edition, as_json(facts), sources.values())


def live_edition(slug: str, day: Date) -> ShownEdition:
    """Return the live edition of a digest's date. Raises Http404, or Gone if there was one and no longer is."""
    of_the_day = Edition.objects.filter(digest__slug=slug, date=day).select_related("digest")
    # Any, because of the annotation `first_published`.
    edition: Any = of_the_day.live().dated().first()
    if edition is not None:
        return ShownEdition(edition, edition.page, edition.first_published)
    past = of_the_day.ever_live().defer("page").order_by("-live_from").first()
    if past is not None:
        raise Gone(past.digest, date=day, until=past.live_until)
    raise Http404(_("There is no such issue."))


def _for_programs(edition: ShownEdition, response: HttpResponse, sources: Iterable[Source] = ()) -> HttpResponse:
    """Add CORS, canonical link and Last-Modified to a response for programs.

    `sources` are those whose class the response contains.
    """
    digest = edition.row.digest
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Language"] = digest.language
    response.headers["Link"] = f'<{absolute(edition.row.get_absolute_url())}>; rel="canonical"'
    # What may be shown of an earlier edition can change with each later one.
    since = edition.live or edition.row
    changes = [since.live_from, since.endorsed_at, since.rendered_at, digest.changed_at]
    changes += [source.changed_at for source in sources]
    response.headers["Last-Modified"] = http_date(max(filter(None, changes)).timestamp())
    return response


def _sources(page: Page) -> dict[str, Source]:
    """Return the sources that a page cites, by domain."""
    domains = {domain(url) for url in page.cited}
    return {source.domain: source for source in Source.objects.filter(domain__in=domains)}


def _label(edition: ShownEdition, sources: Mapping[str, Source]) -> provenance.Label:
    return provenance.label(edition.row, edition.page, {name: source.kind for name, source in sources.items()})


def _facts(label: provenance.Label) -> list[tuple[Any, list[tuple[Any, int]]]]:
    """Return the counts of a label as (heading, [(name, count)])."""
    return [
        (_("Links to sources"), [(Source.Kind(kind).label, count) for kind, count in label.sources.items()]),
        (_("Insights"), [(Insight.Basis(basis).label, count) for basis, count in label.insights.items()]),
        (_("Part of AI"), [(NewsItem.AIRole(role).label, count) for role, count in label.ai.items()]),
    ]


def _sections(page: Page, sources: Mapping[str, Source], tags: Mapping[str, Tag]) -> list[ShownSection]:
    before, after = _updates(page)
    return [
        ShownSection(
            title=section.title,
            lead=section.lead,
            briefs=section.briefs,
            items=[
                shown_story(item, sources, tags, update_to=before.get(item.follows), updates=after.get(item.uid, ()))
                for item in section.items
            ],
        )
        for section in page.sections
    ]


def _updates(page: Page) -> tuple[dict[str, Story], dict[str, list[Story]]]:
    """Return, by uid, the live stories that those of a page follow, and the live stories that follow them."""
    uids, followed = {item.uid for item in page.items}, {item.follows for item in page.items if item.follows}
    if not uids:
        return {}, {}
    # `follows` is not empty: without that condition SQLite does not use its partial index.
    following = Q(follows__in=uids) & ~Q(follows="")
    before, after = {}, defaultdict(list)
    for story in in_time(Story.objects.live().filter(Q(uid__in=followed) | following if followed else following)):
        if story.uid in followed:
            before[story.uid] = story
        if story.follows in uids:
            after[story.follows].append(story)
    return before, after
