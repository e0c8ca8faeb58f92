"""Nonsense from outside is answered in words, never by an error of ours. PostgreSQL objects to more than SQLite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from digests.models import Digest, Issue
from digests.models.states import Action

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]

ADDRESSES = [
    "/morning/2026-02-30/",
    "/morning/0000-01-01/",
    "/morning/9999-12-31/",
    "/morning/1000/01/",
    "/morning/2999/12/",
    "/morning/1999/13/",
    "/morning/2026-02-30.md",
    "/morning/2026-02-30/label.json",
    "/morning/?before=x",
    "/morning/?before=0001-01-01",
    "/morning/?before=",
    "/morning/?before=9999-12-31",
    "/morning/?before=%00",
    "/tags/?after=%00",
    "/tags/?after=%F0%9F%9A%80",
    "/tags/%00/",
    "/tags/a%00b/rss.xml",
    "/tags/ai/?before=2026-03-01-99999999999999999999",
    "/tags/ai/?before=2026-03-01-",
    "/tags/ai/?before=0000-00-00-1",
    "/stories/22222222/",
    "/stories/aaaaaaaa/",
    "/stories/",
    "/morning/stories/",
    "/media/covers/../../etc/passwd",
    "/media/%00.png",
    "/media/covers/none.png",
    "/%E4%B8%AD/",
    "/morning//",
    "/preview/x/",
    "/i18n/setlang/",
    "/readyz",
    "/healthz",
    "/favicon.ico",
]


@pytest.mark.parametrize("address", [*ADDRESSES, "/tags/" + "x" * 3000 + "/"])
def test_any_address_is_answered(published: Make, client: Client, address: str) -> None:
    published()
    for method in ("get", "head", "post", "options", "put", "delete"):
        assert getattr(client, method)(address).status_code < 500


SENT = [
    {},
    {"version": "x"},
    {"version": "9" * 40},
    {"sections-TOTAL_FORMS": "999999999", "sections-INITIAL_FORMS": "0"},
    {
        "sections-TOTAL_FORMS": "1",
        "sections-INITIAL_FORMS": "1",
        "sections-0-id": "abc",
        "sections-0-position": "-5",
        "sections-0-title": "a\0b" * 200,
        "sections-0-items-TOTAL_FORMS": "1",
        "sections-0-items-INITIAL_FORMS": "0",
        "sections-0-items-0-headline": "x" * 999,
        "sections-0-items-0-tag_names": "t" * 300 + ',🚀,"a,b"',
    },
    {"title": "\0", "date": "nope"},
    {"title": "x" * 9999, "date": "0001-01-01", "seo": "y" * 5000},
]


@pytest.mark.parametrize("sent", SENT)
def test_any_form_is_answered(draft: Make, people: SimpleNamespace, client: Client, sent: dict[str, str]) -> None:
    issue = draft()
    client.force_login(people.writer)
    for address in (f"/admin/digests/issue/{issue.pk}/change/", "/admin/digests/issue/add/"):
        assert client.post(address, {"version": str(issue.version), **sent}).status_code < 500


ARGUMENTS = [
    {},
    {"at": "0001-01-01T00:00"},
    {"at": "9999-12-31T23:59"},
    {"at": "2026-13-45"},
    {"note": "a\0b", "story": "\0", "correction": "\0"},
    {"note": "x", "edition": "9" * 30},
]


@pytest.mark.parametrize("sent", ARGUMENTS)
def test_anything_sent_is_answered(
    published: Make, people: SimpleNamespace, client: Client, sent: dict[str, str]
) -> None:
    issue = published()
    client.force_login(people.chief)
    for action in [*Action, "nonsense"]:
        issue.refresh_from_db()
        data = {"version": str(issue.version), **sent}
        assert client.post(f"/admin/digests/issue/{issue.pk}/do/{action}/", data).status_code < 500
    for address in ("keep/", "history/?from=x&to=y", "history/?from=99999999999999999999", "delete/"):
        assert client.get(f"/admin/digests/issue/{issue.pk}/{address}").status_code < 500
        assert client.post(f"/admin/digests/issue/{issue.pk}/{address}").status_code < 500
    for address in ("issue/9" + "9" * 30 + "/change/", "issue/abc/change/", "issue/?q=x%20y&state=z", "issue/?q=%00"):
        assert client.get(f"/admin/digests/{address}").status_code < 500


FILES = [
    "",
    "---\n",
    "\0",
    "---\ntitle: a\ndate: 0001-01-01\n---\n# a\n\n## s\n\n- b",
    "---\ntitle: a\ndate: 9999-12-31\n---\n# a\n\n## s\n\n- b",
    f"---\ntitle: {'x' * 400}\ndate: 2026-01-02\n---\n",
    f"---\ntitle: a\ndate: 2026-01-03\ntags: [{'t' * 400}]\n---\n# a\n",
    f"---\ntitle: a\ndate: 2026-01-04\n---\n# a\n\n## s\n\n### [h](https://a.test/{'u' * 3000})\n",
    f"---\ntitle: a\ndate: 2026-01-05\n---\n# a\n\n## {'s' * 300}\n\n- b",
]


@pytest.mark.parametrize("text", FILES)
@pytest.mark.parametrize("live", [False, True])
def test_a_file_that_has_no_room_is_refused_whole(digest: Digest, tmp_path: Path, text: str, live: bool) -> None:
    (tmp_path / "issue.md").write_text(text, encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_digest", str(tmp_path), digest="morning", live=live)
    assert not Issue.objects.exists()


def test_hosts_that_are_none_and_very_long_are_only_text(digest: Digest, tmp_path: Path) -> None:
    body = f"https://{'y' * 300}.test/z http://[bad/"
    text = f"---\ntitle: a\ndate: 2026-01-04\n---\n# a\n\n## s\n\n### [h](http://[::1)\n\n{body}\n"
    (tmp_path / "issue.md").write_text(text, encoding="utf-8")
    call_command("import_digest", str(tmp_path), digest="morning")
    assert Issue.objects.count() == 1
