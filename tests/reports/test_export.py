"""What leaves for a researcher's own program."""

import csv
import io

from sqlalchemy import Connection

from bot.content.steps import RESERVED
from bot.conversation.open import open_wave
from bot.message import Channel
from bot.panel.participants import Enrolment, enrol
from bot.reports.export import FIXED, answers_csv, codebook_csv
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW

BASELINE = CONTENT.library.studies["klantmonitor"].flows["baseline"]


def test_every_column_has_a_name_of_its_own(database: Database) -> None:
    def asked(db: Connection) -> None:
        ways = [(Channel.WHATSAPP, AMINA)]
        person = enrol(db, Enrolment("klantmonitor", "Amina", "nl", ways, NOW.date()), NOW)
        open_wave(db, BASELINE, person, "baseline", 1, NOW)

    database.run(asked)

    header = next(csv.reader(io.StringIO(database.run(answers_csv, "klantmonitor"))))

    assert len(set(header)) == len(header)
    assert {"language", "current_language"} <= set(header)


def test_every_run_names_the_revision_that_the_codebook_explains(database: Database) -> None:
    def asked(db: Connection) -> None:
        ways = [(Channel.WHATSAPP, AMINA)]
        person = enrol(db, Enrolment("klantmonitor", "Amina", "nl", ways, NOW.date()), NOW)
        open_wave(db, BASELINE, person, "baseline", 1, NOW)

    database.run(asked)

    (run,) = csv.DictReader(io.StringIO(database.run(answers_csv, "klantmonitor")))
    explained = csv.DictReader(io.StringIO(database.run(codebook_csv, "klantmonitor")))
    assert {one["revision"] for one in explained} == {run["revision"]}


def test_no_step_can_have_the_name_of_a_column_of_ours() -> None:
    assert set(FIXED) <= RESERVED
