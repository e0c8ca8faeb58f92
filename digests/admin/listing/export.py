"""Export issues: one as a text file, several as a zip archive that is streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django import forms
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext_lazy

from digests.editorial import exchange
from digests.manuscript.writer import write
from digests.models import Edition, Issue
from digests.publishing.rendering import public_manuscript


class ExportForm(forms.Form):
    """The options of an export."""

    words = forms.ChoiceField(
        choices=[
            ("live", gettext_lazy("As readers have it now")),
            ("draft", gettext_lazy("The working copy, as it was saved last")),
        ],
        initial="live",
        widget=forms.RadioSelect,
        label=gettext_lazy("Which words"),
    )
    uids = forms.BooleanField(
        required=False,
        label=gettext_lazy("With the names (uid) of stories, for a text that will be imported again"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


@dataclass(frozen=True, slots=True)
class Export:
    """A file to export. Its text is made only when it is written."""

    issue: Issue
    edition: Edition | None  # whose words; None for the working copy
    uids: bool

    @property
    def name(self) -> str:
        # Only a form checks slugs, and a path in an archive must be harmless in any case.
        folder = slugify(self.issue.digest.slug, allow_unicode=True) or str(self.issue.digest_id)
        return f"{folder}/{self.issue.date:%Y-%m-%d}.md"

    @property
    def text(self) -> str:
        manuscript = public_manuscript(self.edition) if self.edition else exchange.from_rows(self.issue)
        return write(manuscript, uids=self.uids, footer=self.issue.digest.subscribe_card)


def file_of(exports: list[Export]) -> HttpResponseBase:
    """Return the response to download: one Markdown file, or a zip of several."""
    if len(exports) == 1:
        (one,) = exports
        return HttpResponse(
            one.text,
            content_type="text/markdown; charset=utf-8",
            headers={"Content-Disposition": content_disposition_header(True, one.name.replace("/", "-"))},
        )
    name = f"issues-{timezone.localtime():%Y-%m-%d-%H%M}.zip"
    return StreamingHttpResponse(
        _archive(exports),
        content_type="application/zip",
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )


class _Pipe:
    """A write-only file in memory, for streaming: `taken` empties it."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def write(self, data: bytes) -> int:
        self.waiting += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: `taken` gets what was written."""

    def taken(self) -> bytes:
        data, self.waiting = bytes(self.waiting), bytearray()
        return data


def _archive(exports: Iterable[Export]) -> Iterator[bytes]:
    pipe: Any = _Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        for export in exports:
            archive.writestr(export.name, export.text)
            yield pipe.taken()
    yield pipe.taken()
