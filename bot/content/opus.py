"""How long a sound in Ogg with Opus is, read from its pages; nothing is decoded."""

import struct

RATE = 48_000
"""Opus counts time in 48,000ths of a second, whatever was recorded
(https://www.rfc-editor.org/rfc/rfc7845#section-4).
"""

_PAGE = struct.Struct("<4sBBqI")
"""How a page begins: mark, version, flags, time at its end, which stream
(https://www.rfc-editor.org/rfc/rfc3533#section-6).
"""


def seconds_of(sound: bytes) -> float | None:
    """The length of what is heard; ``None`` when this is no Ogg with Opus."""
    head = sound.find(b"OpusHead", 0, 64)
    if not sound.startswith(b"OggS") or not 0 < head <= len(sound) - 12:
        return None
    (skipped,) = struct.unpack_from("<H", sound, head + 10)  # silence of the coder's own
    heard: int = max(0, _end(sound) - skipped)
    return heard / RATE


def _end(sound: bytes) -> int:
    """The time at the end of the last page of the first stream; -1 marks a page without any."""
    *_, stream = _PAGE.unpack_from(sound)
    at = len(sound)
    while (at := sound.rfind(b"OggS", 0, at)) > 0:
        if at + _PAGE.size <= len(sound):
            _, _, _, end, found = _PAGE.unpack_from(sound, at)
            if found == stream and end >= 0:
                return int(end)
    return 0
