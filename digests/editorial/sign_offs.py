"""Story sign-offs: a reviewer says of each story that they have read it, in exactly these words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from digests.editorial.preflight import Blocker, Place
from digests.editorial.workflow import Refused, lock
from digests.models import Issue, LastReviewed, StorySignOff

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def sign_off(issue: Issue, uid: str, sha256: str, *, by: User, read: bool = True) -> None:
    """Sign a story off in the words named `sha256`, or take that back. Raises Refused if it has other words now."""
    with transaction.atomic():
        locked = lock(issue.pk)
        head = locked.head
        item = next((one for one in head.manuscript.items if one.uid == uid), None) if head else None
        if head is None or item is None:
            raise Refused(
                Blocker(
                    "no_such_story", _("This story is not in the issue any more."), Place("sign_offs"), _("Look again.")
                )
            )
        if item.sha256 != sha256:
            raise Refused(
                Blocker(
                    "other_words",
                    _("“%(headline)s” was changed since you opened this page.") % {"headline": item.headline},
                    Place("sign_offs", uid),
                    _("Open the page again and read what changed before you sign it off."),
                )
            )
        LastReviewed.objects.record(by, head)
        if read:
            StorySignOff.objects.update_or_create(issue=locked, person=by, uid=uid, defaults={"sha256": sha256})
        else:
            StorySignOff.objects.filter(issue=locked, person=by, uid=uid).delete()
