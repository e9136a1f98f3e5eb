"""Revisions in the store: a run finishes in the words and the order in which it began."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.content.cards import Card, CardError, CardStore
from bot.content.letter import Letterhead
from bot.content.library import Library
from bot.content.recordings import Voices
from bot.content.revision import Revision, dump_revision, load_revision
from bot.content.study import Study
from bot.content.texts import Texts
from bot.conversation.tables import KeptRevision
from bot.engine.asking import Words
from bot.engine.replies.lexicon import Lexicon
from bot.message import Channel
from bot.store.statements import Statement

REVISIONS = KeptRevision.__table__  # type: ignore[attr-defined] # SQLModel adds it

_KNOWN = Statement(select(REVISIONS.c.hash).where(REVISIONS.c.hash == bindparam("it")))


@dataclass(frozen=True, slots=True)
class Cards:
    """Drawn cards and the public address under which they are fetched."""

    store: CardStore
    address: str

    def url(self, card: Card) -> str | None:
        """Where a card can be fetched; ``None`` while it is not drawn or cannot be."""
        try:
            name = self.store.ready(card)
        except CardError:
            return None
        return None if name is None else f"{self.address}/media/{name}"


class Content:
    """Everything a person can be shown, with each revision read from the store once."""

    def __init__(
        self,
        library: Library,
        lexicons: Mapping[str, Lexicon],
        cards: Cards | None = None,
        voices: Voices | None = None,
        letterhead: Letterhead | None = None,
    ) -> None:
        """Without cards no picture is sent, without voices no question is read aloud, without a
        letterhead no e-mail.
        """
        self.library = library
        self.letterhead = letterhead
        self.cards = cards
        self.voices = voices
        self.lexicons = lexicons
        self.own = library.texts()
        self._kept: dict[str, Revision] = {}
        self._texts: dict[str, Texts] = {}
        self._words: dict[str, Words] = {}

    def renew(self, library: Library, lexicons: Mapping[str, Lexicon], cards: Cards | None) -> None:
        """The files were read again. Runs go on with the revision they began with."""
        self.library, self.lexicons, self.cards = library, lexicons, cards
        if self.voices is not None:
            self.voices.renew(library.recordings)
        self.own = library.texts()
        self._texts.clear()
        self._words.clear()

    def channels(self, study: Study) -> tuple[str, ...]:
        """The channels of a study that this installation has set up, in the study's order."""
        can_mail = self.letterhead is not None
        return tuple(one for one in study.channels if can_mail or one != Channel.EMAIL)

    def revision(self, db: Connection, content_hash: str) -> Revision:
        """The revision a run is pinned to; it was kept when the first such run began."""
        found = self._kept.get(content_hash)
        if found is None:
            document = db.execute(
                select(REVISIONS.c.document).where(REVISIONS.c.hash == content_hash)
            ).scalar_one()
            found = self._kept[content_hash] = load_revision(document)
        return found

    def texts(self, revision: Revision) -> Texts:
        """What can be said in a run of this revision."""
        if revision.hash not in self._texts:
            self._texts[revision.hash] = self.library.texts(revision)
        return self._texts[revision.hash]

    def words(self, revision: Revision) -> Words:
        """What a reply may name, the bot's own words included."""
        if revision.hash not in self._words:
            own = self.library.own
            self._words[revision.hash] = Words(
                {
                    language: {**own.get(language, {}), **texts}
                    for language, texts in revision.texts.items()
                }
            )
        return self._words[revision.hash]


def keep(db: Connection, revision: Revision, now: datetime) -> None:
    """Keep a revision before its first run begins; known ones are left alone."""
    if _KNOWN.row(db, it=revision.hash) is not None:
        return
    db.execute(
        upsert(REVISIONS).on_conflict_do_nothing(),
        {
            "hash": revision.hash,
            "study": revision.flow.study,
            "flow": revision.flow.name,
            "document": dump_revision(revision),
            "kept_at": now,
        },
    )


def keep_behind(db: Connection, revision: Revision, source: Revision) -> None:
    """Keep a revision that was made from a kept one, never as a newer one than that: it is none
    that anybody published.
    """
    kept_at = select(REVISIONS.c.kept_at).where(REVISIONS.c.hash == source.hash)
    keep(db, revision, db.execute(kept_at).scalar_one() - timedelta(microseconds=1))


def kept_of(db: Connection, study: str, flow: str) -> list[Revision]:
    """Every revision of a flow that was kept, the newest first."""
    found = (
        select(REVISIONS.c.document)
        .where(REVISIONS.c.study == study, REVISIONS.c.flow == flow)
        .order_by(REVISIONS.c.kept_at.desc(), REVISIONS.c.hash)
    )
    return [load_revision(document) for document in db.execute(found).scalars()]


def publish(db: Connection, revision: Revision, now: datetime) -> bool:
    """Keep a revision before anybody was asked by it, as the newest; whether it was not yet that.

    One that was kept before and given up counts from now on again.
    """
    newest = kept_of(db, revision.flow.study, revision.flow.name)[:1]
    if [one.hash for one in newest] == [revision.hash]:
        return False
    keep(db, revision, now)
    here = REVISIONS.c.hash == revision.hash
    db.execute(update(REVISIONS).where(here).values(kept_at=now))
    return True
