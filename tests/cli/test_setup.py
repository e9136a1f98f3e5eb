"""Setting up, and changing the key of an installation."""

import asyncio
import json
import os
import socket
from pathlib import Path

import pytest
import structlog
from aiohttp import web
from structlog.testing import capture_logs

from bot.cli import main
from bot.cli.common import opened
from bot.cli.serving import beside
from bot.store.keys import generate_key
from tests.cli.runs import polsbot
from tests.secrets_of import secret_beside
from tests.servers import free_port

ADD = ("participant", "add", "klantmonitor", "--name", "Amina", "--phone", "0612345678")
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_SMS_SENDER": "+3197010200000",
    "TWILIO_BASE_URL": "http://127.0.0.1:9",
    "PUBLIC_URL": "https://bot.example.org",
}


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


@pytest.mark.usefixtures("home")
def test_the_configuration_tells_where_each_value_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POLSBOT_KEY")
    Path("key").write_text(generate_key())
    Path(".env").write_text(
        "POLSBOT_KEY_FILE=key\nPUBLIC_URL=https://bot.example.org\nREDIS_URL=\n"
    )
    monkeypatch.setenv("PORT", "8099")

    rows = {one["name"]: one for one in json.loads(polsbot("config", "--json").stdout)}

    assert rows["POLSBOT_KEY"]["from"] == "POLSBOT_KEY_FILE=key"
    assert rows["PUBLIC_URL"] == {
        "name": "PUBLIC_URL", "value": "https://bot.example.org", "from": ".env",
    }  # fmt: skip
    assert rows["PORT"]["from"] == "environment"
    assert rows["DATABASE_URL"]["from"] == "default"
    assert rows["REDIS_URL"]["value"] == ""  # an empty one is none
    assert polsbot("participant", "list").exit_code == 0  # the key of the file is used


@pytest.mark.usefixtures("home")
def test_an_empty_setting_is_as_if_it_were_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    before = json.loads(polsbot("config", "--json").stdout)
    for row in before:
        if row["name"] not in ("DATABASE_URL", "POLSBOT_KEY"):
            monkeypatch.setenv(row["name"], "")

    assert json.loads(polsbot("config", "--json").stdout) == before

    monkeypatch.setenv("DATABASE_URL", "")
    assert polsbot("participant", "list").exit_code == 2  # else answers were kept elsewhere


@pytest.mark.usefixtures("home")
def test_a_wrong_setting_is_named_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")

    assert "PORT: " in polsbot("config").stderr


@pytest.mark.usefixtures("home")
def test_the_environment_wins_from_a_file_that_only_dot_env_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("url").write_text("https://old.example.org")
    Path(".env").write_text("PUBLIC_URL_FILE=url\n")
    monkeypatch.setenv("PUBLIC_URL", "https://new.example.org")

    assert "PUBLIC_URL=https://new.example.org\tenvironment" in polsbot("config").stdout


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("settings", "mend"),
    [
        ({"DATABASE_URL": "postgresql://u:hunter2@h:port/x"}, "postgresql://user:password@host"),
        ({"DATABASE_URL": "postgresql://u:hun@ter2@h/x"}, "Write it as %40"),
        (
            {"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/x?password=hunter3"},
            "correct DATABASE_URL",
        ),
        ({"REDIS_URL": "localhost"}, "redis://host"),
        ({"TWILIO_ACCOUNT_SID": "SK1"}, "TWILIO_ACCOUNT_SID must begin with AC"),
        ({"PUBLIC_URL": "bot.example.org"}, "PUBLIC_URL must begin with https://"),
        ({"PUBLIC_URL": "https://"}, "PUBLIC_URL must begin with https://"),
        ({"PUBLIC_URL": "https://bot.example.org/#rc=2"}, "such as https://bot.example.org"),
        ({"TWILIO_AUTH_TOKEN": " , "}, "Set TWILIO_AUTH_TOKEN"),
        ({"TWILIO_SMS_SENDER": "0612345678"}, "TWILIO_SMS_SENDER must be a number"),
        ({"TWILIO_BASE_URL": "localhost"}, "TWILIO_BASE_URL must begin with"),
        ({"POLSBOT_STUDIES": "nowhere"}, "Set POLSBOT_STUDIES"),
    ],
)
def test_a_server_does_not_start_with_a_setting_that_cannot_work(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], mend: str
) -> None:
    sound = {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "hunter4",
        "TWILIO_SMS_SENDER": "+3197010200000",
        "PUBLIC_URL": "https://bot.example.org",
    }
    for name, value in (sound | settings).items():
        monkeypatch.setenv(name, value)

    refused = polsbot("serve")

    assert refused.exit_code == 2
    assert mend in refused.stderr
    assert "hunter" not in refused.output
    assert "ter2" not in refused.output


def test_a_server_that_leaves_out_a_file_with_faults_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "flows" / "klantmonitor" / "new.yaml").write_text("flow: new\n")
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        for name, value in {**TWILIO, "PORT": str(taken.getsockname()[1])}.items():
            monkeypatch.setenv(name, value)

        said = polsbot("serve").stderr

    assert "left out: run `polsbot check`" in said


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("setting", ["PORT", "METRICS_PORT"])
def test_a_port_that_is_taken_is_named_with_its_setting(
    monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        for name, value in {
            **TWILIO,
            "PORT": str(free_port()),
            setting: str(taken.getsockname()[1]),
        }.items():
            monkeypatch.setenv(name, value)

        refused = polsbot("serve")

    assert refused.exit_code == 2
    assert f"Set {setting} to a free one" in refused.stderr


def test_a_dot_env_that_is_no_text_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_bytes("NAAM=caf\u00e9".encode("latin-1"))

    refused = polsbot("config")

    assert refused.exit_code == 2
    assert ".env cannot be read" in refused.stderr


def test_a_password_in_the_query_of_an_address_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@h/x?connect_timeout=1&password=hunter2")
    monkeypatch.setenv("REDIS_URL", "redis://:hun/ter2@h/0")

    shown = polsbot("config").stdout

    assert "ter2" not in shown
    assert "connect_timeout=1" in shown


def test_what_nobody_foresaw_is_one_line_and_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("var").mkdir()
    monkeypatch.setattr("sys.argv", ["polsbot", "config"])
    monkeypatch.setattr("bot.cli.setup.read_settings", lambda: 1 / 0)

    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Traceback" not in said
    (kept,) = Path("var").glob("polsbot-*.log")
    assert str(kept) in said
    assert "ZeroDivisionError" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "words",
    [("templates", "list"), ("voucher", "list"), ("voucher", "purchases"), ("case", "list")],
)
def test_every_list_can_be_had_as_json(words: tuple[str, ...]) -> None:
    assert json.loads(polsbot(*words, "--json").stdout) == []


async def test_work_beside_the_server_that_fails_is_told_of_at_once() -> None:
    async def fails() -> None:
        raise ValueError("no clock")

    app = web.Application()
    app.cleanup_ctx.append(beside(fails()))
    with capture_logs() as told:
        runner = web.AppRunner(app)
        await runner.setup()
        await asyncio.sleep(0)
        assert [one["log_level"] for one in told] == ["error"]
        await runner.cleanup()


@pytest.mark.usefixtures("home")
def test_a_command_over_the_database_tells_no_value_that_was_at_hand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with opened():
        name = "".join(("Am", "ina"))
        try:
            raise RuntimeError(len(name))
        except RuntimeError:
            structlog.get_logger().exception("broken")

    told = capsys.readouterr().err
    assert "broken" in told
    assert "RuntimeError" in told
    assert "Amina" not in told
