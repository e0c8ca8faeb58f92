"""What staff edit at the desk. Pages for readers read none of these rows, except for a digest's own."""

from __future__ import annotations

import secrets
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from PIL import Image
from taggit.managers import TaggableManager
from taggit.models import ItemBase

from digests.manuscript.addresses import CANONICAL_LENGTH
from digests.manuscript.values import (
    AI_ROLES,
    BASES,
    DEFAULT_LABEL,
    UID,
    UID_LENGTH,
    block,
    line,
    new_uid,
)
from digests.models import fields
from digests.models.querysets import DigestQuerySet, IssueQuerySet
from digests.models.states import State
from digests.models.tags import Tag

if TYPE_CHECKING:
    from digests.models import Revision

# First words of the site's own addresses; a digest with such a slug could not be reached.
RESERVED_SLUGS = frozenset(
    """
    accounts admin api atom.xml corrections desk favicon.ico feed.json feeds healthz i18n llms.txt media
    news-sitemap.xml opensearch.xml preview readyz robots.txt rss.xml search sitemap.xml sources static
    stories subscribe subscriptions.opml tags
    """.split()  # noqa: SIM905 - a list of words reads as one
)


def refuse_reserved(slug: str) -> None:
    """Raise ValidationError for the first word of an address of the site itself."""
    if slug.lower() in RESERVED_SLUGS:
        raise ValidationError(_("“%(slug)s” is an address of the site itself. Choose another."), params={"slug": slug})


def refuse_unknown_zone(name: str) -> None:
    """Raise ValidationError for a name that is not a time zone."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone, such as Asia/Shanghai."), params={"name": name})


PICTURES = {"AVIF": "avif", "GIF": "gif", "JPEG": "jpg", "PNG": "png", "WEBP": "webp"}  # formats and their file endings


def refuse_unfit_picture(file: File[bytes]) -> None:
    """Raise ValidationError for a file that browsers do not show, or too large to decode. Reads only its header."""
    try:
        file.seek(0)
        with Image.open(file, formats=list(PICTURES)) as picture:
            pixels = picture.width * picture.height
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError(_("This is no picture that browsers show: take JPEG, PNG, WebP, AVIF or GIF.")) from error
    finally:
        file.seek(0)
    most: int = settings.PICTURE_MEGAPIXELS
    if pixels > most * 1_000_000:
        raise ValidationError(
            _("This picture has %(pixels)d megapixels; at most %(most)d fit. Make it smaller first."),
            params={"pixels": pixels // 1_000_000, "most": most},
        )


def cover_path(issue: Issue, name: str) -> str:
    """Return a random name, so that nobody can guess a draft's cover, and another picture has another name."""
    return f"covers/{secrets.token_hex(16)}{Path(name).suffix.lower()}"


class Digest(models.Model):
    """A publication with at most one issue a day."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = fields.SlugField(
        _("address"),
        max_length=60,
        unique=True,
        validators=[refuse_reserved],
        help_text=_("The first part of each address, such as ai-daily. Readers keep these addresses: never change it."),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    time_zone = fields.CharField(
        _("time zone"),
        max_length=50,
        default="Asia/Shanghai",
        validators=[refuse_unknown_zone],
        help_text=_("Schedules and dates are in this zone."),
    )
    description = models.TextField(_("description"), blank=True, help_text=_("A sentence or two for readers."))
    deadline = models.TimeField(
        _("deadline"), default=time(8), help_text=_("When the day's issue should be out, in the digest's time zone.")
    )
    policies = models.TextField(
        _("policies"), blank=True, help_text=_("How you choose, check and correct, in Markdown. Readers see it.")
    )
    subscribe_card = models.TextField(
        _("subscribe card"),
        blank=True,
        help_text=_(
            "HTML that exports end with. Readers of a digest without channels see its words and links,"
            " never its pictures or scripts."
        ),
    )
    # What a new issue starts with.
    standing_title = models.CharField(
        _("title"), max_length=300, blank=True, help_text=_("With {date} where the issue's date is to stand.")
    )
    standing_category = models.CharField(_("category"), max_length=100, blank=True)
    standing_editor = models.CharField(_("responsible editor"), max_length=100, blank=True)
    standing_sections = models.TextField(
        _("sections"), blank=True, help_text=_("Titles, one a line. The sections are empty until somebody writes.")
    )
    standing_tags = models.CharField(
        _("tags"), max_length=500, blank=True, help_text=_("Separated by commas, in the order that readers see.")
    )
    changed_at = models.DateTimeField(auto_now=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(slug__in=sorted(RESERVED_SLUGS)), name="digest_slug_is_not_reserved"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Word processors paste characters that feeds cannot hold.
        self.name = line(self.name)
        for name in ("standing_title", "standing_category", "standing_editor", "standing_tags"):
            setattr(self, name, line(getattr(self, name)))
        for name in ("description", "policies", "subscribe_card", "standing_sections"):
            setattr(self, name, block(getattr(self, name)))
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("digest", args=[self.slug])

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of its dates and schedules."""
        return ZoneInfo(self.time_zone)


# The dates that addresses, feeds and clocks in every time zone can express.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


class Issue(models.Model):  # type: ignore[django-manager-missing]  # taggit's base is not typed
    """The working copy of a day's issue."""

    digest = models.ForeignKey(Digest, models.PROTECT, related_name="issues", verbose_name=_("digest"))
    date = models.DateField(_("date"))
    title = models.CharField(_("title"), max_length=300)
    category = models.CharField(_("category"), max_length=100, blank=True)
    summary = models.TextField(
        _("summary"), blank=True, help_text=_("What a reader who reads nothing else should know. Feeds show it first.")
    )
    intro = models.TextField(_("introduction"), blank=True, help_text=_("Markdown, before the first section."))
    cover = fields.ImageField(_("cover"), upload_to=cover_path, blank=True, validators=[refuse_unfit_picture])
    cover_alt = models.CharField(
        _("what the cover shows"),
        max_length=300,
        blank=True,
        help_text=_("A sentence for people who cannot see it."),
    )
    cover_image = models.CharField(
        _("cover address"),
        max_length=2000,
        blank=True,
        help_text=_("An address elsewhere, kept for export. Readers never load it: upload the picture for them."),
    )
    seo = models.JSONField(_("SEO keywords"), default=list, blank=True)
    editor = models.CharField(
        _("responsible editor"), max_length=100, blank=True, help_text=_("The name that is printed with the issue.")
    )
    footer = models.TextField(_("own footer"), blank=True, editable=False)
    tags = TaggableManager(through="digests.TaggedIssue", blank=True, ordering=["tagged_issues__position"])

    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.DRAFT, editable=False)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ["-date", "digest"]
        permissions = [
            ("submit_issue", "Can submit an issue for review"),
            ("review_issue", "Can review an issue"),
            ("publish_issue", "Can publish and schedule an issue"),
            ("force_publish_issue", "Can publish an issue without approval"),
            ("retract_story", "Can retract a story"),
            ("withdraw_issue", "Can withdraw an issue"),
            ("import_archive", "Can import an archive as published"),
        ]
        indexes = [models.Index(fields=["-date"], name="issue_by_date")]
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "date"],
                name="one_issue_a_day",
                violation_error_message=_("This digest has an issue of that date already."),
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="issue_state_is_known"),
            models.CheckConstraint(
                condition=models.Q(date__gte=FIRST_DAY, date__lte=LAST_DAY),
                name="issue_date_has_an_address",
                violation_error_message=_("Choose a date between the years 1900 and 2999."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.digest.name} {self.date:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("issue", args=[self.digest.slug, self.date])

    @property
    def head(self) -> Revision | None:
        """The newest revision, which is what the rows say now; None before the first save. Costs a query each time."""
        return self.revisions.order_by("-number").first()

    def local(self, at: datetime) -> datetime:
        """Return an instant in the digest's time zone."""
        return at.astimezone(self.digest.zone)


class Positioned(models.Model):
    """A row with a position among others, counted from 0."""

    position = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class Named(models.Model):
    """A row with a short random name that never changes."""

    uid = fields.CharField(
        max_length=UID_LENGTH,
        unique=True,
        default=new_uid,
        editable=False,
        validators=[RegexValidator(rf"^{UID.pattern}$")],
    )

    class Meta:
        abstract = True


class Section(Positioned):
    """A part of an issue with a title: a lead, briefs and stories."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="sections")
    title = models.CharField(_("title"), max_length=200)
    lead = models.TextField(_("lead"), blank=True, help_text=_("Markdown, before the first story."))

    class Meta(Positioned.Meta):
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def __str__(self) -> str:
        return self.title


class NewsItem(Positioned, Named):  # type: ignore[django-manager-missing]  # as above
    """A story at the desk; `editions.Story` is what readers see of it."""

    class AIRole(models.TextChoices):
        NONE = "none", _("No AI")
        ASSISTED = "assisted", _("AI assisted")
        DRAFTED = "drafted", _("Drafted by AI, edited by a person")
        TRANSLATED = "translated", _("Translated by AI")

    section = models.ForeignKey(Section, models.CASCADE, related_name="items")
    headline = models.CharField(_("headline"), max_length=300)
    link = models.CharField(
        _("source link"), max_length=2000, blank=True, help_text=_("Where this was reported. Readers follow it.")
    )
    body = models.TextField(_("text"), blank=True, help_text=_("Markdown."))
    ai_role = models.CharField(_("part of AI"), max_length=20, choices=AIRole.choices, default=AIRole.NONE)
    canonical = models.CharField(
        max_length=CANONICAL_LENGTH, blank=True, editable=False
    )  # of `link`: see addresses.canonical
    # A uid, not a foreign key: it names a story that readers have, whose row at the desk may be gone.
    follows = models.CharField(_("update to"), max_length=UID_LENGTH, blank=True)
    tags = TaggableManager(through="digests.TaggedNewsItem", blank=True, ordering=["tagged_news_items__position"])

    class Meta(Positioned.Meta):
        verbose_name = _("news item")
        verbose_name_plural = _("news items")
        constraints = [
            models.CheckConstraint(condition=models.Q(ai_role__in=AI_ROLES), name="ai_role_is_known"),
        ]
        indexes = [models.Index(fields=["canonical"], name="news_item_by_canonical")]

    def __str__(self) -> str:
        return self.headline


class Insight(Positioned, Named):
    """A bullet or paragraph of analysis below a story, under a label."""

    class Basis(models.TextChoices):
        SOURCE = "source", _("Stated by the source")
        EDITOR = "editor", _("Editor's inference")
        AI = "ai", _("AI inference")

    item = models.ForeignKey(NewsItem, models.CASCADE, related_name="insights")
    label = models.CharField(_("label"), max_length=50, default=DEFAULT_LABEL)
    text = models.TextField(_("text"), blank=True)
    basis = models.CharField(_("basis"), max_length=10, choices=Basis.choices, default=Basis.EDITOR)
    bullet = models.BooleanField(_("as a bullet"), default=True)

    class Meta(Positioned.Meta):
        verbose_name = _("insight")
        verbose_name_plural = _("insights")
        constraints = [
            models.CheckConstraint(condition=models.Q(basis__in=BASES), name="basis_is_known"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Brief(Positioned, Named):
    """One line of news without a page of its own."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="briefs")
    text = models.TextField(_("text"), help_text=_("One line of Markdown."))

    class Meta(Positioned.Meta):
        verbose_name = _("brief")
        verbose_name_plural = _("briefs")

    def __str__(self) -> str:
        return self.text[:60]


class Tagged(ItemBase):
    """A tag of a row, in the order and by the word that staff chose; the word stays when the tag is renamed."""

    word = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position"]

    def __str__(self) -> str:
        return self.word

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.word = self.word or self.tag.name
        if self._state.adding and not self.position:  # as taggit adds them: behind the others
            others = type(self)._default_manager.filter(content_object=self.content_object)
            self.position = others.aggregate(next=Coalesce(Max("position") + 1, 0))["next"]
        super().save(*args, **kwargs)


class TaggedIssue(Tagged):
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="tagged_issues")
    content_object = models.ForeignKey(Issue, models.CASCADE, related_name="tagged")

    class Meta(Tagged.Meta):
        constraints = [
            models.UniqueConstraint(fields=["content_object", "word"], name="a_tag_once_an_issue"),
            models.CheckConstraint(condition=~models.Q(word=""), name="tag_of_issue_has_a_word"),
        ]


class TaggedNewsItem(Tagged):
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="tagged_news_items")
    content_object = models.ForeignKey(NewsItem, models.CASCADE, related_name="tagged")

    class Meta(Tagged.Meta):
        constraints = [
            models.UniqueConstraint(fields=["content_object", "word"], name="a_tag_once_a_news_item"),
            models.CheckConstraint(condition=~models.Q(word=""), name="tag_of_news_item_has_a_word"),
        ]
