"""Wishes: the line of text that a reader makes a feed of, such as `+芯片 +OpenAI -融资 digest:ai-daily`.

A story is wished for if it has any of the words, and none of those after a minus. `digest:`, `tag:` and `source:`
narrow that: to any of the digests, of the tags, and of the sources. A minus before one of these leaves it out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from digests.models import Digest, Source, Tag
from digests.site import search
from digests.text.folding import fold, kept

LONGEST = 300  # letters and signs: an address with as many Chinese ones is as long as servers take
MOST = 12  # wishes


class Place(NamedTuple):
    """Where to look: the rows that a reader's word for it names, which stories are there, and what to say of none."""

    find: Callable[[str], Iterable[Any]]
    holds: Callable[[list[Any]], Q]
    unknown: Any


PLACES: Mapping[str, Place] = {
    "digest": Place(
        lambda name: Digest.objects.filter(slug__iexact=name),
        lambda digests: Q(edition__digest__in=digests),
        _("There is no digest “%(name)s”. Write the first word of its address, as in digest:ai-daily."),
    ),
    "tag": Place(
        lambda name: [tag for tag in [Tag.objects.meant(name)] if tag],
        search.tagged,
        _("There is no tag “%(name)s”. If its name has a space, put it in quotes."),
    ),
    "source": Place(
        Source.objects.meant,
        lambda sources: Q(source__in=sources),
        _("No story has the source “%(name)s”. Write its domain, as in source:example.com."),
    ),
}

_ANY_CASE = re.IGNORECASE | re.ASCII  # a dotless ı is no i
_PLACE = f"(?:({'|'.join(PLACES)}):)"
_WISH = re.compile(rf'([+-]?){_PLACE}?(?:["“]([^"“”]*)(?:["”]|$)|([^ "“”]+))', _ANY_CASE)
_OF_NOTHING = re.compile(f"[+-]?{_PLACE}|[+-]", _ANY_CASE)
_PLAIN = re.compile(rf'(?![+-]|{_PLACE})[^ "“”]+', _ANY_CASE)  # is itself without quotes

Rows = Mapping["Wish", list[Any]]


@dataclass(frozen=True, slots=True)
class Wish:
    """Words to have or not to have; or of a place, its name."""

    words: str
    place: str = ""
    wanted: bool = True

    def __str__(self) -> str:
        words = self.words if _PLAIN.fullmatch(self.words) else f'"{self.words}"'
        return f"{'' if self.wanted else '-'}{self.place and f'{self.place}:'}{words}"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a line says, in one order, each wish once. `str` is a line that says it: without a plus, as none is needed.

    So it can stand in an address, where a plus is a space.
    """

    all: tuple[Wish, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.all))

    def words(self, *, wanted: bool) -> tuple[str, ...]:
        """Return the words to have, or those not to have, folded."""
        return tuple(fold(wish.words) for wish in self.all if not wish.place and wish.wanted == wanted)

    def rows(self) -> Rows:
        """Return the digests, tags or sources that each wish names: by three queries each at most.

        Raises ValidationError for what there is not.
        """
        found: dict[Wish, list[Any]] = {}
        problems = []
        for wish in self.all:
            if wish.place:
                place = PLACES[wish.place]
                found[wish] = list(place.find(wish.words))
                if not found[wish]:
                    problems.append(_problem(place.unknown, name=wish.words))
        if problems:
            raise ValidationError(problems)
        return found

    def among(self, stories: search.Stories, rows: Rows) -> search.Stories:
        """Narrow stories to those that are wished for."""
        stories = search.any_of(stories, self.words(wanted=True))
        stories = search.Query(unwanted=self.words(wanted=False)).among(stories)
        for name in PLACES:
            for wanted in (True, False):
                named = [row for wish in rows if (wish.place, wish.wanted) == (name, wanted) for row in rows[wish]]
                if named:
                    held = PLACES[name].holds(named)
                    stories = stories.filter(held if wanted else ~held)
        return stories


def read(line: str) -> Wishes:
    """Read a line. Raises ValidationError with everything that is wrong with it."""
    text = " ".join(unicodedata.normalize("NFKC", kept(line)).split())
    if not text:
        raise _problem(_("Write what you wish to read of: a word is enough."))
    if len(text) > LONGEST:
        raise _problem(_TOO_LONG, most=LONGEST)
    wishes: dict[tuple[str, str], Wish] = {}
    problems = []
    for found in _WISH.finditer(text):
        sign, place, phrase, word = found.groups()
        wish = Wish((phrase or word or "").strip(), (place or "").lower(), sign != "-")
        if not wish.words or (word and _OF_NOTHING.fullmatch(found[0])):
            problems.append(_problem(_("“%(part)s” says nothing. Write the words right after it."), part=found[0]))
        elif wishes.setdefault((wish.place, fold(wish.words)), wish).wanted != wish.wanted:
            problems.append(_problem(_("“%(words)s” is both wished for and left out."), words=wish.words))
    said = Wishes(tuple(sorted(wishes.values(), key=_order)))
    if len(said.all) > MOST:
        problems.append(_problem(_("A feed is of %(most)d wishes at most."), most=MOST))
    if len(str(said)) > LONGEST:
        problems.append(_problem(_TOO_LONG, most=LONGEST))
    if problems:
        raise ValidationError(problems)
    return said


_TOO_LONG = _("A line of wishes has %(most)d letters and signs at most.")


def _order(wish: Wish) -> tuple[int, bool, str]:
    return ("", *PLACES).index(wish.place), not wish.wanted, fold(wish.words)


def _problem(message: Any, **params: object) -> ValidationError:
    return ValidationError(message, params=params)
