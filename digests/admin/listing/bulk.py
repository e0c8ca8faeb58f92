"""Bulk actions: each issue goes through the workflow by itself, and a line reports the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digests.admin.issue import actions, saving
from digests.admin.issue.rows import LONGEST_TAG
from digests.admin.issue.wordlist import WordList
from digests.admin.listing.export import Export, ExportForm, file_of
from digests.admin.signed_in import signed_in
from digests.editorial import exchange, workflow
from digests.editorial.permissions import may
from digests.editorial.preflight import Problem
from digests.editorial.workflow import Facts, Request, refusals
from digests.manuscript.values import Manuscript
from digests.models import Edition, Issue, Tag
from digests.models.states import Action, Correction, State
from digests.text.numbers import MOST_KEY, whole_number


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an issue: done, the same as before, or refused, and why."""

    issue: Issue
    outcome: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """An issue that a person marked in the list."""

    issue: Issue
    seen: str  # the version that they saw, as it was sent
    ever_live: tuple[Edition, ...]  # what readers had of it
    live: Edition | None
    refused: tuple[Problem, ...] = ()  # why the door would not schedule it now

    @property
    def deadline(self) -> datetime:
        return datetime.combine(self.issue.date, self.issue.digest.deadline, self.issue.digest.zone)

    @property
    def is_late(self) -> bool:
        """Say whether the deadline is over."""
        return self.deadline <= timezone.now()


class Bulk:
    """The list's actions on what is marked in it."""

    actions = ["submit_all", "approve_all", "publish_all", "schedule_all", "tag_all", "export_all"]
    # Who may not do it is not offered it; who may see issues may export them.
    needed = {
        "submit_all": Action.SUBMIT,
        "approve_all": Action.APPROVE,
        "publish_all": Action.PUBLISH,
        "schedule_all": Action.SCHEDULE,
        "tag_all": Action.EDIT,
    }

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)  # type: ignore[misc]
        return {
            name: found[name]
            for name in self.actions
            if name in found and (name not in self.needed or may(request.user, self.needed[name]))
        }

    @admin.action(description=gettext_lazy("Submit for review"))
    def submit_all(self, request: HttpRequest, chosen: Any) -> None:
        _perform(request, Action.SUBMIT)

    @admin.action(description=gettext_lazy("Approve"))
    def approve_all(self, request: HttpRequest, chosen: Any) -> None:
        _perform(request, Action.APPROVE)

    @admin.action(description=gettext_lazy("Publish"))
    def publish_all(self, request: HttpRequest, chosen: Any) -> None:
        _perform(request, Action.PUBLISH)

    @admin.action(description=gettext_lazy("Schedule…"))
    def schedule_all(self, request: HttpRequest, chosen: Any) -> HttpResponse | None:
        issues = marked(request)
        form = ScheduleForm(request.POST if "confirmed" in request.POST else None, issues=issues)
        if not form.is_valid():
            return self._ask(request, "schedule", form, issues)
        each(request, issues, lambda one, version: _schedule(request, one, version, form.cleaned_data))
        return None

    @admin.action(description=gettext_lazy("Tags…"))
    def tag_all(self, request: HttpRequest, chosen: Any) -> HttpResponse | None:
        issues = marked(request)
        form = TagForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, "tag", form, issues)
        each(request, issues, lambda one, version: _tag(request, one.issue, version, **form.cleaned_data))
        return None

    @admin.action(description=gettext_lazy("Export…"))
    def export_all(self, request: HttpRequest, chosen: Any) -> HttpResponseBase | None:
        issues = marked(request)
        form = ExportForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, "export", form, issues)
        cleaned = form.cleaned_data
        is_draft = cleaned["words"] == "draft"
        exports = [
            Export(one.issue, None if is_draft else one.live, cleaned["uids"]) for one in issues if is_draft or one.live
        ]
        if not exports:
            messages.error(request, _("None of these issues is public: export the working copies, or choose others."))
            return None
        return file_of(exports)

    def _ask(self, request: HttpRequest, what: str, form: forms.Form, issues: list[Marked]) -> HttpResponse | None:
        """Ask what an action needs to know, and say what it will do to which issues."""
        if not issues:
            messages.error(request, _("None of the marked issues is there any more."))
            return None
        prefetch_related_objects([one.issue for one in issues], "tagged")
        if what == "schedule":
            issues = _with_refusals(request, issues)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": self.get_actions(request)[f"{what}_all"][2].rstrip("…"),
            "opts": Issue._meta,
            "form": form,
            "marked": issues,
            "action": f"{what}_all",
            "approved": [one for one in issues if one.issue.state == State.APPROVED],
            "public": [one for one in issues if one.ever_live],
            "hidden": [one for one in issues if not one.live],
        }
        return TemplateResponse(request, f"admin/digests/issue/{what}_all.html", context)


def marked(request: HttpRequest) -> list[Marked]:
    """Return the issues that a person marked, in the list's order, with what readers have of them.

    Only the posted keys count, so an issue that no longer fits the filter is reported as well.
    """
    issues = list(Issue.objects.for_desk(request.user).select_related("digest").filter(pk__in=_numbers(request)))
    now = timezone.now()
    editions: dict[int, list[Edition]] = {issue.pk: [] for issue in issues}
    ever_live = Edition.objects.ever_live(now).filter(issue__in=issues)
    for edition in ever_live.defer("page").select_related("digest", "revision"):
        editions[edition.issue_id].append(edition)
    return [
        Marked(
            issue,
            seen=request.POST.get(f"seen-{issue.pk}", ""),
            ever_live=tuple(editions[issue.pk]),
            live=next((edition for edition in editions[issue.pk] if edition.is_live(now)), None),
        )
        for issue in issues
    ]


def _with_refusals(request: HttpRequest, issues: list[Marked]) -> list[Marked]:
    all_facts = Facts.of_all([one.issue for one in issues])
    refused = {
        facts.issue.pk: refusals(facts, Request.filled_in(Action.SCHEDULE, signed_in(request), at=facts.at))
        for facts in all_facts
    }
    return [replace(one, refused=refused[one.issue.pk]) for one in issues]


def _numbers(request: HttpRequest) -> list[int]:
    sent = dict.fromkeys(request.POST.getlist(ACTION_CHECKBOX_NAME))
    return [number for text in sent if (number := whole_number(text, most=MOST_KEY))]


def each(request: HttpRequest, issues: list[Marked], act: Callable[[Marked, int], tuple[str, ...]]) -> None:
    """Apply an action to each issue at the version that was seen, and report all results in one message."""
    results: list[Result] = []
    for one in issues:
        try:
            said = act(one, actions.version(request.POST, f"seen-{one.issue.pk}"))
        except workflow.Refused as refused:
            results.append(Result(one.issue, "refused", tuple(map(str, refused.reasons))))
        else:
            same = Result(one.issue, "same", (_("Nothing to change."),))
            results.append(Result(one.issue, "done", said) if said else same)
    _tell(request, results, gone=len(_numbers(request)) - len(issues))


def _tell(request: HttpRequest, results: list[Result], *, gone: int) -> None:
    counts = {outcome: sum(one.outcome == outcome for one in results) for outcome in ("done", "same", "refused")}
    # What went wrong is read first.
    results = sorted(results, key=lambda one: ("refused", "same", "done").index(one.outcome))
    said = render_to_string("admin/digests/issue/_results.html", {"results": results, "gone": gone, **counts})
    level = messages.SUCCESS if counts["done"] and not counts["refused"] and not gone else messages.WARNING
    messages.add_message(request, level, said, extra_tags="results")


def _perform(request: HttpRequest, action: Action) -> None:
    def act(one: Marked, version: int) -> tuple[str, ...]:
        return (actions.done(workflow.perform(action, one.issue, by=signed_in(request), version=version)),)

    each(request, marked(request), act)


# --- Schedule -----------------------------------------------------------------------------


class ScheduleForm(forms.Form):
    """When marked issues go out; and what it corrects, for those that are public already."""

    when = forms.ChoiceField(
        choices=[
            ("deadline", gettext_lazy("Each at its digest's deadline, on its own date")),
            ("at", gettext_lazy("All at one instant")),
        ],
        initial="deadline",
        widget=forms.RadioSelect,
        label=gettext_lazy("When"),
    )
    at = forms.CharField(
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        label=gettext_lazy("Date and time"),
    )
    zone = forms.ChoiceField(required=False, label=gettext_lazy("Time zone"))
    correction = forms.ChoiceField(
        required=False,
        choices=[("", "")] + [(kind.value, kind.label) for kind in Correction if kind != Correction.RETRACTION],
        label=gettext_lazy("This corrects what readers have. It is a"),
    )
    note = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=gettext_lazy("Note to readers (a typo needs none)"),
    )

    def __init__(self, *args: Any, issues: list[Marked], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        zones = list(dict.fromkeys(one.issue.digest.time_zone for one in issues))
        zone: Any = self.fields["zone"]
        zone.choices = [(name, name) for name in zones]
        self.initial["zone"] = zones[0] if zones else ""
        if not any(one.ever_live for one in issues):
            del self.fields["correction"], self.fields["note"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("when") == "at":
            try:
                zone = ZoneInfo(cleaned.get("zone") or self.initial["zone"] or "UTC")
                cleaned["at"] = actions.instant(cleaned.get("at") or "", zone)
            except workflow.Refused as refused:
                self.add_error("at", str(refused))
            else:
                if cleaned["at"] is None:
                    self.add_error("at", _("Say when."))
        return cleaned


def _schedule(request: HttpRequest, one: Marked, version: int, cleaned: dict[str, Any]) -> tuple[str, ...]:
    corrects = {name: cleaned[name] for name in ("correction", "note")} if one.ever_live else {}
    at = cleaned["at"] if cleaned["when"] == "at" else one.deadline
    outcome = workflow.perform(Action.SCHEDULE, one.issue, by=signed_in(request), version=version, at=at, **corrects)
    return (actions.done(outcome),)


# --- Tags -----------------------------------------------------------------------------------


class TagForm(forms.Form):
    """Tags to put on issues, and to take off."""

    add = WordList(longest=LONGEST_TAG, label=gettext_lazy("Add"))
    remove = WordList(longest=LONGEST_TAG, label=gettext_lazy("Take off"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        keys = [{Tag.key_of(name) for name in cleaned.get(field, ())} for field in ("add", "remove")]
        if not self.errors and not any(keys):
            self.add_error(None, _("Say which tags, separated by commas."))
        if both := keys[0] & keys[1]:
            self.add_error(None, _("To be added and taken off at once: %(tags)s.") % {"tags": ", ".join(sorted(both))})
        return cleaned


def _tag(request: HttpRequest, issue: Issue, version: int, *, add: list[str], remove: list[str]) -> tuple[str, ...]:
    """Save an issue with other tags of its own. Returns nothing if it has just these already."""
    words = exchange.from_rows(issue)
    saved = saving.save(retagged(words, add, remove), issue, by=signed_in(request), version=version)
    if saved.revision is None:
        return ()
    said = [_("Tags: %(tags)s.") % {"tags": "、".join(saved.revision.manuscript.tags) or "—"}]
    if issue.state == State.APPROVED:
        said.append(_("The approval no longer holds: these words are new. Submit them for review again."))
    return tuple(said)


def retagged(words: Manuscript, add: Iterable[str], remove: Iterable[str]) -> Manuscript:
    """Return a manuscript without the tags in `remove`, and with those in `add` at the end."""
    known = Tag.objects.known([*words.tags, *remove, *add])

    def meant(names: Iterable[str]) -> set[str]:
        return {known[key].key if (key := Tag.key_of(name)) in known else key for name in names}

    kept = [name for name in words.tags if not meant([name]) & meant(remove)]
    return replace(words, tags=(*kept, *(name for name in add if not meant([name]) & meant(kept))))
