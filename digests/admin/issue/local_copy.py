"""Local copies: the browser keeps unsaved text until a page after a save confirms that it is stored.

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
    """Return the name that the browser gave to its local copy of the text it sent; empty without a copy."""
    sent = str(request.POST.get("kept") or "")
    return sent if _NAME.fullmatch(sent) else ""


def redirect(request: HttpRequest, issue: Issue, page: str = "change") -> HttpResponseRedirect:
    """Redirect to a page of a saved issue, and confirm to the browser that its local copy can go."""
    return HttpResponseRedirect(confirmed(request, reverse(f"admin:digests_issue_{page}", args=[issue.pk])))


def confirmed(request: HttpRequest, address: str) -> str:
    """Return an address that also confirms to the browser that its local copy can go."""
    sent = name(request)
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'kept': sent})}" if sent else address
