"""Pictures: store uploads once and without metadata, and make sizes and formats for browsers."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from PIL import Image, ImageCms, ImageOps, ImageSequence

from digests.models import Digest, Page, PageStory, Picture
from digests.models.desk import PICTURES, refuse_unfit_picture
from digests.models.person import name_of
from digests.text.markup import Shown, stored

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WIDTHS = (400, 800, 1200, 1600)
PORTABLE = 1200  # pixels across at most, for feeds and other programs
LARGEST = 3200  # pixels of the longer side that is stored: twice what any page shows
LARGEST_FRAME = 1200  # pixels of the longer side of an animation
NAME = re.compile(r"(?:covers|pictures)/[0-9a-f]{32}\.\w+", re.ASCII)
SHARED = (1200, 630)  # pixels; what other sites expect of a shared link

_SAVED: dict[str, dict[str, Any]] = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 7},
    "webp": {"format": "WEBP", "quality": 80, "method": 4},
    "jpg": {"format": "JPEG", "quality": 82, "optimize": True, "progressive": True},
    "png": {"format": "PNG", "optimize": True},
}
_SRGB = ImageCms.createProfile("sRGB")

logger = logging.getLogger(__name__)


class Unfit(ValueError):
    """A file cannot be stored as a picture. `str` is a sentence for people."""


# Uploads


def take(upload: File[bytes], *, by: User | None, alt: str = "") -> Picture:
    """Store a picture and return its row, or the row of the same picture if it was stored before. Raises Unfit.

    Call it outside the transaction of a save that may be refused, so that a refusal does not lose the upload.
    """
    if is_too_heavy(upload):
        raise Unfit(
            _("This picture has %(size)s megabytes; at most %(most)s are taken. Make it smaller first.")
            % {"size": f"{upload.size / 1_000_000:.1f}", "most": settings.PICTURE_MEGABYTES}
        )
    try:
        refuse_unfit_picture(upload)
    except ValidationError as error:
        raise Unfit(" ".join(error.messages)) from error
    content = upload.read()
    sha256 = hashlib.sha256(content).hexdigest()
    picture = Picture.objects.filter(sha256=sha256).first()
    if picture:
        Picture.objects.filter(pk=picture.pk).update(uploaded_at=timezone.now())
    if picture is None or not default_storage.exists(picture.file.name or ""):
        picture = _store(content, sha256, picture, by=by)
    if alt and not picture.alt:
        picture.alt = alt[:300]
        picture.save(update_fields=["alt"])
    return picture


def is_too_heavy(upload: File[bytes]) -> bool:
    """Tell whether a file is larger than PICTURE_MEGABYTES."""
    return upload.size > settings.PICTURE_MEGABYTES * 1_000_000


def _store(content: bytes, sha256: str, known: Picture | None, *, by: User | None) -> Picture:
    clean, ending, (width, height) = _clean(content)
    name = (known.file.name if known else None) or f"pictures/{secrets.token_hex(16)}.{ending}"
    write(name, clean)
    try:
        with transaction.atomic():
            picture = known or Picture.objects.create(
                file=name,
                sha256=sha256,
                width=width,
                height=height,
                by=by,
                by_name=name_of(by) if by else "",
            )
    except IntegrityError:
        default_storage.delete(name)
        return Picture.objects.get(sha256=sha256)  # somebody uploaded the same picture at the same moment
    make_soon(picture)
    return picture


def write(name: str, content: bytes) -> None:
    """Write a stored file atomically: a process that is killed leaves no half picture under a name in use."""
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _clean(content: bytes) -> tuple[bytes, str, tuple[int, int]]:
    """Re-encode a picture from its pixels alone; return (content, file ending, (width, height)). Raises Unfit."""
    try:
        with Image.open(BytesIO(content), formats=list(PICTURES)) as picture:
            # An MPO is a JPEG with a second view of the same scene, not an animation.
            if getattr(picture, "is_animated", False) and picture.format != "MPO":
                return _animation(picture)
            picture.load()
            still = _plain(picture)
            lossless = still.mode == "RGBA" or picture.format in ("GIF", "PNG")
    except Unfit:
        raise
    except Exception as error:  # decoders fail in many ways, which all mean the same to the person who uploaded
        raise Unfit(
            _("This picture is damaged and cannot be shown. Open it in a picture editor and save it anew.")
        ) from error
    still.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    ending = "png" if lossless else "jpg"
    return _encoded(still, ending, **({} if lossless else {"quality": 92, "subsampling": 0})), ending, still.size


def _plain(picture: Image.Image) -> Image.Image:
    """Return the pixels alone: upright, in sRGB, 8 bits a channel, RGB or RGBA."""
    profile = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I"):  # 16 bits a channel; `convert` alone would clip to white
        picture = picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if picture.mode in ("P", "PA", "LA", "1"):
        picture = picture.convert(mode)
    if profile:
        # If a profile cannot be read, the colours are taken for sRGB, as browsers do.
        with suppress(ImageCms.PyCMSError, OSError):
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            picture = ImageCms.profileToProfile(picture, source, _SRGB, outputMode=mode) or picture
    picture = picture.convert(mode)
    if mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture, mode = picture.convert("RGB"), "RGB"
    clean = Image.new(mode, picture.size)
    clean.paste(picture)
    return clean


def _animation(picture: Image.Image) -> tuple[bytes, str, tuple[int, int]]:
    """Re-encode an animation as WebP, a fraction of the size of a GIF. It gets no renditions."""
    count = getattr(picture, "n_frames", 1)
    if count * picture.width * picture.height > 4 * settings.PICTURE_MEGAPIXELS * 1_000_000:
        raise Unfit(_("This animation is too long or too large. Make it shorter or smaller, or take one frame of it."))
    frames, durations = [], []
    for frame in ImageSequence.Iterator(picture):
        durations.append(int(frame.info.get("duration") or 100))
        clean = Image.new("RGBA", frame.size)
        clean.paste(frame.convert("RGBA"))
        clean.thumbnail((LARGEST_FRAME, LARGEST_FRAME), Image.Resampling.LANCZOS)
        frames.append(clean)
    options = {"save_all": True, "append_images": frames[1:], "duration": durations, "method": 2}
    return _encoded(frames[0], "webp", loop=picture.info.get("loop", 1), **options), "webp", frames[0].size


def _encoded(picture: Image.Image, ending: str, **options: Any) -> bytes:
    made = BytesIO()
    picture.save(made, **{**_SAVED[ending], **options})
    return made.getvalue()


# Renditions


def make_soon(picture: Picture) -> None:
    """Let the worker make the renditions of a picture, after the commit."""
    transaction.on_commit(lambda: make.enqueue(picture.pk), robust=True)


@task()
def make(pk: int) -> None:
    """Make the renditions of a picture. Safe to run twice; an error is stored for the desk to show."""
    picture = Picture.objects.filter(pk=pk).first()
    if picture is None:
        return
    try:
        made = list(_renditions(picture))
    except Exception as error:
        logger.exception("The renditions of picture %s could not be made", pk)
        Picture.objects.filter(pk=pk).update(failure=f"{type(error).__name__}: {error}"[:500])
    else:
        Picture.objects.filter(pk=pk).update(renditions=made, made_at=timezone.now(), failure="")


def _renditions(picture: Picture) -> Iterator[dict[str, Any]]:
    with picture.file.open() as file, Image.open(file) as original:
        if getattr(original, "is_animated", False):
            return
        original.load()
        whole = _plain(original)
    stem = Path(picture.file.name or "").with_suffix("")
    widest = min(whole.width, WIDTHS[-1])
    for width in [*(width for width in WIDTHS if width < widest), widest]:
        height = max(1, round(whole.height * width / whole.width))
        small = whole if width == whole.width else whole.resize((width, height), Image.Resampling.LANCZOS)
        for ending in ("avif", "webp", "png" if whole.mode == "RGBA" else "jpg"):
            name = f"{stem}-{width}.{ending}"
            write(name, _encoded(small, ending))
            yield {"file": name, "format": ending, "width": width, "height": height}


def named(page: Page | PageStory) -> set[str]:
    """Return the file names of the stored pictures on a page or in a story of one."""
    names = set(stored("\n".join(page.html())))
    if isinstance(page, Page) and page.cover.file:
        names.add(page.cover.file)
    return names


def in_digests() -> set[str]:
    """Return the file names of the pictures in the description, policies and subscribe cards of digests."""
    texts = Digest.objects.only("description", "policies", "subscribe_card")
    return set().union(*map(of_digest, texts))


def of_digest(digest: Digest) -> set[str]:
    """Return the file names of the pictures in the texts of a digest, which its pages and exports show.

    File names are long and random, so a name in a text always means the picture.
    """
    texts = (digest.description, digest.policies, digest.subscribe_card)
    return {name for text in texts for name in NAME.findall(text)}


def shown(names: Iterable[str], *, by: str = "") -> dict[str, Shown]:
    """Return how to show each of these pictures, by file name. Costs one query, or none without names.

    `by` is a query string that is added to each address, such as a preview token that opens unpublished pictures.
    """
    wanted = set(names)
    rows = Picture.objects.filter(file__in=wanted) if wanted else ()
    return {row.file.name or "": _shown(row, by) for row in rows}


def portable(names: Iterable[str]) -> dict[str, Shown]:
    """Return how to show each of these pictures with one file, for feeds. Costs one query, or none without names."""
    wanted = set(names)
    rows = Picture.objects.filter(file__in=wanted) if wanted else ()
    return {row.file.name or "": _portable(row) for row in rows}


def _portable(picture: Picture) -> Shown:
    fit = [one for one in picture.renditions if one["format"] in ("jpg", "png") and one["width"] <= PORTABLE]
    if not fit:
        return Shown(default_storage.url(picture.file.name or ""), picture.width, picture.height)
    return Shown(default_storage.url(fit[-1]["file"]), fit[-1]["width"], fit[-1]["height"])


def _shown(picture: Picture, by: str) -> Shown:
    def address(name: str) -> str:
        return default_storage.url(name) + by

    def srcset(*formats: str) -> str:
        ways = (one for one in picture.renditions if one["format"] in formats)
        return ", ".join(f"{address(one['file'])} {one['width']}w" for one in ways)

    plain = [one for one in picture.renditions if one["format"] in ("jpg", "png")]
    return Shown(
        src=address(plain[-1]["file"] if plain else picture.file.name or ""),
        width=picture.width,
        height=picture.height,
        srcset=srcset("jpg", "png"),
        sources=tuple((f"image/{name}", srcset(name)) for name in ("avif", "webp") if srcset(name)),
        focus=focus(picture),
    )


# Cropping


def crop_box(picture: Picture, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return (left, top, right, bottom) of the largest crop in the shape of `size`, centred on the focal point.

    The crop is moved only as far as needed to stay inside the picture.
    """
    ratio = size[0] / size[1]
    width, height = min(picture.width, picture.height * ratio), min(picture.height, picture.width / ratio)
    left = min(max(picture.focal_x * picture.width - width / 2, 0), picture.width - width)
    top = min(max(picture.focal_y * picture.height - height / 2, 0), picture.height - height)
    return left, top, left + width, top + height


def focus(picture: Picture) -> int:
    """Return the CSS `object-position` of a cropped cover in per cent, rounded to tens.

    0 keeps the left or upper edge, 100 the right or lower one.
    """
    left, top, right, bottom = crop_box(picture, SHARED)
    slack, before = max((picture.width - (right - left), left), (picture.height - (bottom - top), top))
    return round(10 * before / slack) * 10 if slack > 0.5 else 50


def cropped(picture: Picture) -> bytes:
    """Return a JPEG for shared links, cropped around the focal point. Raises OSError if the file cannot be read."""
    with picture.file.open() as file, Image.open(file) as original:
        original.load()
        whole = _plain(original)
    if whole.mode == "RGBA":
        paper = Image.new("RGBA", whole.size, "white")
        whole = Image.alpha_composite(paper, whole).convert("RGB")
    part = whole.resize(SHARED, Image.Resampling.LANCZOS, box=crop_box(picture, SHARED))
    return _encoded(part, "jpg", quality=85)
