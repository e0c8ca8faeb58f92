"""A login that is gone when somebody sends something: nothing is done, that is said, and they come back."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from digests.editorial import workflow
from digests.models import Comment, Issue
from digests.models.states import Action

pytestmark = pytest.mark.django_db
SAID = "You were logged out, so nothing was done. Log in, and do it again."


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def issue(draft: Callable[..., Issue], people: SimpleNamespace) -> Issue:
    made = draft()
    workflow.perform(Action.SUBMIT, made, by=people.writer)
    return Issue.objects.get(pk=made.pk)


def admin(name: str, *args: Any) -> str:
    return reverse(f"admin:digests_issue_{name}", args=args)


@pytest.mark.parametrize(
    ("page", "form", "sent"),
    [
        ("changelist", "changelist", {"action": "approve_all", "_selected_action": "1"}),
        ("changelist", "changelist", {"action": "schedule_all", "_selected_action": "1", "confirmed": "yes"}),
        ("review", "say", {"text": "A comment"}),
        ("review", "resolve", {"comment": "1"}),
        ("review", "sign_off", {"uid": "bcdfghjk", "read": "on"}),
        ("review", "do", {"note": "Once more"}),
        ("previews", "previews", {"whom": "Wang Lin"}),
    ],
)
def test_who_sends_something_without_a_login_is_told_and_comes_back(
    issue: Issue, people: SimpleNamespace, page: str, form: str, sent: dict[str, str]
) -> None:
    client, before = Client(), (issue.version, issue.log.count())
    back = admin(page, *([] if page == "changelist" else [issue.pk])) + "?since=all"
    args = {"changelist": [], "do": [issue.pk, "request_changes"]}.get(form, [issue.pk])
    asked = client.post(admin(form, *args), sent, headers={"Referer": f"http://testserver{back}#c1"}, follow=True)
    assert SAID in BeautifulSoup(asked.content, "html.parser").get_text()
    login = {"username": "reviewer", "password": "tell it as it was", "next": back}
    assert BeautifulSoup(asked.content, "html.parser").select_one("[name=next]")["value"] == back  # type: ignore[index]
    assert client.post(reverse("admin:login"), login)["Location"] == back
    assert client.get(back).status_code == (
        302 if page == "changelist" else 200
    )  # the list drops what it has no filter for
    issue.refresh_from_db()
    assert (issue.version, issue.log.count(), Comment.objects.count()) == (*before, 0)


def test_a_page_elsewhere_is_not_where_a_login_leads(issue: Issue) -> None:
    address = admin("say", issue.pk)
    for referer in ("https://elsewhere.test/", "//elsewhere.test", "javascript:alert(1)", ""):
        response = Client().post(address, {"text": "?"}, headers={"Referer": referer} if referer else {})
        assert response["Location"] == f"{reverse('admin:login')}?next={address}"


def test_a_script_says_itself_that_the_login_is_gone(issue: Issue) -> None:
    response = Client().post(admin("sign_off", issue.pk), headers={"Sec-Fetch-Mode": "cors"})
    assert response["Location"].startswith(reverse("admin:login"))
    assert list(get_messages(response.wsgi_request)) == []
