"""Read a text as a manuscript: take what can be taken, and report the rest.

A departure from the format becomes a Note with its line, and the issue is read all the same; text that belongs nowhere
stays in the nearest body. What cannot be an issue is refused with line, field and reason. Nothing else is ever raised.
"""

from .issue import read
from .lines import MAX_BYTES
from .results import Note, Problem, Reading, Refusal, Spot, Spots

__all__ = ["MAX_BYTES", "Note", "Problem", "Reading", "Refusal", "Spot", "Spots", "read"]
