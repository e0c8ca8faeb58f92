"""The folder of real sample issues, if there is one beside the repository; NEWSROOM_SAMPLES names another."""

from __future__ import annotations

import os
from pathlib import Path

SAMPLES = Path(os.environ.get("NEWSROOM_SAMPLES") or Path(__file__).parents[1] / "../shared/samples")
