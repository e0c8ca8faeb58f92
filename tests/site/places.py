"""The pages that are proved: of each kind one that shows most of it, and what else its address can show.

A page that is not here fails the check by itself, once its name is in public_addresses.py. Its languages, and
the second page of its list, are found by its own links.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAY = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)  # the demo's issue that has everything
IN_ENGLISH = datetime.now(ZoneInfo("Europe/London")).date() - timedelta(days=1)
STORIES = 15  # that readers see of it
ARCHIVE = 43  # days before the demo
WITHDRAWN = DAY - timedelta(days=4)  # an issue that is no more


@dataclass(frozen=True)
class Place:
    """A page: its address, what it is for (a selector of it), how it answers, and its language."""

    address: str  # none: filled.py finds it
    shows: str
    status: int = 200
    lang: str = "zh-hans"


_ISSUE, _EVENING = f"/ai-daily/{DAY}/", f"/evening-brief/{IN_ENGLISH}/"

# Those of the names in public_addresses.py that are pages, by these names; the others by what they show.
PLACES = {
    "front": Place("/", ".lead .headlines a"),
    "digest": Place("/ai-daily/", ".recent .entry"),
    "digest in English": Place("/evening-brief/", ".policies li", lang="en"),
    "digest without issues": Place("/quarterly/", ".nothing"),
    "month": Place(f"/ai-daily/{DAY:%Y/%m}/", ".month td a"),
    "month in English": Place(f"/evening-brief/{IN_ENGLISH:%Y/%m}/", ".month td a", lang="en"),
    "issue": Place(_ISSUE, ".editions li + li"),
    "issue in English": Place(_EVENING, ".corrections li", lang="en"),
    "issue without cover": Place(f"/ai-daily/{DAY - timedelta(days=1)}/", "article.story"),
    "earlier edition": Place(f"{_ISSUE}?edition=1", ".as-it-was .changed ins"),
    "earlier edition, what changed by one": Place(f"{_ISSUE}?edition=1&to=2", ".as-it-was .changed ins"),
    "earlier edition in English": Place(f"{_EVENING}?edition=1", ".as-it-was .changed ins", lang="en"),
    "issue that is no more": Place(f"/ai-daily/{WITHDRAWN}/", ".error .entry", 410),
    "story": Place("/stories/xgsh7npq/", ".storyline [aria-current]"),
    "story in English": Place("/stories/hrbr4dfg/", ".note", lang="en"),
    "story that was corrected": Place("/stories/crrctd23/", ".corrections li"),
    "story that was retracted": Place("/stories/rtrctd23/", ".retracted p", 410),
    "story that was retracted, in English": Place("/stories/rtrctd45/", ".retracted p", 410, lang="en"),
    "story that a later edition dropped": Place("/stories/drppd234/", ".error .entry", 410),
    "tags": Place("/tags/", ".tag-list a"),
    "tags of a kind": Place("/tags/?kind=topic", ".tag-list a"),
    "tag": Place("/tags/开源/", ".facets a"),
    "sources": Place("/sources/", ".source-list .kind"),
    "sources of a class": Place("/sources/?class=data&by=address", ".source-list .kind"),
    "source": Place("/sources/data.xicheng.test/", ".recent .entry"),
    "corrections": Place("/corrections/", ".correction"),
    "corrections of a digest": Place("/corrections/?digest=evening-brief", ".correction", lang="en"),
    "corrections of a type without any": Place(
        "/corrections/?digest=evening-brief&type=clarification", ".nothing", lang="en"
    ),
    "search": Place("/search/?q=模型", ".hits mark"),
    "search, before any": Place("/search/", ".tips dt"),
    "search, with filters": Place(
        f"/search/?q=模型&digest=ai-daily&from={DAY - timedelta(days=30)}", ".look:has([open]) ~ .hits mark"
    ),
    "search, nothing found": Place("/search/?q=模型&digest=evening-brief", ".tips li a"),
    "search, refused": Place("/search/?q=模型&tag=无&source=无&digest=none&from=2026-02-30", ".look-error", 400),
    "subscribe": Place("/subscribe/", ".channels img"),
    "custom": Place("/feeds/custom/?q=模型 -开源 digest:ai-daily", ".said ~ .hits mark"),
    "custom, before any": Place("/feeds/custom/", ".tips dt"),
    "custom, nothing so far": Place("/feeds/custom/?q=量子泡菜", ".said ~ .tips p"),
    "custom, refused": Place("/feeds/custom/?q=模型 - tag:", ".look-error", 400),
    "preview": Place("", ".comments .is-answer"),
    "preview that has ended": Place("", ".error h1", 410),
    "no such page": Place("/nothing/at/all/", ".error .entry", 404),
    "no such page of a digest": Place("/evening-brief/2020-01-01/", ".error .entry", 404, lang="en"),
} | {
    f"error {status}{name}": Place(f"/wrong/{status}/{lang}/", ".error h1", status, lang)
    for status in (400, 403, 500)
    for name, lang in (("", "zh-hans"), (" in English", "en"))
}  # fmt: skip
