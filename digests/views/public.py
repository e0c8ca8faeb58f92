"""The readers' pages: each is made of live editions, and of no row that staff are working on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date as Date
from functools import wraps
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import conditional_page, require_safe

from digests import pictures, press, provenance
from digests.manuscript.values import domain
from digests.manuscript.writer import write
from digests.markup import Shown, card, picture
from digests.models import Digest, Edition, Insight, NewsItem, Source, Story, Tag
from digests.pages import absolute

PAGE = 20  # issues
TAGS = 200
MOST_USED = 30  # tags
RECENT = 10  # issues on the front page
HEADLINES = 8  # of an issue, where it is announced
MAX_AGE = 60  # seconds
COVER = (1200, 630)
COVER_WIDTH = "(min-width: 60rem) 25rem, 100vw"  # what digest.css gives it

View = Callable[..., HttpResponse]


class Gone(Exception):
    """What an address had was public once, and is no more."""

    def __init__(self, digest: Digest, **context: Any) -> None:
        super().__init__()
        self.digest = digest
        self.context = context


def readable(view: View) -> View:
    """Make a view one for readers: GET and HEAD alone, kept for a minute, then asked for by its ETag."""

    @require_safe
    @conditional_page
    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Gone as gone:
            response = _page(request, "410.html", gone.context, digest=gone.digest, status=410)
        # A language chosen by cookie is one reader's own; `Vary: Cookie` would cost everybody the shared copy.
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        patch_cache_control(response, max_age=MAX_AGE, **({"private": True} if chosen else {"public": True}))
        return response

    return respond


# The newsroom


@readable
def front(request: HttpRequest) -> HttpResponse:
    """Show the latest issue of each digest, and what came before."""
    of_digest = Edition.objects.live().filter(digest=OuterRef("pk")).order_by("-date")
    latest = Digest.objects.annotate(latest=Subquery(of_digest.values("pk")[:1])).values("latest")
    editions = list(_listed(Edition.objects.live().filter(pk__in=latest)))
    headlines = _headlines(editions)
    context = {
        "leads": [(edition, headlines.get(edition.pk, [])) for edition in editions],
        "digest": editions[0].digest if len(editions) == 1 else None,
        "recent": _listed(Edition.objects.live().exclude(pk__in=[edition.pk for edition in editions]))[:RECENT],
        "feeds": _feeds("front"),
    }
    return _page(request, "digests/front.html", context)


@readable
def tags(request: HttpRequest) -> HttpResponse:
    """List the tags that live issues have, by name."""
    used = Tag.objects.filter(editions__in=Edition.objects.live()).annotate(issues=Count("editions", distinct=True))
    after = request.GET.get("after", "")
    listed = list(used.filter(key__gt=after).order_by("key")[: TAGS + 1])
    if after and not listed:
        raise Http404(_("No tags after this one."))
    more = len(listed) > TAGS
    context = {
        "tags": listed[:TAGS],
        "after": listed[TAGS - 1].key if more else "",
        "most_used": used.order_by("-issues", "key")[:MOST_USED] if more and not after else [],
        "is_first": not after,
    }
    return _page(request, "digests/tags.html", context)


@readable
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """List the issues that have a tag; where only some stories have it, those stories."""
    found = get_object_or_404(Tag, slug=slug)
    editions = Edition.objects.live().filter(tags=found)
    if before := request.GET.get("before", ""):
        day, pk = _day_and_number(before)
        editions = editions.filter(Q(date__lt=day) | Q(date=day, pk__lt=pk))
    listed = list(_listed(editions).annotate(own_tags=F("page__tags"))[: PAGE + 1])
    if not listed:
        raise Http404(_("No live issue has this tag."))
    last = listed[PAGE - 1] if len(listed) > PAGE else None
    listed = listed[:PAGE]
    tagged: dict[int, list[Story]] = {}
    for story in Story.objects.live().filter(edition__in=listed, tags=found).defer("page"):
        tagged.setdefault(story.edition_id, []).append(story)
    context = {
        "tag": found,
        "entries": [
            (edition, [] if _has(edition.own_tags, found) else tagged.get(edition.pk, [])) for edition in listed
        ],
        "before": f"{last.date}-{last.pk}" if last else "",
        "is_first": not before,
        "feeds": _feeds("tag", found.slug),
    }
    return _page(request, "digests/tag.html", context)


# A digest


@readable
def digest(request: HttpRequest, digest: str) -> HttpResponse:
    """Show a digest: its latest issue, the recent ones, and the archive by month."""
    publication = get_object_or_404(Digest, slug=digest)
    live = Edition.objects.live().filter(digest=publication)
    before = request.GET.get("before", "")
    listed = list(_listed(live.filter(date__lt=_day(before)) if before else live)[: PAGE + 1])
    if before and not listed:
        raise Http404(_("No issues before this date."))
    last = listed[PAGE - 1] if len(listed) > PAGE else None
    latest = listed[0] if listed and not before else None
    context = {
        "latest": latest,
        "headlines": _headlines([latest]).get(latest.pk, []) if latest else [],
        "issues": listed[1:PAGE] if latest else listed[:PAGE],
        "months": live.order_by()
        .annotate(month=TruncMonth("date"))
        .values("month")
        .annotate(issues=Count("pk"))
        .order_by("-month"),
        "before": str(last.date) if last else "",
        "is_first": not before,
        "feeds": _feeds("digest", publication.slug),
        "story_feeds": _feeds("stories", publication.slug),
        "card": card(publication.subscribe_card),
    }
    return _page(request, "digests/digest.html", context, digest=publication)


@readable
def month(request: HttpRequest, digest: str, year: int, month: int) -> HttpResponse:
    """List a digest's issues of a month."""
    publication = get_object_or_404(Digest, slug=digest)
    live = Edition.objects.live().filter(digest=publication)
    first = Date(year, month, 1)
    following = Date(year + month // 12, month % 12 + 1, 1)
    listed = list(_listed(live.filter(date__gte=first, date__lt=following)))
    if not listed:
        raise Http404(_("No issues in this month."))
    context = {
        "month": first,
        "issues": listed,
        "earlier": _dates(live.filter(date__lt=first).order_by("-date")),
        "later": _dates(live.filter(date__gte=following).order_by("date")),
        "feeds": _feeds("month", publication.slug, year, month),
    }
    return _page(request, "digests/month.html", context, digest=publication)


# An issue


@readable
def issue(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
    """Show an issue as its live edition has it."""
    edition = live_edition(digest, date)
    tags = {tag.key: tag for tag in Tag.objects.filter(editions=edition)}
    return issue_page(request, edition, _sources(edition), tags, _corrections(edition.issue_id).order_by("live_from"))


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
    neighbours = _listed(Edition.objects.live().filter(digest=edition.digest)).defer("summary")
    shown = pictures.shown(pictures.named(edition.page), by=pictures_by)
    context = {
        "edition": edition,
        "page": edition.page,
        "sections": _sections(edition.page, sources, tags, _followed(edition.page)),
        "tags": _tags(edition.page["tags"], tags),
        "cover": _cover(edition.page["cover"], shown, by=pictures_by),
        "pictures": shown,
        "shared": _shared(edition, shown),
        "corrections": corrections,
        "label": label,
        "facts": _facts(label),
        "earlier": neighbours.filter(date__lt=edition.date).first(),
        "later": neighbours.filter(date__gt=edition.date).order_by("date").first(),
        "feeds": _feeds("digest", edition.digest.slug),
        "story_feeds": _feeds("stories", edition.digest.slug),
        "card": card(edition.digest.subscribe_card),
        **more,
    }
    return _page(request, "digests/issue.html", context, digest=edition.digest)


@readable
def issue_label(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
    """Give the nutrition label of an issue."""
    edition = live_edition(digest, date)
    return _json(_label(edition).to_json())


@readable
def issue_markdown(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
    """Give an issue in the manuscript format."""
    edition = live_edition(digest, date)
    text = write(press.public_manuscript(edition), footer=edition.digest.subscribe_card)
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


@readable
def issue_json(request: HttpRequest, digest: str, date: Date) -> HttpResponse:
    """Give an issue as data, with its label."""
    edition = live_edition(digest, date)
    words = press.public_manuscript(edition).to_json()
    del words["footer"]  # a card: raw HTML, and no part of the day's words
    return _json(
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


# A story


@readable
def story(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one story of a live edition, or its tombstone."""
    found = (
        Story.objects.addressed()
        .filter(uid=uid)
        .select_related("edition__digest", "source")
        .annotate(is_corrected=Exists(_corrections(OuterRef("edition__issue"))))
        .defer("edition__page", "edition__digest__policies")
        .order_by("-edition__live_from")
        .first()
    )
    if found is None:
        raise _gone_story(uid)
    edition = found.edition
    if found.retracted:
        raise Gone(edition.digest, edition=edition, reason=found.page["body"])
    thread = list(_in_time(Story.objects.live().filter(thread=found.thread)))
    beside = Story.objects.live().filter(edition=edition).only("uid", "headline", "position")
    names = {Tag.key_of(name) for name in found.page["tags"]}
    item = _dressed(
        found.page,
        {found.source.domain: found.source} if found.source else {},
        {tag.key: tag for tag in Tag.objects.filter(key__in=names)} if names else {},
    )
    shown = pictures.shown(pictures.named(found.page) | {edition.cover} - {""})
    context = {
        "pictures": shown,
        "shared": _shared(edition, shown),
        "story": found,
        "edition": edition,
        "item": item,
        "thread": thread if len(thread) > 1 else [],
        "earlier": beside.filter(position__lt=found.position).order_by("-position").first(),
        "later": beside.filter(position__gt=found.position).order_by("position").first(),
        "feeds": _feeds("stories", edition.digest.slug),
    }
    return _page(request, "digests/story.html", context, digest=edition.digest)


# What pages are made from


def _listed(editions: Any) -> Any:
    """Return editions, newest first, with what a card shows and nothing heavier."""
    return (
        editions.select_related("digest")
        .only("date", "title", "summary", *(f"digest__{name}" for name in ("slug", "name", "language", "description")))
        .order_by("-date", "-pk")
    )


def _dates(editions: Any) -> Any:
    return editions.values_list("date", flat=True).first()


def _headlines(editions: Iterable[Edition]) -> dict[int, list[Story]]:
    """Return the first stories of each edition. One query, however many they have."""
    found: dict[int, list[Story]] = {}
    stories = Story.objects.live().filter(edition__in=editions, position__lt=HEADLINES)
    for story in stories.only("uid", "headline", "section", "edition_id", "position").order_by("position"):
        found.setdefault(story.edition_id, []).append(story)
    return found


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


def _gone_story(uid: str) -> Exception:
    past = (
        Story.objects.filter(uid=uid, edition__in=Edition.objects.begun())
        .select_related("edition__digest")
        .defer("page", "edition__page")
        .first()
    )
    return Gone(past.edition.digest) if past else Http404(_("There is no such story."))


def _corrections(issue: Any) -> Any:
    """Return the editions that told readers of a correction."""
    return Edition.objects.begun().filter(issue=issue).exclude(correction="").only("correction", "note", "live_from")


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
                {**_dressed(item, sources, tags), "update_to": followed.get(item.get("follows", ""))}
                for item in section["items"]
            ],
        }
        for section in page["sections"]
    ]


def _in_time(stories: Any) -> Any:
    """Return stories, the earliest first, with what a line about each shows and nothing heavier."""
    return (
        stories.select_related("edition__digest")
        .only("uid", "headline", *(f"edition__{name}" for name in ("date", "digest__name", "digest__language")))
        .order_by("edition__date", "edition__live_from", "position")
    )


def _followed(page: dict[str, Any]) -> dict[str, Story]:
    """Return the stories that those of a page are updates to, where readers see them. No query where there are none."""
    uids = {uid for section in page["sections"] for item in section["items"] if (uid := item.get("follows"))}
    return {story.uid: story for story in _in_time(Story.objects.live().filter(uid__in=uids))} if uids else {}


def _dressed(item: dict[str, Any], sources: Mapping[str, Source], tags: Mapping[str, Tag]) -> dict[str, Any]:
    """Return a story with its source, its tags and what its notes rest on, as rows and words."""
    return {
        **item,
        "source": sources.get(item["domain"]),
        "unsourced": not item["link"] and 'href="http' not in item["body"],
        "tags": _tags(item["tags"], tags),
        "ai": "" if item["ai_role"] == NewsItem.AIRole.NONE else NewsItem.AIRole(item["ai_role"]).label,
        "notes": [
            {
                "label": note["label"],
                "basis": basis,
                "rests_on": "" if basis == Insight.Basis.EDITOR else Insight.Basis(basis).label,
                "insights": list(insights),
            }
            for note in item["notes"]
            for basis, insights in groupby(note["insights"], lambda insight: insight["basis"])
        ],
    }


def _tags(names: Iterable[str], tags: Mapping[str, Tag]) -> list[Tag]:
    return [tags[key] for name in names if (key := Tag.key_of(name)) in tags]


def _has(names: Iterable[str], tag: Tag) -> bool:
    return tag.key in map(Tag.key_of, names)


def _cover(cover: dict[str, str], shown: Mapping[str, Shown], *, by: str = "") -> str:
    """Return the cover of an issue for its page; nothing if it has none."""
    if not cover["file"]:
        return ""
    # One from before there were pictures is shown as it was uploaded.
    plain = Shown(default_storage.url(cover["file"]) + by, *COVER)
    return picture(shown.get(cover["file"], plain), cover["alt"], css="cover", sizes=COVER_WIDTH)


def _shared(edition: Edition, shown: Mapping[str, Shown]) -> str:
    """Return the address of what a shared link shows; each edition's is another, since others keep it by address."""
    name = "issue-cover-cropped" if edition.cover in shown else "issue-cover"
    return f"{reverse(name, args=[edition.digest.slug, edition.date])}?edition={edition.number}"


# How they are answered

_FEEDS = (("rss", "RSS", "application/rss+xml"), ("atom", "Atom", "application/atom+xml"),
          ("json", "JSON Feed", "application/feed+json"))  # fmt: skip


def _feeds(name: str, *args: Any) -> list[dict[str, str]]:
    """Return the feeds of a listing, as links."""
    return [{"name": title, "type": kind, "url": reverse(f"{name}-{end}", args=args)} for end, title, kind in _FEEDS]


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], *, digest: Digest | None = None, status: int = 200
) -> HttpResponse:
    """Render a page in the language and time zone of its digest; a page of the newsroom, in the reader's."""
    language = digest.language if digest else translation.get_language()
    with translation.override(language), timezone.override(digest.zone if digest else None):
        response = render(request, template, {"digest": digest, "site": settings.SITE_URL, **context}, status=status)
    response.headers["Content-Language"] = language or settings.LANGUAGE_CODE
    return response


def _json(data: dict[str, Any]) -> HttpResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _day(text: str) -> Date:
    try:
        return Date.fromisoformat(text)
    except ValueError:
        raise Http404(_("That is not a date.")) from None


def _day_and_number(text: str) -> tuple[Date, int]:
    """Return the place in a list across digests, where a date alone may stand for several issues."""
    found = re.fullmatch(r"([0-9-]{10})-([0-9]{1,18})", text)
    if found is None:
        raise Http404(_("That is no place in this list."))
    return _day(found[1]), int(found[2])
