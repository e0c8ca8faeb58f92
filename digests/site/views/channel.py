"""The QR code of a channel."""

from __future__ import annotations

from io import BytesIO

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from digests.models import Channel
from digests.site.views.responses import readable


@readable
def code(request: HttpRequest, digest: str, number: int) -> HttpResponse:
    """Serve the address of a channel as a QR code."""
    channel = get_object_or_404(Channel, digest__slug=digest, pk=number)
    return HttpResponse(qr_code(channel.address), content_type="image/svg+xml")


def qr_code(address: str) -> bytes:
    """Return a QR code as SVG: black on white including the margin, so that it can be scanned on a dark page."""
    svg = BytesIO()
    segno.make(address, error="m", micro=False).save(
        svg, kind="svg", dark="#000", light="#fff", border=4, omitsize=True, xmldecl=False, nl=False
    )
    return svg.getvalue()
