"""Permissions: roles as groups, and the rule that nobody approves their own words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from digests.models import Edition, Issue, LogEntry, Revision, Role
from digests.models.person import Actor, System, Visitor
from digests.models.states import TABLE, Action

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

_ROWS = ("section", "newsitem", "insight", "brief")
_HISTORY = ("revision", "edition", "retraction", "review", "comment", "logentry")
_SEEN = ("digest", "channel", "issue", *_ROWS, "tag", "source", "picture", "notice", *_HISTORY)
_EVERY = ("add", "change", "delete", "view")

_VIEW = {f"digests.view_{model}" for model in _SEEN}
_WRITE = {
    *(f"digests.{verb}_{model}" for verb in _EVERY for model in ("issue", *_ROWS)),
    *(f"digests.{name}" for name in ("submit_issue", "add_tag", "add_comment", "add_picture", "change_picture")),
}
_REVIEW = {"digests.review_issue", "digests.add_comment"}
_PUBLISH = {
    "digests.publish_issue",
    "digests.force_publish_issue",
    "digests.retract_story",
    "digests.withdraw_issue",
    "digests.import_archive",
}
_CONFIGURE = {f"digests.{verb}_{model}" for verb in _EVERY for model in ("digest", "channel", "source", "tag")}
_PEOPLE = {f"auth.{verb}_{model}" for verb in _EVERY for model in ("user", "group")}

# What each role may do. After each `migrate`, its group gains what is new here and loses what was removed.
ROLES: dict[str, frozenset[str]] = {
    "writer": frozenset(_VIEW | _WRITE),
    "reviewer": frozenset(_VIEW | _REVIEW),
    "editor": frozenset(_VIEW | _WRITE | _PUBLISH),
    "admin": frozenset(_VIEW | _CONFIGURE | _PEOPLE),
}


def keep_roles(using: str = DEFAULT_DB_ALIAS) -> None:
    """Apply changes of ROLES to the groups.

    Only changes of the table since the last run are applied. So permissions that staff added to a group stay, those
    that they removed stay removed, and a group that they deleted is not created again.
    Raises LookupError for a permission that does not exist.
    """
    with transaction.atomic(using):
        for name, permissions in ROLES.items():
            role, is_new = Role.objects.using(using).get_or_create(name=name)
            group = Group.objects.using(using).filter(name=name).first()
            if group is None and is_new:
                group = Group.objects.using(using).create(name=name)
            given = frozenset(role.granted)
            if group:
                group.permissions.add(*_rows(permissions - given, using))
                group.permissions.remove(*_rows(given - permissions, using, missing_ok=True))
            if given != permissions:
                role.granted = sorted(permissions)
                role.save()


def _rows(permissions: Iterable[str], using: str, *, missing_ok: bool = False) -> list[Permission]:
    rows = Permission.objects.using(using).select_related("content_type")
    found = {f"{row.content_type.app_label}.{row.codename}": row for row in rows} if permissions else {}
    if not missing_ok and (missing := set(permissions) - found.keys()):
        raise LookupError(f"there are no such permissions: {', '.join(sorted(missing))}")
    return [found[name] for name in permissions if name in found]


def hand_over_renamed(using: str = DEFAULT_DB_ALIAS) -> None:
    """Replace permissions that have the former name of a model by those with its present name.

    When a model is renamed, Django renames its content type and creates new permissions beside the old ones, which
    nobody has yet.
    """
    of_ours = Permission.objects.using(using).filter(content_type__app_label="digests").select_related("content_type")
    by_name = {(row.content_type_id, row.codename): row for row in of_ours}
    for row in by_name.values():
        verb = row.codename.partition("_")[0]
        now = by_name.get((row.content_type_id, f"{verb}_{row.content_type.model}"))
        if verb in _EVERY and now and now != row:
            now.group_set.add(*row.group_set.all())
            now.user_set.add(*row.user_set.all())
            row.delete()


def may(who: Actor | AnonymousUser, action: Action) -> bool:
    """Tell whether the roles of an actor include an action. The system may do everything."""
    return isinstance(who, System) or bool(who.is_active and who.has_perm(TABLE[action].permission))


def who_may(action: Action) -> set[int]:
    """Return the primary keys of all staff whose roles include an action. Costs one query."""
    return set(_who_may(action).values_list("pk", flat=True))


def people_who_may(action: Action) -> list[User]:
    """Return the same people as `who_may`, as users."""
    return list(_who_may(action))


def at_the_desk() -> set[int]:
    """Return the primary keys of all staff who may see issues."""
    return set(_with_perm("digests.view_issue").values_list("pk", flat=True))


def _who_may(action: Action) -> QuerySet[User]:
    seen = _with_perm("digests.view_issue").values("pk")
    return _with_perm(TABLE[action].permission).filter(pk__in=seen)


def _with_perm(permission: str) -> QuerySet[User]:
    # The backend is named because `with_perm` requires it if a site has two.
    people: Any = get_user_model().objects
    found: QuerySet[User] = people.with_perm(permission, backend="django.contrib.auth.backends.ModelBackend")
    return found.filter(is_staff=True)


# Everyone who writes, reviews or publishes may show a draft to others.
_INVITE = ("digests.change_issue", "digests.review_issue", "digests.publish_issue")


def may_invite(who: Actor | AnonymousUser) -> bool:
    """Tell whether somebody may give people without an account a link to a draft."""
    return isinstance(who, System) or bool(who.is_active and any(who.has_perm(name) for name in _INVITE))


def authors(issue: Issue, *, until: Revision) -> set[int]:
    """Return the primary keys of the authors of words that an approval of `until` would cover. Costs two queries.

    Those are the authors of all revisions up to `until` since the last edition that was approved.
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


def newest_authors(issues: Iterable[int]) -> dict[int, set[int]]:
    """Return the same as `authors`, up to the newest revision, for each of many issues. Costs one query."""
    found: dict[int, set[int]] = {pk: set() for pk in issues}
    words = _uncovered().filter(issue__in=found).exclude(author=None).order_by()
    for pk, person in words.values_list("issue_id", "author_id").distinct():
        found[pk].add(person)
    return found


def wrote(who: Actor, issue: Issue, *, until: Revision) -> bool:
    """Tell whether somebody wrote any of the words that an approval of `until` would cover."""
    return not isinstance(who, System) and who.pk in authors(issue, until=until)


def has_words_of(who: Visitor) -> Exists:
    """Return the same as `wrote`, up to the newest revision, as a condition on a queryset of issues."""
    return Exists(_uncovered().filter(issue=OuterRef("pk"), author_id=who.pk))


def who_mends(issues: Iterable[int]) -> dict[int, set[int]]:
    """Return for each issue the people who should change it when changes are asked for: its authors and submitters.

    If none of them may submit any more, everyone who may. Costs three queries for any number of issues.
    """
    found, able = newest_authors(issues), who_may(Action.SUBMIT)
    submits = LogEntry.objects.filter(issue__in=found, action=Action.SUBMIT).order_by("pk")
    for pk, person in dict(submits.values_list("issue_id", "actor_id")).items():  # the last of each
        found[pk].add(person)
    return {pk: able & people or able for pk, people in found.items()}


def _uncovered() -> QuerySet[Revision]:
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
