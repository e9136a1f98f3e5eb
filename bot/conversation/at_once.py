"""A reply that may leave now is saved as claimed already, by the transaction that makes it.

In the line it would be saved, looked for, read and written once more, by a transaction of its own.
Whatever speaks against it (something older waits, no way there, a fault of ours) sends it there.
"""

from types import SimpleNamespace

from sqlalchemy import Connection, bindparam, exists, select
from sqlalchemy.exc import SQLAlchemyError

from bot.conversation.effects import OUTBOUND, Scene, new_token, queue, saved
from bot.conversation.line import holds_up
from bot.conversation.outbox import LEASE, Claimed, Made, made, queue_rest
from bot.conversation.revisions import Content
from bot.engine.effects import Send
from bot.message import DeliveryState
from bot.panel import participants
from bot.store.errors import StoreError
from bot.store.statements import Statement

_PERSON, _ADDRESS = participants.PARTICIPANTS, participants.ADDRESSES
_FREE = Statement(
    select(
        _PERSON.c.first_name,
        _PERSON.c.study,
        _PERSON.c.channel.label("liked"),
        _PERSON.c.listens,
        _ADDRESS.c.channel.label("at_channel"),
        _ADDRESS.c.address,
        _ADDRESS.c.is_alive,
        _ADDRESS.c.opted_out_at,
        _ADDRESS.c.heard_at,
    )
    .select_from(_PERSON.join(_ADDRESS, _ADDRESS.c.id == bindparam("address")))
    .where(
        _PERSON.c.id == bindparam("person"),
        ~exists(
            select(1).where(
                OUTBOUND.c.participant_id == bindparam("person"),
                holds_up(OUTBOUND.c),
            )
        ),
    )
)


def say_at_once(
    content: Content, hands: int, claimed: list[Claimed], db: Connection, send: Send, scene: Scene
) -> bool:
    """Save a reply in a run and add it to what is ``claimed``, while this process has ``hands`` for
    it; false: it is for the line.
    """
    if len(claimed) >= hands or send.purpose != "reply" or scene.run is None:
        return False
    known = _FREE.row(db, person=scene.participant, address=scene.address, now=scene.now)
    if known is None:
        return False
    order = saved(send, scene)
    row = SimpleNamespace(
        **known._asdict(), **order, id=None, revision=scene.revision, form=None, is_plain=False
    )
    try:
        message = made(db, content, row, send, scene.now)
    except (SQLAlchemyError, StoreError):
        raise
    except Exception:  # noqa: BLE001 - in the line it breaks once more, and people are told
        return False
    if not isinstance(message, Made):
        return False
    token = new_token()
    place = queue(
        db,
        scene.now,
        **order,
        token=token,
        form=message.words,
        state=str(DeliveryState.SENDING),
        tries=1,
        leased_until=scene.now + LEASE,
    )
    queue_rest(db, row, place, message, scene.now)
    claimed.append(message.claimed(place, token, 1))
    return True
