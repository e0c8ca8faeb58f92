"""The key of a tag's name, as 0024 looks it up. From `manuscript/values.py` and `models/tags.py`."""

import re
import unicodedata

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def key_of(name: str) -> str:
    return _line(unicodedata.normalize("NFKC", _line(name))).casefold()


def _line(text):
    return " ".join(UNPRINTABLE.sub("", LINE_BREAKS.sub("\n", text)).split())
