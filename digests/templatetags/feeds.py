from collections.abc import Sequence

from django import template
from django.utils.feedgenerator import rfc2822_date, rfc3339_date

from digests.models import Insight

register = template.Library()
register.filter("rfc822", rfc2822_date)
register.filter("rfc3339", rfc3339_date)


CONTEXT = 40  # characters of unchanged text beside a change


@register.filter
def having(words: Sequence[tuple[str, str]], changed: str) -> list[tuple[str, str]]:
    """Return the runs of the old text (`changed` is "removed") or of the new one ("added"); unchanged runs are cut."""
    last = len(words) - 1
    return [
        (op, run if op == changed else _near(run, is_first=place == 0, is_last=place == last))
        for place, (op, run) in enumerate(words)
        if op in ("same", changed)
    ]


def _near(text: str, *, is_first: bool, is_last: bool) -> str:
    """Cut an unchanged run to its ends that are beside a change."""
    if len(text) <= 3 * CONTEXT:
        return text
    return ("" if is_first else text[:CONTEXT]) + "…" + ("" if is_last else text[-CONTEXT:])


@register.filter
def rests_on(basis: str) -> str:
    """Return the basis of an insight in words; empty for the usual one, an editor's inference."""
    return "" if basis == Insight.Basis.EDITOR else str(Insight.Basis(basis).label)
