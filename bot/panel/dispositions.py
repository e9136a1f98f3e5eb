"""How an invitation ended, in the words of survey research. Pure.

After AAPOR's Standard Definitions (https://aapor.org/standards-and-ethics/standard-definitions/):
every invitation ends in exactly one.
"""


def disposition(status: str, *, has_answers: bool, was_delivered: bool) -> str:
    """``complete``, ``partial``, ``refused``, ``no_reply`` or ``undelivered``.

    ``status`` is the run's at its end. Someone who stops after some answers is partial: the
    answers count, the refusal is in the opt-out.
    """
    if status == "completed":
        return "complete"
    if has_answers:
        return "partial"
    if status in ("stopped", "handed_over"):
        return "refused"
    return "no_reply" if was_delivered else "undelivered"
