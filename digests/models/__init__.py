"""All models: what staff edit, sources, reviews, and the editions that readers see."""

from digests.models.channels import Channel
from digests.models.desk import Brief, Digest, Insight, Issue, NewsItem, Section, TaggedIssue, TaggedNewsItem
from digests.models.editions import Edition, EditionTag, Retraction, Revision, Story
from digests.models.notices import Notice, NotificationPreference
from digests.models.page import Cover, Note, Page, PageBrief, PageInsight, PageSection, PageStory
from digests.models.pictures import Picture
from digests.models.previews import PreviewLink, PreviewLinkStatus
from digests.models.review import Comment, LastReviewed, LogEntry, Presence, Review, StorySignOff
from digests.models.roles import Role
from digests.models.shingles import Shingle
from digests.models.sources import Citation, Source
from digests.models.tags import Tag
from digests.models.texts import StoryText

__all__ = [
    "Brief",
    "Channel",
    "Citation",
    "Comment",
    "Cover",
    "Digest",
    "Edition",
    "EditionTag",
    "Insight",
    "Issue",
    "LastReviewed",
    "LogEntry",
    "NewsItem",
    "Note",
    "Notice",
    "NotificationPreference",
    "Page",
    "PageBrief",
    "PageInsight",
    "PageSection",
    "PageStory",
    "Picture",
    "Presence",
    "PreviewLink",
    "PreviewLinkStatus",
    "Retraction",
    "Review",
    "Revision",
    "Role",
    "Section",
    "Shingle",
    "Source",
    "Story",
    "StorySignOff",
    "StoryText",
    "Tag",
    "TaggedIssue",
    "TaggedNewsItem",
]
