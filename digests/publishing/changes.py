"""What changed between two texts of an issue, in words: thing by thing, ready for a template."""

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
    """One change as people read it."""

    kind: str
    said: str
    field: str = ""
    words: tuple[tuple[str, str], ...] = ()
    text: str = ""
    is_part: bool = False  # an insight came or went, its story stayed


@dataclass(frozen=True, slots=True)
class Changed:
    """A thing of an issue and all that changed in it."""

    kind: diff.What
    uid: str
    what: str
    title: str
    section: str
    changes: tuple[Change, ...]


def told(differences: Iterable[diff.Change], text: Callable[[diff.Place, str], str]) -> list[Changed]:
    """Return differences in words, thing by thing. `text` says a text of a place as its reader shall have it."""
    things: dict[tuple[diff.What, str, str, str], list[Change]] = {}
    for change in differences:
        things.setdefault(_thing(change), []).append(_told(change, text))
    return [
        Changed(kind, uid, what=str(_WHATS[kind]), title=title, section=section, changes=tuple(changes))
        for (kind, uid, title, section), changes in things.items()
    ]


# When the words of stories became others


def reworded(uids: Sequence[str]) -> dict[str, list[tuple[Story, Story]]]:
    """Return by uid each time that readers got other words of a story: as it was, and as it was then. One query.

    An edition corrects an issue; whether it touched a story is seen by comparing what was rendered of it.
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


# Texts for readers of two editions

_UNSEEN = {"cover_image", "footer", "bullet", "seo"}  # fields that no page shows
_MARKDOWN = {"summary", "intro", "lead", "body", "text"}


def seen(old: Manuscript, new: Manuscript) -> list[diff.Change]:
    """Return the differences between two editions that readers see."""
    return [one for one in diff.diff(old, new) if one.place.field not in _UNSEEN]


def followed(differences: Iterable[diff.Change]) -> dict[str, str]:
    """Return the headlines of the live stories that others follow now, or did before, by uid. One query at most."""
    uids = {uid for one in differences if one.place.field == "follows" for uid in (one.old, one.new) if uid}
    stories = Story.objects.live().filter(uid__in=uids) if uids else Story.objects.none()
    return dict(stories.values_list("uid", "headline"))


def told_to_readers(differences: Iterable[diff.Change], headlines: Mapping[str, str]) -> list[Changed]:
    """Return differences in words, and in nothing else: `headlines` are those of the stories that others follow."""

    def text(place: diff.Place, text: str) -> str:
        match place.field:
            case "":  # a thing as a whole, whose parts stand on lines of their own
                return "\n".join(map(plain, text.split("\n")))
            case "follows":
                return headlines.get(text, "")
            case "cover_file":
                return _("a picture") if text else ""
        return plain(text) if place.field in _MARKDOWN else readable(place, text)

    return told(differences, text)


_WHATS = {
    "issue": gettext_lazy("Issue"),
    "section": gettext_lazy("Section"),
    "item": gettext_lazy("Story"),
    "brief": gettext_lazy("Brief"),
}


def _thing(change: diff.Change) -> tuple[diff.What, str, str, str]:
    """Return what a change is shown under: an insight's under its story."""
    place = change.place
    what: diff.What = "item" if place.what == "insight" else place.what
    title = {"issue": "", "brief": plain(place.title)}.get(what, place.title)
    return what, place.uid, title, place.section


def _told(change: diff.Change, text: Callable[[diff.Place, str], str]) -> Change:
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
    if old == new:  # where words alone are shown
        return Change("moved", _("Only links or marks changed"), field=name_of(change.place))
    return Change("edited", "", field=name_of(change.place), words=tuple(diff.words(old, new)))


def what_name(place: diff.Place) -> str:
    """Return what kind of thing a place is in, as staff call it; an insight is in its story."""
    return str(_WHATS["item" if place.what == "insight" else place.what])


def name_of(place: diff.Place) -> str:
    """Return a field's name as the form has it."""
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
    """Return a choice by its label, as the form shows it, and a story by its headline and date."""
    labels: dict[str, Any] = {
        "ai_role": dict(NewsItem.AIRole.choices),
        "basis": dict(Insight.Basis.choices),
        "bullet": {"True": _("yes"), "False": _("no")},
        "follows": earlier or {},
    }
    return str(labels.get(place.field, {}).get(text, text))
