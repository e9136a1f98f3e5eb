"""Letters to a real mail server: what is in them, and what each refusal asks for."""

import asyncio
import contextlib
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.contract import Failure, Reaction, SendError
from bot.channels.email import EmailCarrier, MailServer, ServerError, server_of
from bot.channels.email.failures import Stage, refused
from bot.message import Channel, EmailForm, Link, OutboundMessage, TextForm
from tests.fakes.mail import PASSWORD, USER, Mailbox, certificate, mail_server

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
OURS = "klantmonitor@utrecht.example"
AMINA = "amina@example.org"
STOP = (
    "https://a-rather-long-name-of-a-host.klantmonitor.utrecht.example/stop/0123456789abcdefghijkl"
)
LETTER = EmailForm(
    subject="سوال‌های شما آماده است",
    body="سلام Amina! <b>7</b> سوال",
    how="Tik op een knop.",
    links=(
        Link("WhatsApp", "https://wa.me/3197010200000?text=Ja%20bcdfghjkmnp&x"),
        Link("SMS", "sms:+3197010200000?body=Ja%20bcdfghjkmnp"),
    ),
    stop=Link("Geen e-mails meer?", STOP),
    sender_name="Team Klantmonitor",
    language="fa",
    direction="rtl",
)


def outbound(token: str = "a-token", form: EmailForm = LETTER) -> OutboundMessage:
    return OutboundMessage(token, Channel.EMAIL, AMINA, form)


def carrier(port: int, timeout: float = 5.0) -> EmailCarrier:
    server = MailServer("smtp+plain", "127.0.0.1", port)
    return EmailCarrier(server, OURS, 1000, timeout=timeout, clock=lambda: NOW)


async def fails(port: int, patience: float = 5.0) -> Failure:
    with pytest.raises(SendError) as caught:
        await carrier(port, patience).send(outbound())
    assert AMINA not in str(caught.value)
    return caught.value.failure


async def test_a_letter_has_plain_words_and_html_and_the_headers_of_a_machine() -> None:
    box = Mailbox()
    async with mail_server(box) as port:
        sent = await carrier(port).send(outbound())

    ((to, letter),) = box.taken
    assert to == AMINA
    assert letter["From"] == f"Team Klantmonitor <{OURS}>"
    assert (letter["To"], letter["Subject"]) == (AMINA, LETTER.subject)
    assert letter["Message-ID"] == sent.provider_id
    assert letter["Date"] == "Mon, 02 Mar 2026 10:00:00 +0000"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] == f"<{STOP}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Content-Language"] == "fa"
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    for words in (LETTER.body, LETTER.how, LETTER.links[0].url, LETTER.links[1].url, STOP):
        assert words in plain.get_content()
    page = html.get_content()
    assert '<html lang="fa" dir="rtl">' in page
    assert "&lt;b&gt;7&lt;/b&gt;" in page
    assert 'href="https://wa.me/3197010200000?text=Ja%20bcdfghjkmnp&amp;x"' in page
    assert f'href="{STOP}"' in page
    assert "<img" not in page


async def test_the_link_that_stops_is_on_one_line_of_the_letter() -> None:
    """A folded or encoded address is one that mail programs do not find."""
    raw: list[bytes] = []

    class Raw(Mailbox):
        async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def] # noqa: N802
            raw.append(envelope.original_content)
            return await super().handle_DATA(server, session, envelope)

    async with mail_server(Raw()) as port:
        await carrier(port).send(outbound())

    lines = raw[0].split(b"\r\n")
    assert f"List-Unsubscribe: <{STOP}>".encode() in lines
    assert all(line.isascii() and len(line) < 998 for line in lines)


async def test_the_same_letter_has_the_same_id_and_another_one_another() -> None:
    box = Mailbox()
    async with mail_server(box) as port:
        ids = [(await carrier(port).send(outbound(token))).provider_id for token in "aab"]

    assert ids[0] == ids[1] != ids[2]
    assert "a-token" not in ids[0]


async def test_a_name_cannot_add_a_header_or_a_reader() -> None:
    box = Mailbox()
    form = EmailForm(
        "Hoi\r\nBcc: x@example.org", "b", "h", (), LETTER.stop, "Team\r\nBcc: y@example.org", "nl"
    )
    async with mail_server(box) as port:
        with pytest.raises(ValueError):
            await carrier(port).send(outbound(form=form))

    assert box.taken == []


@pytest.mark.parametrize(
    ("stage", "answer", "reaction"),
    [
        ("rcpt", "550 5.1.1 <amina@example.org>: no such user", Reaction.DEAD),
        ("rcpt", "550 no such user", Reaction.DEAD),
        ("rcpt", "550 5.2.1 closed", Reaction.DEAD),
        ("rcpt", "552 5.2.2 full", Reaction.OTHER),
        ("rcpt", "550 5.7.1 relaying denied", Reaction.OTHER),
        ("rcpt", "450 4.2.0 greylisted", Reaction.LATER),
        ("mail", "550 5.7.1 not you", Reaction.HALT),
        ("mail", "451 later", Reaction.LATER),
        ("data", "550 5.7.1 spam", Reaction.OTHER),
        ("data", "550 5.1.1 nobody", Reaction.DEAD),
        ("data", "452 4.3.1 full disk", Reaction.LATER),
    ],
)
async def test_a_refusal_is_certain_and_asks_for_one_thing(
    stage: str, answer: str, reaction: Reaction
) -> None:
    box = Mailbox(answers={stage: answer})
    async with mail_server(box) as port:
        failure = await fails(port)

    assert failure.reaction is reaction
    assert failure.code.startswith(answer[:3])
    assert box.taken == []


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_line_that_breaks_after_the_words_leaves_the_outcome_unknown(moment: str) -> None:
    async with mail_server(Mailbox(hang_up=moment)) as port:
        assert (await fails(port)).reaction is Reaction.ASK


async def test_a_server_that_is_not_there_or_says_nothing_has_taken_nothing() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert (await fails(bound.getsockname()[1])).reaction is Reaction.LATER

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            await over.wait()

    over = asyncio.Event()
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert (await fails(port, patience=0.2)).reaction is Reaction.LATER
        over.set()
        await asyncio.sleep(0)


async def test_the_password_goes_over_an_encrypted_line_only(tmp_path: Path) -> None:
    box = Mailbox()
    shown, trust = certificate(tmp_path)
    async with mail_server(box, shown) as port:
        server = MailServer("smtp", "localhost", port, USER, PASSWORD)
        known = EmailCarrier(server, OURS, 1000, trust=trust, timeout=5, clock=lambda: NOW)
        await known.try_out()
        await known.send(outbound())

        stranger = EmailCarrier(server, OURS, 1000, timeout=5)
        with pytest.raises(SendError) as refusal:
            await stranger.send(outbound())
        assert refusal.value.failure.reaction is Reaction.LATER, "a certificate nobody knows"

        wrong = EmailCarrier(
            MailServer("smtp", "localhost", port, USER, "guessed"), OURS, trust=trust, timeout=5
        )
        with pytest.raises(SendError) as refusal:
            await wrong.try_out()
        assert refusal.value.failure.reaction is Reaction.HALT
    assert len(box.taken) == 1

    async with mail_server(Mailbox()) as port:
        plain = EmailCarrier(MailServer("smtp", "localhost", port, USER, PASSWORD), OURS, timeout=5)
        with pytest.raises(SendError) as refusal:
            await plain.send(outbound())
    assert refusal.value.failure.code == "no tls"


async def test_only_a_letter_goes_by_e_mail() -> None:
    message = OutboundMessage("t", Channel.EMAIL, AMINA, TextForm("Hoi"))

    with pytest.raises(SendError) as refusal:
        await carrier(1).send(message)
    assert refusal.value.failure.reaction is Reaction.OTHER


async def test_many_letters_at_once_all_arrive_once() -> None:
    box = Mailbox()
    async with mail_server(box) as port:
        one = carrier(port)
        await asyncio.gather(*(one.send(outbound(f"t{number}")) for number in range(30)))

    assert len({letter["Message-ID"] for _, letter in box.taken}) == len(box.taken) == 30


def test_what_the_server_said_in_words_goes_no_further() -> None:
    failure = refused(Stage.RECIPIENT, 550, f"5.1.1 <{AMINA}> unknown")

    assert AMINA not in failure.code + failure.meaning


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtps://u:p%40w@mail.example.org",
            MailServer("smtps", "mail.example.org", 465, "u", "p@w"),
        ),
        ("smtp://mail.example.org:2525", MailServer("smtp", "mail.example.org", 2525)),
        ("smtp+plain://localhost", MailServer("smtp+plain", "localhost", 25)),
    ],
)
def test_one_address_says_the_server(url: str, server: MailServer) -> None:
    assert server_of(url) == server


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://x", "smtp://", "smtp://h:x", "smtp+plain://u:secret@h"]
)
def test_a_wrong_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ServerError) as refusal:
        server_of(url)
    assert "secret" not in str(refusal.value)
