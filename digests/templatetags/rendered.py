from datetime import datetime

from django import template

from digests.text.markup import printed

register = template.Library()
register.filter(printed)


@register.filter(expects_localtime=True)
def instant(at: datetime) -> str:
    """Return an instant for a `datetime` attribute, which takes no microseconds."""
    return at.isoformat(timespec="seconds")
