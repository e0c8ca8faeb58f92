from django import template
from django.utils.html import format_html
from django.utils.translation import get_language

from digests.languages import foreign

register = template.Library()


@register.filter(name="lang")
def lang(text: str) -> str:
    """Return a `lang` attribute for a text in another language than its page's."""
    found = foreign(text, get_language() or "")
    return format_html(' lang="{}"', found) if found else ""
