"""What stands on a phone's screen: the bot's messages, the person's, and notes between them."""

from typing import Any

from bot.content.sms import parts_of
from bot.message import (
    ButtonsForm,
    Channel,
    EmailForm,
    Form,
    ListForm,
    PictureForm,
    TemplateForm,
    TextForm,
    VoiceForm,
)

Line = dict[str, Any]
"""``kind`` is ``bot``, ``mine``, ``note`` or ``lost`` (it did not arrive; ``why`` says more). A
note has a ``body``, or the hours that ``passed`` or went by in ``silence``: the screen words those.
"""


def bot_line(channel: Channel, form: Form) -> Line:
    """A message that arrived."""
    line = {"kind": "bot", "channel": str(channel), **_drawn(form)}
    if channel is Channel.SMS:
        line["parts"], line["length"] = parts_of(line["body"]), len(line["body"])
    return line


def lost_line(channel: str, form: Form, why: str) -> Line:
    """A message that did not arrive."""
    return {"kind": "lost", "channel": channel, "body": _drawn(form)["body"], "why": why}


def my_line(text: str) -> Line:
    """What the person typed, tapped or sent."""
    return {"kind": "mine", "body": text}


def note_line(text: str) -> Line:
    """What happened between two messages."""
    return {"kind": "note", "body": text}


def passed_line(hours: int) -> Line:
    """Time went by."""
    return {"kind": "note", "passed": hours}


def silence_line(hours: int) -> Line:
    """Nobody replied for so long."""
    return {"kind": "note", "silence": hours}


def _drawn(form: Form) -> Line:
    match form:
        case TextForm(body=body):
            return {"body": body}
        case PictureForm(body=body, picture_url=url, alt=alt):
            return {"body": body, "picture": url, "alt": alt}
        case ButtonsForm(body=body, buttons=buttons, picture_url=url):
            return {"body": body, "buttons": _taps(buttons), "picture": url}
        case ListForm(body=body, opener=opener, rows=rows):
            return {"body": body, "opener": opener, "rows": _taps(rows)}
        case TemplateForm(body=body, buttons=buttons):
            return {"body": body, "buttons": _taps(buttons)}
        case VoiceForm(audio_url=url):
            return {"body": "", "audio": url}
        case EmailForm(subject=subject, body=body):
            return {"body": f"{subject}\n\n{body}"}


def _taps(taps: Any) -> list[dict[str, str]]:
    return [{"id": tap.id, "title": tap.title} for tap in taps]
