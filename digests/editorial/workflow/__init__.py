"""The one door: every change to an issue's words, state or publication goes through here.

request   an action with its arguments, its outcome, and its refusal
facts     what the rules need to know about issues, read once for many of them
approval  reviewing: rules and actions
release   publishing: rules and actions
record    how a change is written: lock, revision, log
door      `perform`, and `refusals`, its dry run
"""

from digests.editorial.workflow.approval import READING, awaits, is_approved, next_step, not_signed_off
from digests.editorial.workflow.door import obstacles, perform, refusals
from digests.editorial.workflow.facts import Facts
from digests.editorial.workflow.record import announced, editing, lock, lock_for_editing, record
from digests.editorial.workflow.release import LONGEST_WAIT
from digests.editorial.workflow.request import Outcome, Refused, Request
from digests.models.person import name_of as person

__all__ = [
    "LONGEST_WAIT",
    "READING",
    "Facts",
    "Outcome",
    "Refused",
    "Request",
    "announced",
    "awaits",
    "editing",
    "is_approved",
    "lock",
    "lock_for_editing",
    "next_step",
    "not_signed_off",
    "obstacles",
    "perform",
    "person",
    "record",
    "refusals",
]
