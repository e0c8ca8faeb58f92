"""Threads on an issue: remarks on a story, an insight, a brief or a field, by their uid."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from digests.manuscript.values import Manuscript, block, line
from digests.models import Comment, Issue
from digests.workflow import lock, person

# Sent with the comment and the people it mentions, once the transaction is through.
said = Signal()
# Sent with the thread that somebody closed, and who did.
resolved = Signal()

MENTION = re.compile(r"(?<![\w@])@([\w.+-]+)")


def say(
    issue: Issue, text: str, *, by: Any, name: str = "", uid: str = "", field: str = "", thread: Comment | None = None
) -> Comment:
    """Write a remark, or a reply in a thread, which opens it again; announce it after commit.

    Nobody (`by=None`) is a guest by the `name` that they gave.
    """
    with transaction.atomic():
        locked = lock(issue.pk)
        if thread:
            uid, field = thread.uid, thread.field
            Comment.objects.filter(pk=thread.pk).update(resolved_at=None, resolved_by=None)
        comment = Comment.objects.create(
            issue=locked,
            uid=uid,
            field=field,
            thread=thread,
            author=by,
            author_name=line(name) or person(by),
            text=block(text),
            about=thread.about if thread else about(locked.head.manuscript if locked.head else None, uid, field),
        )
        transaction.on_commit(lambda: said.send_robust(sender=Comment, comment=comment, people=mentioned(comment.text)))
    return comment


def resolve(thread: Comment, *, by: Any) -> None:
    """Close a thread; what was said in it stays readable."""
    with transaction.atomic():
        closed = Comment.objects.filter(pk=thread.pk, thread=None, resolved_at=None).update(
            resolved_at=timezone.now(), resolved_by=by
        )
        if closed:
            transaction.on_commit(lambda: resolved.send_robust(sender=Comment, thread=thread, by=by))


def about(manuscript: Manuscript | None, uid: str, field: str) -> str:
    """Return the words that a remark stands at, for when they are gone."""
    if manuscript is None:
        return ""
    if not uid:
        return str(getattr(manuscript, field, "") or manuscript.title)[:200]
    things: tuple[Any, ...] = (*manuscript.items, *manuscript.insights, *manuscript.briefs)
    for thing in things:
        if thing.uid == uid:
            return str(getattr(thing, field, "") or getattr(thing, "headline", "") or getattr(thing, "text", ""))[:200]
    return ""


def mentioned(text: str) -> list[Any]:
    """Return the staff whom a text names with an @."""
    names = MENTION.findall(text)
    return list(get_user_model().objects.filter(username__in=names, is_active=True, is_staff=True))
