"""The addresses of the newsroom: a contract with readers, feeds and other programs."""

from datetime import date

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from digests.manuscript.values import UID
from digests.site import feeds
from digests.site.feeds import listings
from digests.site.views import (
    channel,
    corrections,
    cover,
    custom,
    digest,
    discovery,
    front,
    issue,
    search,
    sitemaps,
    source,
    story,
    subscribe,
    tag,
)
from digests.site.views.preview import preview


class DateConverter:
    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)  # ValueError, as for 2026-02-30, is a 404

    def to_url(self, value: date) -> str:
        return value.isoformat()


class YearConverter:
    regex = "[12][0-9]{3}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04}"


class MonthConverter:
    regex = "0[1-9]|1[0-2]"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:02}"


class UidConverter(StringConverter):
    regex = UID.pattern


register_converter(DateConverter, "date")
register_converter(YearConverter, "year")
register_converter(MonthConverter, "month")
register_converter(UidConverter, "uid")

urlpatterns = [
    path("", front.front, name="front"),
    *feeds.of("", listings.newsroom, name="front"),
    path("robots.txt", discovery.robots, name="robots"),
    path("opensearch.xml", discovery.opensearch, name="opensearch"),
    path("llms.txt", discovery.llms, name="llms"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap-pages"),
    path("sitemap-tags-<int:part>.xml", sitemaps.tags, name="sitemap-tags"),
    path("sitemap-sources-<int:part>.xml", sitemaps.sources, name="sitemap-sources"),
    path("sitemap-<slug:digest>-<year:year>-<month:month>.xml", sitemaps.month, name="sitemap-month"),
    path("news-sitemap.xml", sitemaps.news, name="news-sitemap"),
    path("sources/", source.sources, name="sources"),
    *feeds.of("sources/", listings.sources, name="sources"),
    path("sources/<str:domain>/", source.source, name="source"),
    *feeds.of("sources/<str:domain>/", listings.source, name="source"),
    path("tags/", tag.tags, name="tags"),
    *feeds.of("tags/", listings.tags, name="tags"),
    path("tags/<str:slug>/", tag.tag, name="tag"),
    *feeds.of("tags/<str:slug>/", listings.tagged, name="tag"),
    path("search/", search.search, name="search"),
    path("feeds/custom/", custom.custom, name="custom"),
    *feeds.of("feeds/custom/", listings.custom, name="custom"),
    path("subscribe/", subscribe.subscribe, name="subscribe"),
    path("subscriptions.opml", subscribe.opml, name="opml"),
    path("stories/<uid:uid>/", story.story, name="story"),
    path("corrections/", corrections.corrections, name="corrections"),
    *feeds.of("corrections/", listings.corrections, name="corrections"),
    path("preview/<str:token>/", preview, name="preview"),
    path("<slug:digest>/", digest.digest, name="digest"),
    *feeds.of("<slug:digest>/", listings.issues, name="digest"),
    *feeds.of("<slug:digest>/stories/", listings.stories, name="stories"),
    path("<slug:digest>/<year:year>/<month:month>/", digest.month, name="month"),
    *feeds.of("<slug:digest>/<year:year>/<month:month>/", listings.months, name="month"),
    path("<slug:digest>/channels/<int:number>.svg", channel.code, name="channel-code"),
    path("<slug:digest>/<date:date>/", issue.issue, name="issue"),
    path("<slug:digest>/<date:date>/cover.png", cover.drawn, name="issue-cover"),
    path("<slug:digest>/<date:date>/cover.jpg", cover.cropped, name="issue-cover-cropped"),
    path("<slug:digest>/<date:date>/label.json", issue.label, name="issue-label"),
    path("<slug:digest>/<date:date>.md", issue.markdown, name="issue-markdown"),
    path("<slug:digest>/<date:date>.json", issue.data, name="issue-json"),
]
