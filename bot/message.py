"""What goes over the line between a person and us: plain values, the same for every channel.

Content composes the forms, channels carry them; neither knows the other.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """A way to reach a person."""

    WHATSAPP = "whatsapp"
    SMS = "sms"
    EMAIL = "email"
    LOCAL = "local"


PHONED = (Channel.WHATSAPP, Channel.SMS)
"""Those that are reached by a telephone number."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file that a person sent; the address is the provider's and is never fetched unasked."""

    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message from a person, as the provider told us.

    ``provider_id`` is unique per channel provider and never reused. ``sender`` is the address as
    the channel writes it, without a channel prefix: ``+31612345678`` or a WhatsApp id that hides
    the number (``NL.1A2B``). ``alias`` is a second address of the same person, if the provider told
    one. ``payload`` is the id of a tapped button or list row. ``keyword`` is ``stop``, ``start`` or
    ``help`` when the carrier has recognised and already answered the message itself.
    """

    channel: Channel
    provider_id: str
    sender: str
    to: str
    text: str
    received_at: datetime
    alias: str | None = None
    payload: str | None = None
    media: tuple[Media, ...] = ()
    keyword: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A quick reply: ``id`` comes back when it is tapped, ``title`` is at most 20 characters."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """A list row: ``title`` is at most 24 characters, ``description`` at most 72."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class TextForm:
    """Words only."""

    body: str


@dataclass(frozen=True, slots=True)
class PictureForm:
    """A picture with a caption. ``alt`` is what a screen reader says."""

    body: str
    picture_url: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ButtonsForm:
    """Words, an optional picture and one to three quick replies."""

    body: str
    buttons: tuple[Button, ...]
    picture_url: str | None = None


@dataclass(frozen=True, slots=True)
class ListForm:
    """Words and four to ten rows behind an opener (at most 20 characters)."""

    body: str
    opener: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A message as it is put before the channel's owner, who approves it or not.

    ``name`` is ours; it holds a hash of all the rest, so that a changed text is another template.
    ``body`` has ``{{1}}`` and on where values go: ``names`` says which, ``samples`` what they may
    look like. ``buttons`` are the titles of quick replies.
    """

    name: str
    language: str
    body: str
    names: tuple[str, ...]
    samples: tuple[str, ...]
    buttons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TemplateForm:
    """A message that the channel's owner approved; the only one that may open a conversation.

    ``name`` is the id by which the provider knows it. ``body`` is what the person will read, with
    every variable filled in; ``variables`` are the values by number, ``buttons`` what can be
    tapped.
    """

    name: str
    language: str
    variables: tuple[str, ...]
    body: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class VoiceForm:
    """A recorded question (OGG/Opus)."""

    audio_url: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address behind words that can be tapped."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class EmailForm:
    """A letter that is answered elsewhere: ``links`` open the person's own app with the reply in
    it, ``how`` says what to do then, ``stop`` ends the letters.

    ``sender_name`` is who writes. ``direction`` is that of the script: ``ltr`` or ``rtl``.
    """

    subject: str
    body: str
    how: str
    links: tuple[Link, ...]
    stop: Link
    sender_name: str
    language: str
    direction: str = "ltr"


Form = TextForm | PictureForm | ButtonsForm | ListForm | TemplateForm | VoiceForm | EmailForm


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to one address, ready to be carried.

    ``token`` is our own unguessable id; the provider repeats it in every status it tells us.
    ``valid_for`` seconds after which the provider must not deliver it any more.
    """

    token: str
    channel: Channel
    to: str
    form: Form
    valid_for: int | None = None


class DeliveryState(StrEnum):
    """How far a message came. A state never goes back; see ``RANK``."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken the message over under its own id. ``state`` is how far it came at
    once: some channels deliver while we wait.
    """

    provider_id: str
    state: DeliveryState = DeliveryState.SENT


RANK = {
    DeliveryState.QUEUED: 0,
    DeliveryState.SENDING: 1,
    DeliveryState.UNCERTAIN: 2,
    DeliveryState.SENT: 3,
    DeliveryState.FAILED: 4,
    DeliveryState.DELIVERED: 5,
    DeliveryState.READ: 6,
}


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """What the provider tells about a message of ours; ``code`` only with ``failed``."""

    token: str
    provider_id: str
    state: DeliveryState
    code: str | None = None
