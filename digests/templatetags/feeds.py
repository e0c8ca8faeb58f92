from collections.abc import Sequence

from django import template
from django.utils.feedgenerator import rfc2822_date, rfc3339_date

from digests.models import Insight

register = template.Library()
register.filter("rfc822", rfc2822_date)
register.filter("rfc3339", rfc3339_date)


ROUND = 40  # characters that are kept beside a change


@register.filter
def having(words: Sequence[tuple[str, str]], changed: str) -> list[tuple[str, str]]:
    """Return the text before a change, which has what was removed, or after it; of what stayed, only what is near."""
    last = len(words) - 1
    return [
        (op, run if op == changed else _near(run, is_first=place == 0, is_last=place == last))
        for place, (op, run) in enumerate(words)
        if op in ("same", changed)
    ]


def _near(text: str, *, is_first: bool, is_last: bool) -> str:
    """Return what of a text that stayed is near a change: both its ends, unless it is the first or last of all."""
    if len(text) <= 3 * ROUND:
        return text
    return ("" if is_first else text[:ROUND]) + "…" + ("" if is_last else text[-ROUND:])


@register.filter
def rests_on(basis: str) -> str:
    """Say what an insight rests on; nothing for an editor's own, which is the rule."""
    return "" if basis == Insight.Basis.EDITOR else str(Insight.Basis(basis).label)
