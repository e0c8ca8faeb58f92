"""Widgets that render without templates: an issue has thousands of fields, and templates would cost seconds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import ErrorList, flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class TextInput(forms.TextInput):
    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<input type="{}" name="{}" value="{}"{}>', self.input_type, name, _text(value), _attributes(self, attrs)
        )


class HiddenInput(TextInput):
    input_type = "hidden"


class Textarea(forms.Textarea):
    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        # Browsers drop the first line break inside a textarea.
        return format_html('<textarea name="{}"{}>\n{}</textarea>', name, _attributes(self, attrs), _text(value))


class CheckboxInput(forms.CheckboxInput):
    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        checked = {"checked": True} if self.check_test(value) else {}
        return format_html('<input type="checkbox" name="{}"{}>', name, _attributes(self, {**(attrs or {}), **checked}))


class Select(forms.Select):
    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = _text(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, SafeString(" selected") if _text(key) == chosen else "", label) for key, label in self.choices),
        )
        return format_html('<select name="{}"{}>{}</select>', name, _attributes(self, attrs), options)


class Errors(ErrorList):
    """The errors of a field. Most fields have none."""

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        return super().render(*args, **kwargs) if self else SafeString("")

    __str__ = __html__ = render


def _attributes(widget: forms.Widget, attrs: Any) -> str:
    return flatatt(widget.build_attrs(widget.attrs, attrs))


def _text(value: Any) -> str:
    return "" if value is None else str(value)
