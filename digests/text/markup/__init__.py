"""Turn Markdown into safe HTML. This package is the only place that marks text safe.

    text ─ layout ─ Markdown ─ nh3 ─ page ─ nh3 → HTML, words, links, images

`rendering` runs these steps. The first nh3 makes any HTML well-formed and harmless, so that `page` can read it with a
plain parser. The last one enforces `policy`, so that nothing `page` writes is trusted either. `stored_html` changes
HTML that was rendered earlier; `elements` writes single elements from values. What an editor should know:

- Lists, quotes, fences and headings work as in CommonMark. Emphasis also works next to Chinese punctuation, where
  CommonMark fails.
- An image is shown only from `/media/`. An image on another host becomes a link to it, so that readers load nothing
  from there.
- An image described by a dash, `![-](/media/…)`, is decoration: screen readers skip it.
- Raw HTML is sanitised. A word in angle brackets that is not an HTML element (`<think>`, `Vec<T>`) is text.
- A bare address is ASCII: letters of another script right after it belong to the sentence.
- A text that is too long, or that would take more than about a second to read, is shown as plain paragraphs. Nothing
  raises.
"""

from digests.text.markup.budget import LENGTH
from digests.text.markup.elements import IN_TEXT, Shown, data_block, marked, picture
from digests.text.markup.policy import MEDIA
from digests.text.markup.rendering import card, images, links, plain, render, render_line, undescribed
from digests.text.markup.stored_html import portable, raised, rendered, stored, without

__all__ = [
    "IN_TEXT",
    "LENGTH",
    "MEDIA",
    "Shown",
    "card",
    "data_block",
    "images",
    "links",
    "marked",
    "picture",
    "plain",
    "portable",
    "raised",
    "render",
    "render_line",
    "rendered",
    "stored",
    "undescribed",
    "without",
]
