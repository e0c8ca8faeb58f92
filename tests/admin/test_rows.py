"""What we take from the libraries that tags and rows are made with, as far as they do not promise it."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import nested_admin
import pytest
from nested_admin.nested import NestedInlineAdminFormset

from digests.admin.issue import rows
from digests.manuscript.values import NewsItem, Section
from digests.models import Issue, Tag, TaggedIssue
from digests.models import NewsItem as Item

Make = Callable[..., Issue]


def parameters(function: Callable[..., object]) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_nested_admin_has_what_we_override() -> None:
    """Where this fails after an upgrade, look at admin/rows.py: it relies on what is private there."""
    assert parameters(nested_admin.NestedModelAdmin._create_formsets) == ["self", "request", "obj", "change"]
    attrs = NestedInlineAdminFormset._set_inline_admin_form_nested_attrs
    assert parameters(attrs) == ["self", "inline_admin_form"]
    assert nested_admin.NestedModelAdmin.inline_admin_formset_helper_cls is NestedInlineAdminFormset
    assert issubclass(rows.InOrder, NestedInlineAdminFormset)


@pytest.mark.django_db
def test_tags_are_read_and_asked_for_as_taggit_means_it(draft: Make) -> None:
    story = NewsItem("标题", "https://source.test/1", body="正文", tags=("丙", "甲", "乙"))
    issue = draft(tags=("早间", "AI", "一"), sections=(Section("版块", items=(story,)),))
    other = draft(date=issue.date.replace(day=2), tags=("AI", "另"))
    assert list(issue.tags.names()) == ["早间", "AI", "一"]
    (item,) = Item.objects.filter(section__issue=issue).prefetch_related("tags")  # type: ignore[misc]  # not typed
    assert [tag.name for tag in item.tags.all()] == ["丙", "甲", "乙"]
    assert list(Issue.objects.filter(tags__name="AI").order_by("date")) == [issue, other]
    assert [one.name for one in Issue.tags.most_common()[:1]] == ["AI"]
    assert issue.tags.similar_objects() == [other]


@pytest.mark.django_db
def test_tags_are_added_behind_those_that_are_there(draft: Make) -> None:
    issue = draft(tags=("早间", "AI"))
    issue.tags.add(*Tag.objects.named(["新", "ai", "又"]))
    assert list(issue.tags.names()) == ["早间", "AI", "新", "又"]
    rows = TaggedIssue.objects.filter(content_object=issue).values_list("word", "position")
    assert list(rows) == [("早间", 0), ("AI", 1), ("新", 2), ("又", 3)]
    issue.tags.clear()
    issue.tags.add(*Tag.objects.named(["头"]))
    assert list(TaggedIssue.objects.values_list("word", "position")) == [("头", 0)]
