"""The one door: every change of an issue's words, state or public life goes through here.

request   what is asked of the door, what it answers, how it refuses
facts     what the rules ask about issues, read once for many of them
approval  who may send words on: rules and deeds of reviewing
release   what readers get: rules and deeds of publishing
record    how a change is written: lock, revision, log
door      `perform`, and `refusals`, which says beforehand what it would refuse
"""

from digests.editorial.workflow.approval import READING, awaits, is_approved, next_step, not_signed_off
from digests.editorial.workflow.door import obstacles, perform, refusals
from digests.editorial.workflow.facts import Facts
from digests.editorial.workflow.record import announced, editing, lock, record
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
    "next_step",
    "not_signed_off",
    "obstacles",
    "perform",
    "person",
    "record",
    "refusals",
]
