"""QR codes that start a demo of a flow on one's own phone."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import explained, fail
from bot.content.letter import link_to, number_in
from bot.conversation.demo import words_of
from bot.message import Channel
from bot.runtime import library_of
from bot.settings import Settings, read_settings

_SUFFIXES = (".svg", ".png", ".pdf", ".eps")
_SCALE = 8


def qr(
    flow: Annotated[str, typer.Argument(help="study/flow")],
    file: Annotated[Path | None, typer.Argument(help="Such as poster.svg or code.png.")] = None,
    channel: Annotated[Channel, typer.Option(help="whatsapp or sms")] = Channel.WHATSAPP,
    language: Annotated[str, typer.Option("--lang", help="Of the demo.")] = "",
) -> None:
    """Make a QR code that starts a test run: no reward, in no figure. Prints its link."""
    study_name, _, flow_name = flow.partition("/")
    with explained():
        settings = read_settings()
        library = library_of(settings)
        study = library.studies.get(study_name)
        revision = study.flows.get(flow_name) if study else None
        if revision is None:
            raise fail(f"There is no flow {flow}. Write it as study/flow; see `polsbot check`.")
        if language and language not in revision.flow.languages:
            raise fail(f"{flow} is complete in {', '.join(revision.flow.languages)} only.")
        link = link_of(settings, channel, words_of(study_name, flow_name, language))
        import segno

        code = segno.make(link, error="m", micro=False)
        print(link)
        if file is not None:
            if file.suffix not in _SUFFIXES:
                raise fail(f"A QR code is written as {', '.join(_SUFFIXES)}, not `{file.suffix}`.")
            code.save(str(file), scale=_SCALE)
            print(f"{file} is written.", file=sys.stderr)
        elif sys.stderr.isatty():
            code.terminal(out=sys.stderr, compact=True)


def link_of(settings: Settings, channel: Channel, words: str) -> str:
    """A link that opens the person's own app with the words in it."""
    senders = {
        Channel.WHATSAPP: ("TWILIO_WHATSAPP_SENDER", settings.twilio_whatsapp_sender),
        Channel.SMS: ("TWILIO_SMS_SENDER", settings.twilio_sms_sender),
    }
    if channel not in senders:
        raise fail("A QR code opens whatsapp or sms.")
    name, sender = senders[channel]
    number = number_in(sender)
    if number is None:
        raise fail(f"Set {name}: the number that the code writes to.")
    return link_to(channel, number, words)
