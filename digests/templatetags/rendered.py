from datetime import datetime

from django import template

from digests.text.markup import rendered

register = template.Library()
register.filter(rendered)


@register.filter(expects_localtime=True)
def instant(at: datetime) -> str:
    """Return an instant for a `datetime` attribute, without microseconds."""
    return at.isoformat(timespec="seconds")
