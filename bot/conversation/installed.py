"""What this installation can show: its files, its cards and recordings, its e-mails."""

from bot.content.letter import Letterhead, number_in
from bot.content.recordings import Voices
from bot.conversation.revisions import Cards, Content
from bot.message import Channel
from bot.runtime import Runtime, card_store, keys_of
from bot.settings import Settings


def content_of(runtime: Runtime) -> Content:
    """Everything a person can be shown here."""
    return Content(
        runtime.library,
        runtime.lexicons,
        runtime_cards(runtime),
        _voices(runtime),
        letterhead_of(runtime.settings) if Channel.EMAIL in runtime.carriers else None,
    )


def runtime_cards(runtime: Runtime) -> Cards | None:
    """The cards of this installation; none without a key to hide their addresses with."""
    if runtime.settings.polsbot_key is None:
        return None
    store = card_store(runtime.settings, runtime.library)
    return Cards(store, runtime.settings.public_url.rstrip("/"))


def _voices(runtime: Runtime) -> Voices | None:
    """The recorded questions of this installation; none without a key, as with the cards."""
    if runtime.settings.polsbot_key is None:
        return None
    secret = keys_of(runtime.settings).hash("voices", "media")
    return Voices(runtime.library.recordings, secret, runtime.settings.public_url.rstrip("/"))


def letterhead_of(settings: Settings) -> Letterhead | None:
    """What stands in e-mails; none where no mail server is set up."""
    if settings.smtp_url is None:
        return None
    senders = {
        Channel.WHATSAPP: settings.twilio_whatsapp_sender,
        Channel.SMS: settings.twilio_sms_sender,
    }
    numbers = {channel: number_in(sender) for channel, sender in senders.items()}
    known = {channel: number for channel, number in numbers.items() if number is not None}
    return Letterhead(settings.public_url.rstrip("/"), known)
