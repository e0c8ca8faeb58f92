"""What `collectstatic` makes of our style sheets, as a browser understands it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rcssmin
from django.conf import settings
from playwright.sync_api import Browser

RULES = """text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return [...sheet.cssRules].map((rule) => rule.cssText);
}"""
FOLDER = Path(settings.BASE_DIR) / "static" / "css"
SHEETS = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.css"))


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_means_the_same_when_it_is_small(chromium: Browser, name: str) -> None:
    text = (FOLDER / name).read_text()
    page = chromium.new_page()
    # Custom properties are kept as they are written, spaces included.
    written, small = (
        [re.sub(r"(?<=[,:(]) ", "", rule) for rule in page.evaluate(RULES, words)]
        for words in (text, rcssmin.cssmin(text))
    )
    page.close()
    assert small == written
