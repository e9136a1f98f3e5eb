"""The phone in the browser, put together: a made-up account, a clock that runs ahead, the tools."""

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.authoring.check import check
from bot.authoring.talk import Talk
from bot.authoring.transcripts.player import BEGINNING
from bot.authoring.transcripts.record import RecordError, keep, record
from bot.channels.local import LocalCarrier
from bot.cli.common import explained, progress, run
from bot.cli.serving import beside, serve_until_stopped
from bot.content.lexicon import load_lexicons
from bot.content.library import Library, load_library
from bot.content.pseudo import NAMES, with_pseudo
from bot.content.study import Study
from bot.conversation.revisions import Content
from bot.conversation.samples import add_samples
from bot.conversation.service import Conversations
from bot.engine.replies.lexicon import Lexicon
from bot.engine.run import Run
from bot.jobs.cards import draw_ahead, wanted_at_once
from bot.jobs.ticker import tick
from bot.logs import set_up_logs
from bot.message import Channel
from bot.panel.hours import last_begin, local_time
from bot.runtime import FastClock, library_of, open_runtime
from bot.settings import Settings, read_settings
from bot.store.keys import generate_key
from bot.store.migrations import upgrade
from bot.web.app import make_app
from bot.web.preview.looks import listed
from bot.web.preview.routes import add_preview
from bot.web.preview.stage import Stage
from bot.web.preview.workbench import KeepError, Told, Workbench


def preview(*, share: bool) -> None:
    """Serve the phone with every flow; nothing is sent anywhere and nothing of it is kept."""
    with explained(), tempfile.TemporaryDirectory() as shelf:
        folder = Path("var")
        folder.mkdir(exist_ok=True)
        settings = read_settings().model_copy(
            update={
                "database_url": f"sqlite:///{shelf}/preview.db",
                "polsbot_key": SecretStr(_own_key(folder / "demo.key")),
                "public_url": "",
            }
        )
        upgrade(settings.database_url)
        set_up_logs("warning")
        run(_serve(settings, share=share))


async def _serve(settings: Settings, *, share: bool) -> None:
    local = LocalCarrier()
    clock = FastClock()
    async with open_runtime(settings, {Channel.SMS: local}, local, clock) as opened:
        clock.ahead = beginning(opened.library.studies.values()) - datetime.now(UTC)
        runtime = replace(opened, library=with_pseudo(opened.library))
        await runtime.database.transact(add_samples, runtime.library, clock())
        conversations = Conversations(runtime)
        bench = workbench(settings, is_shared=share)
        app = make_app(conversations)
        add_preview(app, Stage(conversations, clock, bench))
        app.cleanup_ctx.append(beside(tick(conversations)))
        await _draw_first(conversations.content)
        app.cleanup_ctx.append(beside(draw_ahead(conversations.content)))
        print(f"Open http://localhost:{settings.port}/preview in your browser. Ctrl-C stops.",
              flush=True)  # fmt: skip
        if share:
            print("Everybody in this network can open it too.", flush=True)
        await serve_until_stopped(app, "0.0.0.0" if share else "127.0.0.1", settings.port)  # noqa: S104 - asked for


async def _draw_first(content: Content) -> None:
    """The cards with which the phone opens: none is drawn while somebody waits for a reply."""
    for _, revision in listed(content.library)[:1]:
        await draw_ahead(content, progress("Cards"), wanted_at_once(content, revision))


def workbench(settings: Settings, *, is_shared: bool = False) -> Workbench:
    """The authors' tools over the files that the settings name."""
    flows, locales = settings.polsbot_studies, settings.polsbot_locales
    assets = settings.polsbot_assets

    def load() -> tuple[Library, Mapping[str, Lexicon]]:
        return with_pseudo(load_library(flows, locales, assets)), load_lexicons(locales)

    return Workbench(
        folders=(flows, locales, assets),
        load=load,
        check=lambda: check(flows, locales, assets),
        keep=_keeper(settings),
        draw=draw_ahead,
        is_shared=is_shared,
    )


def beginning(studies: Iterable[Study]) -> datetime:
    """A Monday to come, an hour after the day has begun for everybody in every study: a decent hour
    whenever the phone is tried out, and late enough that whole days lead to each wave.
    """
    today = datetime.now(UTC).date()
    monday = today + timedelta(days=7 - today.weekday())
    begun = [
        local_time(monday, last_begin(study), study.hours.timezone) + timedelta(hours=1)
        for study in studies
    ]
    return max(begun, default=local_time(monday, time(12), "Europe/Amsterdam"))


def _keeper(settings: Settings) -> Callable[[Told], Path]:
    """Writes what was told beside the study's flows."""

    def keep_told(told: Told) -> Path:
        if told.language in NAMES:
            raise KeepError("This language is made up. Choose a real one, then save the test.")
        library = library_of(settings)
        study = library.studies.get(told.study)
        revision = study.flows.get(told.flow) if study else None
        if study is None or revision is None:
            raise KeepError("The flow has a fault now; see Problems.")
        start = Run("r", revision.hash, "p", told.language, wave=told.wave)
        channel = Channel(told.channel)
        lexicons = load_lexicons(settings.polsbot_locales)
        talk = Talk(library, lexicons, study, revision, channel, start, BEGINNING)
        file = library.sources[told.study].file.parent / "tests" / f"{told.name}.chat"
        if file.parent.is_symlink():
            raise KeepError(f"{file.parent} is a link. Make it a folder.")
        try:
            keep(file, record(talk, told.acts), told.why or told.name, library, lexicons)
        except RecordError as error:
            raise KeepError(str(error)) from None
        except OSError as error:
            raise KeepError(f"{file} cannot be written: {error.strerror}.") from None
        return file

    return keep_told


def _own_key(path: Path) -> str:
    """The preview's own key: kept, so that pictures are found again under their names."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(generate_key())
    return path.read_text()
