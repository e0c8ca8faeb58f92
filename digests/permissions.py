"""Who may do what: roles as groups, and the rule that nobody approves their own words."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from digests.models import Edition, Issue, Revision
from digests.states import TABLE, Action

_ROWS = ("section", "newsitem", "insight", "brief")
_HISTORY = ("revision", "edition", "retraction", "review", "comment", "logentry")
_SEEN = ("digest", "issue", *_ROWS, "tag", "source", *_HISTORY)

_VIEW = frozenset(f"view_{model}" for model in _SEEN)
_WRITE = frozenset(
    {"add_issue", "change_issue", "delete_issue", "submit_issue", "add_tag", "add_comment"}
    | {f"{verb}_{row}" for verb in ("add", "change", "delete") for row in _ROWS}
)
_CONFIGURE = frozenset(
    f"{verb}_{model}" for verb in ("add", "change", "delete", "view") for model in ("digest", "source", "tag")
)

# What each role may do in this app. The migrations give these to the groups; `admin` also manages people.
ROLES: dict[str, frozenset[str]] = {
    "writer": _VIEW | _WRITE,
    "reviewer": _VIEW | {"review_issue", "add_comment"},
    "editor": _VIEW
    | _WRITE
    | {"publish_issue", "force_publish_issue", "retract_story", "withdraw_issue", "import_archive"},
    "admin": _VIEW | _CONFIGURE,
}


def may(user: Any, action: Action) -> bool:
    """Say whether a person's roles allow an action at all. No person (a command) may do anything."""
    return user is None or bool(user.is_active and user.has_perm(TABLE[action].permission))


def wrote(user: Any, issue: Issue, *, until: Revision) -> bool:
    """Say whether a person wrote any revision that no independent review has covered yet.

    That is every revision after the last edition someone else approved, up to `until`.
    """
    if user is None:
        return False
    reviewed = (
        Edition.objects.filter(issue=issue, revision__number__lt=until.number)
        .exclude(approvals=0, endorsed_at=None)
        .order_by("-number")
        .values_list("revision__number", flat=True)
        .first()
    )
    words = issue.revisions.filter(number__gt=reviewed or 0, number__lte=until.number)
    return bool(words.filter(author_id=user.pk).exists())


def has_words_of(user: Any) -> Exists:
    """Return the same as `wrote`, up to the newest revision, as a condition on issues: a list asks once for all."""
    reviewed = (
        Edition.objects.filter(
            Exists(Revision.objects.filter(issue=OuterRef("issue"), number__gt=OuterRef("revision__number"))),
            issue=OuterRef("issue"),
        )
        .exclude(approvals=0, endorsed_at=None)
        .order_by("-number")
        .values("revision__number")
    )
    words = Revision.objects.filter(issue=OuterRef("pk"), number__gt=Coalesce(Subquery(reviewed[:1]), 0))
    return Exists(words.filter(author_id=user.pk))
