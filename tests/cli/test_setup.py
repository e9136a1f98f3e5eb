"""Setting up, and changing the key of an installation."""

import os
from pathlib import Path

import pytest

from bot.store.keys import generate_key
from tests.cli.runs import polsbot
from tests.secrets_of import secret_beside
from tests.servers import free_port

ADD = ("participant", "add", "klantmonitor", "--name", "Amina", "--phone", "0612345678")


@pytest.mark.usefixtures("home")
def test_a_key_is_changed_in_three_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    old = os.environ["POLSBOT_KEY"]
    new = secret_beside(old)
    Path("stock.csv").write_text("code,value,expires,batch\nSECRET-1,6,2099-12-31,mei\n")
    stock = ("voucher", "import", "klantmonitor", "stock.csv", "--shop", "HEMA")
    assert polsbot(*stock, "--yes").exit_code == 0
    assert polsbot(*ADD).exit_code == 0

    monkeypatch.setenv("POLSBOT_KEY", f"{new},{old}")
    rekeyed = polsbot("db", "rekey")
    assert rekeyed.exit_code == 0, rekeyed.output
    assert "vouchers: 1" in rekeyed.stdout
    assert "Leave the others out" in rekeyed.stdout

    monkeypatch.setenv("POLSBOT_KEY", new)
    assert "0 new, 1 known" in polsbot(*stock).output  # the code is still recognised


@pytest.mark.usefixtures("home")
def test_a_wrong_key_is_named_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    assert polsbot("participant", "list").exit_code == 0
    monkeypatch.setenv("POLSBOT_KEY", generate_key())

    refused = polsbot("participant", "list")

    assert refused.exit_code == 2
    assert "not in POLSBOT_KEY" in refused.output
    assert "wrong database" in polsbot("doctor").output


@pytest.mark.usefixtures("home")
def test_the_doctor_tells_a_redis_that_answers_from_one_that_does_not(
    monkeypatch: pytest.MonkeyPatch, valkey_url: str
) -> None:
    monkeypatch.setenv("REDIS_URL", valkey_url)
    assert "ok    redis: answers" in polsbot("doctor").output

    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}")
    sick = polsbot("doctor")
    assert sick.exit_code == 1
    assert "wrong redis" in sick.output
    assert polsbot("doctor", "--offline").exit_code == 0


@pytest.mark.usefixtures("home")
def test_nobody_serves_while_alarms_would_ring_at_the_example(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "token")
    monkeypatch.setenv("TWILIO_SMS_SENDER", "+31970102030")
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example")

    refused = polsbot("serve")

    assert refused.exit_code == 2
    assert "the number of the example" in refused.output
    assert "wrong on duty" in polsbot("doctor", "--offline").output


@pytest.mark.usefixtures("home")
def test_a_backup_is_made_while_the_bot_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert polsbot(*ADD).exit_code == 0

    made = polsbot("db", "backup", "copy.db")

    assert (made.exit_code, made.stdout) == (0, "copy.db\n")
    assert "POLSBOT_KEY" in made.stderr
    monkeypatch.setenv("DATABASE_URL", "sqlite:///copy.db")
    assert len(polsbot("participant", "list").stdout.splitlines()) == 1
    assert polsbot("db", "backup", "copy.db").exit_code == 2
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://bot:geheim@db/polsbot")
    refused = polsbot("db", "backup", "copy.dump")
    assert refused.exit_code == 2
    assert "pg_dump" in refused.stderr
    assert "geheim" not in refused.output
