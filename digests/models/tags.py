"""Tags: what issues and stories are filed under, by whatever word they name it."""

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
        """Return the tags that names mean, by the key of each name: the one lookup from a word to its tag.

        A name that a tag had once means it still. One query, and none without names.
        """
        keys = {key for name in names if (key := Tag.key_of(name))}
        rows = self.filter(key__in=keys).select_related("renamed_to") if keys else self.none()
        return {row.key: row.renamed_to or row for row in rows}

    def entered(self, names: Iterable[str]) -> dict[str, Tag]:
        """Return the same with tags made where missing, in the order of the names."""
        wanted = {key: tag_name(name) for name in names if (key := Tag.key_of(name))}
        found = self.known(wanted)
        for key, name in wanted.items():
            if key not in found:
                row = self.get_or_create(key=key, defaults={"name": name})[0]
                found[key] = row.renamed_to or row
        return {key: found[key] for key in wanted}

    def named(self, names: Iterable[str]) -> list[Tag]:
        """Return tags for names, each once, in their order, made where missing.

        Names that differ only by case, width or space are one tag, spelled as it was first.
        """
        return list(dict.fromkeys(self.entered(names).values()))

    def at(self, slug: str) -> Tag | None:
        """Return the tag that has an address, or had it, in any case, with the keys of all its names. One query."""
        slug = slug.casefold()
        former = Q(renamed_to__in=self.filter(slug=slug).values("pk"))
        rows = list(self.filter(Q(slug=slug) | former).select_related("renamed_to"))
        found = next((row for row in rows if row.slug == slug), None)
        if found and not found.renamed_to:
            found.keys = frozenset(row.key for row in rows)
        return found and (found.renamed_to or found)

    def meant(self, words: str) -> Tag | None:
        """Return the tag that a reader means, by any name of it or its address; none that readers never had."""
        found = self.known([words]).get(Tag.key_of(words)) or self.at(words)
        return found if found and found.editions.ever_live().exists() else None

    def rename(self, tag: Tag, name: str) -> Tag:
        """Give a tag another name, and return it; if another tag has or had that name, the two become one: that one.

        The old word goes on to mean the tag, and the old address leads to it. Words of issues stay as they are.
        """
        name, key = tag_name(name), Tag.key_of(name)
        with transaction.atomic():
            # In the order of their numbers: two who rename at once wait for each other, and not for ever.
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
            renamed.save()  # whoever asks when it last changed is told of this, too
            return renamed


def _take(tag: Tag, name: str, before: Tag | None) -> None:
    """Give a tag a name that is free, or that it had `before`, and keep its present one as a name that it had."""
    if before:
        _hand_over(before, tag)
        before.delete()
    slug = before.slug if before else Tag(name=name, key=Tag.key_of(name)).free_slug()
    Tag.objects.filter(pk=tag.pk).update(name=name, key=Tag.key_of(name), slug=slug)
    Tag.objects.create(name=tag.name, slug=tag.slug, kind=tag.kind, renamed_to=tag)


def _merge(tag: Tag, other: Tag) -> None:
    """Make a tag a mere name of another, with all that it has and every name that it had."""
    Tag.objects.filter(Q(pk=tag.pk) | Q(renamed_to=tag)).update(renamed_to=other)
    _hand_over(tag, other)
    if tag.kind and not other.kind:
        Tag.objects.filter(pk=other.pk).update(kind=tag.kind)


def _hand_over(tag: Tag, other: Tag) -> None:
    """Let another tag have all that a tag has."""
    tag.tagged_issues.update(tag=other)
    tag.tagged_news_items.update(tag=other)
    filed: Any = Tag.editions.through._default_manager
    _count(filed.filter(tag=other), filed.filter(tag=tag, own=True).values_list("edition", "stories"), own=True)
    for through, owner in ((Tag.editions.through, "edition"), (Tag.stories.through, "story")):
        rows: Any = through._default_manager
        both = rows.filter(tag=other).values(owner)
        rows.filter(tag=tag, **{f"{owner}__in": both}).delete()
        rows.filter(tag=tag).update(tag=other)
    tagged = Tag.stories.through._default_manager.filter(tag=other).values_list("story__edition")
    _count(filed.filter(tag=other, own=False), tagged.annotate(Count("pk")))


def _count(filed: Any, counted: Iterable[tuple[int, int]], **more: Any) -> None:
    """Say of the tag of editions how many of their stories go by it, with as few queries as there are numbers."""
    editions: dict[int, list[int]] = defaultdict(list)
    for edition, stories in counted:
        editions[stories].append(edition)
    for stories, alike in editions.items():
        for begin in range(0, len(alike), AT_ONCE):
            filed.filter(edition__in=alike[begin : begin + AT_ONCE]).update(stories=stories, **more)


class Tag(TagBase):
    """A tag. A name that it had once is a row too, and is `renamed_to` it: so no key or address is ever another's."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        MODEL = "model", _("Model")
        PERSON = "person", _("Person")
        TOPIC = "topic", _("Topic")

    name: str  # taggit's own fields, which its package does not type
    slug: str
    key = models.CharField(max_length=400, unique=True, editable=False)  # folding case makes some letters three
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, blank=True)  # empty: nobody sorted it yet
    renamed_to = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="former")
    # The key without its spaces: two tags that have the same are one, spelled in two ways.
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
        """Refuse what `save` could not do, in words."""
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
            # Whoever has the old word and address must be led to the new: that is `rename`.
            raise ValueError(f"a tag keeps its word: {self.key!r} cannot become {key!r} by a save")
        self.key = key
        if not self.slug:
            self.slug = self.free_slug()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("tag", args=[self.slug])

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of every name that it has or had: pages say which of them an issue goes by."""
        return frozenset({self.key, *Tag.objects.filter(renamed_to=self).values_list("key", flat=True)})

    def is_among(self, names: Iterable[str]) -> bool:
        """Say whether words that name tags name this one, by any name that it had."""
        return any(self.key_of(name) in self.keys for name in names)

    @staticmethod
    def key_of(name: str) -> str:
        return tag_name(name).casefold()

    @staticmethod
    def letters_of(name: str) -> str:
        return Tag.key_of(name).replace(" ", "")

    @staticmethod
    def slug_of(name: str) -> str:
        """Return the address for a name: its letters and digits, signs spelled out.

        Signs that cannot be spelled, and nothing else, give a short hash, so that
        C, C++, C# and 🚀 have four addresses whichever comes first.
        """
        name = Tag.key_of(name)
        spelled = name.replace("+", " plus ").replace("#", " sharp ").replace("&", " and ").replace("@", " at ")
        slug = slugify(re.sub(r"[./:·_]", " ", spelled), allow_unicode=True)
        silent = [sign for sign in spelled if unicodedata.category(sign)[0] == "S"]
        if silent or not slug:
            slug = f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")
        return slug[:90]

    def free_slug(self) -> str:
        """Return an address for the name that no tag has or had."""
        slug = self.slug_of(self.name)
        if Tag.objects.filter(slug=slug).exclude(pk=self.pk).exists():
            slug = f"{slug}-{hashlib.sha256(self.key.encode()).hexdigest()[:8]}"
        return slug


def refuse_unfit_name(name: str) -> None:
    """Raise ValidationError for a name that no tag can have."""
    longest = Tag._meta.get_field("name").max_length or 0
    if not name or len(name) > longest:
        raise ValidationError(_("A tag has from 1 to %(most)d letters."), params={"most": longest})
