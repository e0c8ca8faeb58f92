"""Render a manuscript as the page of an edition, with tombstones for retracted stories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from digests.manuscript.values import Insight, Manuscript, NewsItem
from digests.models import Cover, Edition, Note, Page, PageBrief, PageInsight, PageSection, PageStory, Retraction
from digests.publishing.provenance import cited
from digests.text.markup import plain, render, render_line


def render_edition(edition: Edition) -> None:
    """Set the rendered fields of an edition from its revision. Saves nothing."""
    manuscript = edition.revision.manuscript
    edition.page = page_of(edition, manuscript)
    edition.date = manuscript.date
    edition.title = manuscript.title
    # Summaries are often lists with a line for each story, while cards, feeds and search results have one line.
    edition.summary = " · ".join(plain(manuscript.summary).split("\n"))
    edition.cover = manuscript.cover_file
    edition.rendered_at = timezone.now()


def page_of(edition: Edition, manuscript: Manuscript) -> Page:
    """Return a manuscript as the page of an edition, with tombstones for the retracted stories of its issue."""
    reasons = retraction_reasons(edition.issue_id)
    with translation.override(edition.digest.language):
        return render_page(tombstoned(manuscript, reasons), retracted=frozenset(reasons))


def render_page(manuscript: Manuscript, *, retracted: frozenset[str] = frozenset()) -> Page:
    """Return a manuscript with its Markdown rendered. Slow: this is where all Markdown is parsed."""
    return Page(
        title=manuscript.title,
        date=manuscript.date.isoformat(),
        category=manuscript.category,
        summary=render(manuscript.summary, heading_from=2),
        seo=manuscript.seo,
        tags=manuscript.tags,
        editor=manuscript.editor,
        cover=Cover(manuscript.cover_file, manuscript.cover_alt),
        cited=tuple(cited(manuscript)),
        intro=render(manuscript.intro, heading_from=2),
        sections=tuple(
            PageSection(
                title=section.title,
                lead=render(section.lead, heading_from=3),
                briefs=tuple(PageBrief(brief.uid, render_line(brief.text)) for brief in section.briefs),
                items=tuple(_story(item, retracted=item.uid in retracted) for item in section.items),
            )
            for section in manuscript.sections
        ),
    )


def _story(item: NewsItem, *, retracted: bool) -> PageStory:
    return PageStory(
        uid=item.uid,
        headline=item.headline,
        link=item.link,
        domain=item.domain,
        body=render(item.body),
        notes=tuple(
            Note(label, tuple(map(_insight, insights)))
            for label, insights in groupby(item.insights, lambda insight: insight.label)
        ),
        tags=item.tags,
        ai_role=item.ai_role,
        follows=item.follows,
        retracted=retracted,
    )


def _insight(insight: Insight) -> PageInsight:
    is_line = insight.bullet and "\n" not in insight.text
    html = render_line(insight.text) if is_line else render(insight.text)
    return PageInsight(insight.basis, insight.bullet, html)


# The words of an edition


def public_manuscript(edition: Edition, reasons: Mapping[str, str] | None = None) -> Manuscript:
    """Return the manuscript of an edition, with tombstones for stories that were retracted since.

    `reasons` are the results of `retraction_reasons`, if the caller has them already; otherwise a query reads them.
    """
    with translation.override(edition.digest.language):
        return tombstoned(
            edition.revision.manuscript, retraction_reasons(edition.issue_id) if reasons is None else reasons
        )


def as_it_was(edition: Edition, live: Edition, reasons: Mapping[str, str]) -> Manuscript:
    """Return the manuscript of an earlier edition as readers may see it while another one is live.

    If a story was retracted, its headline may be repeated in the old title, summary, intro or keywords, so these come
    from the live edition.
    """
    words = public_manuscript(edition, reasons)
    if not reasons:
        return words
    now = public_manuscript(live, reasons)
    return replace(words, title=now.title, summary=now.summary, intro=now.intro, seo=now.seo)


def retraction_reasons(issue_id: int) -> dict[str, str]:
    """Return the reasons of an issue's retractions, by the uid of the story."""
    return dict(Retraction.objects.filter(issue_id=issue_id).values_list("uid", "reason"))


def tombstoned(manuscript: Manuscript, reasons: Mapping[str, str]) -> Manuscript:
    """Return a manuscript with a tombstone for each retracted story, in the active language."""

    def replaced(item: NewsItem) -> NewsItem:
        if item.uid not in reasons:
            return item
        return NewsItem(headline=_("Retracted story"), body=reasons[item.uid], uid=item.uid)

    if not reasons:
        return manuscript
    return replace(
        manuscript,
        sections=tuple(
            replace(section, items=tuple(replaced(item) for item in section.items)) for section in manuscript.sections
        ),
    )
