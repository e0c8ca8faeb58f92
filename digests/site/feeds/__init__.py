"""Feeds: every listing as RSS, Atom and JSON Feed, with the full text and ids that never change.

values       a feed and its entries, independent of format
formats      write a feed as RSS, Atom or JSON Feed
periods      the weeks and days into which archives are divided
entries      make entries of issues and stories
corrections  make entries of the log of corrections
listings     what each address has a feed of
responses    headers, conditional requests, archive documents
"""

from digests.site.feeds.responses import of

__all__ = ["of"]
