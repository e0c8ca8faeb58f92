from django import template
from django.utils.feedgenerator import rfc2822_date, rfc3339_date

from digests.models import Insight

register = template.Library()
register.filter("rfc822", rfc2822_date)
register.filter("rfc3339", rfc3339_date)


@register.filter
def rests_on(basis: str) -> str:
    """Say what an insight rests on; nothing for an editor's own, which is the rule."""
    return "" if basis == Insight.Basis.EDITOR else str(Insight.Basis(basis).label)
