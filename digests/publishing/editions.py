"""The press: makes revisions public, and projects what readers' listings are read from.

Called by the workflow, inside its transaction and under its lock. Nothing here asks who may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from digests.manuscript.addresses import canonical
from digests.manuscript.values import Manuscript, NewsItem
from digests.models import (
    Edition,
    EditionTag,
    Issue,
    Picture,
    Retraction,
    Revision,
    Shingle,
    Source,
    Story,
    StoryText,
    Tag,
)
from digests.publishing.pictures import named
from digests.publishing.provenance import cited
from digests.text.languages import opening
from digests.text.markup import plain, render, render_line

EXCERPT_LENGTH = 200


def publish(issue: Issue, revision: Revision, *, at: datetime, **facts: Any) -> Edition:
    """Make a revision live from an instant on, until the next edition that is scheduled, if any.

    `facts` are the edition's own: by, by_name, approvals, correction, note, forced_reason.
    """
    following = issue.editions.pending(at).order_by("live_from").first()
    issue.editions.live(at).update(live_until=at)
    edition = Edition(
        issue=issue,
        digest=issue.digest,
        revision=revision,
        number=(issue.editions.aggregate(last=Max("number"))["last"] or 0) + 1,
        live_from=at,
        live_until=following.live_from if following else None,
        **facts,
    )
    _print(edition)
    edition.save(force_insert=True)
    _project(edition)
    return edition


def unschedule(edition: Edition) -> None:
    """Take back an edition whose hour has not come; what was live before it stays so."""
    edition.delete()  # before the other grows into its span: two are never live at once, not even in between
    edition.issue.editions.filter(live_until=edition.live_from).update(live_until=edition.live_until)


def withdraw(edition: Edition, *, at: datetime) -> None:
    """End a live edition with nothing after it."""
    Edition.objects.filter(pk=edition.pk).update(live_until=at)


def retract(edition: Edition, uid: str, reason: str, *, at: datetime, **facts: Any) -> Edition:
    """Put a tombstone in a story's place from an instant on, in what is live and what is scheduled."""
    issue = edition.issue
    Retraction.objects.create(issue=issue, uid=uid, reason=reason, at=at)
    for scheduled in issue.editions.pending(at):
        rebuild(scheduled)
    return publish(
        issue,
        edition.revision,
        at=at,
        approvals=edition.approvals,
        forced_reason=edition.forced_reason,
        endorsed_at=edition.endorsed_at,
        endorsed_by=edition.endorsed_by,
        endorsed_by_name=edition.endorsed_by_name,
        **facts,
    )


def rebuild(edition: Edition) -> None:
    """Print and project an edition anew from its revision, in place."""
    _print(edition)
    edition.save(update_fields=["page", "date", "title", "summary", "cover", "rendered_at"])
    edition.stories.all().delete()
    _project(edition)


def public_manuscript(edition: Edition, reasons: Mapping[str, str] | None = None) -> Manuscript:
    """Return the words of an edition as readers may have them: tombstones for what was retracted since.

    `reasons` are those of its issue's retractions, by uid, where they are known already.
    """
    with translation.override(edition.digest.language):
        return _tombstoned(edition.revision.manuscript, _reasons(edition.issue_id) if reasons is None else reasons)


def as_it_was(edition: Edition, live: Edition, reasons: Mapping[str, str]) -> Manuscript:
    """Return the words of an earlier edition as readers may have them while another is live.

    The headline of what was retracted may stand in the issue's own title, summary and intro as they were, so those are
    the live edition's then.
    """
    words = public_manuscript(edition, reasons)
    if not reasons:
        return words
    now = public_manuscript(live, reasons)
    return replace(words, title=now.title, summary=now.summary, intro=now.intro, seo=now.seo)


def _reasons(issue_id: int) -> dict[str, str]:
    return dict(Retraction.objects.filter(issue_id=issue_id).values_list("uid", "reason"))


def _tombstoned(manuscript: Manuscript, reasons: Mapping[str, str]) -> Manuscript:
    def stand(item: NewsItem) -> NewsItem:
        if item.uid not in reasons:
            return item
        return NewsItem(headline=_("Retracted story"), body=reasons[item.uid], uid=item.uid)

    if not reasons:
        return manuscript
    return replace(
        manuscript,
        sections=tuple(
            replace(section, items=tuple(stand(item) for item in section.items)) for section in manuscript.sections
        ),
    )


def _print(edition: Edition) -> None:
    """Render an edition once, so that no reader waits for Markdown."""
    manuscript = edition.revision.manuscript
    edition.page = printed(edition, manuscript)
    edition.date = manuscript.date
    edition.title = manuscript.title
    # Summaries are often lists, a line a story: cards, feeds and search results have one line.
    edition.summary = " · ".join(plain(manuscript.summary).split("\n"))
    edition.cover = manuscript.cover_file
    edition.rendered_at = timezone.now()


def printed(edition: Edition, manuscript: Manuscript) -> dict[str, Any]:
    """Return words as the page of an edition, with tombstones for what was retracted of its issue."""
    reasons = _reasons(edition.issue_id)
    with translation.override(edition.digest.language):
        return page(_tombstoned(manuscript, reasons), retracted=frozenset(reasons))


def page(manuscript: Manuscript, *, retracted: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return a manuscript with its Markdown rendered: what the templates of pages and feeds are given."""
    return {
        "title": manuscript.title,
        "date": manuscript.date.isoformat(),
        "category": manuscript.category,
        "summary": render(manuscript.summary, heading_from=2),
        "seo": list(manuscript.seo),
        "tags": list(manuscript.tags),
        "editor": manuscript.editor,
        "cover": {"file": manuscript.cover_file, "alt": manuscript.cover_alt},
        "cited": cited(manuscript),
        "intro": render(manuscript.intro, heading_from=2),
        "sections": [
            {
                "title": section.title,
                "lead": render(section.lead, heading_from=3),
                "briefs": [{"uid": brief.uid, "html": render_line(brief.text)} for brief in section.briefs],
                "items": [_item(item, retracted=item.uid in retracted) for item in section.items],
            }
            for section in manuscript.sections
        ],
    }


def _item(item: NewsItem, *, retracted: bool) -> dict[str, Any]:
    groups: list[dict[str, Any]] = []
    for insight in item.insights:
        line = insight.bullet and "\n" not in insight.text
        said = {
            "basis": insight.basis,
            "bullet": insight.bullet,
            "html": render_line(insight.text) if line else render(insight.text),
        }
        if groups and groups[-1]["label"] == insight.label:
            groups[-1]["insights"].append(said)
        else:
            groups.append({"label": insight.label, "insights": [said]})
    return {
        "uid": item.uid,
        "headline": item.headline,
        "link": item.link,
        "domain": item.domain,
        "body": render(item.body),
        "notes": groups,
        "tags": list(item.tags),
        "ai_role": item.ai_role,
        "follows": item.follows,
        "retracted": retracted,
    }


def _project(edition: Edition) -> None:
    """Write the rows that listings read, in the transaction that makes their edition."""
    with translation.override(edition.digest.language):
        reasons = _reasons(edition.issue_id)
        manuscript = _tombstoned(edition.revision.manuscript, reasons)
    printed = {item["uid"]: item for section in edition.page["sections"] for item in section["items"]}
    sources = Source.objects.known(item.link for item in manuscript.items)
    tags = Tag.objects.entered([*manuscript.tags, *(tag for item in manuscript.items for tag in item.tags)])
    own = {tags[Tag.key_of(name)] for name in manuscript.tags}
    tagged = [{tags[Tag.key_of(name)] for name in item.tags} for item in manuscript.items]
    counted = Counter(tag for of_story in tagged for tag in of_story)
    here = sum(item.uid not in reasons for item in manuscript.items)
    EditionTag.objects.filter(edition=edition).delete()
    EditionTag.objects.bulk_create(
        EditionTag(edition=edition, tag=tag, own=tag in own, stories=here if tag in own else counted[tag])
        for tag in {*own, *counted}
    )
    # As the words have it, retracted or not: a storyline does not break where a story was taken back.
    follows = {item.uid: item.follows for item in edition.revision.manuscript.items}
    storylines = _storylines(follows)
    edition.pictures.set(Picture.objects.filter(file__in=named(edition.page)))

    placed = [(section.title, item) for section in manuscript.sections for item in section.items]
    stories = Story.objects.bulk_create(
        Story(
            edition=edition,
            uid=item.uid,
            position=position,
            section=section,
            headline=item.headline,
            link=item.link,
            canonical=canonical(item.link),
            follows=follows[item.uid],
            storyline=storylines[item.uid],
            source=sources.get(item.domain),
            excerpt=opening(" ".join(plain(item.body).split()), EXCERPT_LENGTH),
            retracted=item.uid in reasons,
            page=printed[item.uid],
        )
        for position, (section, item) in enumerate(placed)
    )
    Story.tags.through.objects.bulk_create(
        Story.tags.through(story_id=story.pk, tag_id=tag.pk)
        for story, of_story in zip(stories, tagged, strict=True)
        for tag in of_story
    )
    _keep_words(stories, manuscript)
    _join(storylines)
    Shingle.objects.index(edition.issue)


def _keep_words(stories: Iterable[Story], manuscript: Manuscript) -> None:
    """Keep what stories say, to be searched."""
    items = {item.uid: item for item in manuscript.items}
    StoryText.objects.keep(
        (story, [plain(items[story.uid].body), *(plain(insight.text) for insight in items[story.uid].insights)])
        for story in stories
    )


def catch_up() -> int:
    """Keep the words of stories from before there was a search, and return of how many editions.

    One edition at a time: what is done stays done, and nobody who publishes meanwhile has to wait.
    """
    editions = Edition.objects.filter(Exists(Story.objects.filter(edition=OuterRef("pk"), text=None)))
    keys = list(editions.order_by("-date", "-pk").values_list("pk", flat=True))
    for pk in keys:
        with transaction.atomic():
            locked = Edition.objects.select_for_update(of=("self",)).select_related("revision", "digest")
            if edition := locked.filter(pk=pk).first():  # a schedule may have been cancelled meanwhile
                _keep_words(edition.stories.filter(text=None), public_manuscript(edition))
    return len(keys)


def _storylines(follows: Mapping[str, str]) -> dict[str, str]:
    """Return the first story of each story's chain. A uid that nobody has begins one; a circle, its smallest uid."""
    known = dict(follows)
    earlier = {uid for uid in follows.values() if uid and uid not in known}
    begin: dict[str, str] = {}
    if earlier:
        stories = Story.objects.filter(uid__in=earlier).exclude(storyline="").order_by("edition__live_from", "pk")
        begin = dict(stories.values_list("uid", "storyline"))
    found = {}
    for uid in follows:
        chain = [uid]
        while (before := known.get(chain[-1], "")) and before not in chain:
            chain.append(before)
        found[uid] = min(chain[chain.index(before) :]) if before else begin.get(chain[-1], chain[-1])
    return found


def _join(storylines: Mapping[str, str]) -> None:
    """Take the stories that follow these, and those that follow them, into the same storylines."""
    done: set[str] = set(storylines)
    level = dict(storylines)
    while level:
        following = Story.objects.filter(follows__in=level).exclude(uid__in=done).only("uid", "follows", "storyline")
        after = {}
        for story in following:
            after[story.uid] = story.storyline = level[story.follows]
        Story.objects.bulk_update(following, ["storyline"])
        done |= set(after)
        level = after
