"""The search page: a form whose fields are in the address, and the results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from digests.models import Digest, Source, Story, Tag
from digests.site import search as index
from digests.site.views.responses import answer, asked_again, readable

PAGE = 20  # stories
LONGEST = 200  # characters
MOST = 8  # words and phrases
COUNTED = 1_000  # stories

_NO_DATE = _("That is not a date. Write it as 2026-03-01.")


class SearchForm(forms.Form):
    """What a reader searches for. A filter that names nothing known to readers is an error."""

    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": _("Look for at most %(limit_value)d characters at once.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )
    digest = forms.ModelChoiceField(
        Digest.objects.none(),
        label=_("Digest"),
        to_field_name="slug",
        required=False,
        empty_label=_("All digests"),
        error_messages={"invalid_choice": _("There is no such digest.")},
    )
    tag = forms.CharField(label=_("Tag"), required=False, max_length=LONGEST)
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"placeholder": "example.com", "inputmode": "url", "autocapitalize": "off"}),
    )

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(asked, auto_id="look-%s", label_suffix="", use_required_attribute=False)
        self.fields["digest"].queryset = Digest.objects.live().only("slug", "name", "language")  # type: ignore[attr-defined]
        for name, label in (("from", _("From")), ("to", _("To"))):  # not as attributes: `from` is a keyword
            self.fields[name] = forms.DateField(
                label=label,
                required=False,
                input_formats=["%Y-%m-%d"],
                error_messages={"invalid": _NO_DATE},
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )

    def clean_q(self) -> index.Query:
        query = index.Query.of(self.cleaned_data["q"])
        if len(query) > MOST:
            raise forms.ValidationError(_("Look for at most %(most)d words or phrases at once.") % {"most": MOST})
        return query

    def clean_tag(self) -> Tag | None:
        named = self.cleaned_data["tag"]
        if not named:
            return None
        found = Tag.objects.meant(named)
        if found is None:
            raise forms.ValidationError(_("There is no such tag."))
        return found

    def clean_source(self) -> list[Source]:
        named = self.cleaned_data["source"]
        found = Source.objects.meant(named) if named else []
        if named and not found:
            raise forms.ValidationError(_("No story has this source. Write its domain, such as example.com."))
        return found

    def clean(self) -> None:
        for name in self.errors.keys() & {"from", "to"}:
            self.fields[name].widget.input_type = "text"  # a date input would not show an invalid value
        begin, end = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if begin and end and begin > end:
            self.add_error("to", _("This is before the first day."))

    @property
    def given(self) -> dict[str, str]:
        """The fields that were filled in, as they are in the address."""
        return {name: text for name in self.fields if (text := self.data.get(name, "").strip())}

    def narrowed(self) -> index.Stories:
        """Return the live stories that match the filters."""
        stories: index.Stories = Story.objects.live().once()
        if digest := self.cleaned_data["digest"]:
            stories = stories.filter(edition__digest=digest)
        if tag := self.cleaned_data["tag"]:
            stories = stories.filter(index.tagged([tag]))
        if sources := self.cleaned_data["source"]:
            stories = stories.filter(source__in=sources)
        days: tuple[date | None, date | None] = self.cleaned_data["from"], self.cleaned_data["to"]
        for name, day in zip(("edition__date__gte", "edition__date__lte"), days, strict=True):
            if day:
                stories = stories.filter(**{name: day})
        return stories


@readable
def search(request: HttpRequest) -> HttpResponse:
    """Find stories by words, digest, tag, source and date."""
    asked = SearchForm(request.GET)
    given = asked.given
    context: dict[str, Any] = {
        "asked": asked,
        "filters": [field for field in asked if field.name != "q"],
        "given": given,
        "filtered": given.keys() - {"q"},
        "address": urlencode(given | asked_again(request)),
    }
    if not asked.is_valid():
        return answer(request, "site/search.html", context, status=400)
    if given:
        context |= _found(asked, request.GET.get("after", ""))
        context["words_alone"] = urlencode({"q": given.get("q", "")} | asked_again(request))
    return answer(request, "site/search.html", context)


def _found(asked: SearchForm, after: str) -> dict[str, Any]:
    """Return a page of the results, and the total."""
    query: index.Query = asked.cleaned_data["q"]
    found = query.among(asked.narrowed())
    try:
        listed = query.ranked(index.shown(found), after, PAGE + 1)
    except ValueError:
        raise Http404(_("That is no place in this list.")) from None
    if after and not listed:
        raise Http404(_("Nothing more was found."))
    is_filtered = asked.given.keys() != {"q"}
    everywhere = Story.objects.live().once()
    return {
        "hits": index.hits((one.story for one in listed[:PAGE]), query),
        "found": _counted(found),
        "is_first": not after,
        "after": index.place(listed[PAGE - 1]) if len(listed) > PAGE else "",
        "without_filters": _counted(query.among(everywhere)) if query and is_filtered and not listed else None,
    }


@dataclass(frozen=True, slots=True)
class Counted:
    """The number of results, up to COUNTED; `is_more` if there are more."""

    total: int
    is_more: bool


def _counted(found: index.Stories) -> Counted:
    total = found.order_by()[: COUNTED + 1].count()
    return Counted(min(total, COUNTED), total > COUNTED)
