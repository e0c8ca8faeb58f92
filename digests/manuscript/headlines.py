"""Measure how alike two headlines are, in Chinese and English, and hash the parts that similar ones share."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ALIKE = 0.5  # a likeness from which on two headlines are worth a look
ENOUGH = 3.5  # the least weight of the parts that two headlines share: a single word may be a coincidence
SKETCH = 16  # parts of a headline that are hashed for finding it

# Words that only say that something happened or that this is news, not what.
_CHINESE_NOISE = re.compile(
    "日报|早报|晚报|周报|月报|快讯|简报|要闻|新闻|速览|速递|盘点|汇总|今日|昨日|今天|昨天|明日|本周|日前|近日|目前|最新|动态|更多"
    "|正式|发布|推出|宣布|上线|发表|公布|推动|表示|透露|曝光|回应|消息|据悉|报道|传闻|计划|预计|即将|将于|已经|开始|继续"
    "|重磅|独家|突发|首次|首个|首款|全新|新款|新一代|全球|旗下|一个|我们|他们|以及|还是|进行|成为|实现|支持|用户|公司|称|据|曝"
)
_ENGLISH_NOISE = frozenset(
    """
    a about after ai an and announce announced announces are as at be been briefing by can company could daily debuts
    digest evening for from has have how in into introduced introduces is it its just latest launch launched launches
    may more morning new news newsletter now of on or our out over release released releases report reportedly reports
    rolls roundup said says ships than that the their they this to today unveiled unveils up update via vs was week
    weekly what when which who why will with would you your
    """.split()  # noqa: SIM905 - a list of words reads as one
)
_DATE = re.compile(
    r"\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?|\d{1,2}\s?月\s?\d{1,2}\s?日|第\s?\d+\s?[期号刊条]|vol\.?\s?\d+|#\d+"
)
_TOKEN = re.compile(
    r"(?P<number>[$€£¥]?\d[\d,]*(?:\.\d+)*(?:[%‰]|(?=[\s\W]|$|[\u3400-\u9fff]))(?P<unit>\s?(?:万亿|亿|万|千|百万|billion|million|trillion|bn|b\b|m\b))?)"
    r"|(?P<latin>[a-z\u00c0-\u024f\u0370-\u052f][a-z0-9\u00c0-\u024f\u0370-\u052f]*(?:['’][a-z]+)?)"
    r"|(?P<mixed>\d+[a-z][a-z0-9]*)"
    r"|(?P<wide>[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af\U00020000-\U0003ffff]+)"
)
_COUNTED = "万|亿|千|百|年|月|日|天|周|倍|个|家|名|人|款|项|条|次|届|小时|分钟|美元|欧元|元|页|篇|座|颗|架|种|岁|位"
_VERSION = re.compile(rf"([a-z]+|[\u4e00-\u9fff]{{2}})[-\s]?v?(\d+(?:\.\d+)*)(?!\.?\d|,\d|%|\s?(?:{_COUNTED}))")
_UNITS = {"million": "百万", "m": "百万", "billion": "十亿", "bn": "十亿", "b": "十亿", "trillion": "万亿"}


@dataclass(frozen=True, slots=True)
class Headline:
    """The parts of a headline that say what it is about, each with its weight."""

    parts: Mapping[str, float]
    begins: str = ""  # the first part that is not a number, usually who did something
    versions: Mapping[str, frozenset[str]] = field(default_factory=dict)  # numbers by product: gpt → 4, 5
    amounts: Mapping[str, frozenset[str]] = field(default_factory=dict)  # amounts by unit

    @classmethod
    def of(cls, text: str) -> Headline:
        """Take a headline apart; only its first 300 characters count."""
        text = _plain(text)
        parts: dict[str, float] = {}
        versions: dict[str, set[str]] = {}
        amounts: dict[str, set[str]] = {}
        for name, number in _VERSION.findall(text):
            if name not in _ENGLISH_NOISE:
                versions.setdefault(name, set()).add(number)
        for kind, part in _parts(text):
            weight = {"latin": 2.0, "number": 1.0, "wide": 1.0}[kind]
            parts.setdefault(part, weight)
            if kind == "number" and (unit := part.lstrip("0123456789.")):
                amounts.setdefault(unit, set()).add(part)
        begins = next((part for part in parts if not part[0].isdigit()), "")
        return cls(parts, begins, _frozen(versions), _frozen(amounts))

    @property
    def sketch(self) -> list[int]:
        """Return hashes of a few parts, always the same ones, so that headlines that are alike share some."""
        return sorted(_hash(part) for part in self.parts)[:SKETCH]


def likeness(one: Headline, other: Headline) -> float:
    """Return from 0 to 1 how likely two headlines are about the same thing (Sørensen–Dice, by weight)."""
    shared = sum(weight for part, weight in one.parts.items() if part in other.parts)
    if shared < ENOUGH:
        return 0.0
    score = 2 * shared / (sum(one.parts.values()) + sum(other.parts.values()))
    if _differ(one.versions, other.versions):
        return 0.0  # GPT-4 is not GPT-5
    if _differ(one.amounts, other.amounts):
        score *= 0.5
    if one.begins not in other.parts and other.begins not in one.parts:
        score *= 0.6  # each begins with somebody whom the other does not mention
    return score


def same(one: str, other: str) -> bool:
    """Tell whether two headlines differ only by case, width, spaces or punctuation."""
    return key(one) == key(other) != ""


def key(text: str) -> str:
    """Return only the letters and digits of a headline, in one case and width."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text[:300]).casefold()
    return _CHINESE_NOISE.sub(" ", _DATE.sub(" ", text))


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, part): words and numbers of alphabets, pairs of neighbouring characters of other scripts."""
    for found in _TOKEN.finditer(text):
        if wide := found["wide"]:
            yield from (("wide", wide[at : at + 2]) for at in range(max(1, len(wide) - 1)) if len(wide) > 1)
        elif number := found["number"]:
            unit = (found["unit"] or "").strip()
            digits = number.removesuffix(found["unit"] or "").replace(",", "").lstrip("$€£¥")
            yield "number", digits + _UNITS.get(unit, unit)
        else:
            word = found["latin"] or found["mixed"]
            word = re.sub(r"['’]s$", "", word)
            if word not in _ENGLISH_NOISE:
                yield "latin", _stem(word)


def _stem(word: str) -> str:
    """Return a word without its plural, so that `chip` and `chips` are the same."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _hash(part: str) -> int:
    """Return the hash of a part as a signed number of 32 bits, as databases store integers."""
    return int.from_bytes(hashlib.blake2b(part.encode(), digest_size=4).digest(), "big", signed=True)


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(values) for name, values in found.items()}


def _differ(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether both name the same thing, but share none of its numbers."""
    return any(not values & other[name] for name, values in one.items() if name in other)
