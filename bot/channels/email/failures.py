"""One table of refusals: where in the talk a mail server refuses, and with which code, to what it
asks of us. Codes stand nowhere else.

Replies: https://www.rfc-editor.org/rfc/rfc5321#section-4.2, enhanced codes: RFC 3463 and
https://www.iana.org/assignments/smtp-enhanced-status-codes. A server that says 5.7.1 may mean the
person, the words or our own set-up, so that never makes an address dead.
"""

import re
from enum import StrEnum

from bot.channels.contract import Failure, Reaction

_R = Reaction


class Stage(StrEnum):
    """How far the talk had come when the server refused."""

    HELLO = "hello"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    WORDS = "words"


_LATER = (_R.LATER, "the mail server says: later")
_STAGES: dict[Stage, tuple[Reaction, str]] = {
    Stage.HELLO: (_R.HALT, "the mail server does not want to speak to us: look at SMTP_URL"),
    Stage.LOGIN: (_R.HALT, "wrong user or password: look at SMTP_URL"),
    Stage.SENDER: (_R.HALT, "the mail server does not let us send as this: look at SMTP_SENDER"),
    Stage.RECIPIENT: (_R.OTHER, "not to this address"),
    Stage.WORDS: (_R.OTHER, "not these words"),
}
"""What a refusal means where no code says more."""

_DEAD = (_R.DEAD, "nobody has this address")
_OURS = (_R.HALT, "the mail server does not like our sender: look at SMTP_SENDER")
_ENHANCED: dict[str, tuple[Reaction, str]] = {
    "5.1.7": _OURS,
    "5.1.8": _OURS,
    "5.1": _DEAD,
    "5.2.1": (_R.DEAD, "the mailbox is closed"),
    "5.2": (_R.OTHER, "the mailbox takes nothing, it may be full"),
    "5.4.1": _DEAD,
    "5.4.4": _DEAD,
    "5.7": (
        _R.OTHER,
        "refused by a rule of the mail server: look at SMTP_SENDER and the sender's DNS",
    ),
}
"""The longest beginning counts."""

_PLAIN: dict[int, tuple[Reaction, str]] = {550: _DEAD, 551: _DEAD, 553: _DEAD, 556: _DEAD}
"""Of a recipient, from a server without enhanced codes."""

_CODE = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_TEMPORARY = range(400, 500)


def refused(stage: Stage, code: int, said: str) -> Failure:
    """The server answered like this: what to do. Nothing has left. ``said`` goes no further, since
    servers repeat the address in it.
    """
    match = _CODE.match(said)
    enhanced = "" if match is None else match[1]
    name = f"{code} {enhanced}".strip()
    if code in _TEMPORARY:
        return Failure(name, *_LATER)
    if stage in (Stage.RECIPIENT, Stage.WORDS):
        parts = enhanced.split(".")
        for length in (3, 2):
            found = _ENHANCED.get(".".join(parts[:length]))
            if found is not None:
                return Failure(name, *found)
    if stage is Stage.RECIPIENT and not enhanced and code in _PLAIN:
        return Failure(name, *_PLAIN[code])
    return Failure(name, *_STAGES[stage])
