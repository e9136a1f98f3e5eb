"""Where in an author's file a word stands."""

import re
from dataclasses import replace

from bot.content.draft import FlowDraft
from bot.content.problem import Place
from bot.content.source import Source
from bot.content.yaml_nodes import Mapping, Node, Scalar, Sequence


def place_of(draft: FlowDraft, step: str, key: str, word: str = "") -> Place:
    """The place of a key of a step, narrowed to a word of it if that is on the same line.

    The condition of a section is looked at too, because its steps carry both as one.
    """
    keys = (key, "section.if") if key == "if" else (key,)
    places = [draft.places[(step, one)] for one in keys if (step, one) in draft.places]
    for place in places:
        found = _within(place, word)
        if found is not None:
            return found
    if places:
        return places[0]
    return draft.places.get((step, ""), draft.source.spot(1, 1))


def _within(place: Place, word: str) -> Place | None:
    if not word:
        return place
    pattern = re.compile(rf"(?<![\w.]){re.escape(word)}(?![\w.])")
    match = pattern.search(place.excerpt, place.column - 1)
    if match is None:
        return None
    return replace(place, column=match.start() + 1, width=len(word))


def node_place(source: Source, *path: str | int) -> Place:
    """The place of what stands under these keys and positions, or of the nearest that is there."""
    node: Node = source.root
    place = source.spot(1, 1)
    for step in path:
        if isinstance(node, Mapping) and step in node.values:
            place = source.place(node.keys[str(step)])
            node = node.values[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return place
        if isinstance(node, Scalar) and node.text:
            place = source.place(node)
    return place
