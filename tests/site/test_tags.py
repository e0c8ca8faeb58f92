"""Tags: one spelling a tag, one address for life."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from digests.editorial import exchange, workflow
from digests.models import Issue, Tag
from tests.conftest import manuscript

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("快手", "快手"),
        ("AI 日报", "ai-日报"),
        ("GPT-5.2", "gpt-5-2"),
        ("C", "c"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("R&D", "r-and-d"),
        ("Node.js", "node-js"),
    ],
)
def test_a_name_has_an_address(name: str, slug: str) -> None:
    assert Tag.objects.named([name])[0].slug == slug


@pytest.mark.parametrize("names", [["C", "C++", "C#", "🚀"], ["🚀", "C#", "C++", "C"]])
def test_signs_get_their_own_address_whichever_comes_first(names: list[str]) -> None:
    slugs = {tag.name: tag.slug for tag in Tag.objects.named(names)}
    assert slugs == {"C": "c", "C++": "c-plus-plus", "C#": "c-sharp", "🚀": slugs["🚀"]}
    assert slugs["🚀"] == Tag.slug_of("🚀") != ""


def test_names_that_would_share_an_address_do_not() -> None:
    spaced, dashed = Tag.objects.named(["GPT 5", "GPT-5"])
    assert spaced.slug == "gpt-5"
    assert dashed.slug.startswith("gpt-5-")


@pytest.mark.parametrize("same", ["openai", "OPENAI", "ＯｐｅｎＡＩ", " OpenAI "])
def test_case_width_and_space_make_no_new_tag(same: str) -> None:
    (first,) = Tag.objects.named(["OpenAI"])
    (again,) = Tag.objects.named([same])
    assert again == first
    assert Tag.objects.get().name == "OpenAI"


def test_a_tag_is_respelled_and_never_another_word() -> None:
    (tag,) = Tag.objects.named(["Openai"])
    tag.name = "OpenAI"
    tag.save()
    tag.refresh_from_db()
    assert (tag.name, tag.slug, tag.key) == ("OpenAI", "openai", "openai")
    tag.name = "X"
    with pytest.raises(ValueError, match="keeps its word"):
        tag.save()


def test_tags_keep_the_order_that_staff_gave(draft: Callable[..., Issue], people: SimpleNamespace) -> None:
    names = ("乙", "丙", "甲", "B", "a")
    issue = draft(tags=names)
    assert exchange.from_rows(issue).tags == names
    with workflow.editing(issue, by=people.writer) as locked:
        exchange.to_rows(manuscript(tags=names[::-1]), locked)
    assert exchange.from_rows(issue).tags == names[::-1]


def test_issues_are_found_by_tag_whatever_its_case(draft: Callable[..., Issue]) -> None:
    issue = draft(tags=("AI",))
    assert list(Issue.objects.filter(tags__name__in=["AI"])) == [issue]
    assert [tag.name for tag in issue.tags.all()] == ["AI"]
