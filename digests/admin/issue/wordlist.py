"""Tags and keywords as one line of text, in order, since the order is content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SEPARATORS = ",，、"
_WORD = re.compile(rf'\s*(?:"((?:[^"]|"")*)"|([^{SEPARATORS}]*))\s*(?:[{SEPARATORS}]|$)')


def join(words: Iterable[str]) -> str:
    """Return words as one line for editing. A word with a separator in it is quoted."""
    return ", ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    plain = not any(sign in word for sign in SEPARATORS) and not word.startswith('"')
    return word if plain else '"' + word.replace('"', '""') + '"'


def split(text: str) -> tuple[str, ...]:
    """Split a line into words, in order. `,`, `，` and `、` all separate them."""
    words = []
    at = 0
    while at < len(text):
        found = _WORD.match(text, at)
        if found is None:  # a quotation mark that is not followed by a separator
            end = re.compile(f"[{SEPARATORS}]|$").search(text, at)
            assert end is not None
            words.append(text[at : end.start()].strip())
            at = end.end() or len(text)
            continue
        quoted, plain = found.groups()
        words.append(quoted.replace('""', '"') if quoted is not None else plain.strip())
        at = found.end()
    return tuple(word for word in words if word)


class WordList(forms.CharField):
    """A field for a list of words, edited as one line of text."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.longest = longest

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else join(value or ())

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return list(split(super().to_python(value) or ""))

    def validate(self, value: Any) -> None:
        for word in value:
            if len(word) > self.longest:
                raise ValidationError(
                    _("“%(word)s…” is longer than %(limit)s characters. Do commas separate the words?"),
                    params={"word": word[:40], "limit": self.longest},
                )

    def run_validators(self, value: Any) -> None:
        for word in value:
            super().run_validators(word)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return split(self.prepare_value(initial)) != split(data or "")
