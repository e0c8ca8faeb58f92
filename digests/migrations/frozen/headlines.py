"""The parts that a headline is found again by, as 0009 computes them. From `manuscript/headlines.py`."""

import hashlib
import re
import unicodedata

SKETCH = 16

# Words that say that something happened, or that this is news, and not what.
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
_UNITS = {"million": "百万", "m": "百万", "billion": "十亿", "bn": "十亿", "b": "十亿", "trillion": "万亿"}


def sketch(headline: str) -> list[int]:
    return sorted(map(_hash, set(_parts(_plain(headline)))))[:SKETCH]


def _plain(text):
    text = unicodedata.normalize("NFKC", text[:300]).casefold()
    return _CHINESE_NOISE.sub(" ", _DATE.sub(" ", text))


def _parts(text):
    for found in _TOKEN.finditer(text):
        if wide := found["wide"]:
            yield from (wide[at : at + 2] for at in range(max(1, len(wide) - 1)) if len(wide) > 1)
        elif number := found["number"]:
            unit = (found["unit"] or "").strip()
            digits = number.removesuffix(found["unit"] or "").replace(",", "").lstrip("$€£¥")
            yield digits + _UNITS.get(unit, unit)
        else:
            word = found["latin"] or found["mixed"]
            word = re.sub(r"['’]s$", "", word)
            if word not in _ENGLISH_NOISE:
                yield _stem(word)


def _stem(word):
    """Take the plural from a word, so that `chip` and `chips` are one."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _hash(part):
    """Return a part as a number of 32 bits, with a sign, as a database keeps it."""
    return int.from_bytes(hashlib.blake2b(part.encode(), digest_size=4).digest(), "big", signed=True)
