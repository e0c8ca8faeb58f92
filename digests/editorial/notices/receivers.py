"""Connect signals to notices. Imported once, when the app is ready.

Everything here runs after the commit; a failure is logged and does no other harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models.signals import m2m_changed, post_save
from django.dispatch import receiver

from digests.editorial.comments import resolved, said
from digests.editorial.notices import Ending, events, mail, telling
from digests.editorial.workflow import announced
from digests.models import Comment, LogEntry
from digests.models.person import name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Person: Any = get_user_model()


@receiver(announced)
def tell_of_action(entry: LogEntry, **kwargs: Any) -> None:
    if entry.issue:
        news = events.of_entry(entry)
        mail.plan(telling.tell(entry.issue, news, Ending(entry.action, entry.actor_id, entry.actor_name)))


@receiver(said)
def tell_of_comment(comment: Comment, people: list[User], **kwargs: Any) -> None:
    news = events.of_comment(comment, people)
    mail.plan(telling.tell(comment.issue, news, Ending("said", comment.author_id, comment.author_name)))


@receiver(resolved)
def tell_of_resolution(comment: Comment, by: User, **kwargs: Any) -> None:
    closed = Comment.objects.select_related("issue").get(pk=comment.pk)
    news = events.of_resolution(closed, by)
    mail.plan(telling.tell(closed.issue, news, Ending("resolved", by.pk, name_of(by))))


@receiver(m2m_changed, sender=Person.groups.through)
@receiver(m2m_changed, sender=Person.user_permissions.through)
def tell_of_roles(action: str, **kwargs: Any) -> None:
    """Update blocking notices when roles are given or taken away."""
    if action.startswith("post_"):
        transaction.on_commit(lambda: mail.plan(telling.tell_all()), robust=True)


@receiver(post_save, sender=Person)
def tell_of_people(created: bool, update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Settle the notices of a person who was deactivated. A login, which also saves the person, changes nothing."""
    if not created and update_fields != frozenset({"last_login"}):
        transaction.on_commit(lambda: mail.plan(telling.tell_all()), robust=True)
