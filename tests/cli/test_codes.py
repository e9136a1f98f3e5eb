"""QR codes: the link they hold, the file they make."""

from pathlib import Path

import pytest

from tests.cli.runs import polsbot


@pytest.fixture(autouse=True)
def sender(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_WHATSAPP_SENDER", "+3197010000001")


def test_a_code_opens_whatsapp_with_the_words_in_it() -> None:
    made = polsbot("qr", "klantmonitor/periodic", "code.svg", "--lang", "tr")

    assert made.exit_code == 0, made.output
    assert made.stdout.strip() == (
        "https://wa.me/3197010000001?text=demo%20klantmonitor/periodic%20tr"
    )
    assert Path("code.svg").read_text().startswith("<?xml")


def test_a_picture_is_made_too() -> None:
    assert polsbot("qr", "klantmonitor/periodic", "code.png").exit_code == 0
    assert Path("code.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("klantmonitor/nothing",), "no flow"),
        (("klantmonitor/periodic", "code.gif"), "not `.gif`"),
        (("klantmonitor/periodic", "--channel", "sms"), "TWILIO_SMS_SENDER"),
        (("klantmonitor/periodic", "--channel", "email"), "whatsapp or sms"),
        (("klantmonitor/periodic", "--lang", "de"), "complete in"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_sentence(words: tuple[str, ...], said: str) -> None:
    refused = polsbot("qr", *words)

    assert refused.exit_code == 2
    assert said in refused.stderr
