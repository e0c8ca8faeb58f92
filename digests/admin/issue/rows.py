"""Sections, stories, insights and briefs as rows of the issue's one form.

The formsets show and check rows. They save nothing: what was sent is read by
`posted` as one manuscript and written by `exchange`, through the one door.

All that we take from nested-admin is here. What is not documented of it, and so may change under us:
`InOrder._set_inline_admin_form_nested_attrs` and `RowsAdmin._create_formsets`; in `static/js`, `spliceInto` and the
`djn-` classes. tests/admin/test_rows.py fails when one of them changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

import nested_admin
from django import forms
from django.contrib.admin.helpers import InlineAdminForm
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from nested_admin.formsets import NestedInlineFormSet
from nested_admin.nested import NestedInlineAdminFormset

from digests.admin.issue.duplicates import followed
from digests.admin.issue.form_state import FormState, state_of
from digests.admin.issue.posted import MOST_ROWS
from digests.admin.issue.widgets import CheckboxInput, Errors, HiddenInput, Select, Textarea, TextInput
from digests.admin.issue.wordlist import WordList
from digests.editorial.duplicates import Earlier
from digests.editorial.exchange import Rows
from digests.manuscript.values import domain
from digests.models import Brief, Insight, NewsItem, Section, Tag
from digests.text.numbers import whole_number

LONGEST_TAG = Tag._meta.get_field("name").max_length or 100


class RowForm(forms.ModelForm[Any]):
    """A row of an issue. An unfinished draft always saves, so nothing is required."""

    state: FormState  # set by `RowInline`, on a class of its own for each request
    uid = forms.CharField(required=False, widget=HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs, "error_class": Errors})
        if self.instance.pk:
            self.initial["uid"] = getattr(self.instance, "uid", "")
        for field in self.fields.values():
            field.required = False
            field.help_text = ""

    def _get_validation_exclusions(self) -> set[str]:
        # Their fields hold the same choices as the constraints, without asking the database for each row.
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return exclusions | {"ai_role", "basis"}

    @property
    def problem(self) -> str:
        """The severity of the worst problem of this row, as the issue form has found it."""
        return self.state.marks.problems.get(self._home, "")

    @property
    def comments(self) -> int:
        """How many open comments are about this row, as the issue form has counted them."""
        return self.state.marks.comments.get(self._home, 0)

    @property
    def _home(self) -> str:
        return getattr(self.instance, "uid", "")


class SectionForm(RowForm):
    class Meta:
        widgets = {
            "title": TextInput(attrs={"placeholder": _("Title of the section"), "aria-label": _("Section")}),
            "lead": Textarea(attrs={"rows": 1, "placeholder": _("Lead, before the first story")}),
            "position": HiddenInput,
        }


class ItemForm(RowForm):
    tag_names = WordList(
        longest=LONGEST_TAG,
        label=_("Tags"),
        widget=TextInput(attrs={"placeholder": _("separated by commas")}),
    )

    class Meta:
        widgets = {
            "headline": TextInput,
            "link": TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
            "body": Textarea(attrs={"rows": 4, "aria-label": _("Text")}),
            "ai_role": Select,
            "follows": TextInput(attrs={"hidden": True}),  # not of type hidden: that has no value it began with
            "position": HiddenInput,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["tag_names"] = [row.word for row in self.instance.tagged.all()]

    earlier: dict[str, Earlier] = {}

    @property
    def domain(self) -> str:
        return domain(self["link"].value() or "")

    @property
    def following(self) -> Earlier | None:
        """The story that this one is an update to."""
        return self.earlier.get(self["follows"].value() or "")


class InsightForm(RowForm):
    class Meta:
        widgets = {
            "label": TextInput(attrs={"list": "labels", "aria-label": _("Label")}),
            "text": Textarea(attrs={"rows": 1, "aria-label": _("Insight")}),
            "basis": Select(attrs={"aria-label": _("Basis")}),
            "bullet": CheckboxInput,
            "position": HiddenInput,
        }


class BriefForm(RowForm):
    class Meta:
        widgets = {
            "text": Textarea(attrs={"rows": 1, "aria-label": _("Brief")}),
            "position": HiddenInput,
        }


@dataclass(frozen=True, slots=True)
class Kind:
    """The rows of one kind that an issue has, for the formsets of a request."""

    standing: list[Any]
    by_parent: dict[int, list[Any]]  # by the key of the row that they stand below
    may_change: bool

    @classmethod
    def of(cls, standing: list[Any], parent: str, *, may_change: bool) -> Kind:
        by_parent: dict[int, list[Any]] = {}
        for row in standing:
            by_parent.setdefault(getattr(row, parent), []).append(row)
        return cls(standing, by_parent, may_change)


class RowFormSet(NestedInlineFormSet):
    """Rows of one list, out of those that were read for the whole issue at once."""

    of_kind: Kind  # set by `RowInline`, on a class of its own for each request

    def get_queryset(self) -> list[Any]:
        if self.is_bound:
            return self.of_kind.standing  # a row may come from another section than it stands in
        return self.of_kind.by_parent.get(self.instance.pk, [])

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        # Django's own field asks the database about each row, and refuses the form when one is gone.
        form.fields["id"] = forms.IntegerField(required=False, widget=forms.HiddenInput, initial=form.instance.pk)
        # Where a row belongs is where it stands in the form.
        del form.fields[self.fk.name]
        if not self.of_kind.may_change:
            _make_readonly(form)


def _make_readonly(form: forms.BaseForm) -> None:
    for field in form.fields.values():
        typed = isinstance(field.widget, (forms.TextInput, forms.Textarea))
        field.widget.attrs["readonly" if typed else "disabled"] = True


class Row(InlineAdminForm):
    """A row for the page, with what nested-admin's script knows it by."""

    @property
    def is_blank(self) -> bool:
        """Say whether this is the one that new rows are made from."""
        return str(self.form.prefix).endswith("__prefix__")

    @property
    def is_going(self) -> bool:
        """Say whether somebody has marked this row for deletion and not saved yet."""
        return bool(self.form.is_bound and self.form["DELETE"].value())

    @property
    def html_id(self) -> str:
        return str(self.form.prefix).replace("__prefix__", "empty")

    @property
    def html_class(self) -> str:
        marks = {
            "djn-empty-form": self.is_blank,
            "djn-item": not self.is_blank,
            "has_original": bool(self.original),
            "has-errors": bool(self.form.is_bound and self.form.errors),
        }
        return " ".join(["djn-module", "djn-inline-form", *(name for name, applies in marks.items() if applies)])

    @property
    def hidden(self) -> SafeString:
        """Return the hidden inputs with the row's id, position and uid. Written by hand, since a page has hundreds."""
        form = self.form
        # A row that was sent keeps its name, though somebody deleted it meanwhile.
        names = ("id", "position", "uid") if form["uid"].value() else ("id", "position")
        return _hidden(form, names)


def _hidden(form: Any, names: Iterable[str]) -> SafeString:
    return format_html_join(
        "",
        '<input type="hidden" name="{0}" id="id_{0}" value="{1}">',
        ((form.add_prefix(name), "" if (value := form[name].value()) is None else value) for name in names),
    )


class InOrder(NestedInlineAdminFormset):
    """Rows for the page in the order that was sent, the empty one that new rows are made from last."""

    @property
    def media(self) -> Any:
        return self.opts.media  # no row needs more, and asking each would make them all once again

    @property
    def counts(self) -> SafeString:
        """Return the inputs of the management form. Written by hand, as `Row.hidden` is."""
        form = self.formset.management_form
        return _hidden(form, form.fields)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @cached_property
    def rows(self) -> list[Row]:
        return list(self._rows())

    def _rows(self) -> Iterator[Row]:
        forms = sorted(self.formset.forms, key=_position)
        if self.has_add_permission:
            forms.append(self.formset.empty_form)
        for form in forms:
            original = form.instance if form.instance.pk else None
            row = Row(self.formset, form, self.fieldsets, {}, original, (), model_admin=self.opts)
            self._set_inline_admin_form_nested_attrs(row)
            yield row


def _position(form: Any) -> int:
    return whole_number(str(form["position"].value() or "")) or 0


def by_kind(rows: Rows) -> dict[type[Model], list[Any]]:
    """Return every row of an issue under its model."""
    return {Section: rows.sections, NewsItem: rows.items, Brief: rows.briefs, Insight: rows.insights}


class RowInline(nested_admin.NestedStackedInline):
    formset = RowFormSet
    kind = ""  # what its rows are called on the page and in its styles
    extra = 0
    sortable_field_name = "position"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Build the formset class once a request, not once a row."""
        state = state_of(request)
        if type(self) not in state.formsets:
            formset = super().get_formset(request, obj, **kwargs)
            # Copies, for Django's validation lays over them what was sent, and the rows are to be written yet.
            standing = [copy(row) for row in by_kind(state.rows)[self.model]] if state.rows else []
            may_change = self.has_change_permission(request, obj)
            formset.of_kind = Kind.of(standing, formset.fk.attname, may_change=may_change)
            formset.form.state = state
            formset.absolute_max = MOST_ROWS
            for field in formset.form.base_fields.values():
                if isinstance(field, forms.TypedChoiceField):
                    # Said in the reader's language once, not once for each row.
                    choices: Any = field.choices
                    field.choices = [(value, str(label)) for value, label in choices]
            state.formsets[type(self)] = formset
        return state.formsets[type(self)]

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.model._default_manager.none()


class InsightInline(RowInline):
    model = Insight
    form = InsightForm
    fields = ["position", "label", "text", "basis", "bullet"]
    kind = "insight"
    template = "admin/digests/issue/_insights.html"


class ItemInline(RowInline):
    model = NewsItem
    form = ItemForm
    fields = ["position", "headline", "link", "body", "ai_role", "follows", "tag_names"]
    inlines = [InsightInline]
    kind = "item"
    template = "admin/digests/issue/_items.html"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        if "earlier" not in formset.form.__dict__:
            formset.form.earlier = followed(formset.of_kind.standing, request.POST)
        return formset


class BriefInline(RowInline):
    model = Brief
    form = BriefForm
    fields = ["position", "text"]
    kind = "brief"
    template = "admin/digests/issue/_briefs.html"


class SectionInline(RowInline):
    model = Section
    form = SectionForm
    fields = ["position", "title", "lead"]
    inlines = [BriefInline, ItemInline]
    kind = "section"
    template = "admin/digests/issue/_sections.html"


class _Sent(QueryDict):
    def copy(self) -> Any:
        return self


class RowsAdmin(nested_admin.NestedModelAdmin):
    """An admin whose form has these rows."""

    inline_admin_formset_helper_cls = InOrder

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        if request.method == "POST":
            # nested-admin copies all that was sent for each story, to renumber rows that it saves; here it saves none.
            sent = _Sent("", mutable=True)
            sent.update(request.POST)
            request.POST = sent  # type: ignore[assignment]
        return super()._create_formsets(request, obj, change)
