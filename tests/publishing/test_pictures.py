"""Pictures: taken in clean or refused in a sentence, made for readers, kept in order. The files are real ones."""

from __future__ import annotations

import os
import shutil
import struct
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageCms
from pytest_django import Settings

from digests.editorial.preflight import Place, check, passed
from digests.manuscript.values import NewsItem, Section
from digests.models import Digest, Edition, Issue, Picture
from digests.publishing import pictures
from digests.text import markup
from digests.text.markup import Shown
from tests.conftest import manuscript, reword
from tests.desk import filled
from tests.desk import opened as opened_form

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]
UPLOAD = "/admin/digests/picture/upload/"


@pytest.fixture(autouse=True)
def english(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "en"


def drawn(width: int = 900, height: int = 600, mode: str = "RGB") -> Image.Image:
    """Return a picture whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", (width, height), "#c02010")
    picture.paste("#1030c0", (width // 2, 0, width, height))
    return picture.convert(mode)


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    made = BytesIO()
    picture.save(made, kind, **options)
    return made.getvalue()


def soup(html: Any) -> Any:
    return BeautifulSoup(html, "html.parser")


def file(content: bytes, name: str = "picture.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def taken(content: bytes, **facts: Any) -> Picture:
    return pictures.take(file(content), by=None, **facts)


def opened(picture: Picture) -> Image.Image:
    with Image.open(picture.file.path) as image:
        image.load()
        return image


def is_red(pixel: Any) -> bool:
    return bool(pixel[0] > 150 and pixel[2] < 90)


# --- Taken in -------------------------------------------------------------------------


def with_camera_notes() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # stands on its side
    exif[0x010F] = "SecretCam"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 6.0), 3: "E", 4: (121.0, 28.0, 9.0)})
    return encoded(
        drawn(900, 600), exif=exif, comment=b"SecretComment", xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>", quality=95
    )


def test_the_camera_notes_are_gone_and_the_picture_stands_upright() -> None:
    content = with_camera_notes()
    assert b"SecretCam" in content and b"SecretComment" in content and b"SecretXmp" in content
    picture = taken(content)
    pictures.make.call(picture.pk)
    picture.refresh_from_db()
    kept = opened(picture)
    assert (kept.size, picture.width, picture.height) == ((600, 900), 600, 900)
    assert is_red(kept.getpixel((300, 100))) and not is_red(kept.getpixel((300, 800)))
    folder = Path(picture.file.path).parent
    for path in folder.iterdir():
        assert b"Secret" not in path.read_bytes(), path
        with Image.open(path) as image:
            assert dict(image.getexif()) == {}
            assert {"comment", "xmp", "icc_profile"} & set(image.info) == set()


def test_other_colours_become_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()  # of no use for RGB: ignored
    assert is_red(opened(taken(encoded(drawn(), icc_profile=profile))).getpixel((10, 10)))
    kept = opened(taken(encoded(drawn(mode="CMYK"))))
    assert kept.mode == "RGB" and is_red(kept.getpixel((10, 10)))


def test_sixteen_bits_become_eight_without_turning_white() -> None:
    grey = Image.new("I;16", (40, 40), 128 * 257)
    kept = opened(taken(encoded(grey, "PNG")))
    assert (kept.mode, kept.getpixel((5, 5))) == ("RGB", (128, 128, 128))


@pytest.mark.parametrize(
    ("kind", "mode", "ending"),
    [
        ("JPEG", "RGB", "jpg"),
        ("JPEG", "L", "jpg"),
        ("PNG", "RGB", "png"),
        ("PNG", "P", "png"),
        ("PNG", "1", "png"),
        ("WEBP", "RGB", "jpg"),
        ("WEBP", "RGBA", "jpg"),  # alpha that hides nothing
        ("AVIF", "RGB", "jpg"),
        ("GIF", "P", "png"),
    ],
)
def test_every_kind_that_browsers_show_is_taken(kind: str, mode: str, ending: str) -> None:
    picture = taken(encoded(drawn(90, 60, mode), kind))
    assert str(picture.file.name).endswith(f".{ending}")
    assert opened(picture).size == (90, 60)


def test_what_can_be_seen_through_stays_so() -> None:
    clear = Image.new("RGBA", (500, 300), (200, 30, 20, 0))
    picture = taken(encoded(clear, "WEBP"))
    pictures.make.call(picture.pk)
    picture.refresh_from_db()
    assert [one["format"] for one in picture.renditions] == ["avif", "webp", "png"] * 2
    with Image.open(picture.file.storage.path(picture.renditions[-1]["file"])) as small:
        assert small.convert("RGBA").getpixel((3, 3))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_goes_on_moving_and_is_not_made_smaller(kind: str) -> None:
    frames = [Image.new("RGB", (120, 80), colour) for colour in ("red", "green", "blue")]
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=200, loop=0)
    picture = taken(content)
    pictures.make.call(picture.pk)
    picture.refresh_from_db()
    with Image.open(picture.file.path) as kept:
        assert (kept.format, getattr(kept, "n_frames", 1), kept.info["loop"]) == ("WEBP", 3, 0)
    assert (picture.renditions, picture.failure, picture.made_at is None) == ([], "", False)
    name = str(picture.file.name)
    assert pictures.shown([name])[name].src == picture.file.url


def test_a_large_picture_is_kept_no_larger_than_any_page_needs() -> None:
    picture = taken(encoded(drawn(4000, 1000)))
    assert (picture.width, picture.height) == (3200, 800) == opened(picture).size


def test_the_same_picture_is_kept_once(media_root: Path) -> None:
    content = encoded(drawn())
    first, second = taken(content, alt="Red and blue"), taken(content, alt="Another description")
    assert (first.pk, second.alt) == (second.pk, "Red and blue")
    assert len(list((media_root / "pictures").iterdir())) == 1
    Path(first.file.path).unlink()  # a backup without its media was restored
    assert taken(content).pk == first.pk
    assert opened(first).size == (900, 600)


def bomb() -> bytes:
    """Return a PNG of 30 kilobytes that says it has 50,000 × 50,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(30_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def long_animation() -> bytes:
    frames = [Image.new("P", (1000, 1000), number % 250) for number in range(170)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=20)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This is no picture that browsers show"),
        (b"<script>alert(1)</script>", "This is no picture that browsers show"),
        (b"GIF89a<script>alert(1)</script>", "This is no picture that browsers show|damaged"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "This is no picture that browsers show"),
        (encoded(drawn(), "BMP"), "This is no picture that browsers show"),
        (encoded(drawn())[:3000], "This picture is damaged"),
        (encoded(drawn(), "PNG")[:800], "This picture is damaged"),
        (encoded(drawn(), "AVIF")[:500], "This picture is damaged|This is no picture"),
        (bomb(), "at most 40 fit|This is no picture"),
        (long_animation(), "This animation is too long or too large"),
        (encoded(drawn()) + b"x" * 20_000_000, "This picture has 20.0 megabytes; at most 20 are taken"),
    ],
    ids=["empty", "html", "polyglot", "svg", "bmp", "cut jpeg", "cut png", "cut avif", "bomb", "long film", "heavy"],
)
def test_what_is_unfit_is_refused_in_a_sentence_and_leaves_nothing(
    content: bytes, sentence: str, media_root: Path
) -> None:
    with pytest.raises(pictures.Unfit, match=sentence):
        taken(content)
    assert not Picture.objects.exists()
    assert list(media_root.rglob("*.*")) == []


def test_what_hangs_on_behind_a_picture_does_not_come_along() -> None:
    picture = taken(encoded(drawn()) + b"<script>alert(1)</script>")
    assert b"<script>" not in Path(picture.file.path).read_bytes()


def test_limits_are_settings(settings: Settings) -> None:
    settings.PICTURE_MEGAPIXELS = 1
    with pytest.raises(pictures.Unfit, match="at most 1 fit"):
        taken(encoded(drawn(1200, 1000)))


# --- Made for readers -----------------------------------------------------------------


def test_renditions_are_made_behind_the_save(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        picture = taken(encoded(drawn(1000, 500)))
        assert picture.renditions == []
    picture.refresh_from_db()
    assert picture.made_at and not picture.failure
    made = [(one["format"], one["width"], one["height"]) for one in picture.renditions]
    assert made == [
        (kind, width, height)
        for width, height in ((400, 200), (800, 400), (1000, 500))
        for kind in ("avif", "webp", "jpg")
    ]
    for one in picture.renditions:
        with Image.open(picture.file.storage.path(one["file"])) as small:
            assert (small.size, (small.format or "").replace("JPEG", "JPG").lower()) == (
                (one["width"], one["height"]),
                one["format"],
            )
    pictures.make.call(picture.pk)  # a worker that was killed after it had done its work
    assert len(list(Path(picture.file.path).parent.iterdir())) == 10


def test_a_failure_is_kept_shown_and_tried_again(
    client: Client, people: SimpleNamespace, django_capture_on_commit_callbacks: Any
) -> None:
    picture = taken(encoded(drawn()))
    whole = Path(picture.file.path)
    shutil.move(whole, whole.with_suffix(".away"))
    pictures.make.call(picture.pk)
    picture.refresh_from_db()
    assert picture.failure.startswith("FileNotFoundError")
    client.force_login(people.writer)
    page = client.get("/admin/digests/picture/?made=failed")
    assert b"Could not be made" in page.content
    shutil.move(whole.with_suffix(".away"), whole)
    with django_capture_on_commit_callbacks(execute=True):
        chosen = {"action": "try_again", "_selected_action": [picture.pk]}
        client.post("/admin/digests/picture/", chosen)
    picture.refresh_from_db()
    assert (picture.failure, len(picture.renditions)) == ("", 9)


def test_a_picture_in_a_text_is_shown_in_all_its_sizes() -> None:
    html = markup.render('![A "red" & blue one](/media/pictures/a.jpg)\n\n![Elsewhere](/media/pictures/b.jpg)')
    name = "pictures/a.jpg"
    shown = Shown("/media/a-800.jpg", 900, 600, "/media/a-400.jpg 400w", (("image/avif", "/media/a.avif 400w"),))
    page = soup(markup.rendered(html, {name: shown}))
    first, second = page.find_all("img")
    assert first.parent.name == "picture" and second.parent.name == "p"
    assert first.attrs == {
        "src": "/media/a-800.jpg",
        "alt": 'A "red" & blue one',
        "width": "900",
        "height": "600",
        "srcset": "/media/a-400.jpg 400w",
        "sizes": markup.IN_TEXT,
        "loading": "lazy",
        "decoding": "async",
    }
    assert page.source.attrs == {"type": "image/avif", "srcset": "/media/a.avif 400w", "sizes": markup.IN_TEXT}
    assert markup.stored(html) == [name, "pictures/b.jpg"]


def test_words_that_look_like_an_image_stay_words() -> None:
    html = markup.render('`<img src="/media/pictures/a.jpg">` [x](/y "<img src=/media/pictures/a.jpg>")')
    assert markup.stored(html) == []
    assert markup.rendered(html, {"pictures/a.jpg": Shown("/s", 1, 1)}) == html


def in_text(picture: Picture, alt: str = "Red and blue") -> dict[str, Any]:
    words = manuscript(1)
    section = words.sections[0]
    item = section.items[0]
    body = f"Before.\n\n![{alt}]({picture.file.url})\n\nAfter."
    changed = NewsItem(item.headline, item.link, body)
    return {"sections": (Section(section.title, items=(changed,)),)}


def test_readers_get_pictures_in_texts_and_covers_responsively(
    client: Client, published: Make, settings: Settings
) -> None:
    cover, inside = taken(encoded(drawn(1600, 1600))), taken(encoded(drawn(900, 600)))
    Picture.objects.filter(pk=cover.pk).update(focal_y=0.0)
    for picture in (cover, inside):
        pictures.make.call(picture.pk)
    issue = published(cover_file=cover.file.name, cover_alt="A cover", **in_text(inside))
    assert set(Edition.objects.get().pictures.all()) == {cover, inside}
    page = soup(client.get(issue.get_absolute_url()).content)
    first, second = page.find_all("img")
    assert (first["alt"], first["data-focus"], first.get("loading")) == ("A cover", "0", None)
    assert (second["alt"], second["width"], second["loading"]) == ("Red and blue", "900", "lazy")
    kinds = [[source["type"] for source in image.parent.find_all("source")] for image in (first, second)]
    assert kinds == [["image/avif", "image/webp"]] * 2
    for address in (first["src"], second["src"], second.parent.source["srcset"].split()[0]):
        assert client.get(address).status_code == 200
    story = soup(client.get(f"/stories/{Edition.objects.get().stories.get().uid}/").content)
    assert story.img["srcset"] == second["srcset"]
    feed = client.get("/morning/feed.json").json()["items"][0]["content_html"]
    in_feed = [str(image["src"]) for image in soup(feed).find_all("img") if not image.get("srcset")]
    stems = [picture.file.url.rpartition(".")[0] for picture in (cover, inside)]
    assert [source.startswith(settings.SITE_URL + stem) for source, stem in zip(in_feed, stems, strict=True)] == [
        True
    ] * 2


def test_until_renditions_exist_readers_get_the_picture_itself(client: Client, published: Make) -> None:
    inside = taken(encoded(drawn(900, 600)))
    issue = published(**in_text(inside))
    image = soup(client.get(issue.get_absolute_url()).content).img
    assert (image["src"], image["width"], image.get("srcset")) == (inside.file.url, "900", None)


def test_one_query_shows_all_pictures_of_a_page(client: Client, published: Make) -> None:
    plain = published()
    with_picture = published(date=manuscript().date + timedelta(days=1), **in_text(taken(encoded(drawn()))))
    counts = []
    for issue in (plain, with_picture):
        with CaptureQueriesContext(connection) as queries:
            client.get(issue.get_absolute_url())
        counts.append(len(queries))
    assert counts[1] == counts[0] + 1


# --- Described ------------------------------------------------------------------------


def test_a_picture_in_a_text_needs_a_description(draft: Make) -> None:
    picture = taken(encoded(drawn()))
    problems = [one for one in check(manuscript(1, **in_text(picture, alt=""))) if one.code == "picture_alt_missing"]
    assert [(one.severity, one.place.field) for one in problems] == [("blocker", "body")]
    assert "Every picture has a description." not in passed(problems)
    for alt in ("Red and blue", "-"):
        assert not [one for one in check(manuscript(1, **in_text(picture, alt))) if one.code == "picture_alt_missing"]
    uid = draft(**in_text(picture, alt="")).head.manuscript.sections[0].items[0].uid
    found = [one for one in check(Issue.objects.get().head.manuscript) if one.code == "picture_alt_missing"]
    assert [one.place for one in found] == [Place("body", uid)]


def test_decoration_is_read_out_to_nobody() -> None:
    image = soup(markup.render("![-](/media/pictures/a.jpg)")).img
    assert image["alt"] == ""


# --- Uploaded -------------------------------------------------------------------------


def send(client: Client, content: bytes, **more: str) -> Any:
    return client.post(UPLOAD, {"picture": file(content), **more})


def test_an_upload_answers_with_what_a_text_needs(client: Client, people: SimpleNamespace) -> None:
    assert reverse("admin:digests_picture_upload") == UPLOAD
    client.force_login(people.writer)
    answer = send(client, encoded(drawn()), alt=" Red [and]\nblue ")
    picture = Picture.objects.get()
    url = f"/media/{picture.file.name}"
    assert answer.json() == {
        "name": picture.file.name,
        "url": url,
        "alt": "Red [and] blue",
        "markdown": f"![Red \\[and\\] blue]({url})",
        "width": 900,
        "height": 600,
        "focus": {"x": 50, "y": 50},
    }
    assert (picture.by, picture.by_name, picture.alt) == (people.writer, "writer", "Red [and] blue")
    again = send(client, encoded(drawn())).json()
    assert (again["name"], again["alt"]) == (picture.file.name, "Red [and] blue")


def test_what_a_text_says_of_a_picture_is_kept_for_its_next_use(client: Client, people: SimpleNamespace) -> None:
    client.force_login(people.writer)
    name = send(client, encoded(drawn())).json()["name"]

    def describe(alt: str) -> int:
        return client.post("/admin/digests/picture/describe/", {"name": name, "alt": alt}).status_code

    assert describe(" \0\n") == 204
    assert send(client, encoded(drawn())).json()["alt"] == ""
    assert describe(f"Red and\nblue{'!' * 400}") == describe("Something else") == 204
    assert send(client, encoded(drawn())).json()["alt"] == f"Red and blue{'!' * 288}"
    client.force_login(people.reviewer)
    assert describe("A reviewer's") == 403
    client.logout()
    assert describe("A stranger's") == 302


def test_an_upload_that_cannot_be_says_why(client: Client, people: SimpleNamespace, settings: Settings) -> None:
    assert send(client, encoded(drawn())).status_code == 302  # to the login
    client.force_login(people.reviewer)
    assert send(client, encoded(drawn())).status_code == 403
    client.force_login(people.writer)
    assert client.get(UPLOAD).status_code == 405
    assert client.post(UPLOAD).json() == {"problem": "No picture arrived. Choose one again."}
    refused = send(client, b"<html>")
    assert (refused.status_code, refused.json()["problem"][:34]) == (400, "This is no picture that browsers s")
    settings.PICTURE_MEGABYTES = 1
    heavy = send(client, encoded(drawn()) + bytes(1_500_000))
    assert (heavy.status_code, heavy.json()["problem"][:31]) == (413, "This picture has 1.5 megabytes;")
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(people.writer)
    assert send(guarded, encoded(drawn())).status_code == 403
    assert not Picture.objects.exists()


# --- The cover in the issue's form ----------------------------------------------------


def post(client: Client, issue: Issue, data: dict[str, Any]) -> Any:
    return client.post(f"/admin/digests/issue/{issue.pk}/change/", data)


@pytest.fixture
def writer(client: Client, people: SimpleNamespace) -> Client:
    client.force_login(people.writer)
    return client


def test_a_cover_is_chosen_without_javascript(writer: Client, draft: Make) -> None:
    issue = draft(3)
    post(writer, issue, {**opened_form(writer, issue), "cover": file(encoded(drawn())), "cover_alt": "Red and blue"})
    name = Picture.objects.get().file.name
    issue.refresh_from_db()
    assert (issue.cover.name, issue.head.manuscript.cover_file, issue.head.number) == (name, name, 2)
    post(writer, issue, opened_form(writer, issue))
    assert issue.head.number == 2  # nothing changed
    post(writer, issue, {**opened_form(writer, issue), "cover-clear": "on"})
    assert issue.head.manuscript.cover_file == ""
    sent = opened_form(writer, issue) | {"cover_file": name}  # as the script does
    post(writer, issue, sent)
    assert issue.head.manuscript.cover_file == name


def test_a_cover_survives_a_save_that_was_refused(writer: Client, draft: Make) -> None:
    issue, other = draft(3), draft(3, date=manuscript().date + timedelta(days=1))
    data = {**opened_form(writer, issue), "cover": file(encoded(drawn())), "cover_alt": "A", "date": str(other.date)}
    answer = post(writer, issue, data)
    assert answer.status_code == 200
    again = filled(answer)
    name = Picture.objects.get().file.name
    assert again["cover_file"] == name
    post(writer, issue, {**again, "date": str(issue.date)})
    assert issue.head.manuscript.cover_file == name


def test_a_cover_survives_a_conflict(writer: Client, draft: Make, people: SimpleNamespace) -> None:
    issue = draft(3)
    data = {**opened_form(writer, issue), "cover": file(encoded(drawn())), "cover_alt": "A"}
    reword(issue, "Their title", by=people.editor)
    answer = post(writer, issue, data)
    page = soup(answer.content)
    name = Picture.objects.get().file.name
    assert (answer.status_code, name in page.find(id="text").text) == (409, True)
    kept = page.select_one("form.text")
    text, version = kept.textarea.text.removeprefix("\n"), kept.find("input", {"name": "version"})["value"]
    writer.post(kept["action"], {"text": text, "version": version})
    words = issue.head.manuscript
    assert (words.title, words.cover_file) == ("Their title", name)


def test_a_cover_that_is_unfit_is_refused_with_everything_kept(writer: Client, draft: Make, media_root: Path) -> None:
    issue = draft(3)
    answer = post(writer, issue, {**opened_form(writer, issue), "cover": file(b"<html>"), "title": "Typed"})
    page = soup(answer.content)
    assert "This is no picture that browsers show" in page.select_one(".is-cover .errorlist").text
    assert (filled(answer)["title"], issue.head.number, list(media_root.rglob("*.*"))) == ("Typed", 1, [])


@pytest.mark.parametrize("name", ["../../etc/passwd", "covers/" + "0" * 32 + ".png", "x" * 5000, "/etc/passwd"])
def test_a_forged_cover_is_refused(writer: Client, draft: Make, name: str) -> None:
    issue = draft(3)
    answer = post(writer, issue, {**opened_form(writer, issue), "cover_file": name})
    assert answer.status_code == 200
    assert issue.head.number == 1


def test_the_focal_point_is_moved_without_a_word_changed(writer: Client, draft: Make) -> None:
    picture = taken(encoded(drawn()))
    issue = draft(3, cover_file=picture.file.name, cover_alt="A")
    data = opened_form(writer, issue)
    assert (data["cover_x"], data["cover_y"], data["cover_seen"]) == ("50", "50", "50 50")
    post(writer, issue, {**data, "cover_x": "20"})
    picture.refresh_from_db()
    assert (picture.focal_x, picture.focal_y, issue.head.number) == (0.2, 0.5, 1)
    post(writer, issue, data)  # a form from before somebody moved it, and that did not move it
    picture.refresh_from_db()
    assert picture.focal_x == 0.2
    for wrong in ("-1", "101", "many", "٣", "9" * 500):
        post(writer, issue, {**data, "cover_y": wrong})
    picture.refresh_from_db()
    assert picture.focal_y == 0.5


@pytest.mark.parametrize(
    ("size", "point", "box", "focus"),
    [
        ((1200, 630), (0.1, 0.9), (0, 0, 1200, 630), 50),
        ((2400, 630), (0.5, 0.5), (600, 0, 1800, 630), 50),
        ((2400, 630), (0.0, 0.5), (0, 0, 1200, 630), 0),
        ((2400, 630), (0.4, 0.5), (360, 0, 1560, 630), 30),
        ((1200, 1260), (0.5, 1.0), (0, 630, 1200, 1260), 100),
    ],
)
def test_a_crop_keeps_its_focal_point(size: Any, point: Any, box: Any, focus: int) -> None:
    picture = Picture(width=size[0], height=size[1], focal_x=point[0], focal_y=point[1])
    assert pictures.crop_box(picture, pictures.SHARED) == pytest.approx(box)
    assert pictures.focus(picture) == focus


# --- The list -------------------------------------------------------------------------


def test_the_list_says_where_pictures_are_used(writer: Client, draft: Make) -> None:
    picture, other, policy = taken(encoded(drawn())), taken(encoded(drawn(50, 50))), taken(encoded(drawn(60, 60)))
    issue = draft(**in_text(picture))
    Digest.objects.update(policies=f"![A]({policy.file.url})")
    page = soup(writer.get("/admin/digests/picture/").content)
    used = [cell.text for cell in page.select(".field-used")]
    assert sorted(used) == sorted([str(issue), str(issue.digest), "Nowhere"])
    change = f"/admin/digests/picture/{other.pk}/change/"
    writer.post(change, {"alt": "Described", "x": "10", "y": "90"})
    other.refresh_from_db()
    assert (other.alt, other.focal_x, other.focal_y) == ("Described", 0.1, 0.9)
    assert writer.post(change, {"alt": "x", "x": "500", "y": "-1"}).status_code == 200


def test_readers_of_drafts_may_look_and_others_may_not(client: Client, people: SimpleNamespace) -> None:
    picture = taken(encoded(drawn()))
    for user, status in ((people.reviewer, 200), (people.outsider, 403)):
        client.force_login(user)
        assert client.get("/admin/digests/picture/").status_code == status
        assert client.get(f"/admin/digests/picture/{picture.pk}/change/").status_code == status
    client.force_login(people.reviewer)
    assert client.post(f"/admin/digests/picture/{picture.pk}/change/", {"alt": "x", "x": 1, "y": 1}).status_code == 403


# --- Kept in order --------------------------------------------------------------------


def tidy() -> None:
    call_command("tidy_pictures", verbosity=0)


def age(picture: Picture, days: int = 8) -> None:
    then = timezone.now() - timedelta(days=days)
    Picture.objects.filter(pk=picture.pk).update(created_at=then, uploaded_at=then)


def test_pictures_that_nothing_names_are_dropped(draft: Make, media_root: Path) -> None:
    used, once, never, fresh = (taken(encoded(drawn(100 + number, 50))) for number in range(4))
    for picture in (used, once, never):
        pictures.make.call(picture.pk)
        age(picture)
    issue = draft(cover_file=once.file.name, cover_alt="A", **in_text(used))
    Issue.objects.filter(pk=issue.pk).update(cover="")
    tidy()
    assert set(Picture.objects.all()) == {used, once, fresh}
    assert not list((media_root / "pictures").glob(Path(str(never.file.name)).stem + "*"))
    assert Path(used.file.path).exists() and Path(once.file.path).exists()


def test_pictures_in_what_a_digest_says_of_itself_are_kept(digest: Digest) -> None:
    kept = [taken(encoded(drawn(100 + number, 50))) for number in range(3)]
    never = taken(encoded(drawn(200, 50)))
    fields = ("description", "policies", "subscribe_card")
    Digest.objects.filter(pk=digest.pk).update(
        **{field: f"![A]({picture.file.url})" for field, picture in zip(fields, kept, strict=True)}
    )
    for picture in (*kept, never):
        age(picture)
    tidy()
    assert set(Picture.objects.all()) == set(kept)


@pytest.mark.parametrize("is_lost", [False, True])
def test_an_upload_of_what_is_here_waits_anew_and_keeps_when_it_came(is_lost: bool) -> None:
    content = encoded(drawn())
    picture = taken(content)
    age(picture)
    then = Picture.objects.get().created_at
    if is_lost:
        Path(picture.file.path).unlink()
    taken(content)
    tidy()
    assert Picture.objects.get().created_at == then
    age(picture)
    tidy()
    assert not Picture.objects.exists()


def test_files_that_no_row_knows_are_dropped(media_root: Path) -> None:
    picture = taken(encoded(drawn()))
    pictures.make.call(picture.pk)
    stray, fresh = (media_root / "pictures" / name for name in ("." + "a" * 32 + ".jpg.1f", "b" * 32 + ".jpg"))
    stray.write_bytes(b"half")
    fresh.write_bytes(b"on its way")
    for path in (media_root / "pictures").iterdir():
        if path != fresh:
            os.utime(path, (time.time() - 200_000,) * 2)
    tidy()
    assert (stray.exists(), fresh.exists(), Path(picture.file.path).exists()) == (False, True, True)
    assert len(list((media_root / "pictures").iterdir())) == 11


def test_a_file_from_before_that_a_digest_names_is_kept(digest: Digest, media_root: Path) -> None:
    names = [f"covers/{sign * 32}.png" for sign in "ab"]
    (media_root / "covers").mkdir(parents=True)
    for name in names:
        (media_root / name).write_bytes(b"pixels")
        os.utime(media_root / name, (time.time() - 200_000,) * 2)
    Digest.objects.filter(pk=digest.pk).update(subscribe_card=f'<img src="/media/{names[0]}">')
    tidy()
    assert [(media_root / name).exists() for name in names] == [True, False]


def test_covers_from_before_are_taken_in(published: Make, client: Client, media_root: Path) -> None:
    name = f"covers/{'c3' * 16}.png"
    (media_root / "covers").mkdir(parents=True)
    (media_root / name).write_bytes(encoded(drawn(800, 420), "PNG"))
    issue = published(cover_file=name, cover_alt="A")
    before = issue.head.sha256
    tidy()
    picture = Picture.objects.get()
    assert (picture.file.name, picture.width, picture.sha256) == (name, 800, "")
    pictures.make.call(picture.pk)
    image = soup(client.get(issue.get_absolute_url()).content).img
    assert image["src"] == f"/media/covers/{'c3' * 16}-800.jpg"
    assert client.get(image["src"]).status_code == 200
    assert issue.head.sha256 == before
