"""Feed queries: the line of text that defines a reader's own feed, such as `+芯片 +OpenAI -融资 digest:ai-daily`.

A story matches if it has any of the words, and none of those after a minus. `digest:`, `tag:` and `source:` narrow that
to any of the digests, to any of the tags, and to any of the sources; a minus before one of them excludes it.
`read(line)` needs no database, `.rows()` finds the digests, tags and sources, `.among(stories, rows)` narrows a
queryset of stories.
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
from digests.text.folding import fold, storable

LONGEST = 300  # characters: with as many Chinese ones, an address is as long as servers accept
MOST = 12  # terms


class Qualifier(NamedTuple):
    """A kind of term that names rows: how to find them, which stories belong to them, and what to say if none is found.

    `unknown` is a message with `%(name)s`.
    """

    find: Callable[[str], Iterable[Any]]
    stories: Callable[[list[Any]], Q]
    unknown: Any


QUALIFIERS: Mapping[str, Qualifier] = {
    "digest": Qualifier(
        lambda name: Digest.objects.filter(slug__iexact=name),
        lambda digests: Q(edition__digest__in=digests),
        _("There is no digest “%(name)s”. Write the first word of its address, as in digest:ai-daily."),
    ),
    "tag": Qualifier(
        lambda name: [tag for tag in [Tag.objects.meant(name)] if tag],
        search.tagged,
        _("There is no tag “%(name)s”. If its name has a space, put it in quotes."),
    ),
    "source": Qualifier(
        Source.objects.meant,
        lambda sources: Q(source__in=sources),
        _("No story has the source “%(name)s”. Write its domain, as in source:example.com."),
    ),
}

_ANY_CASE = re.IGNORECASE | re.ASCII  # ASCII: a dotless ı does not match i
_QUALIFIER = f"(?:({'|'.join(QUALIFIERS)}):)"
_TERM = re.compile(rf'([+-]?){_QUALIFIER}?(?:["“]([^"“”]*)(?:["”]|$)|([^ "“”]+))', _ANY_CASE)
_EMPTY = re.compile(f"[+-]?{_QUALIFIER}|[+-]", _ANY_CASE)
_PLAIN = re.compile(rf'(?![+-]|{_QUALIFIER})[^ "“”]+', _ANY_CASE)  # needs no quotes

Rows = Mapping["Term", list[Any]]


@dataclass(frozen=True, slots=True)
class Term:
    """Words that a story must have, or must not; with a qualifier, the name of a digest, tag or source."""

    words: str
    qualifier: str = ""
    wanted: bool = True

    def __str__(self) -> str:
        words = self.words if _PLAIN.fullmatch(self.words) else f'"{self.words}"'
        return f"{'' if self.wanted else '-'}{self.qualifier and f'{self.qualifier}:'}{words}"


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """What a line asks for: each term once, in one order, so that equal queries are equal.

    `str` gives a line that reads back as the same. It has no plus, which no term needs and an address would turn into
    a space.
    """

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def words(self, *, wanted: bool) -> tuple[str, ...]:
        """Return the words that a story must have, or those that it must not, folded."""
        return tuple(fold(term.words) for term in self.terms if not term.qualifier and term.wanted == wanted)

    def rows(self) -> Rows:
        """Return the digests, tags or sources that each qualified term names. Costs three queries a term at most.

        Raises ValidationError with a message for each that does not exist.
        """
        found: dict[Term, list[Any]] = {}
        problems = []
        for term in self.terms:
            if term.qualifier:
                qualifier = QUALIFIERS[term.qualifier]
                found[term] = list(qualifier.find(term.words))
                if not found[term]:
                    problems.append(_problem(qualifier.unknown, name=term.words))
        if problems:
            raise ValidationError(problems)
        return found

    def among(self, stories: search.Stories, rows: Rows) -> search.Stories:
        """Narrow stories to those that match; `rows` comes from `rows()`."""
        stories = search.any_of(stories, self.words(wanted=True))
        stories = search.Query(unwanted=self.words(wanted=False)).among(stories)
        for name, qualifier in QUALIFIERS.items():
            for wanted in (True, False):
                named = [row for term in rows if (term.qualifier, term.wanted) == (name, wanted) for row in rows[term]]
                if named:
                    theirs = qualifier.stories(named)
                    stories = stories.filter(theirs if wanted else ~theirs)
        return stories


def read(line: str) -> FeedQuery:
    """Read a line as a reader wrote it. Raises ValidationError with everything that is wrong with it."""
    text = " ".join(unicodedata.normalize("NFKC", storable(line)).split())
    if not text:
        raise _problem(_("Write what you want to read about: one word is enough."))
    if len(text) > LONGEST:
        raise _problem(_TOO_LONG, most=LONGEST)
    terms: dict[tuple[str, str], Term] = {}
    problems = []
    for found in _TERM.finditer(text):
        sign, qualifier, phrase, word = found.groups()
        term = Term((phrase or word or "").strip(), (qualifier or "").lower(), sign != "-")
        if not term.words or (word and _EMPTY.fullmatch(found[0])):
            problems.append(_problem(_("“%(part)s” says nothing. Write the words right after it."), part=found[0]))
        elif terms.setdefault((term.qualifier, fold(term.words)), term).wanted != term.wanted:
            problems.append(_problem(_("“%(words)s” is both asked for and left out."), words=term.words))
    query = FeedQuery(tuple(sorted(terms.values(), key=_order)))
    if len(query.terms) > MOST:
        problems.append(_problem(_("A feed has at most %(most)d terms."), most=MOST))
    if len(str(query)) > LONGEST:
        problems.append(_problem(_TOO_LONG, most=LONGEST))
    if problems:
        raise ValidationError(problems)
    return query


_TOO_LONG = _("The line has at most %(most)d characters.")


def _order(term: Term) -> tuple[int, bool, str]:
    return ("", *QUALIFIERS).index(term.qualifier), not term.wanted, fold(term.words)


def _problem(message: Any, **params: object) -> ValidationError:
    return ValidationError(message, params=params)
