"""The frozen content of a flow: engine values and every text in every complete language.

A run is pinned to the revision it began with; the store keeps the stored form under the hash, so
that an edited file never changes the words or the meaning of a conversation under way.
"""

import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from bot.engine.flow import Flow

Texts = dict[str, dict[str, str]]
"""Language → text key → text."""

_LINES: Any = {"steps": {"__all__": {"line"}}, "invite": {"line"}}


@dataclass(frozen=True, slots=True)
class Revision:
    """One content of a flow; equal hashes have equal content.

    ``texts`` holds the languages of ``flow.languages`` and no other. ``samples`` are long but
    likely values of the placeholders: template approval asks for them and limits are measured
    with them. The bot's own words are not in it.
    """

    flow: Flow
    texts: Texts
    hash: str
    samples: dict[str, str] = field(default_factory=dict)


def revision_of(flow: Flow, texts: Texts, samples: dict[str, str]) -> Revision:
    """Freeze a flow with its texts; the place of a step in its file does not count."""
    content = {"flow": _flow_form(flow), "texts": texts}
    packed = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(packed.encode()).hexdigest()
    return Revision(flow, texts, digest, samples)


def dump_revision(revision: Revision) -> str:
    """The stored form: JSON with every field, so that a later default cannot change its meaning."""
    form = {
        "flow": _flow_form(revision.flow),
        "texts": revision.texts,
        "hash": revision.hash,
        "samples": revision.samples,
    }
    return json.dumps(form, ensure_ascii=False, separators=(",", ":"))


def load_revision(text: str) -> Revision:
    """The revision of a stored form; raises ValueError when the text is none."""
    return _revisions().validate_json(text)


def _flow_form(flow: Flow) -> Any:
    return _flows().dump_python(flow, mode="json", exclude=_LINES)


@lru_cache(maxsize=1)
def _flows() -> TypeAdapter[Flow]:
    return TypeAdapter(Flow)


@lru_cache(maxsize=1)
def _revisions() -> TypeAdapter[Revision]:
    return TypeAdapter(Revision)
