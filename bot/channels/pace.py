"""Not faster than a sender may: what is over waits its turn here instead of being refused there."""


class Pace:
    """A bucket of one second's messages that fills again at ``rate`` a second.

    It keeps no clock of its own: every moment is told in seconds of one that never goes back.
    """

    def __init__(self, rate: float) -> None:
        """Full at the start."""
        self._each = 1 / rate
        self._ahead = 1 - self._each
        self._next = float("-inf")

    def wait(self, now: float) -> float:
        """Take the next turn; returns in how many seconds it is."""
        turn = max(self._next, now - self._ahead)
        self._next = turn + self._each
        return max(0.0, turn - now)
