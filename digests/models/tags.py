"""Tags of issues and stories, and their former names."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Replace
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from taggit.models import TagBase

from digests.manuscript.values import tag_name

KINDS = ("company", "model", "person", "topic")
AT_ONCE = 500  # keys in one query


class TagManager(models.Manager["Tag"]):
    def known(self, names: Iterable[str]) -> dict[str, Tag]:
        """Return the tags that names mean, by the key of each name. Costs one query, or none without names.

        A former name means the tag under its present name. All lookups from a word to its tag go through this.
        """
        keys = {key for name in names if (key := Tag.key_of(name))}
        rows = self.filter(key__in=keys).select_related("renamed_to") if keys else self.none()
        return {row.key: row.renamed_to or row for row in rows}

    def entered(self, names: Iterable[str]) -> dict[str, Tag]:
        """Return the same as `known`, in the order of the names, and create missing tags."""
        wanted = {key: tag_name(name) for name in names if (key := Tag.key_of(name))}
        found = self.known(wanted)
        for key, name in wanted.items():
            if key not in found:
                row = self.get_or_create(key=key, defaults={"name": name})[0]
                found[key] = row.renamed_to or row
        return {key: found[key] for key in wanted}

    def named(self, names: Iterable[str]) -> list[Tag]:
        """Return the tags for names, each once and in order, and create missing ones.

        Names that differ only by case, width or spaces are one tag, with the spelling that was used first.
        """
        return list(dict.fromkeys(self.entered(names).values()))

    def at(self, slug: str) -> Tag | None:
        """Return the tag at a present or former slug, in any case, with `keys` filled. Costs one query."""
        slug = slug.casefold()
        former = Q(renamed_to__in=self.filter(slug=slug).values("pk"))
        rows = list(self.filter(Q(slug=slug) | former).select_related("renamed_to"))
        found = next((row for row in rows if row.slug == slug), None)
        if found and not found.renamed_to:
            found.keys = frozenset(row.key for row in rows)
        return found and (found.renamed_to or found)

    def meant(self, words: str) -> Tag | None:
        """Return the tag that a reader means by a name or slug; None for a tag that no published edition had."""
        found = self.known([words]).get(Tag.key_of(words)) or self.at(words)
        return found if found and found.editions.ever_live().exists() else None

    def rename(self, tag: Tag, name: str) -> Tag:
        """Rename a tag and return it. If another tag has or had the name, the tag is merged into that one.

        The old name still means the tag, and its old address redirects. Words in issues do not change.
        Raises ValueError for a former name.
        """
        name, key = tag_name(name), Tag.key_of(name)
        with transaction.atomic():
            # Locked in the order of primary keys, so that two people who rename at once do not deadlock.
            rows = {row.key: row for row in self.select_for_update().filter(key__in=[tag.key, key]).order_by("pk")}
            tag, taken = rows[tag.key], rows.get(key)
            if tag.renamed_to_id:
                raise ValueError(f"{tag.key!r} is only a name that a tag had once")
            if taken == tag:
                self.filter(pk=tag.pk).update(name=name)
            elif taken is None or taken.renamed_to_id == tag.pk:
                _take(tag, name, taken)
            else:
                tag, other = taken.renamed_to or taken, tag
                _merge(other, tag)
            renamed = self.get(pk=tag.pk)
            renamed.save()  # sets `changed_at`
            return renamed


def _take(tag: Tag, name: str, before: Tag | None) -> None:
    """Give a tag a name that is free or its own former one (`before`), and keep the present name as a former one."""
    if before:
        _hand_over(before, tag)
        before.delete()
    slug = before.slug if before else Tag(name=name, key=Tag.key_of(name)).free_slug()
    Tag.objects.filter(pk=tag.pk).update(name=name, key=Tag.key_of(name), slug=slug)
    Tag.objects.create(name=tag.name, slug=tag.slug, kind=tag.kind, renamed_to=tag)


def _merge(tag: Tag, other: Tag) -> None:
    """Turn a tag and its former names into former names of another, and move everything that is tagged with it."""
    Tag.objects.filter(Q(pk=tag.pk) | Q(renamed_to=tag)).update(renamed_to=other)
    _hand_over(tag, other)
    if tag.kind and not other.kind:
        Tag.objects.filter(pk=other.pk).update(kind=tag.kind)


def _hand_over(tag: Tag, other: Tag) -> None:
    """Move everything that is tagged with a tag to another tag, and update the counts."""
    tag.tagged_issues.update(tag=other)
    tag.tagged_news_items.update(tag=other)
    edition_tags: Any = Tag.editions.through._default_manager
    _count(
        edition_tags.filter(tag=other),
        edition_tags.filter(tag=tag, own=True).values_list("edition", "stories"),
        own=True,
    )
    for through, owner in ((Tag.editions.through, "edition"), (Tag.stories.through, "story")):
        rows: Any = through._default_manager
        both = rows.filter(tag=other).values(owner)
        rows.filter(tag=tag, **{f"{owner}__in": both}).delete()
        rows.filter(tag=tag).update(tag=other)
    tagged = Tag.stories.through._default_manager.filter(tag=other).values_list("story__edition")
    _count(edition_tags.filter(tag=other, own=False), tagged.annotate(Count("pk")))


def _count(edition_tags: Any, counted: Iterable[tuple[int, int]], **more: Any) -> None:
    """Store (edition, number of stories) in the tags of editions. One query for each different number."""
    editions: dict[int, list[int]] = defaultdict(list)
    for edition, stories in counted:
        editions[stories].append(edition)
    for stories, alike in editions.items():
        for begin in range(0, len(alike), AT_ONCE):
            edition_tags.filter(edition__in=alike[begin : begin + AT_ONCE]).update(stories=stories, **more)


class Tag(TagBase):
    """A tag, or a former name of one, with `renamed_to`. So no key or slug can belong to two tags."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        MODEL = "model", _("Model")
        PERSON = "person", _("Person")
        TOPIC = "topic", _("Topic")

    name: str  # taggit's own fields, which its package does not type
    slug: str
    key = models.CharField(max_length=400, unique=True, editable=False)  # case folding can turn one letter into three
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, blank=True)  # empty: not sorted yet
    renamed_to = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="former")
    # The key without spaces. Two tags with the same letters are probably one tag, spelled in two ways.
    letters = models.GeneratedField(
        expression=Replace("key", models.Value(" "), models.Value("")),
        output_field=models.CharField(max_length=400),
        db_persist=True,
        db_index=True,
    )
    changed_at = models.DateTimeField(auto_now=True)

    objects = TagManager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["", *KINDS]), name="tag_kind_is_known"),
            models.CheckConstraint(
                condition=Q(renamed_to=None) | ~Q(renamed_to=F("id")), name="tag_is_not_renamed_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def clean(self) -> None:
        """Raise ValidationError for what `save` would fail on."""
        self.name = tag_name(self.name)
        try:
            refuse_unfit_name(self.name)
        except ValidationError as error:
            raise ValidationError({"name": error}) from error
        if Tag.objects.filter(key=self.key_of(self.name)).exclude(pk=self.pk).exists():
            raise ValidationError({"name": _("There is such a tag already, but for case, width or spaces.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = tag_name(self.name)
        key = self.key_of(self.name)
        if not self._state.adding and key != self.key:
            # `rename` keeps the old name and address working.
            raise ValueError(f"a tag keeps its word: {self.key!r} cannot become {key!r} by a save")
        self.key = key
        if not self.slug:
            self.slug = self.free_slug()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("tag", args=[self.slug])

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of its present and former names."""
        return frozenset({self.key, *Tag.objects.filter(renamed_to=self).values_list("key", flat=True)})

    def is_among(self, names: Iterable[str]) -> bool:
        """Tell whether one of these names means this tag, by its present or a former name."""
        return any(self.key_of(name) in self.keys for name in names)

    @staticmethod
    def key_of(name: str) -> str:
        """Return a name folded for comparison: width, spaces and case."""
        return tag_name(name).casefold()

    @staticmethod
    def letters_of(name: str) -> str:
        """Return the key of a name without spaces."""
        return Tag.key_of(name).replace(" ", "")

    @staticmethod
    def slug_of(name: str) -> str:
        """Return the slug for a name: its letters and digits, with some symbols spelled out.

        Other symbols add a short hash of the name, so that C, C++, C# and 🚀 have four slugs whichever comes first.
        """
        name = Tag.key_of(name)
        spelled = name.replace("+", " plus ").replace("#", " sharp ").replace("&", " and ").replace("@", " at ")
        slug = slugify(re.sub(r"[./:·_]", " ", spelled), allow_unicode=True)
        symbols = [char for char in spelled if unicodedata.category(char)[0] == "S"]
        if symbols or not slug:
            slug = f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")
        return slug[:90]

    def free_slug(self) -> str:
        """Return a slug for the name that no tag has or had."""
        slug = self.slug_of(self.name)
        if Tag.objects.filter(slug=slug).exclude(pk=self.pk).exists():
            slug = f"{slug}-{hashlib.sha256(self.key.encode()).hexdigest()[:8]}"
        return slug


def refuse_unfit_name(name: str) -> None:
    """Raise ValidationError for a name that no tag can have."""
    longest = Tag._meta.get_field("name").max_length or 0
    if not name or len(name) > longest:
        raise ValidationError(_("A tag has from 1 to %(most)d letters."), params={"most": longest})
