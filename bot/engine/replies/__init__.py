"""What a typed reply means: (question, reply, lexicons, language) -> a reading. Pure."""

from bot.engine.replies.payload import read_payload
from bot.engine.replies.understand import understand

__all__ = ["read_payload", "understand"]
