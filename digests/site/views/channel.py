"""A channel's address as a code for telephones."""

from __future__ import annotations

from io import BytesIO

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from digests.models import Channel
from digests.site.views.responses import readable


@readable
def code(request: HttpRequest, digest: str, number: int) -> HttpResponse:
    """Draw the QR code of a channel's address."""
    channel = get_object_or_404(Channel, digest__slug=digest, pk=number)
    return HttpResponse(drawn(channel.address), content_type="image/svg+xml")


def drawn(address: str) -> bytes:
    """Return a QR code as SVG. Black on white, its quiet zone too: on a dark page it must be scanned all the same."""
    svg = BytesIO()
    segno.make(address, error="m", micro=False).save(
        svg, kind="svg", dark="#000", light="#fff", border=4, omitsize=True, xmldecl=False, nl=False
    )
    return svg.getvalue()
