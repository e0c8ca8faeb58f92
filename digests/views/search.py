"""Search, for readers: a form whose fields are in the address, and what it finds."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digests import search as index
from digests.manuscript.values import domain
from digests.models import Digest, Edition, Source, Story, Tag
from digests.views.answers import answer, asked_language, readable

PAGE = 20  # stories
LONGEST = 200  # characters
MOST = 8  # words and phrases

_NO_DATE = gettext_lazy("That is not a date. Write it as 2026-03-01.")


class Asked(forms.Form):
    """What a reader looks for. Each filter is by a row that readers know, or says that there is none."""

    q = forms.CharField(
        label=gettext_lazy("Words"),
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": gettext_lazy("Look for at most %(limit_value)d characters at once.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )
    digest = forms.ModelChoiceField(
        Digest.objects.only("slug", "name", "language"),
        label=gettext_lazy("Digest"),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("All digests"),
        error_messages={"invalid_choice": gettext_lazy("There is no such digest.")},
    )
    tag = forms.CharField(label=gettext_lazy("Tag"), required=False, max_length=LONGEST)
    source = forms.CharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"placeholder": "example.com", "inputmode": "url", "autocapitalize": "off"}),
    )

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(asked, auto_id="look-%s", label_suffix="", use_required_attribute=False)
        for name, label in (("from", _("From")), ("to", _("To"))):  # one of them is a word of Python's own
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
        found = Tag.objects.at(named) or Tag.objects.known([named]).get(Tag.key_of(named))
        if found is None:
            raise forms.ValidationError(_("There is no such tag."))
        return found

    def clean_source(self) -> Source | None:
        named = self.cleaned_data["source"]
        if not named:
            return None
        host = domain(named if "//" in named else f"//{named}")
        found = Source.objects.filter(Q(domain=host) | Q(name=named)).first()
        if found is None:
            raise forms.ValidationError(_("No story has this source. Write its domain, such as example.com."))
        return found

    def clean(self) -> None:
        for name in self.errors.keys() & {"from", "to"}:
            self.fields[name].widget.input_type = "text"  # a field of dates would not show what was written
        begin, end = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if begin and end and begin > end:
            self.add_error("to", _("This is before the first day."))

    @property
    def given(self) -> dict[str, str]:
        """The fields that were filled, as an address has them."""
        return {name: said for name in self.fields if (said := self.data.get(name, "").strip())}

    def narrowed(self) -> index.Stories:
        """Return the live stories that the filters leave."""
        stories: index.Stories = Story.objects.live()
        if digest := self.cleaned_data["digest"]:
            stories = stories.filter(edition__digest=digest)
        if tag := self.cleaned_data["tag"]:
            of_story, of_issue = Story.tags.through.objects, Edition.tags.through.objects
            stories = stories.filter(
                Q(pk__in=of_story.filter(tag=tag).values("story"))
                | Q(edition__in=of_issue.filter(tag=tag).values("edition"))
            )
        if source := self.cleaned_data["source"]:
            stories = stories.filter(source=source)
        days: tuple[date | None, date | None] = self.cleaned_data["from"], self.cleaned_data["to"]
        for name, day in zip(("edition__date__gte", "edition__date__lte"), days, strict=True):
            if day:
                stories = stories.filter(**{name: day})
        return stories


@readable
def search(request: HttpRequest) -> HttpResponse:
    """Find stories by their words, and by digest, tag, source and date."""
    asked = Asked(request.GET)
    given = asked.given
    context: dict[str, Any] = {
        "asked": asked,
        "filters": [field for field in asked if field.name != "q"],
        "given": given,
        "filtered": given.keys() - {"q"},
        "address": urlencode(given | _language(request)),
        "total": None,
    }
    if not asked.is_valid():
        return answer(request, "digests/search.html", context, status=400)
    if given:
        context |= _found(asked, request.GET.get("after", ""))
        context["words_alone"] = urlencode({"q": given.get("q", "")} | _language(request))
    return answer(request, "digests/search.html", context)


def _language(request: HttpRequest) -> dict[str, str]:
    """Return what keeps a page in the language that its address asked for."""
    asked = asked_language(request)
    return {"lang": asked} if asked else {}


def _found(asked: Asked, after: str) -> dict[str, Any]:
    """Return a page of what was found, and how much it is in all."""
    query: index.Query = asked.cleaned_data["q"]
    found = query.among(asked.narrowed())
    ranked = query.ranked(found).select_related("edition__digest", "source").only(*_SHOWN)
    try:
        listed: list[Any] = list((index.after(ranked, after) if after else ranked)[: PAGE + 1])
    except ValueError:
        raise Http404(_("That is no place in this list.")) from None
    if after and not listed:
        raise Http404(_("Nothing more was found."))
    is_filtered = asked.given.keys() != {"q"}
    return {
        "hits": [
            {"story": story, "headline": index.headline(story, query), "excerpt": index.excerpt(story.plain, query)}
            for story in listed[:PAGE]
        ],
        "total": found.count(),
        "is_first": not after,
        "after": index.place(listed[PAGE - 1]) if len(listed) > PAGE else "",
        "without_filters": query.among(Story.objects.live()).count() if query and is_filtered and not listed else 0,
    }


_SHOWN = (
    "uid", "headline", "section", "position", "source__name", "source__domain",
    "edition__date", *(f"edition__digest__{name}" for name in ("slug", "name", "language")),
)  # fmt: skip
