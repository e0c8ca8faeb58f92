"""Sources (publishers, known by their domains) and the citations of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digests.manuscript.values import domain
from digests.models.desk import Brief, NewsItem

KINDS = (
    "official",
    "data",
    "peer_reviewed",
    "preprint",
    "media",
    "trade",
    "social",
    "press_release",
    "ai",
    "unknown",
)


class SourceManager(models.Manager["Source"]):
    def known(self, urls: Iterable[str]) -> dict[str, Source]:
        """Return the sources of links by domain, adding those that are new, as not classified."""
        domains = {name for url in urls if 0 < len(name := domain(url)) <= 253}
        found = {source.domain: source for source in self.filter(domain__in=domains)}
        # Only what is missing is inserted: PostgreSQL takes a number for every row offered, for those it has too.
        if missing := sorted(domains - found.keys()):
            self.bulk_create([Source(domain=name) for name in missing], ignore_conflicts=True)
            found |= {source.domain: source for source in self.filter(domain__in=missing)}
        return found

    def at(self, name: str) -> Source | None:
        """Return the source of a domain in any spelling: with `www.`, in capitals, in Unicode or in Punycode."""
        host = domain(f"https://{name}/")
        found = {source.domain: source for source in self.filter(domain__in={host, _letters(host), _punycode(host)})}
        return found.get(host) or next(iter(found.values()), None)

    def meant(self, words: str) -> list[Source]:
        """Return the sources that a reader may mean by a domain, address or name, if they ever had a public story."""
        host = domain(words if "//" in words else f"//{words}")
        found = self.at(host) if host else None
        meant = self.filter(pk=found.pk) if found else self.filter(name__iexact=words)
        begun = Q(stories__edition__live_from__lte=timezone.now())
        return list(meant.filter(begun).distinct())


def _letters(host: str) -> str:
    """Return a domain in Unicode, as people write it."""
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _punycode(host: str) -> str:
    """Return a domain in Punycode, as the name system has it."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


class Source(models.Model):
    """A publisher, known by its domain."""

    class Kind(models.TextChoices):
        OFFICIAL = "official", _("Official")
        DATA = "data", _("Code or data")
        PEER_REVIEWED = "peer_reviewed", _("Peer-reviewed")
        PREPRINT = "preprint", _("Preprint")
        MEDIA = "media", _("Professional media")
        TRADE = "trade", _("Trade press or blog")
        SOCIAL = "social", _("Social media")
        PRESS_RELEASE = "press_release", _("Press release")
        AI = "ai", _("AI-generated")
        UNKNOWN = "unknown", _("Not classified")

    domain = models.CharField(_("domain"), max_length=253, unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    kind = models.CharField(_("class"), max_length=20, choices=Kind.choices, default=Kind.UNKNOWN)
    changed_at = models.DateTimeField(auto_now=True)

    objects = SourceManager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["domain"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="source_kind_is_known"),
            models.CheckConstraint(condition=~Q(domain=""), name="source_has_a_domain"),
        ]

    def __str__(self) -> str:
        return self.name or self.domain

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.domain])

    @property
    def letters(self) -> str:
        """The domain in Unicode if that differs, such as 例子.中国 for xn--fsqu00a.xn--fiqs8s; empty otherwise."""
        letters = _letters(self.domain)
        return letters if letters != self.domain else ""


class Citation(models.Model):
    """A link of a news item or brief to a source; rewritten whenever the issue is saved with changes."""

    item = models.ForeignKey(NewsItem, models.CASCADE, null=True, related_name="citations")
    brief = models.ForeignKey(Brief, models.CASCADE, null=True, related_name="citations")
    source = models.ForeignKey(Source, models.PROTECT, related_name="citations")
    url = models.CharField(max_length=2000)
    is_headline = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints = [
            models.CheckConstraint(
                condition=Q(item=None, brief__isnull=False) | Q(item__isnull=False, brief=None),
                name="citation_belongs_to_one_text",
            ),
        ]

    def __str__(self) -> str:
        return self.url
