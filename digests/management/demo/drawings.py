"""The demo's pictures, drawn here: no file of a picture has to be kept, and nobody's rights are asked for."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
SIZE = (1600, 900)
FINE = 2  # drawn so many times as large, then made smaller: that smooths the edges


def jpeg(name: str) -> bytes:
    """Return a drawing as a file. The same name gives the same bytes."""
    file = BytesIO()
    DRAWINGS[name]().resize(SIZE, Image.Resampling.LANCZOS).save(file, "JPEG", quality=90)
    return file.getvalue()


def _sky(top: Colour, bottom: Colour) -> Image.Image:
    shade = Image.linear_gradient("L").resize((SIZE[0] * FINE, SIZE[1] * FINE))
    return Image.composite(Image.new("RGB", shade.size, bottom), Image.new("RGB", shade.size, top), shade)


def _mix(first: Colour, second: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
    return red, green, blue


def tide() -> Image.Image:
    """A bay in the morning: waves in layers, and a sun above them."""
    picture = _sky((247, 222, 190), (252, 244, 226))
    pen, (width, height) = ImageDraw.Draw(picture), picture.size
    centre, radius = (width * 0.68, height * 0.4), height * 0.13
    pen.ellipse((centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius), (250, 196, 104))
    layers = 6
    for layer in range(layers):
        base = height * (0.46 + 0.09 * layer)
        swell, length, begin = height * (0.018 + 0.006 * layer), width / (1.6 + 0.5 * layer), layer * 1.9
        crest = [
            (x, base + swell * (math.sin(x / length * 2 * math.pi + begin) + 0.4 * math.sin(x / length * 5 + begin)))
            for x in range(0, width + 8, 8)
        ]
        pen.polygon([*crest, (width, height), (0, height)], _mix((150, 196, 210), (18, 58, 92), layer / (layers - 1)))
    return picture


def lattice() -> Image.Image:
    """A net of points and lines in the dark, with one way through it."""
    picture = _sky((16, 28, 54), (28, 52, 88))
    pen, (width, height) = ImageDraw.Draw(picture), picture.size
    die = random.Random(7)
    columns, rows = 12, 7
    points = {
        (column, row): (
            width * (column + 0.5 + die.uniform(-0.26, 0.26)) / columns,
            height * (row + 0.5 + die.uniform(-0.26, 0.26)) / rows,
        )
        for column in range(columns)
        for row in range(rows)
    }
    for (column, row), point in points.items():
        for near in ((column + 1, row), (column, row + 1), (column + 1, row + 1)):
            if near in points and die.random() < 0.62:
                pen.line((point, points[near]), (72, 106, 150), 4)
    for point in points.values():
        size = die.choice((9, 12, 12, 18, 26))
        pen.ellipse((point[0] - size, point[1] - size, point[0] + size, point[1] + size), (132, 170, 210))
    way, row = [], 5
    for column in range(columns):
        way.append(points[column, row])
        row = min(max(row + die.choice((-1, -1, 0, 1)), 0), rows - 1)
    pen.line(way, (244, 150, 66), 12, joint="curve")
    for x, y in way:
        pen.ellipse((x - 20, y - 20, x + 20, y + 20), (252, 190, 120))
    return picture


def harbour() -> Image.Image:
    """A harbour at dusk: cranes before the sky, and one window lit."""
    picture = _sky((52, 48, 92), (240, 150, 110))
    pen, (width, height) = ImageDraw.Draw(picture), picture.size
    quay, dark = height * 0.7, (24, 24, 44)
    for left, tall in ((0.14, 0.46), (0.42, 0.58), (0.7, 0.5)):
        foot, top, span = width * left, quay - height * tall, width * 0.075
        for leg in (foot, foot + span):
            pen.line(((leg, quay), (foot + span / 2, top)), dark, 22)
        for part in (0.3, 0.55, 0.8):
            inset, y = span / 2 * (1 - part), top + (quay - top) * part
            pen.line(((foot + inset, y), (foot + span - inset, y)), dark, 14)
        beam = top + height * 0.04
        pen.line(((foot - span * 0.9, beam), (foot + span * 2.1, beam)), dark, 26)
        pen.line(((foot + span / 2, top - height * 0.05), (foot + span * 2.1, beam)), dark, 8)
        pen.line(((foot + span / 2, top - height * 0.05), (foot - span * 0.9, beam)), dark, 8)
        pen.line(((foot + span * 1.6, beam), (foot + span * 1.6, beam + height * 0.12)), dark, 6)
    pen.rectangle((0, quay, width, quay + height * 0.02), dark)
    pen.rectangle((width * 0.3, quay - height * 0.09, width * 0.38, quay), dark)
    pen.rectangle((width * 0.33, quay - height * 0.065, width * 0.35, quay - height * 0.03), (255, 220, 140))
    water = picture.crop((0, round(quay - height * 0.28), width, round(quay))).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    water = Image.blend(
        water.resize((width, round(height * 0.28))), Image.new("RGB", (width, round(height * 0.28))), 0.3
    )
    picture.paste(water, (0, round(quay + height * 0.02)))
    die = random.Random(3)
    for _ in range(60):
        x, y = die.uniform(0, width), die.uniform(quay + height * 0.03, height)
        pen.line(((x, y), (x + die.uniform(40, 240), y)), (150, 104, 110), 4)
    return picture


def waits() -> Image.Image:
    """How long people wait for a bus at night, before and after: bars in pairs."""
    picture = Image.new("RGB", (SIZE[0] * FINE, SIZE[1] * FINE), (252, 252, 252))
    pen, (width, height) = ImageDraw.Draw(picture), picture.size
    before, after = (22, 41, 34, 48, 28, 27), (12, 15, 14, 16, 14, 12)
    foot, left, step = height * 0.86, width * 0.1, width * 0.8 / len(before)
    for minutes in range(0, 51, 10):
        y = foot - minutes / 50 * height * 0.72
        pen.line(((left, y), (width * 0.92, y)), (222, 222, 216) if minutes else (90, 90, 90), 4)
        pen.text((left - 30, y), str(minutes), (110, 110, 110), anchor="rm", font_size=44)
    for hour, pair in enumerate(zip(before, after, strict=True)):
        for number, (minutes, colour) in enumerate(zip(pair, ((176, 176, 170), (36, 98, 158)), strict=True)):
            x = left + step * (hour + 0.2 + 0.31 * number)
            pen.rectangle((x, foot - minutes / 50 * height * 0.72, x + step * 0.28, foot - 2), colour)
        pen.text((left + step * (hour + 0.5), foot + 46), f"{hour}:00", (110, 110, 110), anchor="mm", font_size=44)
    return picture


DRAWINGS: dict[str, Callable[[], Image.Image]] = {one.__name__: one for one in (tide, lattice, harbour, waits)}
