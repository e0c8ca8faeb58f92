"""Previews: links that show one revision to people without an account, and let them comment on it.

A link ends when it expires, is revoked, or the issue goes out. What it says of itself
is computed when somebody opens it (`PreviewLink.status`), so nothing has to clear it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from digests.editorial import comments, workflow
from digests.editorial.permissions import may_invite
from digests.editorial.preflight import Blocker, Place, Problem
from digests.editorial.workflow import Refused
from digests.manuscript.values import block, line
from digests.models import Comment, PreviewLink, PreviewLinkStatus, Revision
from digests.models.person import name_of
from digests.publishing.addresses import absolute

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LIFETIMES = (1, 3, 7, 30)  # days
MOST_COMMENTS = 50  # by one link
LONGEST_COMMENT = 5_000
LONGEST_NAME = 60


def make(revision: Revision, *, by: User, whom: str, days: int = 7, may_comment: bool = False) -> PreviewLink:
    """Make a link to a revision. Raises Refused."""
    _permit(by)
    if days not in LIFETIMES:
        raise Refused(Blocker("no_such_lifetime", _("A link cannot last that long."), Place("days"), _("Choose one.")))
    if revision.editions.live().exists():
        raise Refused(Blocker("already_live", _("Readers see exactly these words already.")))
    whom = line(whom)
    if not 0 < len(whom) <= 100:
        raise Refused(Blocker("whom_missing", _("Say in up to 100 characters whom the link is for."), Place("whom")))
    return PreviewLink.objects.create(
        issue=revision.issue,
        revision=revision,
        whom=whom,
        may_comment=may_comment,
        expires_at=timezone.now() + timedelta(days=days),
        by=by,
        by_name=name_of(by),
    )


def revoke(link: PreviewLink, *, by: User) -> None:
    """Revoke a link. Comments written through it stay. Raises Refused."""
    _permit(by)
    PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by=by, revoked_by_name=name_of(by)
    )


def _permit(by: User) -> None:
    if not may_invite(by):
        raise Refused(
            Blocker(
                "not_permitted",
                _("%(who)s may not do this: %(what)s.") % {"who": name_of(by), "what": _("Show a draft to others")},
                fix=_("Ask someone whose role includes it."),
            )
        )


def token(link: PreviewLink) -> str:
    """Return the token of a link: its key, signed with SECRET_KEY."""
    return _signer().sign(link.key)


def address(link: PreviewLink) -> str:
    return absolute(reverse("preview", args=[token(link)]))


def find(token: str) -> PreviewLink | None:
    """Return the link of a token, with its status now. A forged token is refused without a query."""
    try:
        key = _signer().unsign(token)
    except BadSignature:
        return None
    links = PreviewLink.objects.with_status().select_related("issue__digest", "revision")
    return links.filter(key=key).first()


def _signer() -> Signer:
    return Signer(sep=".", salt="digests.previews")


def shows(token: str, names: Iterable[str]) -> bool:
    """Say whether a token opens a draft that uses a stored picture under any of these names."""
    link: Any = find(token) if token else None
    # Names of pictures are long and random, so finding one anywhere in the content is proof enough.
    return (
        link is not None
        and link.status == PreviewLinkStatus.OPEN
        and any(name in link.revision.content for name in names)
    )


def opened(link: PreviewLink) -> None:
    """Record when a link was first and last opened."""
    now = timezone.now()
    PreviewLink.objects.filter(pk=link.pk).update(first_opened_at=Coalesce("first_opened_at", now), last_opened_at=now)


# Comments


def comments_by(link: PreviewLink) -> list[Comment]:
    """Return the comments written through a link, with their replies. Its guest may see no others."""
    return list(link.comments.filter(parent=None).prefetch_related("replies").order_by("created_at", "pk"))


def comment(link: PreviewLink, text: str, *, name: str, uid: str = "", parent: int | None = None) -> Comment:
    """Write a guest's comment on the issue or a story, or their reply to a comment of theirs. Raises Refused."""
    with transaction.atomic():
        issue = workflow.lock(link.issue_id)
        first = link.comments.filter(pk=parent, parent=None).first() if parent is not None else None
        text, name = block(text), line(name)
        reasons = [*_closed(link), *_unfit(text, name)]
        stories = {item.uid for item in link.revision.manuscript.items}
        if (uid and uid not in stories) or (parent is not None and first is None):
            reasons.append(Blocker("no_such_place", _("What this comment is about is not in this preview.")))
        if reasons:
            raise Refused(*reasons)
        with translation.override(issue.digest.language):
            name = _("%(name)s (guest)") % {"name": name}
        said = comments.say(issue, text, by=None, name=name, uid=uid, parent=first, revision=link.revision)
        said.preview_link = link
        said.save(update_fields=["preview_link"])
    return said


def _closed(link: PreviewLink) -> list[Problem]:
    """Check again with the issue locked, because it may have been published since the page was opened."""
    standing: Any = PreviewLink.objects.with_status().filter(pk=link.pk).first()
    if standing is None or standing.status != PreviewLinkStatus.OPEN or not standing.may_comment:
        return [Blocker("preview_closed", _("This preview takes no more comments."))]
    if standing.comments.count() >= MOST_COMMENTS:
        return [
            Blocker(
                "too_many_comments",
                _("%(most)s comments were written by this link, and it takes no more.") % {"most": MOST_COMMENTS},
                fix=_("Ask whoever sent it to you for another."),
            )
        ]
    return []


def _unfit(text: str, name: str) -> list[Problem]:
    found: list[Problem] = []
    if not name:
        found.append(Blocker("name_missing", _("Give a name, so that the newsroom knows who comments."), Place("name")))
    if len(name) > LONGEST_NAME:
        found.append(
            Blocker("name_too_long", _("A name has up to %(most)s characters.") % {"most": LONGEST_NAME}, Place("name"))
        )
    if not text:
        found.append(Blocker("text_missing", _("The comment is empty."), Place("text")))
    if len(text) > LONGEST_COMMENT:
        found.append(
            Blocker(
                "text_too_long",
                _("The comment has %(length)s characters; at most %(most)s fit.")
                % {"length": len(text), "most": LONGEST_COMMENT},
                Place("text"),
                _("Shorten it, or write two."),
            )
        )
    return found
