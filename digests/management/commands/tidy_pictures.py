"""Clean up the stored pictures. The worker runs this each night; it is safe to run at any time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from PIL import Image, UnidentifiedImageError

from digests.models import Edition, Issue, Picture, Revision
from digests.publishing.pictures import NAME, in_digests, make_soon

FOLDERS = ("covers", "pictures")
UNNAMED = timedelta(days=7)  # how long a picture may wait for a save that names it
STRAY = timedelta(days=1)  # how long a file may be on its way to a row


class Command(BaseCommand):
    help = "Take in covers from before there were pictures, make what is not made, and drop what nothing names."

    def handle(self, **options: Any) -> None:
        adopted = sum(map(adopt, covers_without_row()))
        waiting = Picture.objects.filter(made_at=None, failure="", created_at__lt=timezone.now() - timedelta(hours=1))
        for picture in waiting:
            make_soon(picture)
        dropped = drop_unnamed()
        strays = drop_strays()
        if options["verbosity"]:
            self.stdout.write(
                f"Taken in: {adopted}. Made again: {len(waiting)}. Dropped: {dropped} pictures, {strays} stray files."
            )


def covers_without_row() -> set[str]:
    """Return the names of covers that issues or editions have and no Picture."""
    names = {
        *Issue.objects.exclude(cover="").values_list("cover", flat=True),
        *Edition.objects.exclude(cover="").values_list("cover", flat=True),
    }
    return names - set(Picture.objects.filter(file__in=names).values_list("file", flat=True))


def adopt(name: str) -> bool:
    """Make a Picture for a cover that is older than the table; its file stays as it is. Return whether it worked."""
    try:
        with default_storage.open(name) as file, Image.open(file) as picture:
            width, height = picture.size
    except (OSError, UnidentifiedImageError):
        return False
    with transaction.atomic():
        make_soon(Picture.objects.create(file=name, width=width, height=height))
    return True


def drop_unnamed() -> int:
    """Delete pictures last uploaded before UNNAMED that no issue, revision or digest names; return how many."""
    before = timezone.now() - UNNAMED
    old = {picture.file.name: picture for picture in Picture.objects.filter(uploaded_at__lt=before, editions=None)}
    for name in in_digests():
        old.pop(name, None)
    for name in Issue.objects.filter(cover__in=old).values_list("cover", flat=True):
        old.pop(name, None)
    # Every text that was ever saved is in a revision.
    for content in Revision.objects.values_list("content", flat=True).iterator(chunk_size=100) if old else ():
        for name in NAME.findall(content):
            old.pop(name, None)
    dropped = 0
    for picture in old.values():
        # Unless somebody uploaded it again just now.
        if Picture.objects.filter(pk=picture.pk, uploaded_at__lt=before).delete()[0]:
            dropped += 1
            for name in _files(picture):
                default_storage.delete(name)
    return dropped


def drop_strays() -> int:
    """Delete files older than STRAY that belong to no row, such as those of interrupted uploads; return how many."""
    known = {name for picture in Picture.objects.iterator() for name in _files(picture)}
    known |= covers_without_row() | in_digests()
    for content in Revision.objects.filter(content__contains="covers/").values_list("content", flat=True).iterator():
        known.update(NAME.findall(content))
    strays = [path for folder in FOLDERS for path in _old_files(folder) if f"{folder}/{path.name}" not in known]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def _files(picture: Picture) -> list[str]:
    """Return the names of all files of a picture, the original first."""
    return [picture.file.name or "", *(one["file"] for one in picture.renditions)]


def _old_files(folder: str) -> list[Path]:
    place = Path(default_storage.path(folder))
    before = (datetime.now() - STRAY).timestamp()
    return [path for path in place.glob("*") if path.is_file() and path.stat().st_mtime < before]
