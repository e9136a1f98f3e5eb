"""The page behind the stop link of an e-mail: no more e-mails from the moment it is open.

A mail program stops them by itself with one POST (RFC 8058). A person opens the page, which does
the same at once. Opening it alone changes nothing, since machines that look for viruses open every
link of a letter before its reader does: they send no forms.
"""

import base64
import hashlib
from collections.abc import Callable
from html import escape

import structlog
from aiohttp import web

from bot.content.languages import RIGHT_TO_LEFT
from bot.content.letter import STOP
from bot.conversation.letters import Letter, letter_of
from bot.conversation.service import Conversations

log = structlog.get_logger()

CONVERSATIONS = web.AppKey("stopping-conversations", Conversations)

_AGAIN = "/again"
_SUBMIT = "document.forms[0].submit()"
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SUBMIT.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_SCRIPT_HASH}'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_STYLE = (
    "body{margin:0;padding:32px 20px;font:20px/1.5 sans-serif;color:#222;background:#fff;"
    "max-width:32em}button{font:inherit;padding:14px 22px;border-radius:8px;background:#fff;"
    "border:2px solid #1b5e20;color:#1b5e20}button.first{background:#1b5e20;color:#fff}"
)


def stopping_routes() -> list[web.AbstractRouteDef]:
    """Where the link leads."""
    return [
        web.get(f"{STOP}{{token}}", _open, allow_head=True),
        web.post(f"{STOP}{{token}}", _stop),
        web.post(f"{STOP}{{token}}{_AGAIN}", _start_again),
    ]


async def _open(request: web.Request) -> web.Response:
    conversations = request.app[CONVERSATIONS]
    letter = await conversations.runtime.database.read(letter_of, request.match_info["token"])
    if letter is None:
        return _unknown()
    say = _words(conversations, letter)
    form = f'<form method="post"><button class="first">{say("help_stop")}</button></form>'
    return _page(letter, say("email_stop"), f"{form}<script>{_SUBMIT}</script>")


async def _stop(request: web.Request) -> web.Response:
    """One tap, by a mail program or a person; whatever the body says."""
    conversations, token = request.app[CONVERSATIONS], request.match_info["token"]
    letter = await conversations.stop_letters(token)
    if letter is None:
        return _unknown()
    log.info("stop by the link of an e-mail")
    say = _words(conversations, letter)
    button = f"<button>{say('email_again')}</button>"
    form = f'<form method="post" action="{token}{_AGAIN}">{button}</form>'
    return _page(letter, say("email_stopped"), form)


async def _start_again(request: web.Request) -> web.Response:
    conversations = request.app[CONVERSATIONS]
    letter = await conversations.send_letters_again(request.match_info["token"])
    if letter is None:
        return _unknown()
    return _page(letter, _words(conversations, letter)("started_again"), "")


def _words(conversations: Conversations, letter: Letter) -> Callable[[str], str]:
    texts = conversations.content.own

    def say(name: str) -> str:
        return escape(texts.say(f"polsbot.{name}", letter.language, {}))

    return say


def _page(letter: Letter, said: str, below: str) -> web.Response:
    direction = "rtl" if letter.language.split("-")[0] in RIGHT_TO_LEFT else "ltr"
    page = (
        f'<!doctype html><html lang="{escape(letter.language)}" dir="{direction}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{said}</title><style>{_STYLE}</style></head>"
        f"<body><p>{said}</p>{below}</body></html>"
    )
    return web.Response(text=page, content_type="text/html", headers=_HEADERS)


def _unknown() -> web.Response:
    return web.Response(status=404, text="There is no such e-mail.", headers=_HEADERS)
