"""How an invitation ended, in the words of survey research. Pure.

After AAPOR's Standard Definitions (https://aapor.org/standards-and-ethics/standard-definitions/):
every invitation ends in exactly one.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.engine.flow import RunStatus


class Disposition(StrEnum):
    """``complete``: to the end. ``partial``: at least one answer after the consent. ``refused``:
    said no, stopped, or replied without an answer. ``no_reply``: it arrived. ``undelivered``: it
    did not. ``ineligible``: the organisation ended it. ``other``: a wrong person, or handed over.
    """

    COMPLETE = "complete"
    PARTIAL = "partial"
    REFUSED = "refused"
    NO_REPLY = "no_reply"
    UNDELIVERED = "undelivered"
    INELIGIBLE = "ineligible"
    OTHER = "other"


SILENT = frozenset({Disposition.NO_REPLY, Disposition.UNDELIVERED})
"""No sign of life: after some of these in a row, of which something left us, a participant is left
in peace.
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known when a wave closes. ``answers`` counts those after the consent; ``cause`` is
    what ended it from outside: ``wrong_person``, ``operator`` or nothing.
    """

    status: RunStatus
    answers: int = 0
    has_replied: bool = False
    was_delivered: bool = False
    cause: str = ""


def disposition(ending: Ending) -> Disposition:
    """The one that an invitation ends in. Someone who stops after some answers is partial: the
    answers count, the refusal is in the opt-out.
    """
    if ending.cause == "wrong_person":
        return Disposition.OTHER
    if ending.status is RunStatus.COMPLETED:
        return Disposition.COMPLETE
    if ending.answers:
        return Disposition.PARTIAL
    if ending.cause == "operator":
        return Disposition.INELIGIBLE
    if ending.status is RunStatus.HANDED_OVER:
        return Disposition.OTHER
    if ending.status is RunStatus.STOPPED or ending.has_replied:
        return Disposition.REFUSED
    return Disposition.NO_REPLY if ending.was_delivered else Disposition.UNDELIVERED
