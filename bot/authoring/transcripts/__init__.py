"""Conversations as tests: ``*.chat`` files, written and read by researchers.

::

    # why this conversation matters
    start nl whatsapp periodic      language, channel, flow; "wave 3" behind it for a later wave
    > Hoi Amina! …                  [Ja, ik begin | Nu niet]
    < [Ja, ik begin]                a tap; "old" behind it taps an older message
    < best wel                      typed
    < (photo)                       or (voice), (video), (file): sent without words
    +1 day                          time passes: +3 hours, +30 minutes
    = stress: 3                     an answer that was kept; nothing behind the colon is empty
    ! opted out whatsapp            something else that happened

Every message of the bot must stand there, in order; ``…`` is anything, and brackets may be left
out. ``=`` and ``!`` lines tell of what the replies right above them did; not all need be told.
"""

from bot.authoring.transcripts.lines import Fault, Line, write
from bot.authoring.transcripts.player import play
from bot.authoring.transcripts.reader import LineError, read
from bot.authoring.transcripts.retell import retell

__all__ = ["Fault", "Line", "LineError", "play", "read", "retell", "write"]
