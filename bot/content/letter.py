"""An invitation as an e-mail: the same words, and links that open the person's own app.

Nobody answers an e-mail. A link writes a message to our number into WhatsApp or the app for text
messages, and the person sends it: what the button says, and a word that tells whose reply it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from bot.content.languages import RIGHT_TO_LEFT
from bot.content.templates import Opener
from bot.content.texts import Texts
from bot.engine.effects import Send
from bot.engine.flow import Value
from bot.message import Channel, EmailForm, Link

STOP = "/stop/"
"""Where the page stands that ends the e-mails to one address."""

_NUMBER = re.compile(r"\+?\d{3,15}")
_TITLES = {Channel.WHATSAPP: "polsbot.email_whatsapp", Channel.SMS: "polsbot.email_sms"}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands in every e-mail: our ``numbers``, and the public ``address`` of this bot."""

    address: str
    numbers: Mapping[Channel, str]


def number_in(sender: str) -> str | None:
    """The number of a sender that a person can write to; ``None`` for a service or a name."""
    bare = re.sub(r"[\s()-]", "", sender.removeprefix("whatsapp:"))
    return bare if _NUMBER.fullmatch(bare) else None


def link_to(channel: Channel, number: str, words: str) -> str:
    """A link that opens the person's own app with the words in it.

    https://faq.whatsapp.com/5913398998672934 and RFC 5724.
    """
    if channel is Channel.WHATSAPP:
        return f"https://wa.me/{number.removeprefix('+')}?text={quote(words)}"
    return f"sms:{number}?body={quote(words)}"


def letter(
    send: Send,
    opener: Opener,
    language: str,
    texts: Texts,
    values: Mapping[str, Value],
    numbers: Mapping[Channel, str],
    reply: str,
    stop_url: str,
) -> EmailForm:
    """The e-mail that says this order. ``reply`` is what the links have ready for the person to
    send to one of ``numbers``.
    """
    known = {**values, **({} if send.text is None else send.text.parameters)}

    def own(name: str) -> str:
        return texts.say(f"polsbot.{name}", language, known)

    return EmailForm(
        subject=own("email_subject"),
        body=texts.say(opener.text, language, known, send.step),
        how=own("email_how"),
        links=tuple(
            Link(texts.say(_TITLES[channel], language, known), link_to(channel, number, reply))
            for channel, number in numbers.items()
        ),
        stop=Link(own("email_stop"), stop_url),
        sender_name=str(values.get("sender_name") or ""),
        language=language,
        direction="rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr",
    )
