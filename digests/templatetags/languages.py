from typing import Any

from django import template
from django.shortcuts import resolve_url
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import get_language

from digests.text.languages import foreign, opening

register = template.Library()
register.filter("opening", opening)


@register.filter(name="lang")
def lang(text: str) -> str:
    """Return a `lang` attribute if a text is in another language than its page."""
    found = foreign(text, get_language() or "")
    return format_html(' lang="{}"', found) if found else ""


@register.simple_tag(takes_context=True)
def link_to(context: template.Context, page: Any, **query: Any) -> str:
    """Return the address of a page of the newsroom, by its name or object, and keep `?lang=`.

    Pages of a digest are always in its language and do not need this.
    """
    asked = {name: value for name, value in {**query, "lang": context.get("lang")}.items() if value}
    address = resolve_url(page)
    return f"{address}?{urlencode(asked)}" if asked else address
