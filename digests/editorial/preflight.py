"""Why an issue cannot go out yet, as values that the admin, the commands and the API all show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from digests.manuscript import headlines
from digests.manuscript.addresses import canonical, leads_nowhere
from digests.manuscript.proof import Open, left_open, unfinished, without_code, without_fences
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem, Section
from digests.models import Story, Tag
from digests.text.markup import LENGTH, MEDIA, links, undescribed

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# As a template leaves it, and as people note what is still to come. Inside code it is code.
PLACEHOLDERS = re.compile(
    r"\{\{.*?\}\}"
    r"|(?<![A-Za-z])(?i:Report Title|This is the (?:report content|summary of the report)|lorem ipsum)(?![A-Za-z])"
    r"|(?<![A-Za-z0-9_])(?:TODO|TBD|FIXME)(?![A-Za-z0-9_])"
    r"|[（(【\[]\s*(?:待补充?|待填写?|待定稿|此处填写?|占位)\s*[）)】\]]"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem is: a field of the story, insight or brief `uid`, of a section (from 0), or of the issue."""

    field: str = ""
    uid: str = ""
    section: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way, where, and how to mend it."""

    severity: ClassVar[str]

    code: str
    message: str | _StrPromise
    place: Place = Place()
    fix: str | _StrPromise = ""

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


class Blocker(Problem):
    """Nothing goes out while this stands."""

    __slots__ = ()
    severity = "blocker"


class Advisory(Problem):
    """Worth a look; it stops nobody."""

    __slots__ = ()
    severity = "warning"


@dataclass(frozen=True, slots=True)
class Known:
    """What a newsroom has already: its tags by their letters, names they had, and uids of stories that readers see."""

    tags: Mapping[str, str] = field(default_factory=dict)
    former: frozenset[str] = frozenset()  # as good as the names that they have now
    seen: frozenset[str] = frozenset()


# What is looked for, by the codes of the problems: what to say where none of them was found.
CHECKS: tuple[tuple[frozenset[str], str | _StrPromise], ...] = tuple(
    (frozenset(codes.split()), passed)
    for codes, passed in (
        ("title_missing", _("The issue has a title.")),
        ("summary_missing summary_too_long", _("The summary is there, and short enough.")),
        ("cover_alt_missing picture_alt_missing", _("Every picture has a description.")),
        ("issue_empty issue_stub", _("There is enough to read.")),
        ("section_title_missing section_empty", _("Every section has a title and stories.")),
        ("headline_missing", _("Every story has a headline.")),
        ("story_empty brief_empty", _("Every story and brief has text.")),
        ("insight_empty", _("Every insight has text.")),
        ("link_missing", _("Every story says where it is from.")),
        ("link_unusable link_nowhere", _("Every link leads to a public address.")),
        ("link_twice headline_twice", _("No story is told twice.")),
        ("placeholder", _("No text is left that was to be replaced.")),
        ("text_too_long", _("No text is too long.")),
        ("left_open", _("All Markdown is closed.")),
        ("unfinished", _("No sentence stops halfway.")),
        ("tag_alike", _("Every tag is spelled as it was before.")),
        ("follows_itself follows_unseen", _("Every update follows a story that readers can see.")),
    )
)


def examine(manuscript: Manuscript) -> list[Problem]:
    """Return every problem of the words as this newsroom stands now. Costs two queries at most."""
    return check(manuscript, known(manuscript))


def known(*manuscripts: Manuscript) -> Known:
    """Return what the newsroom has already that manuscripts are to be held against."""
    letters = {Tag.letters_of(name) for manuscript in manuscripts for name in _tag_names(manuscript)}
    follows = {item.follows for manuscript in manuscripts for item in manuscript.items if item.follows}
    # The first that was made of those alike is the one to keep to.
    alike = Tag.objects.filter(letters__in=letters).select_related("renamed_to").order_by("-pk") if letters else []
    tags = {tag.letters: (tag.renamed_to or tag).name for tag in alike}
    former = frozenset(tag.name for tag in alike if tag.renamed_to)
    seen = Story.objects.live().filter(uid__in=follows).values_list("uid", flat=True) if follows else []
    return Known(tags, former, frozenset(seen))


def check(manuscript: Manuscript, known: Known | None = None) -> list[Problem]:
    """Return every problem of the words, in reading order; what needs the newsroom's rows only if they are `known`."""
    return [
        *_issue(manuscript),
        *(_tags(manuscript.tags, Place("tag_names"), dict(known.tags), known.former) if known else ()),
        *_sections(manuscript, known),
    ]


def blockers(problems: list[Problem]) -> list[Blocker]:
    return [problem for problem in problems if isinstance(problem, Blocker)]


def passed(problems: Iterable[Problem]) -> list[str | _StrPromise]:
    """Return what was looked for and not found, each as a sentence that is true of the issue."""
    found = {problem.code for problem in problems}
    return [sentence for codes, sentence in CHECKS if not codes & found]


def _issue(manuscript: Manuscript) -> Iterator[Problem]:
    if not manuscript.title:
        yield Blocker("title_missing", _("The issue has no title."), Place("title"), _("Give it one."))
    yield from _words(Place("title"), manuscript.title)
    yield from _text(Place("summary"), manuscript.summary, prose=False)
    if not manuscript.summary:
        yield Advisory(
            "summary_missing", _("There is no summary."), Place("summary"), _("Feeds and search results show it.")
        )
    elif len(manuscript.summary) > settings.NEWSROOM_LONGEST_SUMMARY:
        yield Advisory(
            "summary_too_long",
            _("The summary has %(length)d characters; beyond %(limit)d, search results and cards cut it off.")
            % {"length": len(manuscript.summary), "limit": settings.NEWSROOM_LONGEST_SUMMARY},
            Place("summary"),
            _("Say the most important first, and less."),
        )
    if manuscript.cover_file and not manuscript.cover_alt:
        yield Blocker(
            "cover_alt_missing",
            _("The cover has no description."),
            Place("cover_alt"),
            _("Say in a sentence what it shows, for people who cannot see it."),
        )
    yield from _text(Place("intro"), manuscript.intro)
    if not any(section.lead or section.briefs or section.items for section in manuscript.sections):
        yield Blocker(
            "issue_empty", _("The issue has no stories."), Place("sections"), _("Add a section with a story or brief.")
        )
    elif (length := _length(manuscript)) < settings.NEWSROOM_SHORTEST_ISSUE:
        yield Blocker(
            "issue_stub",
            _("The issue has %(length)d characters of text, and at least %(limit)d are a whole one.")
            % {"length": length, "limit": settings.NEWSROOM_SHORTEST_ISSUE},
            Place("sections"),
            _("Write it out before it goes anywhere."),
        )


def _length(manuscript: Manuscript) -> int:
    texts = [
        *(section.lead for section in manuscript.sections),
        *(brief.text for brief in manuscript.briefs),
        *(item.headline + item.body for item in manuscript.items),
        *(insight.text for insight in manuscript.insights),
    ]
    return sum(len(text) for text in texts)


def _sections(manuscript: Manuscript, known: Known | None) -> Iterator[Problem]:
    by_link: dict[str, str] = {}
    by_headline: dict[str, str] = {}
    tags = {**known.tags} if known else {}
    if known:
        for name in manuscript.tags:
            tags.setdefault(Tag.letters_of(name), name)
    uids = {item.uid for item in manuscript.items}
    for number, section in enumerate(manuscript.sections):
        yield from _section(number, section)
        for brief in section.briefs:
            yield from _brief(brief)
        for item in section.items:
            yield from _item(item)
            yield from _twice(item, by_link, by_headline)
            if known:
                yield from _tags(item.tags, Place("tag_names", item.uid), tags, known.former)
                yield from _follows(item, known.seen | uids)


def _section(number: int, section: Section) -> Iterator[Problem]:
    place = Place("title", section=number)
    if not section.title:
        yield Blocker("section_title_missing", _("A section has no title."), place, _("Give it one."))
    if not (section.lead or section.briefs or section.items):
        yield Advisory(
            "section_empty",
            _("The section “%(title)s” is empty.") % {"title": section.title},
            place,
            _("Fill or delete it."),
        )
    yield from _words(place, section.title)
    yield from _text(Place("lead", section=number), section.lead)


def _brief(brief: Brief) -> Iterator[Problem]:
    place = Place("text", brief.uid)
    if not brief.text:
        yield Blocker("brief_empty", _("A brief has no words."), place, _("Write or delete it."))
    yield from _text(place, brief.text, prose=False)


def _item(item: NewsItem) -> Iterator[Problem]:
    if not item.headline:
        yield Blocker("headline_missing", _("A story has no headline."), Place("headline", item.uid), _("Write one."))
    yield from _words(Place("headline", item.uid), item.headline)
    yield from _source(item)
    if not item.body and not item.insights:
        yield Advisory(
            "story_empty",
            _("“%(headline)s” has no text.") % {"headline": item.headline},
            Place("body", item.uid),
            _("Write a sentence, or make it a brief."),
        )
    yield from _text(Place("body", item.uid), item.body)
    for insight in item.insights:
        yield from _insight(insight, item)


def _insight(insight: Insight, item: NewsItem) -> Iterator[Problem]:
    place = Place("text", insight.uid) if insight.uid else Place("insights", item.uid)
    if not insight.text:
        yield Advisory(
            "insight_empty",
            _("An insight of “%(headline)s” has no text.") % {"headline": item.headline},
            place,
            _("Write or delete it."),
        )
    yield from _text(place, insight.text, prose=not insight.bullet)


def _source(item: NewsItem) -> Iterator[Problem]:
    place = Place("link", item.uid)
    if not item.link:
        if "://" not in item.body:
            yield Advisory(
                "link_missing",
                _("“%(headline)s” has no source link.") % {"headline": item.headline},
                place,
                _("Readers trust what they can follow."),
            )
    elif not _is_web_address(item.link):
        yield Blocker(
            "link_unusable",
            _("The source link of “%(headline)s” is not a web address.") % {"headline": item.headline},
            place,
            _("It begins with https:// or http:// and a host."),
        )
    else:
        yield from _nowhere(place, item.link)


def _twice(item: NewsItem, by_link: dict[str, str], by_headline: dict[str, str]) -> Iterator[Problem]:
    link, headline = canonical(item.link), headlines.key(item.headline)
    if link and link in by_link:
        yield Advisory(
            "link_twice",
            _("“%(headline)s” has the same source link.") % {"headline": by_link[link]},
            Place("link", item.uid),
            _("Merge the two stories, or link to another report."),
        )
    if headline and headline in by_headline:
        yield Advisory(
            "headline_twice",
            _("“%(headline)s” stands above another story too.") % {"headline": by_headline[headline]},
            Place("headline", item.uid),
            _("Merge the two stories, or say what is different."),
        )
    by_link.setdefault(link, item.headline)
    by_headline.setdefault(headline, item.headline)


def _tag_names(manuscript: Manuscript) -> Iterator[str]:
    yield from manuscript.tags
    for item in manuscript.items:
        yield from item.tags


def _tags(names: Iterable[str], place: Place, known: dict[str, str], former: frozenset[str]) -> Iterator[Problem]:
    """Find tags that differ from a known one by case, width or a space; those that are new are known from then on."""
    for name in names:
        before = known.setdefault(Tag.letters_of(name), name)
        if before != name and name not in former:
            yield Advisory(
                "tag_alike",
                _("The tag “%(name)s” is nearly “%(before)s”.") % {"name": name, "before": before},
                place,
                _("Spell it as it was before, so that readers find both under one."),
            )


def _follows(item: NewsItem, seen: frozenset[str]) -> Iterator[Problem]:
    place = Place("follows", item.uid)
    if item.follows and item.follows == item.uid:
        yield Advisory(
            "follows_itself",
            _("“%(headline)s” is an update to itself.") % {"headline": item.headline},
            place,
            _("Choose an earlier story, or none."),
        )
    elif item.follows and item.follows not in seen:
        yield Advisory(
            "follows_unseen",
            _("“%(headline)s” is an update to a story that readers cannot see.") % {"headline": item.headline},
            place,
            _("Choose one that is public, or none; it shows once that story is."),
        )


_LEFT_OPEN: dict[Open, str | _StrPromise] = {
    "fence": _("A block of code is not closed."),
    "code": _("A backtick ` has no partner."),
    "strong": _("Two asterisks ** have no partner."),
    "link": _("A link is not closed."),
    "bracket": _("A square bracket has no partner."),
}


def _text(place: Place, text: str, *, prose: bool = True) -> Iterator[Problem]:
    """Check Markdown of an editor's, wherever it stands; `prose` is what ends with a full stop."""
    if len(text) > LENGTH:
        yield Blocker(
            "text_too_long",
            _("A text has %(length)d characters; at most %(limit)d are shown with their Markdown.")
            % {"length": len(text), "limit": LENGTH},
            place,
            _("Make two of it."),
        )
        return
    yield from _words(place, text)
    if "://" in text or "www." in text:
        for link in links(text):
            yield from _nowhere(place, link)
    if kind := left_open(text):
        yield Advisory("left_open", _LEFT_OPEN[kind], place, _("Close it, or write a backslash before it."))
    elif tail := unfinished(text, prose=prose):
        yield Advisory(
            "unfinished",
            _("The text stops at “…%(tail)s”.") % {"tail": tail},
            place,
            _("Finish the sentence."),
        )


def _words(place: Place, text: str) -> Iterator[Problem]:
    if found := PLACEHOLDERS.search(without_code(without_fences(text)[0])):
        yield Blocker(
            "placeholder",
            _("“%(text)s” looks like text that was to be replaced.") % {"text": found[0][:60]},
            place,
            _("Replace it with the real words."),
        )
    yield from _pictures(place, text)


def _pictures(place: Place, text: str) -> Iterator[Problem]:
    if MEDIA in text and (found := undescribed(text)):
        yield Blocker(
            "picture_alt_missing",
            ngettext(
                "%(count)d picture in the text has no description.",
                "%(count)d pictures in the text have no description.",
                len(found),
            )
            % {"count": len(found)},
            place,
            _("Write it between the brackets: ![what it shows](…). For mere decoration, write a dash."),
        )


def _nowhere(place: Place, link: str) -> Iterator[Problem]:
    if leads_nowhere(link, settings.NEWSROOM_RESERVED_HOSTS):
        yield Blocker(
            "link_nowhere",
            _("The link %(link)s leads to an example or a private network.") % {"link": link[:120]},
            place,
            _("Link to the public page that readers can open."),
        )


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
