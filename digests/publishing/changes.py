"""Describe in words what changed between two versions of an issue, grouped by story, brief or section."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digests.manuscript import diff
from digests.manuscript.values import Manuscript
from digests.models import Edition, Insight, Issue, NewsItem, Story
from digests.text.markup import plain


@dataclass(frozen=True, slots=True)
class Change:
    """One change, described for people."""

    kind: str
    said: str
    field: str = ""
    words: tuple[tuple[str, str], ...] = ()
    text: str = ""
    is_part: bool = False  # an insight was added or removed in a story that stayed


@dataclass(frozen=True, slots=True)
class Changed:
    """A part of an issue with everything that changed in it."""

    kind: diff.What
    uid: str
    what: str
    title: str
    section: str
    changes: tuple[Change, ...]


def describe(differences: Iterable[diff.Change], text: Callable[[diff.Place, str], str]) -> list[Changed]:
    """Describe differences, grouped by the part of the issue that they are in.

    `text(place, value)` returns a value as the people who read the description should see it.
    """
    parts: dict[tuple[diff.What, str, str, str], list[Change]] = {}
    for change in differences:
        parts.setdefault(_part_of(change), []).append(_describe(change, text))
    return [
        Changed(kind, uid, what=str(_KINDS[kind]), title=title, section=section, changes=tuple(changes))
        for (kind, uid, title, section), changes in parts.items()
    ]


# Rewordings of stories


def rewordings(uids: Sequence[str]) -> dict[str, list[tuple[Story, Story]]]:
    """Return for each uid the (old, new) pairs in which the published words of a story changed. Costs one query.

    An edition corrects a whole issue; comparing the rendered story shows whether the correction touched it.
    """
    rendered = (
        Story.objects.filter(uid__in=uids, edition__in=Edition.objects.readable_history())
        .select_related("edition")
        .only("uid", "page", *(f"edition__{name}" for name in ("issue", "number", "live_from", "correction", "note")))
        .order_by("uid", "edition__live_from")
    )
    return {
        uid: [(old, new) for old, new in pairwise(versions) if old.page.words != new.page.words]
        for uid, versions in groupby(rendered, key=attrgetter("uid"))
    }


# Differences between two editions, for readers

_NOT_SHOWN = {"cover_image", "footer", "bullet", "seo"}  # fields that no page shows
_MARKDOWN = {"summary", "intro", "lead", "body", "text"}


def visible_differences(old: Manuscript, new: Manuscript) -> list[diff.Change]:
    """Return the differences between two editions that readers can see."""
    return [one for one in diff.diff(old, new) if one.place.field not in _NOT_SHOWN]


def followed_headlines(differences: Iterable[diff.Change]) -> dict[str, str]:
    """Return the headlines, by uid, of the live stories that `follows` names before or after. One query at most."""
    uids = {uid for one in differences if one.place.field == "follows" for uid in (one.old, one.new) if uid}
    stories = Story.objects.live().filter(uid__in=uids) if uids else Story.objects.none()
    return dict(stories.values_list("uid", "headline"))


def describe_for_readers(differences: Iterable[diff.Change], headlines: Mapping[str, str]) -> list[Changed]:
    """Describe differences as plain text. `headlines` comes from `followed_headlines`."""

    def text(place: diff.Place, text: str) -> str:
        match place.field:
            case "":  # a whole story, brief or section, with one part on each line
                return "\n".join(map(plain, text.split("\n")))
            case "follows":
                return headlines.get(text, "")
            case "cover_file":
                return _("a picture") if text else ""
        return plain(text) if place.field in _MARKDOWN else readable(place, text)

    return describe(differences, text)


_KINDS = {
    "issue": gettext_lazy("Issue"),
    "section": gettext_lazy("Section"),
    "item": gettext_lazy("Story"),
    "brief": gettext_lazy("Brief"),
}


def _part_of(change: diff.Change) -> tuple[diff.What, str, str, str]:
    """Return (kind, uid, title, section) of the part under which a change is shown: a story for an insight."""
    place = change.place
    what: diff.What = "item" if place.what == "insight" else place.what
    title = {"issue": "", "brief": plain(place.title)}.get(what, place.title)
    return what, place.uid, title, place.section


def _describe(change: diff.Change, text: Callable[[diff.Place, str], str]) -> Change:
    insight = change.place.what == "insight"
    old, new = (text(change.place, each) for each in (change.old, change.new))
    match change.kind:
        case "added":
            return Change("added", _("Insight added") if insight else _("Added"), text=new, is_part=insight)
        case "removed":
            return Change("removed", _("Insight removed") if insight else _("Removed"), text=old, is_part=insight)
        case "moved":
            return Change("moved", _("Moved from “%(old)s” to “%(new)s”") % {"old": change.old, "new": change.new})
        case "reordered":
            return Change("moved", _("Insight put elsewhere") if insight else _("Put elsewhere in the order"))
    if old == new:  # the Markdown differs, the words do not
        return Change("moved", _("Only links or marks changed"), field=name_of(change.place))
    return Change("edited", "", field=name_of(change.place), words=tuple(diff.words(old, new)))


def what_name(place: diff.Place) -> str:
    """Return the name of the kind of part that a place is in; an insight is in its story."""
    return str(_KINDS["item" if place.what == "insight" else place.what])


def name_of(place: diff.Place) -> str:
    """Return the name of a field, as the form labels it."""
    models: dict[str, Any] = {"issue": Issue, "item": NewsItem, "insight": Insight}
    names = {"tags": _("tags"), "cover_file": _("cover"), "footer": _("own footer"), "lead": _("lead")}
    if place.field in names:
        name = names[place.field]
    elif place.what in models:
        name = str(models[place.what]._meta.get_field(place.field).verbose_name)
    else:
        name = _("title") if place.field == "title" else _("text")
    return _("insight") + f" · {name}" if place.what == "insight" else name


def readable(place: diff.Place, text: str, earlier: Mapping[str, str] | None = None) -> str:
    """Return the value of a field as the form shows it: choices by label, `follows` by its text in `earlier`."""
    labels: dict[str, Any] = {**_CHOICES, "bullet": {"True": _("yes"), "False": _("no")}, "follows": earlier or {}}
    return str(labels.get(place.field, {}).get(text, text))


_CHOICES = {
    field.name: dict(field.flatchoices)
    for model in (NewsItem, Insight)
    for field in model._meta.concrete_fields
    if field.choices
}
