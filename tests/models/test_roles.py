"""Roles: groups that follow one table, and what staff made of them by hand."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from PIL import Image

from digests.admin.setup.picture import take_cover
from digests.apps import catch_up
from digests.editorial import permissions
from digests.editorial.permissions import ROLES, hand_over_renamed, keep_roles
from digests.models import Channel, Digest, Issue, Picture, Role
from digests.publishing import pictures
from tests.conftest import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def held(name: str) -> set[str]:
    rows = Permission.objects.filter(group__name=name).select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


def permission(name: str) -> Permission:
    label, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=label, codename=codename)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> dict[str, frozenset[str]]:
    """A table that a test may change."""
    changed = dict(ROLES)
    monkeypatch.setattr(permissions, "ROLES", changed)
    return changed


# The table


@pytest.mark.parametrize("role", ROLES)
def test_a_new_newsroom_has_the_groups_of_the_table(role: str) -> None:
    assert held(role) == ROLES[role]


def test_groups_follow_the_table(table: dict[str, frozenset[str]]) -> None:
    table["writer"] = ROLES["writer"] - {"digests.delete_issue"} | {"digests.review_issue"}
    keep_roles()
    assert held("writer") == table["writer"]
    table["writer"] = ROLES["writer"]
    keep_roles()
    assert held("writer") == ROLES["writer"]


def test_a_new_role_gets_a_group(table: dict[str, frozenset[str]]) -> None:
    table["translator"] = frozenset({"digests.view_issue"})
    keep_roles()
    assert held("translator") == {"digests.view_issue"}


def test_what_staff_gave_and_took_by_hand_stays(table: dict[str, frozenset[str]]) -> None:
    writer = Group.objects.get(name="writer")
    writer.permissions.add(permission("digests.view_storysignoff"), permission("digests.publish_issue"))
    writer.permissions.remove(permission("digests.delete_issue"))
    by_hand = held("writer")
    keep_roles()
    assert held("writer") == by_hand
    table["writer"] = ROLES["writer"] | {"digests.review_issue"}
    keep_roles()
    assert held("writer") == by_hand | {"digests.review_issue"}


def test_a_group_that_was_deleted_stays_away() -> None:
    Group.objects.get(name="reviewer").delete()
    keep_roles()
    assert not Group.objects.filter(name="reviewer").exists()


def test_a_permission_that_is_none_is_refused_and_nothing_given(table: dict[str, frozenset[str]]) -> None:
    table["writer"] = ROLES["writer"] | {"digests.review_issue"}
    table["admin"] = ROLES["admin"] | {"digests.sing_issue"}
    with pytest.raises(LookupError, match=r"digests\.sing_issue"):
        keep_roles()
    assert [held("writer"), held("admin")] == [ROLES["writer"], ROLES["admin"]]


def test_what_is_gone_from_django_too_is_no_hindrance() -> None:
    Role.objects.filter(name="writer").update(granted=[*ROLES["writer"], "digests.view_nothing"])
    keep_roles()
    assert Role.objects.get(name="writer").granted == sorted(ROLES["writer"])


@pytest.mark.parametrize("role", ROLES)
def test_tables_that_were_emptied_are_filled_again(role: str) -> None:
    for model in (Role, Group, Permission):
        model.objects.all().delete()
    catch_up()
    assert held(role) == ROLES[role]


# Upgrades


def test_what_was_granted_on_a_renamed_model_is_handed_over(people: SimpleNamespace) -> None:
    of_issue = ContentType.objects.get_for_model(Issue)
    former = Permission.objects.create(content_type=of_issue, codename="delete_daily", name="Can delete daily")
    other = Permission.objects.create(content_type=of_issue, codename="sing_daily", name="Can sing daily")
    interns = Group.objects.create(name="interns")
    interns.permissions.add(former, other)
    people.outsider.user_permissions.add(former)
    for _again in range(2):
        hand_over_renamed()
        assert held("interns") == {"digests.delete_issue", "digests.sing_daily"}
        assert people.outsider.user_permissions.get() == permission("digests.delete_issue")
    assert not Permission.objects.filter(codename="delete_daily").exists()


def test_own_groups_go_on_doing_what_they_did(people: SimpleNamespace) -> None:
    interns = Group.objects.create(name="interns")
    interns.permissions.add(permission("digests.change_issue"), permission("digests.view_digest"))
    people.outsider.user_permissions.add(permission("digests.change_digest"), permission("digests.view_issue"))
    import_module("digests.migrations.0026_roles_can_grow").give(apps, None)
    assert held("interns") == {
        "digests.change_issue",
        "digests.view_digest",
        "digests.add_picture",
        "digests.change_picture",
        "digests.view_channel",
    }
    assert User.objects.get(pk=people.outsider.pk).get_user_permissions() == {
        "digests.change_digest",
        "digests.view_issue",
        "digests.add_channel",
        "digests.change_channel",
        "digests.delete_channel",
        "digests.view_picture",
        "digests.view_notice",
    }


# Permissions of their own


def test_a_cover_is_taken_from_those_who_may_add_pictures(people: SimpleNamespace, rf: RequestFactory) -> None:
    request = rf.post("/", {"cover": file()})
    request.user = people.reviewer
    with pytest.raises(pictures.Unfit, match="does not let you add pictures"):
        take_cover(request)
    assert not Picture.objects.exists()
    request.user = people.writer
    take_cover(request)
    assert request.POST["cover_file"] == Picture.objects.get().file.name


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def file() -> SimpleUploadedFile:
    made = BytesIO()
    Image.new("RGB", (60, 40), "#2060a0").save(made, "PNG")
    return SimpleUploadedFile("p.png", made.getvalue())


@pytest.fixture
def picture() -> Picture:
    return pictures.take(file(), by=None)


def may_do(user: User, picture: Picture, digest: Digest) -> set[str]:
    """Return what of pictures, channels and notices somebody is let do at the desk."""
    client = desk(user)
    change, set_up = f"/admin/digests/picture/{picture.pk}/change/", f"/admin/digests/digest/{digest.pk}/change/"
    page = client.get(set_up)
    tried: dict[str, Callable[[], Any]] = {
        "list pictures": lambda: client.get("/admin/digests/picture/"),
        "see a stored picture": lambda: client.get(picture.file.url),
        "describe one": lambda: client.post("/admin/digests/picture/describe/", {"name": "x", "alt": "x"}),
        "change one": lambda: client.post(change, {"alt": "x", "x": 1, "y": 1}),
        "upload": lambda: client.post("/admin/digests/picture/upload/", {"picture": file()}),
        "read notices": lambda: client.get("/admin/digests/notice/"),
        "choose how to be told": lambda: client.get("/admin/digests/notice/settings/"),
    }
    found = {what for what, ask in tried.items() if ask().status_code < 400}
    if b"t.me/morning" in page.content:
        found.add("see channels")
    if b'name="channels-0-address"' in page.content:
        found.add("change channels")
    if b'name="channels-__prefix__-address"' in page.content:
        found.add("add channels")
    if b'name="channels-0-DELETE"' in page.content:
        found.add("delete channels")
    return found


SEE = {
    "list pictures", "see a stored picture", "read notices", "choose how to be told", "see channels"
}  # fmt: skip
WRITE = {"describe one", "change one", "upload"}
SET_UP = {"change channels", "add channels", "delete channels"}


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (["writer"], SEE | WRITE),
        (["reviewer"], SEE),
        (["editor"], SEE | WRITE),
        (["admin"], SEE | SET_UP),
        ([], set()),
    ],
)
def test_roles_do_what_they_did(digest: Digest, picture: Picture, roles: list[str], expected: set[str]) -> None:
    Channel.objects.create(digest=digest, name="Telegram", address="https://t.me/morning")
    assert may_do(person("wen", *roles), picture, digest) == expected


@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        (["view_picture"], {"list pictures", "see a stored picture"}),
        (["view_picture", "change_picture"], {"list pictures", "see a stored picture", "describe one", "change one"}),
        (["add_picture"], {"upload"}),
        (["view_notice"], {"read notices", "choose how to be told"}),
        (["view_digest"], set()),
        (["view_digest", "view_channel"], {"see channels"}),
        (["view_digest", "change_digest"], set()),
        (["change_digest", "view_channel", "change_channel"], {"see channels", "change channels"}),
        (["view_issue", "change_issue"], set()),
    ],
)
def test_each_is_a_permission_of_its_own(
    digest: Digest, picture: Picture, granted: list[str], expected: set[str]
) -> None:
    Channel.objects.create(digest=digest, name="Telegram", address="https://t.me/morning")
    user = person("wen")
    user.user_permissions.set(permission(f"digests.{name}") for name in granted)
    assert may_do(user, picture, digest) == expected
