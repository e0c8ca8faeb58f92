"""The history of an issue: revisions, editions, verdicts and the log, all read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from digests.editorial import duplicates
from digests.manuscript import diff
from digests.manuscript.values import Manuscript
from digests.models import Comment, Edition, Issue, LogEntry, Retraction, Review, Revision
from digests.publishing.changes import Changed, describe, readable


def compare(old: Manuscript, new: Manuscript) -> list[Changed]:
    """Return the changes between two manuscripts, prepared for the page."""
    differences = diff.diff(old, new)
    follows = {uid for one in differences if one.place.field == "follows" for uid in (one.old, one.new) if uid}
    earlier = {uid: story.named for uid, story in duplicates.named(follows).items()}
    return describe(differences, lambda place, text: readable(place, text, earlier))


@dataclass(frozen=True, slots=True)
class Mark:
    """An edition in the list of revisions, with its times by the clock of the digest."""

    number: int
    live: bool
    scheduled: bool
    begins: str
    until: str
    flagged: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ShownRevision:
    """A revision with the editions that were made of it."""

    row: Revision
    shown: str  # when it was saved, by the clock of the digest
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry of the log."""

    row: LogEntry
    shown: str  # when it was, by the clock of the digest


def history_of(issue: Issue, wanted: Mapping[str, str]) -> dict[str, Any]:
    """Return the context of the history page, with the changes between the two chosen revisions."""
    editions = Edition.objects.defer("page").order_by("number")
    # Leave out the content, which is a whole issue each: only the two revisions that are compared need it.
    kept = issue.revisions.defer("content").prefetch_related("reviews", Prefetch("editions", editions))
    revisions = list(kept)
    now = timezone.now()
    by_number = {str(revision.number): revision for revision in revisions}
    newest = revisions[0] if revisions else None
    new = by_number.get(wanted.get("to", ""), newest)
    old = by_number.get(wanted.get("from", ""))
    if old is None and new is not None:
        old = by_number.get(str(new.number - 1), new)
    if old and new and old.number > new.number:
        old, new = new, old
    return {
        "revisions": [
            ShownRevision(
                revision,
                f"{issue.local(revision.created_at):%Y-%m-%d %H:%M:%S}",
                [_mark(issue, edition, now) for edition in revision.editions.all()],
            )
            for revision in revisions
        ],
        "old": old,
        "new": new,
        "changed": compare(old.manuscript, new.manuscript) if old and new and old != new else [],
        "log": _shown(issue, issue.log.all()),
        "zone": issue.digest.time_zone,
    }


def _mark(issue: Issue, edition: Edition, now: datetime) -> Mark:
    return Mark(
        edition.number,
        live=edition.is_live(now),
        scheduled=edition.live_from > now,
        begins=f"{issue.local(edition.live_from):%m-%d %H:%M}",
        until=f"{issue.local(edition.live_until):%m-%d %H:%M}" if edition.live_until else "",
        flagged=edition.is_flagged,
        reason=edition.forced_reason,
    )


class Kept(admin.ModelAdmin[Any]):
    """A read-only admin: nothing is added, changed or deleted here."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    on_first_page = False  # an issue's own page leads to most of its history

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.on_first_page and super().has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Show the row itself, since these rows have no history of their own."""
        return self.changeform_view(request, object_id, extra_context=extra_context)


@admin.register(Revision)
class RevisionAdmin(Kept):
    list_display = ["issue", "number", "short", "author_name", "created_at"]
    list_display_links = ["issue", "number"]
    list_select_related = ["issue__digest"]
    list_filter = ["issue__digest"]
    search_fields = ["sha256__startswith", "author_name"]
    date_hierarchy = "created_at"
    fields = ["issue", "number", "sha256", "author_name", "created_at", "content"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        # The list does not need the content, which is a whole issue each.
        found = super().get_queryset(request)
        match = request.resolver_match
        return found.defer("content") if match and match.url_name == "digests_revision_changelist" else found

    @admin.display(description="SHA-256", ordering="sha256")
    def short(self, revision: Revision) -> str:
        return revision.sha256[:10]


@admin.register(Edition)
class EditionAdmin(Kept):
    on_first_page = True
    list_display = ["issue", "number", "live_from", "live_until", "correction", "by_name", "approvals", "is_flagged"]
    list_display_links = ["issue", "number"]
    list_select_related = ["issue__digest"]
    list_filter = ["digest", "correction"]
    date_hierarchy = "live_from"
    fields = [
        "issue", "number", "revision", "live_from", "live_until", "title", "correction", "note", "by_name",
        "approvals", "forced_reason", "endorsed_at", "endorsed_by_name", "created_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        return (
            super().get_queryset(request).defer("page", "revision__content").select_related("revision", "issue__digest")
        )

    @admin.display(description=gettext_lazy("approved"), boolean=True)
    def is_flagged(self, edition: Edition) -> bool:
        return edition.independently_reviewed


@admin.register(Retraction)
class RetractionAdmin(Kept):
    list_display = ["issue", "uid", "reason", "at"]
    list_select_related = ["issue__digest"]
    search_fields = ["uid"]


@admin.register(Review)
class ReviewAdmin(Kept):
    list_display = ["revision_of", "reviewer_name", "verdict", "note", "at"]
    list_select_related = ["revision__issue__digest"]
    list_filter = ["verdict"]
    search_fields = ["reviewer_name"]
    fields = ["revision", "sha256", "reviewer_name", "verdict", "note", "at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        return super().get_queryset(request).defer("revision__content")

    @admin.display(description=gettext_lazy("revision"))
    def revision_of(self, review: Review) -> str:
        return f"{review.revision.issue} · {review.revision.number}"


@admin.register(Comment)
class CommentAdmin(Kept):
    list_display = ["issue", "author_name", "text", "created_at", "resolved_at"]
    list_select_related = ["issue__digest"]
    search_fields = ["text", "author_name"]
    fields = ["issue", "uid", "field", "parent", "author_name", "text", "created_at", "resolved_at", "resolved_by_name"]


@admin.register(LogEntry)
class LogEntryAdmin(Kept):
    on_first_page = True
    list_display = ["at", "actor_name", "action", "digest_slug", "date", "from_state", "to_state", "note"]
    list_filter = ["action", "digest_slug"]
    search_fields = ["actor_name", "note"]
    date_hierarchy = "at"
    fields = [
        "at", "actor_name", "action", "digest_slug", "date", "revision_sha256", "from_state", "to_state", "note"
    ]  # fmt: skip


def said_since(issue: Issue, version: int) -> list[ShownEntry]:
    """Return who did what since a version, oldest first: each entry of the log is one version."""
    return _shown(issue, issue.log.order_by("pk")[max(version, 0) :])


def _shown(issue: Issue, entries: Iterable[LogEntry]) -> list[ShownEntry]:
    return [ShownEntry(entry, f"{issue.local(entry.at):%Y-%m-%d %H:%M:%S}") for entry in entries]
