"""What a channel is: it carries one message, or says in our words why it could not."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from bot.message import Channel, InboundMessage, OutboundMessage, Sent


class Reaction(StrEnum):
    """What a failure asks of us. A provider's code maps to one of these, as data, and nowhere else.

    ``ask``: nobody knows whether the message left; it is settled by a status or the message list
    and never sent again blindly. Everything else is certain: it did not leave. ``no_template``,
    ``no_sender``: this template cannot be sent, or our sender cannot reach there, so people are
    told, and the message goes another way.
    """

    RETRY = "retry"
    LATER = "later"
    TEMPLATE = "template"
    NO_TEMPLATE = "no_template"
    NO_SENDER = "no_sender"
    OTHER = "other"
    DEAD = "dead"
    OPT_OUT = "opt_out"
    FIX = "fix"
    HALT = "halt"
    ASK = "ask"
    TEXT_FORM = "text_form"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a message did not leave. ``retry_after`` is in seconds, if the provider said so."""

    code: str
    reaction: Reaction
    meaning: str
    retry_after: float | None = None


class SendError(Exception):
    """The provider did not take the message over."""

    def __init__(self, failure: Failure) -> None:
        """Say it with the failure's meaning; no address is in it."""
        super().__init__(f"{failure.code}: {failure.meaning}")
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Listed:
    """A message the provider says it has: its id and its words."""

    provider_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Approval:
    """How far a template came with the channel's owner: ``unsubmitted``, ``received``, ``pending``,
    ``approved``, ``rejected``, ``paused`` or ``disabled``, and the owner's reason.
    """

    state: str
    reason: str = ""


APPROVED = "approved"


@runtime_checkable
class Approver(Protocol):
    """A carrier whose channel opens conversations with approved templates only."""

    async def approval(self, template: str) -> Approval | None:
        """How far it came, by the provider's id of it; ``None`` if nobody can be asked."""


class Carrier(Protocol):
    """Something that carries messages to people."""

    async def send(self, message: OutboundMessage) -> Sent:
        """Hand a message over; raises SendError."""

    async def sent_since(self, channel: Channel, to: str, since: datetime) -> list[Listed] | None:
        """What the provider took for this address since then; ``None`` if it cannot be asked."""

    async def received_since(self, since: datetime) -> list[InboundMessage] | None:
        """What people sent us since then, the oldest first; ``None`` if nobody can be asked."""

    async def close(self) -> None:
        """Give back what was opened."""
