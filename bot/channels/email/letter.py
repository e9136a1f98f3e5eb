"""An e-mail as bytes: plain words and simple HTML, and the headers that machines read.

Its id is made from our own, so that the same letter that is handed over again is the same letter.
It is marked as sent by a machine, which keeps other machines from answering it (RFC 3834), and can
be stopped with one tap in the mail program (RFC 8058).
"""

import hashlib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from bot.message import EmailForm

_POLICY = SMTP.clone(max_line_length=998)
"""Nothing of ours is that long, and a folded link is a broken one."""

_PAGE = "margin:0;padding:16px;font:18px/1.5 sans-serif;color:#222;background:#fff"
_BUTTON = (
    "display:inline-block;padding:14px 22px;border-radius:8px;background:#1b5e20;color:#fff;"
    "text-decoration:none;font-weight:bold"
)


def message_id(token: str, domain: str) -> str:
    """The id of the letter with this token, which does not tell the token: servers log it."""
    return f"<{hashlib.sha256(token.encode()).hexdigest()[:32]}@{domain}>"


def letter_bytes(form: EmailForm, token: str, sender: str, to: str, now: datetime) -> bytes:
    """The whole letter. ``sender`` and ``to`` are plain addresses."""
    letter = EmailMessage(policy=_POLICY)
    letter["From"] = Address(form.sender_name, addr_spec=sender)
    letter["To"] = Address(addr_spec=to)
    letter["Subject"] = form.subject
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id(token, sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"
    letter["List-Unsubscribe"] = f"<{form.stop.url}>"
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter.set_content(_plain(form), cte="base64")
    letter.add_alternative(_html(form), subtype="html", cte="base64")
    letter["Content-Language"] = form.language
    return letter.as_bytes()


def _plain(form: EmailForm) -> str:
    links = [f"{link.title}:\n{link.url}" for link in (*form.links, form.stop)]
    return "\n\n".join([form.body, form.how, *links]) + "\n"


def _html(form: EmailForm) -> str:
    paragraphs = [f"<p>{escape(part)}</p>" for part in form.body.split("\n") if part.strip()]
    buttons = [
        f'<p><a href="{escape(link.url)}" style="{_BUTTON}">{escape(link.title)}</a></p>'
        for link in form.links
    ]
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{escape(form.language)}" dir="{form.direction}">',
            f'<head><meta charset="utf-8"><title>{escape(form.subject)}</title></head>',
            f'<body style="{_PAGE}" dir="{form.direction}">',
            *paragraphs,
            f"<p>{escape(form.how)}</p>",
            *buttons,
            f'<p><a href="{escape(form.stop.url)}" style="color:#555">'
            f"{escape(form.stop.title)}</a></p>",
            "</body></html>",
            "",
        ]
    )
