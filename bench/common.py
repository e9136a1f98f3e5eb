"""What subject and floors share: the account, the signature, people and their messages."""

import hashlib
import hmac
import os
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

ACCOUNT = "AC" + "0" * 32
TOKEN = "bench-token"
PUBLIC = "https://bench.example.org"
PATH = "/twilio/messages"
SENDER = "+3197010200000"
KEY = b64encode(bytes(range(32))).decode()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A decent hour, whenever this runs."""

TYPED = ("ja", "1", "2", "3", "4", "5", "1", "2")
"""What one person sends: a yes to the invitation and seven answers."""


def number(person: int) -> str:
    """The address of a person."""
    return f"+3161{person:07d}"


def form(person: int, turn: int, again: int = 0) -> tuple[bytes, str]:
    """A message as Twilio posts it, and its signature. ``again`` numbers rounds of one person."""
    sid = f"SM{again:04d}{person:08d}{turn:04d}"
    fields = {
        "SmsMessageSid": sid, "NumMedia": "0", "ProfileName": "Someone", "SmsSid": sid,
        "WaId": number(person)[1:], "SmsStatus": "received", "Body": TYPED[turn],
        "To": f"whatsapp:{SENDER}", "NumSegments": "1", "MessageSid": sid, "AccountSid": ACCOUNT,
        "From": f"whatsapp:{number(person)}", "ApiVersion": "2010-04-01", "MessageType": "text",
        "ReferralNumMedia": "0", "ChannelMetadata": "{}",
    }  # fmt: skip
    return urlencode(fields).encode(), sign(sorted(fields.items()))


def sign(pairs: list[tuple[str, str]]) -> str:
    """The signature over the public address and the sorted fields."""
    text = PUBLIC + PATH + "".join(name + value for name, value in pairs)
    return b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()


def pin(core: int) -> None:
    """Stay on one core, where the machine has more than one."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[core % len(cores)]})


def cpu_seconds(pid: int) -> float:
    """User and system time of a process."""
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid: int) -> float:
    """Resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
