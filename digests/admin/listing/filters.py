"""The list's filters, which combine, and its search in all texts of an issue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR, SEARCH_VAR
from django.contrib.auth import get_user_model
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.text import smart_split
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digests.models import (
    Brief,
    Digest,
    Edition,
    Insight,
    Issue,
    NewsItem,
    Review,
    Revision,
    Section,
    Tag,
    TaggedIssue,
    TaggedNewsItem,
)
from digests.models.states import State

SUGGESTED_TAGS = 200
MOST_WORDS = 10  # in a search: each of them scans every text
MOST_FOUND = 10_000  # the newest issues of a search: databases limit the parameters of a query
Issues = QuerySet[Issue]


class Filter(admin.SimpleListFilter):
    """A field of the filter form: a select, or an input."""

    template = "admin/digests/issue/_filter.html"
    kind = "select"  # or the type of an <input>

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, label in self.lookup_choices:
            yield {"value": value, "display": label, "selected": value == self.value()}

    def queryset(self, request: HttpRequest, queryset: Issues) -> Issues:
        if not self.value():
            return queryset
        try:
            return self.narrow(queryset, str(self.value()))
        except ValueError as error:
            raise IncorrectLookupParameters from error

    def narrow(self, issues: Issues, value: str) -> Issues:
        """Return the issues that a value leaves. Raises ValueError for an invalid value."""
        raise NotImplementedError


class DigestFilter(Filter):
    title = gettext_lazy("digest")
    parameter_name = "digest"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Digest.objects.values_list("slug", "name"))

    def narrow(self, issues: Issues, value: str) -> Issues:
        return issues.filter(digest__slug=value)


class StateFilter(Filter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in State]

    def narrow(self, issues: Issues, value: str) -> Issues:
        return issues.filter(state=State(value))


class PublicFilter(Filter):
    title = gettext_lazy("for readers")
    parameter_name = "public"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("live", _("Readers see it")),
            ("scheduled", _("Scheduled")),
            ("never", _("Never public")),
            ("flagged", _("Went out without approval")),
        ]

    def narrow(self, issues: Issues, value: str) -> Issues:
        editions = {
            "live": Edition.objects.live(),
            "scheduled": Edition.objects.pending(),
            "flagged": Edition.objects.ever_live().flagged(),
        }
        if value in editions:
            return issues.filter(pk__in=editions[value].values("issue"))
        if value != "never":
            raise ValueError(value)
        return issues.filter(editions=None)


class PersonFilter(Filter):
    title = gettext_lazy("person")
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        staff = get_user_model().objects.filter(is_staff=True).order_by("username")
        return [
            (person.username, f"{name} ({person.username})" if (name := person.get_full_name()) else person.username)
            for person in staff.only("username", "first_name", "last_name")
        ]

    def narrow(self, issues: Issues, value: str) -> Issues:
        person = get_user_model().objects.filter(username=value).first()
        if person is None:
            raise ValueError(value)
        match self.request.GET.get(PartFilter.parameter_name):
            case "reviewed":
                return issues.filter(pk__in=Review.objects.filter(reviewer=person.pk).values("revision__issue"))
            case "any":
                return issues.filter(pk__in=Revision.objects.filter(author=person.pk).values("issue"))
        newest = Revision.objects.filter(issue=OuterRef("pk")).order_by("-number").values("author")[:1]
        return issues.annotate(last_author=Subquery(newest)).filter(last_author=person.pk)


class PartFilter(Filter):
    """What the person chosen in the filter before did. Does not narrow the list by itself."""

    title = gettext_lazy("did what")
    parameter_name = "part"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("last", _("wrote the last words")),
            ("any", _("wrote any of it")),
            ("reviewed", _("reviewed it")),
        ]

    def narrow(self, issues: Issues, value: str) -> Issues:
        if value not in ("last", "any", "reviewed"):
            raise ValueError(value)
        return issues


class SinceFilter(Filter):
    title = gettext_lazy("from")
    parameter_name = "from"
    kind = "date"

    def narrow(self, issues: Issues, value: str) -> Issues:
        return issues.filter(date__gte=date.fromisoformat(value))


class UntilFilter(Filter):
    title = gettext_lazy("to")
    parameter_name = "to"
    kind = "date"

    def narrow(self, issues: Issues, value: str) -> Issues:
        return issues.filter(date__lte=date.fromisoformat(value))


class TagFilter(Filter):
    """Issues with a tag, or with a story that has it. Any tag can be typed; the most used ones are suggested."""

    title = gettext_lazy("tag")
    parameter_name = "tag"
    kind = "text"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        used = Tag.objects.annotate(uses=Count("tagged_issues")).filter(uses__gt=0).order_by("-uses", "name")
        return [(name, name) for name in used.values_list("name", flat=True)[:SUGGESTED_TAGS]]

    def narrow(self, issues: Issues, value: str) -> Issues:
        tag = Tag.objects.known([value]).get(Tag.key_of(value))
        own = TaggedIssue.objects.filter(tag=tag).values("content_object")
        of_stories = TaggedNewsItem.objects.filter(tag=tag).values("content_object__section__issue")
        return issues.filter(Q(pk__in=own) | Q(pk__in=of_stories))


FILTERS = [DigestFilter, StateFilter, PublicFilter, PersonFilter, PartFilter, SinceFilter, UntilFilter, TagFilter]


def held(sent: Mapping[str, str]) -> dict[str, str]:
    """Return the query parameters that the filter form has no field for and must keep: the order and the month."""
    own = {SEARCH_VAR, PAGE_VAR, ERROR_FLAG, *(each.parameter_name for each in FILTERS)}
    return {name: value for name, value in sent.items() if name not in own}


def spans(today: date) -> list[tuple[str, date, date]]:
    """Return common ranges of days, as (name, first, last)."""
    monday = today - timedelta(days=today.weekday())
    return [
        (_("Today"), today, today),
        (_("Tomorrow"), today + timedelta(days=1), today + timedelta(days=1)),
        (_("This week"), monday, monday + timedelta(days=6)),
    ]


# --- Search -----------------------------------------------------------------------------


def search(issues: Issues, text: str) -> Issues:
    """Return the issues that contain every word or quoted phrase of a text. A uid counts as a word.

    The search runs once, because the list uses its result three times: to count, to page and to find months.
    """
    words = _words(text)[:MOST_WORDS]
    if not words:
        return issues
    found = issues.order_by("-date")
    for word in words:
        found = found.filter(_says(word))
    return issues.filter(pk__in=list(found.values_list("pk", flat=True)[:MOST_FOUND]))


def _words(text: str) -> list[str]:
    quoted = re.compile(r"""(["'])(.+)\1""")
    return [found[2] if (found := quoted.fullmatch(word)) else word for word in smart_split(text)]


def _says(word: str) -> Q:
    """Search each kind of row for a word without joins, so that an issue is found only once."""
    return (
        _has(word, "title", "summary", "intro")
        | Q(pk__in=Section.objects.filter(_has(word, "title", "lead")).values("issue"))
        | Q(pk__in=NewsItem.objects.filter(_has(word, "headline", "body") | Q(uid=word)).values("section__issue"))
        | Q(pk__in=Insight.objects.filter(_has(word, "text") | Q(uid=word)).values("item__section__issue"))
        | Q(pk__in=Brief.objects.filter(_has(word, "text") | Q(uid=word)).values("section__issue"))
    )


def _has(word: str, *fields: str) -> Q:
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__icontains": word})
    return found
