"""What a browser keeps of unsaved text: the page that follows a save tells it that the text is safe.

`static/js/local_copy.js` keeps what a form would send under a name of its own making,
and sends that name along. Until it comes back, the browser offers the text again.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from digests.models import Issue

_NAME = re.compile(r"[0-9a-f]{16}")


def name(request: HttpRequest) -> str:
    """Return what the browser calls the text that it sent and keeps, if it does."""
    sent = str(request.POST.get("kept") or "")
    return sent if _NAME.fullmatch(sent) else ""


def redirect(request: HttpRequest, issue: Issue, page: str = "change") -> HttpResponseRedirect:
    """Lead to a page of an issue whose text is safe now, and say so to the browser that kept it."""
    return HttpResponseRedirect(confirmed(request, reverse(f"admin:digests_issue_{page}", args=[issue.pk])))


def confirmed(request: HttpRequest, address: str) -> str:
    """Return the address of a page that tells the browser that the text it sent is safe now."""
    sent = name(request)
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'kept': sent})}" if sent else address
