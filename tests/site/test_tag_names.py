"""Tags under another name: the old word and address lead to the tag, and no approved word changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from digests.admin.issue import saving
from digests.admin.listing.bulk import retagged
from digests.editorial import exchange, preflight, workflow
from digests.manuscript.values import NewsItem, Section
from digests.models import Edition, EditionTag, Issue, Story, Tag, TaggedIssue
from digests.models.states import Action, State
from digests.publishing import editions
from tests.conftest import manuscript

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]


@pytest.fixture(autouse=True)
def english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


def tag(name: str) -> Tag:
    return Tag.objects.named([name])[0]


def rename(before: str, after: str) -> Tag:
    return Tag.objects.rename(Tag.objects.get(name=before), after)


def names() -> dict[str, str]:
    """Return every name that a tag has or had, and the tag that it means."""
    return {row.name: (row.renamed_to or row).name for row in Tag.objects.select_related("renamed_to")}


def get(client: Client, address: str, status: int = 200) -> Any:
    response = client.get(address)
    assert response.status_code == status, address
    return BeautifulSoup(response.content, "html.parser")


# What a name means


def test_a_tag_keeps_its_row_and_its_old_name_means_it() -> None:
    before = tag("快手科技")
    after = rename("快手科技", "快手")
    assert (after.pk, after.name, after.slug, after.key) == (before.pk, "快手", "快手", "快手")
    assert tag("快手科技") == tag("快手") == after
    assert names() == {"快手科技": "快手", "快手": "快手"}


def test_a_name_of_another_tag_makes_the_two_one() -> None:
    tag("快手科技")
    other = tag("快手")
    assert rename("快手科技", "快手") == other
    assert tag("快手科技") == other
    assert names() == {"快手科技": "快手", "快手": "快手"}


def test_a_tag_goes_back_to_its_old_name_and_address() -> None:
    before = tag("A")
    rename("A", "B")
    after = rename("B", "A")
    assert (after.pk, after.slug) == (before.pk, "a")
    assert names() == {"A": "A", "B": "A"}


def test_names_that_came_one_after_the_other_all_mean_the_last() -> None:
    tag("A")
    rename("A", "B")
    rename("B", "C")
    assert names() == {"A": "C", "B": "C", "C": "C"}


def test_a_tag_that_others_were_merged_into_takes_their_names_along() -> None:
    for name in "ABC":
        tag(name)
    rename("A", "B")
    rename("B", "C")
    assert names() == {"A": "C", "B": "C", "C": "C"}


def test_a_name_that_another_tag_had_means_that_tag_still() -> None:
    tag("A")
    tag("X")
    rename("A", "B")
    assert rename("X", "A").name == "B"
    assert names() == {"A": "B", "B": "B", "X": "B"}


def test_the_same_word_spelled_otherwise_makes_no_second_name() -> None:
    tag("Openai")
    assert rename("Openai", "OpenAI").slug == "openai"
    assert names() == {"OpenAI": "OpenAI"}


def test_only_a_tag_is_renamed_and_not_a_name_that_it_had() -> None:
    tag("A")
    rename("A", "B")
    with pytest.raises(ValueError, match="only a name"):
        rename("A", "C")


def test_what_two_tags_had_is_one_tags_and_counted_once(published: Callable[..., Issue]) -> None:
    items = (NewsItem("甲", tags=("A", "B")), NewsItem("乙", tags=("A",)), NewsItem("丙", tags=("B",)))
    issue = published(tags=("A",), sections=(Section("版块", items=items),))
    found = rename("A", "B")
    (filing,) = EditionTag.objects.filter(edition__issue=issue)
    assert (filing.tag, filing.own, filing.stories) == (found, True, 3)
    editions.rebuild(issue.editions.get())
    (again,) = EditionTag.objects.filter(edition__issue=issue)
    assert (again.tag, again.own, again.stories) == (found, True, 3)


def test_no_key_or_address_is_two_tags(db: None) -> None:
    tag("A")
    rename("A", "B")
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.create(name="a")
    assert tag("A+").slug != "a"
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.filter(name="B").update(renamed_to=F("id"))


def test_a_new_tag_does_not_get_an_address_that_another_had() -> None:
    tag("GPT-5")
    rename("GPT-5", "GPT 5.0")
    assert Tag.objects.get(slug="gpt-5").renamed_to == Tag.objects.get(name="GPT 5.0")
    assert tag("GPT 5").slug.startswith("gpt-5-")


def test_a_kind_goes_with_a_tag() -> None:
    for name in "AB":
        Tag.objects.filter(pk=tag(name).pk).update(kind="company" if name == "A" else "")
    assert rename("A", "B").kind == "company"
    assert rename("B", "C").kind == "company"


@pytest.mark.parametrize("count", [1, 50])
def test_words_are_looked_up_at_once(django_assert_num_queries: DjangoAssertNumQueries, count: int) -> None:
    words = [f"标签 {number}" for number in range(count)]
    Tag.objects.named(words)
    rename(words[0], "别名")
    with django_assert_num_queries(1):
        found = Tag.objects.known(words)
    assert [found[Tag.key_of(word)].name for word in words] == ["别名", *words[1:]]
    with django_assert_num_queries(0):
        assert Tag.objects.known(["", " "]) == {}


# What an issue says stays


@pytest.mark.parametrize("other", ["GPU", "早间", "Ai"])
def test_an_approval_holds_when_a_tag_is_renamed_merged_or_respelled(
    approved: Make, people: SimpleNamespace, other: str
) -> None:
    issue = approved()
    before = exchange.from_rows(issue)
    rename("AI", other)
    assert exchange.from_rows(issue) == before
    assert workflow.record(issue, by=people.writer) is None
    saving.save(exchange.from_rows(issue), issue, by=people.writer)
    issue.refresh_from_db()
    assert (issue.state, issue.head.number) == (State.APPROVED, 1)
    workflow.perform(Action.PUBLISH, issue, by=people.editor)


def test_the_form_shows_and_sends_back_the_words_of_the_issue(
    client: Client, approved: Make, people: SimpleNamespace
) -> None:
    issue = approved()
    rename("AI", "GPU")
    rename("芯片", "半导体")
    client.force_login(people.root)
    form = get(client, reverse("admin:digests_issue_change", args=[issue.pk]))
    assert form.find("input", attrs={"name": "tag_names"})["value"] == "早间, AI"
    assert form.find("input", attrs={"name": "sections-0-items-0-tag_names"})["value"] == "芯片"


def test_words_that_are_new_to_an_issue_are_spelled_as_their_tag_is_now(draft: Make, people: SimpleNamespace) -> None:
    issue = draft(tags=("AI",))
    rename("AI", "人工智能")
    with workflow.editing(issue, by=people.writer) as locked:
        exchange.to_rows(manuscript(tags=("AI", "早间")), locked)
    assert exchange.from_rows(issue).tags == ("AI", "早间")
    other = draft(date=date(2026, 3, 2), tags=("ai", "人工智能"))
    assert exchange.from_rows(other).tags == ("人工智能",)


def test_an_issue_that_had_both_of_two_that_became_one_has_both_words(approved: Make) -> None:
    issue = approved(tags=("快手科技", "快手"))
    rename("快手科技", "快手")
    assert exchange.from_rows(issue).tags == ("快手科技", "快手")
    assert TaggedIssue.objects.filter(tag__name="快手").count() == 2


def test_taking_a_tag_off_takes_it_off_by_any_name(draft: Make) -> None:
    words = exchange.from_rows(draft(tags=("AI", "早间")))
    rename("AI", "人工智能")
    assert retagged(words, [], ["人工智能"]).tags == ("早间",)
    assert retagged(words, ["人工智能"], []).tags == ("AI", "早间")


def test_a_name_that_a_tag_had_is_no_warning_and_one_near_it_is(draft: Make) -> None:
    tag("OpenAI o3")
    rename("OpenAI o3", "o3")

    def warned(name: str) -> list[str]:
        problems = preflight.examine(manuscript(tags=(name,)))
        return [str(problem.message) for problem in problems if problem.code == "tag_alike"]

    assert warned("OpenAI o3") == warned("o3") == []
    assert warned("OpenAI O 3") == ["The tag “OpenAI O 3” is nearly “o3”."]


def test_issues_are_found_at_the_desk_by_any_name(client: Client, draft: Make, people: SimpleNamespace) -> None:
    draft(tags=("AI",))
    rename("AI", "人工智能")
    client.force_login(people.root)
    for name in ("AI", "人工智能"):
        rows = get(client, f"{reverse('admin:digests_issue_changelist')}?tag={name}").select("#result_list tbody tr")
        assert len(rows) == 1


# What readers find


def test_pages_keep_the_word_and_lead_to_the_tag(client: Client, published: Make) -> None:
    item = NewsItem("甲", body="正文", tags=("快手科技", "快手"))
    issue = published(tags=("快手科技",), sections=(Section("版块", items=(item,)),))
    uid = Story.objects.get(edition__issue=issue).uid
    rename("快手科技", "快手")
    for address in ("/morning/2026-03-01/", f"/stories/{uid}/"):
        links = [
            (link.get_text(), link["href"]) for link in get(client, address).select(".story .tags a, .single .tags a")
        ]
        assert links == [("快手科技", "/tags/%E5%BF%AB%E6%89%8B/"), ("快手", "/tags/%E5%BF%AB%E6%89%8B/")]


def test_an_archive_has_what_came_before_and_after_another_name(
    client: Client, published: Make, people: SimpleNamespace
) -> None:
    def issue(day: int, of_issue: str, of_story: str) -> None:
        item = NewsItem(f"第 {day} 天", body="正文", tags=(of_story,))
        published(date=date(2026, 3, day), tags=(of_issue,), sections=(Section("版块", items=(item,)),))

    issue(1, "快手科技", "其他")
    issue(2, "其他", "快手科技")
    issue(3, "快手", "快手")
    rename("快手科技", "快手")
    issue(4, "快手科技", "快手科技")
    entries = get(client, "/tags/快手/").select(".entry")
    assert [entry.select_one(".entry-title a")["href"] for entry in entries] == [
        f"/morning/2026-03-0{day}/" for day in (4, 3, 2, 1)
    ]
    assert [[link.get_text() for link in entry.select(".headlines a")] for entry in entries] == [
        [],
        [],
        ["第 2 天"],
        [],
    ]
    feed = client.get("/tags/快手/feed.json").json()
    assert [item["url"][-12:] for item in feed["items"]] == [f"/2026-03-0{day}/" for day in (4, 3, 2, 1)]
    assert "第 2 天" in feed["items"][2]["content_html"]


def test_rebuilding_files_old_editions_under_the_new_name(published: Make) -> None:
    issue = published(tags=("快手科技", "快手"))
    rename("快手科技", "快手")
    edition = Edition.objects.get(issue=issue)
    editions.rebuild(edition)
    assert {one.name for one in edition.tags.all()} == {"快手", "芯片"}


@pytest.mark.parametrize("end", ["", "rss.xml", "atom.xml", "feed.json", "?before=2026-03-02-1"])
def test_an_old_address_leads_to_the_new_one_for_good(client: Client, published: Make, end: str) -> None:
    published(tags=("AI",))
    rename("AI", "GPU")
    response = client.get(f"/tags/ai/{end}")
    assert (response.status_code, response.headers["Location"]) == (301, f"/tags/gpu/{end}")
    if end:
        return
    rename("GPU", "AI")
    assert client.get("/tags/ai/").status_code == 200
    assert client.get("/tags/gpu/").headers["Location"] == "/tags/ai/"


# At the desk


@pytest.fixture
def desk(client: Client, people: SimpleNamespace) -> Client:
    client.force_login(people.chief)
    return client


def change(client: Client, of: Tag, **sent: str) -> Any:
    return client.post(reverse("admin:digests_tag_change", args=[of.pk]), {"kind": "", **sent}, follow=True)


def test_an_administrator_renames_a_tag(desk: Client, people: SimpleNamespace) -> None:
    one = tag("快手科技")
    response = change(desk, one, new_name="快手")
    assert response.redirect_chain[-1][0] == reverse("admin:digests_tag_changelist")
    assert names() == {"快手科技": "快手", "快手": "快手"}
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (people.chief, str(one.pk))
    assert entry.get_change_message() == "Renamed “快手科技” to “快手”."
    page = get(desk, reverse("admin:digests_tag_change", args=[one.pk]))
    assert "快手科技" in page.select_one(".field-former_names").get_text()


def test_two_tags_become_one_only_where_that_is_asked_for(desk: Client) -> None:
    one, other = tag("快手科技"), tag("快手")
    assert "“快手” has this name, or had it." in change(desk, one, new_name="快手").content.decode()
    assert names() == {"快手科技": "快手科技", "快手": "快手"}
    response = change(desk, one, new_name="快手", merge="on")
    assert response.redirect_chain[-1][0] == reverse("admin:digests_tag_change", args=[other.pk])
    assert names() == {"快手科技": "快手", "快手": "快手"}
    assert [(entry.object_id, entry.get_change_message()) for entry in LogEntry.objects.order_by("pk")] == [
        (str(other.pk), "Merged with “快手科技”."),
        (str(one.pk), "Merged “快手科技” into “快手”."),
    ]
    rows = get(desk, reverse("admin:digests_tag_changelist")).select("#result_list tbody th")
    assert [row.get_text() for row in rows] == ["快手"]


@pytest.mark.parametrize("name", ["", " ", "字" * 101, "ﷺ" * 60])
def test_a_name_that_no_tag_can_have_is_refused(desk: Client, name: str) -> None:
    assert change(desk, tag("A"), new_name=name).status_code == 200
    assert names() == {"A": "A"}


def test_nothing_is_merged_with_a_name_that_nobody_has(desk: Client) -> None:
    assert "No other tag has this name." in change(desk, tag("A"), new_name="B", merge="on").content.decode()
    assert names() == {"A": "A"}


def test_tags_are_sorted_many_at_once(desk: Client) -> None:
    tags = Tag.objects.named(["甲", "乙", "丙"])
    marked = {"action": "sort_as_company", "_selected_action": [str(one.pk) for one in tags[:2]]}
    desk.post(reverse("admin:digests_tag_changelist"), marked)
    assert dict(Tag.objects.values_list("name", "kind")) == {"甲": "company", "乙": "company", "丙": ""}
    assert LogEntry.objects.count() == 2


def test_writers_rename_and_sort_nothing(client: Client, people: SimpleNamespace) -> None:
    client.force_login(people.writer)
    one = tag("A")
    assert get(client, reverse("admin:digests_tag_change", args=[one.pk])).select_one(".field-name")
    assert change(client, one, new_name="B", kind="company").status_code == 403
    client.post(
        reverse("admin:digests_tag_changelist"), {"action": "sort_as_company", "_selected_action": [str(one.pk)]}
    )
    assert (names(), Tag.objects.get().kind) == ({"A": "A"}, "")


def test_a_kind_is_one_that_is_known() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.filter(pk=tag("A").pk).update(kind="planet")


def test_the_list_says_how_much_each_tag_is_used(client: Client, published: Make, people: SimpleNamespace) -> None:
    published(3, tags=("芯片",))  # two of its stories have this tag, too
    client.force_login(people.chief)
    page = BeautifulSoup(client.get(reverse("admin:digests_tag_changelist")).content, "html.parser")
    rows = {row.select_one(".field-name").text: row for row in page.select("#result_list tbody tr")}
    assert [rows["芯片"].select_one(f".field-{of}_uses").text for of in ("issue", "story")] == ["1", "2"]
