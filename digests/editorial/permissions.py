"""Who may do what: roles as groups, and the rule that nobody approves their own words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from digests.models import Edition, Issue, LogEntry, Revision
from digests.models.states import TABLE, Action

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


def who_may(action: Action) -> set[int]:
    """Return everyone at the desk whose roles allow an action: `may`, asked of all at once."""
    seen = _with_perm("digests.view_issue")
    return set(_with_perm(TABLE[action].permission).filter(pk__in=seen).values_list("pk", flat=True))


def at_the_desk() -> set[int]:
    """Return everyone who may see issues at all."""
    return set(_with_perm("digests.view_issue").values_list("pk", flat=True))


def _with_perm(permission: str) -> Any:
    # The backend is named because with_perm asks for it as soon as a site has two.
    people: Any = get_user_model().objects
    return people.with_perm(permission, backend="django.contrib.auth.backends.ModelBackend").filter(is_staff=True)


# Who works on the words, judges them or sends them out decides who else may see them before readers do.
_INVITE = ("digests.change_issue", "digests.review_issue", "digests.publish_issue")


def may_invite(user: Any) -> bool:
    """Say whether a person may give people without an account a link to a draft."""
    return user is None or bool(user.is_active and any(user.has_perm(name) for name in _INVITE))


def authors(issue: Issue, *, until: Revision) -> set[int]:
    """Return who wrote any revision that no independent review has covered yet.

    That is every revision after the last edition someone else approved, up to `until`.
    """
    reviewed = (
        Edition.objects.filter(issue=issue, revision__number__lt=until.number)
        .exclude(approvals=0, endorsed_at=None)
        .order_by("-number")
        .values_list("revision__number", flat=True)
        .first()
    )
    words = issue.revisions.filter(number__gt=reviewed or 0, number__lte=until.number)
    return set(words.exclude(author=None).order_by().values_list("author_id", flat=True).distinct())


def wrote(user: Any, issue: Issue, *, until: Revision) -> bool:
    """Say whether a person wrote any of the words that an approval of `until` would be for."""
    return user is not None and user.pk in authors(issue, until=until)


def has_words_of(user: Any) -> Exists:
    """Return the same as `wrote`, up to the newest revision, as a condition on issues: a list asks once for all."""
    return Exists(_uncovered().filter(issue=OuterRef("pk"), author_id=user.pk))


def who_mends(issues: Iterable[int]) -> dict[int, set[int]]:
    """Return for each issue who goes on when changes are asked for: whoever wrote or submitted it.

    If none of them is here any more, whoever can. Costs as many queries for one issue as for many.
    """
    pks, able = list(issues), who_may(Action.SUBMIT)
    found: dict[int, set[int]] = {pk: set() for pk in pks}
    words = _uncovered().filter(issue__in=pks).exclude(author=None).order_by()
    submits = LogEntry.objects.filter(issue__in=pks, action=Action.SUBMIT).order_by("pk")
    submitted = dict(submits.values_list("issue", "actor"))  # the last of each
    for pk, person in {*words.values_list("issue", "author"), *submitted.items()}:
        found[pk].add(person)
    return {pk: able & people or able for pk, people in found.items()}


def _uncovered() -> Any:
    """Return the revisions of every issue that no independent review has covered yet."""
    reviewed = (
        Edition.objects.filter(
            Exists(Revision.objects.filter(issue=OuterRef("issue"), number__gt=OuterRef("revision__number"))),
            issue=OuterRef("issue"),
        )
        .exclude(approvals=0, endorsed_at=None)
        .order_by("-number")
        .values("revision__number")
    )
    return Revision.objects.filter(number__gt=Coalesce(Subquery(reviewed[:1]), 0))
