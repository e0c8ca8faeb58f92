"""The newsroom's rows: the desk, its sources, its reviews, and the editions that readers see."""

from digests.models.channels import Channel
from digests.models.desk import Brief, Digest, Insight, Issue, NewsItem, Section, TaggedIssue, TaggedNewsItem
from digests.models.editions import Edition, Filing, Retraction, Revision, Story
from digests.models.notices import Notice, Told
from digests.models.pictures import Picture
from digests.models.previews import Fate, PreviewLink
from digests.models.review import Comment, LogEntry, Look, Presence, Review, Tick
from digests.models.shingles import Shingle
from digests.models.sources import Citation, Source
from digests.models.tags import Tag
from digests.models.texts import StoryText

__all__ = [
    "Brief",
    "Channel",
    "Citation",
    "Comment",
    "Digest",
    "Edition",
    "Fate",
    "Filing",
    "Insight",
    "Issue",
    "LogEntry",
    "Look",
    "NewsItem",
    "Notice",
    "Picture",
    "Presence",
    "PreviewLink",
    "Retraction",
    "Review",
    "Revision",
    "Section",
    "Shingle",
    "Source",
    "Story",
    "StoryText",
    "Tag",
    "TaggedIssue",
    "TaggedNewsItem",
    "Tick",
    "Told",
]
