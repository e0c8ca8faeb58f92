"""What is said about an issue: comments on a story, an insight, a brief or a field.

Sections have no uid, so a comment on one stands on the issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext as _

from digests.editorial.preflight import Blocker, Place
from digests.editorial.workflow import Refused, lock
from digests.manuscript.values import Brief, Insight, Manuscript, NewsItem, block, line
from digests.models import Comment, Issue, LastReviewed, Revision
from digests.models.person import name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST = 10_000  # of one comment
LONGEST_ABOUT = 200
LONGEST_NAME = 150  # of a person, as they log in
MOST_NAMES = 400  # that one query asks for; SQLite takes no more than some thousands

# What a comment may be on besides the whole thing.
FIELDS: dict[type, tuple[str, ...]] = {
    Manuscript: ("title", "summary", "intro", "category", "editor", "tags", "seo", "cover_image", "cover_alt"),
    NewsItem: ("headline", "link", "body", "tags", "ai_role"),
    Insight: ("label", "text", "basis"),
    Brief: ("text",),
}

# Sent with the comment and the people it mentions, once the transaction is through.
said = Signal()
# Sent with the comment that somebody resolved, and who did.
resolved = Signal()

# An @ that no Latin word runs into, as an address's does; Chinese is written up to it without a space.
MENTION = re.compile(r"(?<![A-Za-z0-9_.+@-])@([\w.@+-]+)")


def say(
    issue: Issue,
    text: str,
    *,
    by: User | None,
    name: str = "",
    uid: str = "",
    field: str = "",
    parent: Comment | None = None,
    revision: Revision | None = None,
) -> Comment:
    """Write a comment, or a reply, which reopens what it replies to. Announce it after the commit.

    Without an account (`by=None`) it is a guest's, by the `name` that they gave. `revision` is the one that they saw;
    without, the newest. Raises Refused, and then wrote nothing.
    """
    text = block(text)
    with transaction.atomic():
        locked = lock(issue.pk)
        seen = revision or locked.head
        if reasons := list(_objections(locked, seen, text, uid, field, parent)):
            raise Refused(*reasons)
        if parent:
            uid, field = parent.uid, parent.field
            Comment.objects.filter(pk=parent.pk).update(resolved_at=None, resolved_by=None, resolved_by_name="")
        comment = Comment.objects.create(
            issue=locked,
            uid=uid,
            field=field,
            parent=parent,
            revision=seen,
            author=by,
            author_name=line(name) or (name_of(by) if by else ""),
            text=text,
            about=parent.about if parent else about(seen.manuscript if seen else None, uid, field),
        )
        if by is not None and seen:
            LastReviewed.objects.record(by, seen)
        transaction.on_commit(lambda: said.send_robust(sender=Comment, comment=comment, people=mentioned(comment.text)))
    return comment


def _objections(
    issue: Issue, seen: Revision | None, text: str, uid: str, field: str, parent: Comment | None
) -> Iterator[Blocker]:
    if not text:
        yield Blocker("says_nothing", _("A comment needs words."), Place("text"), _("Write what you want to say."))
    elif len(text) > LONGEST:
        yield Blocker(
            "too_long",
            _("This comment has %(count)s characters; %(most)s fit.") % {"count": len(text), "most": LONGEST},
            Place("text"),
            _("Say it in parts."),
        )
    if parent:
        if parent.issue_id != issue.pk or parent.parent_id:
            yield Blocker("no_such_comment", _("This issue has no such comment."), Place("parent"), _("Look again."))
        return
    words = seen.manuscript if seen and seen.issue_id == issue.pk else None
    found = thing(words, uid) if words else None
    if found is None:
        yield Blocker(
            "no_such_place",
            _("What you comment on is not in this issue any more."),
            Place("uid", uid),
            _("Look again, or comment on the issue."),
        )
    elif field and field not in FIELDS[type(found)]:
        yield Blocker(
            "no_such_field",
            _("There is no field “%(field)s”.") % {"field": field[:40]},
            Place("field"),
            _("Look again."),
        )


def resolve(comment: Comment, *, by: User) -> None:
    """Resolve a comment. It and its replies can still be read."""
    with transaction.atomic():
        lock(comment.issue_id)
        closed = Comment.objects.filter(pk=comment.pk, parent=None, resolved_at=None).update(
            resolved_at=timezone.now(), resolved_by=by, resolved_by_name=name_of(by)
        )
        if closed:
            transaction.on_commit(lambda: resolved.send_robust(sender=Comment, comment=comment, by=by))


def thing(words: Manuscript, uid: str) -> Manuscript | NewsItem | Insight | Brief | None:
    """Return what a uid names in an issue; without one, the issue itself."""
    if not uid:
        return words
    named: tuple[NewsItem | Insight | Brief, ...] = (*words.items, *words.insights, *words.briefs)
    return next((one for one in named if one.uid == uid), None)


def about(words: Manuscript | None, uid: str, field: str) -> str:
    """Return the words that a comment is about, to be shown when they have gone from the issue."""
    found = thing(words, uid) if words else None
    for name in (field, "headline", "title", "text"):
        if name and (value := getattr(found, name, "")):
            return (", ".join(value) if isinstance(value, tuple) else str(value))[:LONGEST_ABOUT]
    return ""


def staff() -> QuerySet[User]:
    """Return the people whom a comment can name, by the names that they log in with."""
    return get_user_model().objects.filter(is_active=True, is_staff=True).order_by("username")


def named_in(*texts: str) -> dict[str, User]:
    """Return the staff whose names stand behind an @ in texts, by name: at least all whom `mentioned` finds in them.

    One query for any number of texts, and none for texts without an @. Only those people are read, unless the texts
    hold more names than a query should.
    """
    names = {name for text in texts for match in MENTION.finditer(text) for name in _beginnings(match[1])}
    if not names:
        return {}
    people = staff()
    if len(names) <= MOST_NAMES:
        # As written, too: SQLite lowers only the letters of ASCII.
        either = names | {name.lower() for name in names}
        people = people.annotate(lowered=Lower("username")).filter(lowered__in=either)
    return {one.get_username(): one for one in people}


def mentioned(text: str, people: Mapping[str, User] | None = None) -> list[User]:
    """Return the staff whom a text names with an @, each once.

    `people` is what `named_in` found in this text and others, so that many texts cost one query.
    """
    people = named_in(text) if people is None else people
    return list({name: people[name] for _run, name in runs(text, people) if name}.values())


def _beginnings(word: str) -> Iterator[str]:
    """Yield every name that may be meant by the word behind an @: what follows a name may belong to the sentence."""
    for end in range(1, min(len(word), LONGEST_NAME) + 1):
        if _begins(word, word[:end]):
            yield word[:end]


def runs(text: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Split a text into runs, each with the name that it mentions, or an empty one.

    A name ends where Latin letters and digits end: what follows it in Chinese is no part of it.
    """
    longest_first = sorted(names, key=len, reverse=True)
    end = 0
    for match in MENTION.finditer(text):
        name = next((one for one in longest_first if _begins(match[1], one)), "")
        if name:
            if match.start() > end:
                yield text[end : match.start()], ""
            end = match.start(1) + len(name)
            yield text[match.start() : end], name
    if end < len(text):
        yield text[end:], ""


def _begins(word: str, name: str) -> bool:
    after = word[len(name) : len(name) + 1]
    runs_on = name[-1:].isascii() and after.isascii() and (after.isalnum() or after == "_")
    return word[: len(name)].casefold() == name.casefold() and not runs_on
