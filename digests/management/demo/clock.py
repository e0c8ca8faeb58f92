"""The newsroom's clock, set to another instant: what people do in the demo, they did on their days."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest import mock

from django.utils import timezone


@contextmanager
def clock(at: datetime) -> Iterator[None]:
    """Let it be an instant while a block runs, for all of this process. Only a command of its own may do this."""
    with mock.patch.object(timezone, "now", return_value=at):
        yield
