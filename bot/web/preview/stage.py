"""The phones of this server and what they share."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.local import LocalCarrier
from bot.channels.twilio import failure_of
from bot.content.revision import Revision
from bot.conversation.orders import forms
from bot.conversation.service import Conversations
from bot.conversation.tables import UNPROMPTED
from bot.message import Channel, DeliveryState
from bot.runtime import FastClock
from bot.web.preview.lines import Line, bot_line, lost_line, note_line
from bot.web.preview.workbench import Act, Workbench

CHANNELS = {"whatsapp": Channel.LOCAL, "sms": Channel.SMS}


class StageError(Exception):
    """What was asked cannot be done; the message says why, for people."""


@dataclass
class Phone:
    """One made-up participant with a phone. ``lines`` is the screen, ``acts`` what was done."""

    address: str
    participant: str
    study: str
    revision: Revision
    language: str
    first: Channel
    wave: int = 1
    zone: str = "Europe/Amsterdam"
    acts: list[Act] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    _is_waiting: bool = False
    _taken: int = 0
    _lost: set[int] = field(default_factory=set)

    @property
    def channel(self) -> Channel:
        """Where the bot spoke last: there the person answers."""
        spoken = (line["channel"] for line in reversed(self.lines) if line["kind"] == "bot")
        return Channel(next(spoken, self.first))

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """What arrives meanwhile is put on the screen afterwards."""
        self._is_waiting = True
        try:
            yield
        finally:
            self._is_waiting = False

    def take(self, local: LocalCarrier) -> None:
        """Put what has arrived on the screen."""
        if self._is_waiting:
            return
        messages = local.sent_to(self.address)
        for message in messages[self._taken :]:
            self.lines.append(bot_line(message.channel, message.form))
        self._taken = len(messages)

    def lose(self, row: Any) -> None:
        """Put what did not arrive, or not yet, on the screen, once."""
        if self._is_waiting or row.id in self._lost:
            return
        self._lost.add(row.id)
        if row.state == str(DeliveryState.QUEUED):
            self.lines.append(note_line(_held(row, self.zone)))
            return
        why = _why(row)
        if row.form is None:
            self.lines.append(note_line(f"Not sent: {why}"))
        else:
            form = forms().validate_json(row.form)
            self.lines.append(lost_line(row.channel or "", form, why))


@dataclass
class Stage:
    """Everything the phones share. ``version`` counts how often the files were read again,
    ``broken`` says why they could not be.
    """

    conversations: Conversations
    clock: FastClock
    workbench: Workbench
    phones: dict[str, Phone] = field(default_factory=dict)
    feeds: set[asyncio.Task[None]] = field(default_factory=set)
    version: int = 0
    broken: str = ""

    def revision(self, name: str) -> tuple[str, Revision]:
        """The study and the flow called ``study/flow``; raises StageError."""
        study, _, flow = name.partition("/")
        found = self.conversations.content.library.studies.get(study)
        if found is None or flow not in found.flows:
            raise StageError(f"There is no flow {name[:80]} without faults; see Problems.")
        return study, found.flows[flow]

    def phone(self, address: object) -> Phone:
        """The phone of this address; raises StageError."""
        found = self.phones.get(str(address))
        if found is None:
            raise StageError("This phone is gone: the preview was started again. Press Restart.")
        return found


def _held(row: Any, zone: str) -> str:
    """What a message waits for: a failure that may pass, or decent hours, as no reply ever does."""
    until = f"{row.not_before.astimezone(ZoneInfo(zone)):%A %d %B %H:%M}"
    if row.code:
        return f"A message is tried again on {until} ({_why(row)})"
    if row.purpose in UNPROMPTED:
        return f"A message waits for decent hours: {until}"
    return f"A message waits until {until}"


def _why(row: Any) -> str:
    if row.state == str(DeliveryState.UNCERTAIN):
        return "nobody knows whether it left; it is never sent again blindly"
    code = str(row.code or "")
    return f"{code}: {failure_of(code).meaning}" if code.isdigit() else code
