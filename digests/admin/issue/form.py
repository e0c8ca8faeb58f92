"""The form of an issue's own fields; its rows are nested formsets of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from digests.admin.issue.form_state import FormState
from digests.admin.issue.rows import LONGEST_TAG
from digests.admin.issue.wordlist import WordList
from digests.admin.setup.picture import CoverField, percent
from digests.models import Digest, Picture


class IssueForm(forms.ModelForm[Any]):
    """The issue's own fields. What the workflow refused is shown as errors of the form."""

    state: FormState  # set by the admin, on a class of its own for each request

    tag_names = WordList(
        longest=LONGEST_TAG,
        label=gettext_lazy("Tags"),
        help_text=gettext_lazy("Separated by commas, in the order that readers see."),
    )
    seo = WordList(longest=200, label=gettext_lazy("SEO keywords"), help_text=gettext_lazy("Separated by commas."))
    cover = CoverField()

    class Meta:
        widgets = {
            "title": forms.TextInput(attrs={"placeholder": gettext_lazy("Title")}),
            "date": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "category": forms.TextInput,
            "editor": forms.TextInput,
            "summary": forms.Textarea(attrs={"rows": 2}),
            "intro": forms.Textarea(attrs={"rows": 2}),
            "cover_alt": forms.TextInput,
            "cover_image": forms.TextInput,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        if "title" in self.fields:
            self.fields["title"].required = False  # an unfinished draft always saves; preflight asks for it
        if "tag_names" in self.fields and self.state.rows:
            self.initial["tag_names"] = [row.word for row in self.state.rows.tagged]
        if "digest" in self.fields:
            widget: Any = self.fields["digest"].widget
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
            self._suggest()

    @cached_property
    def picture(self) -> Picture | None:
        """The picture that the form has as its cover, saved or not."""
        name = self["cover"].value()
        return Picture.objects.filter(file=name).first() if name else None

    @cached_property
    def focus(self) -> dict[str, Any]:
        """The focal point of that picture in percent, and as it was when the form was made."""
        if self.is_bound and "cover_seen" in self.data:
            return {name: self.data.get(f"cover_{name}", "") for name in ("x", "y", "seen")}
        x, y = percent(self.picture) if self.picture else ("", "")
        return {"x": x, "y": y, "seen": f"{x} {y}"}

    def _suggest(self) -> None:
        """Begin a new issue as today's, of the only digest if there is one."""
        digests = list(Digest.objects.all()[:2])
        if len(digests) == 1:
            self.initial.setdefault("digest", digests[0])
        now = timezone.now().astimezone(digests[0].zone) if len(digests) == 1 else timezone.localtime()
        self.initial.setdefault("date", now.date())

    def is_valid(self) -> bool:
        return super().is_valid() and not self.state.is_restored

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for problem in self.state.refused:
            place = problem.place
            known = place.field in self.fields and not place.uid and place.section is None
            self.add_error(place.field if known else None, str(problem))
        return cleaned
