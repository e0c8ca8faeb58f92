"""Feeds: every listing as RSS, Atom and JSON Feed, with the full text and ids that never change.

values    a feed and its entries, as every format has them
formats   the three ways to write one
periods   weeks and days, by which archives are cut
entries   from rows to entries: issues and stories
corrections   the same of the log of corrections
listings  what each address has a feed of
answers   how it is answered, and not answered anew
hub       tells a WebSub hub what is new
"""

from digests.site.feeds.responses import of

__all__ = ["of"]
