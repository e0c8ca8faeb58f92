"""Write the rows that listings, search and feeds read, in the transaction that makes an edition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import translation

from digests.manuscript.addresses import canonical
from digests.manuscript.values import Manuscript
from digests.models import Edition, EditionTag, Picture, Shingle, Source, Story, StoryText, Tag
from digests.publishing.pictures import named
from digests.publishing.rendering import public_manuscript, retraction_reasons, tombstoned
from digests.text.languages import opening
from digests.text.markup import plain

EXCERPT_LENGTH = 200


def project(edition: Edition) -> None:
    """Write the stories, tags, pictures, search text and storylines of an edition.

    Call it in the transaction that makes the edition, after `render_edition`.
    """
    with translation.override(edition.digest.language):
        reasons = retraction_reasons(edition.issue_id)
        manuscript = tombstoned(edition.revision.manuscript, reasons)
    rendered = {item.uid: item for item in edition.page.items}
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
    # From the revision, so that a retracted story keeps its `follows` and the storyline does not break there.
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
            page=rendered[item.uid],
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
    """Write the search text of stories."""
    items = {item.uid: item for item in manuscript.items}
    StoryText.objects.keep(
        (story, [plain(items[story.uid].body), *(plain(insight.text) for insight in items[story.uid].insights)])
        for story in stories
    )


def catch_up() -> int:
    """Write the search text of stories that have none, and return the number of their editions.

    Each edition has a transaction of its own, so an interrupted run can go on and publishing does not have to wait.
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
    """Return the storyline of each story: the uid of the first story in its chain of `follows`.

    A uid that no story has can be the first one. In a circle, the smallest uid is.
    """
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
    """Move all stories that follow these, directly or not, to the same storylines. One query for each step."""
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
