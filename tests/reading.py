"""The newsroom as its readers have it."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from django.test import Client


def get(client: Client, address: str, status: int = 200) -> Any:
    """Return what stands at an address, to be looked through."""
    response = client.get(address)
    assert response.status_code == status, address
    return BeautifulSoup(response.content, "html.parser")
