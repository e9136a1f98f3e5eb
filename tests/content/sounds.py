"""A file that begins as Ogg with Opus does; nobody would hear anything."""

import struct
from pathlib import Path

OPUS = b"OggS" + b"\0" * 24 + b"OpusHead" + b"\1" * 100


def lasting(seconds: float) -> bytes:
    """A head, a page of another stream and the last page; the coder's own 312 are not heard."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
    return b"".join(
        struct.pack("<4sBBqIIIBB", b"OggS", 0, 0, end, stream, 0, 0, 1, len(body)) + body
        for end, stream, body in (
            (0, 7, head),
            (round(seconds * 48_000) + 312, 7, b"sound"),
            (99 * 48_000, 8, b"another"),
            (-1, 7, b"no end"),
        )
    )


def record(assets: Path, name: str, sound: bytes = OPUS) -> Path:
    """Put a recording under ``assets/audio``."""
    path = assets / "audio" / f"{name}.ogg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sound)
    return path
