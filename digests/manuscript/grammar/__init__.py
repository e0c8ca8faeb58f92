"""The shapes of the manuscript format, shared by its reader and its writer.

Text that an editor wrote may look like structure. The writer then puts one backslash in front of it, and the reader
takes one off whatever has that form, so that any text comes back as it was. Both use the functions here to tell what
looks like structure; docs/format.md has the whole grammar.
"""

from .attributes import Attributes, Place, group, join_tags, split_group, split_tags, stuff_group, unstuff_group
from .fences import hidden, is_opening
from .headings import HEADING, ISSUE_NUMBER, Headline, headline, link, read_headline, read_link
from .labels import is_known, keys, label, read_label
from .lists import BULLET, RULE, briefs_begin, bullets
from .stuffing import Kind, stuff, unstuff

__all__ = [
    "BULLET",
    "HEADING",
    "ISSUE_NUMBER",
    "RULE",
    "Attributes",
    "Headline",
    "Kind",
    "Place",
    "briefs_begin",
    "bullets",
    "group",
    "headline",
    "hidden",
    "is_known",
    "is_opening",
    "join_tags",
    "keys",
    "label",
    "link",
    "read_headline",
    "read_label",
    "read_link",
    "split_group",
    "split_tags",
    "stuff",
    "stuff_group",
    "unstuff",
    "unstuff_group",
]
