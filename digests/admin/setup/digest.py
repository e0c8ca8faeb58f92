"""The admin of digests and their channels."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digests.admin.issue.rows import LONGEST_TAG
from digests.admin.issue.start import DATE, section_titles
from digests.admin.issue.wordlist import WordList, join, split
from digests.models import Channel, Digest, Section

LONGEST_TITLE = Section._meta.get_field("title").max_length or 0
MOST_SECTIONS = 30
MOST_CHANNELS = 12


class DigestForm(forms.ModelForm[Digest]):
    """A digest; the title, sections and tags for new issues are checked as in the issue's form."""

    standing_tags = WordList(
        longest=LONGEST_TAG,
        label=Digest._meta.get_field("standing_tags").verbose_name,
        help_text=Digest._meta.get_field("standing_tags").help_text,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "standing_tags" in self.fields:
            self.initial["standing_tags"] = split(self.instance.standing_tags)

    def clean_standing_title(self) -> str:
        title: str = self.cleaned_data["standing_title"]
        for placeholder in re.findall(r"\{[^{}]*\}", title):
            if placeholder != DATE:
                raise ValidationError(
                    gettext("“%(found)s” is nothing that is filled in; %(known)s is the date."),
                    params={"found": placeholder, "known": DATE},
                )
        longest = Digest._meta.get_field("standing_title").max_length or 0
        if len(title.replace(DATE, "2026-01-31")) > longest:
            raise ValidationError(
                gettext("With its date, this is longer than %(limit)s characters."), params={"limit": longest}
            )
        return title

    def clean_standing_sections(self) -> str:
        titles = section_titles(self.cleaned_data["standing_sections"])
        if len(titles) > MOST_SECTIONS:
            raise ValidationError(
                gettext("These are %(count)s sections; at most %(limit)s fit."),
                params={"count": len(titles), "limit": MOST_SECTIONS},
            )
        problems = [
            ValidationError(
                gettext("“%(title)s…” has %(length)s characters; at most %(limit)s fit."),
                params={"title": title[:40], "length": len(title), "limit": LONGEST_TITLE},
            )
            for title in titles
            if len(title) > LONGEST_TITLE
        ] + [
            ValidationError(gettext("“%(title)s” stands here twice."), params={"title": title[:40]})
            for title, count in Counter(titles).items()
            if count > 1
        ]
        if problems:
            raise ValidationError(problems)
        return "\n".join(titles)

    def clean_standing_tags(self) -> str:
        tags = join(self.cleaned_data["standing_tags"])
        longest = Digest._meta.get_field("standing_tags").max_length or 0
        if len(tags) > longest:
            raise ValidationError(
                gettext("These tags have %(length)s characters together; at most %(limit)s fit."),
                params={"length": len(tags), "limit": longest},
            )
        return tags


class ChannelInline(admin.TabularInline[Channel, Digest]):
    """The channels of a digest, on its page."""

    model = Channel
    fields = ["name", "address", "position"]
    extra = 1
    max_num = MOST_CHANNELS


@admin.register(Digest)
class DigestAdmin(admin.ModelAdmin[Digest]):
    form = DigestForm
    inlines = [ChannelInline]
    list_display = ["name", "slug", "language", "time_zone", "deadline"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "description", "language"]}),
        (_("The day"), {"fields": ["time_zone", "deadline"]}),
        (
            _("What a new issue starts with"),
            {
                "fields": [
                    "standing_title",
                    "standing_category",
                    "standing_editor",
                    "standing_tags",
                    "standing_sections",
                ]
            },
        ),
        (_("Texts for readers"), {"fields": ["policies", "subscribe_card"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Make the slug of a digest with public issues read-only."""
        return ["slug"] if obj and obj.editions.exists() else []
