"""Tell the language of a short text by its script and its words, and shorten a text without cutting words."""

from __future__ import annotations

import re
import unicodedata

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3041-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_WORD = re.compile("[A-Za-z][A-Za-z’']+")  # a single letter is a name for something
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_CUT_WORD = re.compile(r"[^\W\u3041-\uffff]+\Z")  # in a script that has spaces between words
_LEFT_OPEN = " \n,;:.，、；：。…—（“("  # left out before the “…” that ends a shortened text
SENTENCE = 4  # words; fewer, with none in lower case, may be a name, which is in no language


def language_of(text: str) -> str:
    """Return zh, en, ja or ko; empty where the text does not tell.

    Names do not count as English: `OpenAI 发布 GPT-5` is Chinese, and `GPT-5 Codex` could be in any language.
    """
    text = _ADDRESS.sub("", unicodedata.normalize("NFKC", text))
    han, kana, hangul = (len(script.findall(text)) for script in (_HAN, _KANA, _HANGUL))
    words: list[str] = _WORD.findall(text)
    plain = sum(word.islower() for word in words)
    if kana > 1 and kana * 4 > han and kana > plain:
        return "ja"
    if hangul > han and hangul > plain:
        return "ko"
    if han > plain:
        return "zh"
    others = han + kana + hangul
    if (len(words) > 1 and plain > others) or (len(words) >= SENTENCE and not others):
        return "en"
    return ""


def foreign(text: str, language: str) -> str:
    """Return the language of a text if it differs from `language`, that of the text around it; empty otherwise."""
    found = language_of(text)
    return "" if language.partition("-")[0] == found else found


def opening(text: str, length: int) -> str:
    """Return a text cut to `length` characters and a “…” if it is longer, at a space where its script has spaces."""
    if len(text) <= length:
        return text
    shown = text[:length]
    if _CUT_WORD.fullmatch(text[length]):
        shown = _CUT_WORD.sub("", shown) or shown
    return f"{shown.rstrip(_LEFT_OPEN)}…"
