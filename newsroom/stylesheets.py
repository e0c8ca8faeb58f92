"""Prepare style sheets for serving: inline their imports and minify them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import rcssmin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = "css/"  # not the admin's, nor a vendor's
_IMPORT = re.compile(r'@import "([a-z_/]+\.css)";')


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """WhiteNoise's static files, with each of our own style sheets as one minified file.

    Otherwise a first visit waits for a request for each imported sheet, and small files compress worse.
    """

    def post_process(self, paths: dict[str, tuple[Any, str]], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        sheets = {name: read(*paths[name]) for name in paths if name.startswith(OURS) and name.endswith(".css")}
        if not dry_run:
            for name, text in sheets.items():
                self.delete(name)
                self._save(name, ContentFile(rcssmin.cssmin(whole(text, sheets)).encode()))
            paths = paths | {name: (self, name) for name in sheets}
        yield from super().post_process(paths, dry_run, **options)


def read(storage: Any, path: str) -> str:
    """Return a style sheet as text."""
    with storage.open(path) as file:
        return str(file.read(), "utf-8")


def whole(text: str, sheets: dict[str, str]) -> str:
    """Replace the imports of a sheet by the imported sheets."""
    return _IMPORT.sub(lambda found: sheets[OURS + found[1]], text)
