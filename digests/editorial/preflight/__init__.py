"""Check an issue before publication.

`examine` returns the problems of an issue; `check` does so without any query; `passed` says what is in order.
"""

from digests.editorial.preflight.checklist import CHECKS, passed
from digests.editorial.preflight.existing import Known, known
from digests.editorial.preflight.issue import check, examine
from digests.editorial.preflight.problems import Advisory, Blocker, Place, Problem, blockers

__all__ = [
    "CHECKS",
    "Advisory",
    "Blocker",
    "Known",
    "Place",
    "Problem",
    "blockers",
    "check",
    "examine",
    "known",
    "passed",
]
