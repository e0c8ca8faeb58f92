"""Where the real issues are, if they are beside the repository; NEWSROOM_SAMPLES names their folder."""

from __future__ import annotations

import os
from pathlib import Path

SAMPLES = Path(os.environ.get("NEWSROOM_SAMPLES") or Path(__file__).parents[1] / "../shared/samples")
