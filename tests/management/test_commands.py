"""The commands that others call."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from digests.editorial import comments
from digests.editorial.workflow import Refused
from digests.manuscript.writer import write
from digests.models import Digest, Edition, Issue, LogEntry, Revision, Story
from digests.models.states import State
from tests.conftest import manuscript
from tests.rewriting import publish

pytestmark = pytest.mark.django_db
Make = Callable[..., Issue]

SAMPLES = Path(os.environ.get("NEWSROOM_SAMPLES", Path(__file__).parents[3] / "shared" / "samples"))
SEED = SAMPLES / "seed" / "2026-02-01.md"


def run(*args: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command(*map(str, args), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def refusal(*args: Any) -> list[str]:
    """Call a command that the workflow must refuse, and return the codes of the reasons."""
    with pytest.raises(CommandError) as refused:
        run(*args)
    assert str(refused.value)
    reason = refused.value.__context__
    assert isinstance(reason, Refused)
    return [one.code for one in reason.reasons]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "2026-03-01.md"
    path.write_text(write(manuscript()), encoding="utf-8")
    return path


@pytest.mark.skipif(not SEED.exists(), reason="the sample issues are not here")
def test_the_seed_goes_from_file_to_readers_and_back_with_its_own_bytes(
    people: SimpleNamespace, tmp_path: Path
) -> None:
    Digest.objects.create(name="AI 日报", slug="ai-daily")
    (line,) = run("import_digest", SEED, "--digest", "ai-daily", "--user", "writer", "--json").splitlines()
    report = json.loads(line)
    counts = {name: report[name] for name in ("status", "sections", "stories", "insights", "briefs")}
    assert counts == {"status": "created", "sections": 4, "stories": 8, "insights": 29, "briefs": 11}
    for action, who in [("submit", "writer"), ("approve", "reviewer"), ("publish", "editor")]:
        run("workflow", action, "ai-daily", "2026-02-01", "--user", who)
    assert Story.objects.live().count() == 8
    run("export_digest", "ai-daily", "2026-02-01", "--out", tmp_path / "out.md")
    assert (tmp_path / "out.md").read_bytes() == SEED.read_bytes()
    assert run("export_digest", "ai-daily", "2026-02-01").encode() == SEED.read_bytes()


def test_approving_own_words_is_refused_and_nothing_written(draft: Make, people: SimpleNamespace) -> None:
    draft(by=people.chief)
    run("workflow", "submit", "morning", "2026-03-01", "--user", "chief")
    before = [list(model._default_manager.values()) for model in (Issue, LogEntry)]
    with pytest.raises(CommandError) as refused:
        run("workflow", "approve", "morning", "2026-03-01", "--user", "chief")
    assert refused.value.returncode == 1
    assert "chief" in str(refused.value)
    assert [list(model._default_manager.values()) for model in (Issue, LogEntry)] == before


def test_a_writer_who_may_not_review_is_told_so(draft: Make, people: SimpleNamespace) -> None:
    draft()
    run("workflow", "submit", "morning", "2026-03-01", "--user", "writer")
    with pytest.raises(CommandError, match="writer"):
        run("workflow", "approve", "morning", "2026-03-01", "--user", "writer")


def test_an_approval_by_command_waits_for_open_comments(draft: Make, people: SimpleNamespace) -> None:
    issue = draft()
    run("workflow", "submit", "morning", "2026-03-01", "--user", "writer")
    comment = comments.say(issue, "出处呢？", by=people.second)
    approve = ("workflow", "approve", "morning", "2026-03-01", "--user", "reviewer")
    assert refusal(*approve) == ["comment_open"]
    assert Issue.objects.get().state == State.IN_REVIEW
    comments.resolve(comment, by=people.writer)
    run(*approve)
    assert Issue.objects.get().state == State.APPROVED


@pytest.mark.parametrize("action", ["withdraw", "roll_back"])
def test_a_command_takes_nothing_from_readers_without_a_reason(
    published: Make, people: SimpleNamespace, action: str
) -> None:
    publish(published(), manuscript(title="更正后"), people)
    arguments = (
        "workflow", action, "morning", "2026-03-01", "--user", "editor", "--edition", "1", "--type", "typo"
    )  # fmt: skip
    assert refusal(*arguments) == refusal(*arguments, "--note", " ") == ["note_missing"]
    assert Edition.objects.live().get().title == "更正后"
    run(*arguments, "--note", "因为")
    assert [one.title for one in Edition.objects.live()] == ([] if action == "withdraw" else ["今天的要闻"])


@pytest.mark.parametrize(
    "args",
    [
        ("workflow", "submit", "evening", "2026-03-01", "--user", "writer"),
        ("workflow", "submit", "morning", "2026-03-02", "--user", "writer"),
        ("workflow", "submit", "morning", "yesterday", "--user", "writer"),
        ("workflow", "submit", "morning", "2026-03-01", "--user", "nobody"),
        ("workflow", "schedule", "morning", "2026-03-01", "--user", "editor", "--at", "soon"),
        ("export_digest", "morning", "2026-03-01"),
        ("export_digest", "morning", "2026-03-01", "--draft", "--out", "/nowhere/at/all.md"),
        ("import_digest", "/nowhere.md", "--digest", "morning"),
        ("import_digest", "x" * 300, "--digest", "morning"),
    ],
)
def test_a_wrong_word_gets_a_sentence(draft: Make, args: tuple[str, ...]) -> None:
    draft()
    with pytest.raises(CommandError) as refused:
        run(*args)
    assert len(str(refused.value)) > 10


def test_a_schedule_without_an_offset_is_in_the_digests_zone(approved: Make, people: SimpleNamespace) -> None:
    approved()
    year = timezone.now().year + 1
    run("workflow", "schedule", "morning", "2026-03-01", "--user", "editor", "--at", f"{year}-01-01T08:00")
    assert Edition.objects.get().live_from.isoformat() == f"{year}-01-01T00:00:00+00:00"


def test_importing_twice_changes_nothing(digest: Digest, people: SimpleNamespace, file: Path) -> None:
    run("import_digest", file, "--digest", "morning", "--user", "writer")
    assert "unchanged" in run("import_digest", file, "--digest", "morning", "--user", "writer")
    assert Revision.objects.count() == 1


def test_a_dry_run_writes_nothing(digest: Digest, file: Path) -> None:
    assert "created" in run("import_digest", file, "--digest", "morning", "--dry-run")
    assert not Issue.objects.exists()


def test_the_second_file_of_a_day_is_refused(digest: Digest, file: Path) -> None:
    (file.parent / "later.md").write_text(write(manuscript(title="另一篇")), encoding="utf-8")
    with pytest.raises(CommandError, match="1"):
        run("import_digest", file.parent, "--digest", "morning")
    assert Issue.objects.get().title == "今天的要闻"


def test_a_name_from_an_old_archive_stops_nothing(digest: Digest, file: Path) -> None:
    file.rename(os.fsdecode(os.fsencode(file.parent) + b"/\xc8\xd5.md"))
    run("import_digest", file.parent, "--digest", "morning")
    assert Issue.objects.count() == 1


def test_one_bad_file_does_not_stop_the_others(digest: Digest, file: Path) -> None:
    (file.parent / "2026-03-02.md").write_bytes(b"\xff\xfe nothing")
    (file.parent / "2026-03-03.md").write_text("---\ntitle: T\ndate: nonsense\n---\n")
    out = io.StringIO()
    with pytest.raises(CommandError, match="2"):
        call_command("import_digest", str(file.parent), "--digest", "morning", "--json", stdout=out)
    reports = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [report["status"] for report in reports] == ["created", "refused", "refused"]
    assert reports[2]["notes"][0]["line"] == 3
    assert Issue.objects.count() == 1


def test_an_archive_is_public_as_of_its_own_dates(digest: Digest, people: SimpleNamespace, file: Path) -> None:
    run("import_digest", file, "--digest", "morning", "--user", "editor", "--live")
    edition = Edition.objects.live().get()
    assert edition.live_from.isoformat() == "2026-03-01T00:00:00+00:00"
    assert not edition.independently_reviewed


def test_an_archive_that_preflight_stops_leaves_nothing(digest: Digest, file: Path) -> None:
    file.write_text(write(manuscript(title="Report Title")), encoding="utf-8")
    with pytest.raises(CommandError):
        run("import_digest", file, "--digest", "morning", "--live")
    assert not Issue.objects.exists()


def test_a_writer_may_not_import_an_archive(digest: Digest, people: SimpleNamespace, file: Path) -> None:
    with pytest.raises(CommandError):
        run("import_digest", file, "--digest", "morning", "--user", "writer", "--live")
    assert not Issue.objects.exists()


def test_a_foreign_footer_is_kept_for_export_and_the_digests_own_is_not_repeated(
    digest: Digest, people: SimpleNamespace, file: Path
) -> None:
    text = write(manuscript(), footer="<p>订阅</p>")
    file.write_text(text, encoding="utf-8")
    run("import_digest", file, "--digest", "morning")
    assert Issue.objects.get().footer == "<p>订阅</p>"
    digest.subscribe_card = "<p>订阅</p>"
    digest.save()
    run("import_digest", file, "--digest", "morning")
    assert Issue.objects.get().footer == ""
    assert run("export_digest", "morning", "2026-03-01", "--draft") == text


def test_stories_are_rebuilt_from_their_editions(published: Make, people: SimpleNamespace) -> None:
    published()
    before = list(Story.objects.order_by("position").values("uid", "headline", "source_id", "page", "excerpt"))
    pages = list(Edition.objects.values("page", "title", "summary", "live_from", "live_until"))
    Story.objects.all().delete()
    Edition.objects.update(page={}, title="")
    assert "1" in run("rebuild_stories")
    assert list(Story.objects.order_by("position").values("uid", "headline", "source_id", "page", "excerpt")) == before
    assert list(Edition.objects.values("page", "title", "summary", "live_from", "live_until")) == pages
