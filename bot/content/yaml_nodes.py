"""YAML text to nodes that know their line: mappings, lists and words, nothing else.

Scalars stay as written (YAML 1.2 has no ``no`` that is false; here nothing is guessed at all).
Anchors, aliases, tags, directives, several documents, deep nesting and repeated keys are refused.
"""

from dataclasses import dataclass, field
from typing import Any, NoReturn

from ruamel.yaml import tokens

from bot.content.yaml_scan import YamlFault, scan

_NO_ANCHORS = "anchors and aliases (& and *) are not allowed"
_WRITE_OUT = "write it out, or put the text in quotes"


@dataclass(slots=True)
class Scalar:
    """A word, number or text as written; ``plain`` when it stands without quotes."""

    text: str
    plain: bool
    line: int
    column: int
    width: int = 1


@dataclass(slots=True)
class Sequence:
    """A list."""

    items: "list[Node]"
    line: int
    column: int


@dataclass(slots=True)
class Mapping:
    """Keys and values in the order of the file; ``keys`` keeps where each key stands."""

    line: int
    column: int
    values: "dict[str, Node]" = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def read_nodes(text: str, faults: list[YamlFault]) -> Node | None:
    """The one document in a text, ``None`` if it is empty.

    Adds to ``faults`` what does not keep the rest from being read: a repeated key (the first
    counts), an anchor, a tag. Raises YamlFault, and nothing else, where reading ends.
    """
    return _Composer(scan(text), faults).document()


class _Composer:
    """Tokens to nodes, by recursive descent; the scanner has bounded the depth."""

    def __init__(self, found: list[Any], faults: list[YamlFault]) -> None:
        self._tokens = found
        self._faults = faults
        self._at = 1  # the first is the start of the stream

    def document(self) -> Node | None:
        self._take(tokens.DocumentStartToken)
        node = None
        if not self._is(tokens.StreamEndToken, tokens.DocumentEndToken):
            node = self._node()
        self._take(tokens.DocumentEndToken)
        if not self._is(tokens.StreamEndToken):
            if self._is(tokens.DocumentStartToken):
                self._refuse("F012", "a second document begins here", "one file, one document")
            self._unexpected("the end of the file")
        return node

    def _node(self) -> Node:
        self._skip_properties()
        token = self._tokens[self._at]
        if isinstance(token, tokens.ScalarToken):
            self._at += 1
            return _scalar(token)
        if self._take(tokens.BlockMappingStartToken):
            return self._block_mapping(token)
        if self._take(tokens.FlowMappingStartToken):
            return self._flow_mapping(token)
        if self._take(tokens.BlockSequenceStartToken):
            return self._block_sequence(token, tokens.BlockEndToken)
        if self._take(tokens.FlowSequenceStartToken):
            return self._flow_sequence(token)
        if self._is(tokens.BlockEntryToken):  # a list at the indent of its key
            return self._block_sequence(token, None)
        if self._is(tokens.AliasToken):
            self._refuse("F012", _NO_ANCHORS, _WRITE_OUT)
        return _empty(token)

    def _skip_properties(self) -> None:
        """Pass over what may stand before a value elsewhere."""
        while self._is(tokens.AnchorToken, tokens.TagToken):
            if self._is(tokens.AnchorToken):
                self._faults.append(self._fault("F012", _NO_ANCHORS, _WRITE_OUT))
            else:
                hint = "remove it, or put the text in quotes"
                self._faults.append(self._fault("F012", "tags (!) are not allowed", hint))
            self._at += 1

    def _block_mapping(self, start: Any) -> Mapping:
        mapping = _mapping(start)
        while not self._take(tokens.BlockEndToken):
            self._pair(mapping)
        return mapping

    def _flow_mapping(self, start: Any) -> Mapping:
        mapping = _mapping(start)
        while not self._take(tokens.FlowMappingEndToken):
            self._pair(mapping)
            if not self._take(tokens.FlowEntryToken) and not self._is(tokens.FlowMappingEndToken):
                self._unexpected("`,` or `}`")
        return mapping

    def _pair(self, mapping: Mapping) -> None:
        if not self._take(tokens.KeyToken):
            token = self._tokens[self._at]
            self._check_quote()
            if isinstance(token, tokens.ScalarToken):
                message = f"`{token.value[:30]}` has no `:` after it"
                hint = 'write key: value; a text with { } or commas stands in "quotes"'
                if token.value.isdigit():
                    hint = "a comma begins the next key: a number has a point, such as 2.50"
                self._refuse("F010", message, hint)
            if isinstance(token, tokens.BlockMappingStartToken):
                message = "this line is not indented as the lines it belongs to"
                self._refuse("F010", message, "put it exactly under the key above it")
            self._unexpected("a key")
        token = self._tokens[self._at]
        if not isinstance(token, tokens.ScalarToken):
            self._refuse("F014", "a name must be a word", "write name: value")
        key = _scalar(token)
        self._at += 1
        value = self._value() if self._take(tokens.ValueToken) else _empty(token)
        if key.text in mapping.values:
            first = mapping.keys[key.text].line
            message = f"`{key.text}` stands here twice (first in line {first})"
            hint = "rename or remove one of them"
            self._faults.append(YamlFault("F011", message, key.line, key.column, hint))
            return
        mapping.keys[key.text] = key
        mapping.values[key.text] = value

    def _value(self) -> Node:
        if self._is(
            tokens.KeyToken,
            tokens.BlockEndToken,
            tokens.FlowEntryToken,
            tokens.FlowMappingEndToken,
        ):
            return _empty(self._tokens[self._at - 1])
        return self._node()

    def _block_sequence(self, start: Any, end: Any) -> Sequence:
        sequence = Sequence([], start.start_mark.line + 1, start.start_mark.column + 1)
        while self._take(tokens.BlockEntryToken):
            empty = self._is(tokens.BlockEntryToken, tokens.BlockEndToken, tokens.KeyToken)
            here = self._tokens[self._at - 1]
            sequence.items.append(_empty(here) if empty else self._node())
        if end is not None and not self._take(end):
            self._unexpected("`-`")
        return sequence

    def _flow_sequence(self, start: Any) -> Sequence:
        sequence = Sequence([], start.start_mark.line + 1, start.start_mark.column + 1)
        while not self._take(tokens.FlowSequenceEndToken):
            if self._is(tokens.KeyToken):
                self._refuse("F010", "a pair stands in a list", "write {key: value}")
            sequence.items.append(self._node())
            if not self._take(tokens.FlowEntryToken) and not self._is(tokens.FlowSequenceEndToken):
                self._unexpected("`,` or `]`")
        return sequence

    def _is(self, *kinds: Any) -> bool:
        return isinstance(self._tokens[self._at], kinds)

    def _take(self, kind: Any) -> bool:
        if isinstance(self._tokens[self._at], kind):
            self._at += 1
            return True
        return False

    def _check_quote(self) -> None:
        """Words right after a quoted text: its quote ended too early, or too late."""
        before, here = self._tokens[self._at - 1], self._tokens[self._at]
        if not isinstance(before, tokens.ScalarToken) or before.plain:
            return
        start, end = before.start_mark, before.end_mark
        if (end.line, end.column) != (here.start_mark.line, here.start_mark.column):
            return
        if end.line > start.line:
            message = f"this quote is closed only in line {end.line + 1}"
            hint = "close it at the end of its text"
            raise YamlFault("F010", message, start.line + 1, start.column + 1, hint)
        sign = before.style or '"'
        other = "'" if sign == '"' else '"'
        message = f"a {sign} inside the text ends it here"
        hint = f"write {other} inside, or put the whole text between {other} and {other}"
        raise YamlFault("F010", message, end.line + 1, end.column, hint)

    def _unexpected(self, wanted: str) -> NoReturn:
        self._check_quote()
        if self._is(tokens.ValueToken):
            self._refuse("F010", "there is a `:` too many", 'put the text in "quotes"')
        self._refuse("F010", f"{wanted} is missing here", "look at commas, quotes and indents")

    def _refuse(self, code: str, message: str, suggestion: str) -> NoReturn:
        raise self._fault(code, message, suggestion)

    def _fault(self, code: str, message: str, suggestion: str) -> YamlFault:
        mark = self._tokens[min(self._at, len(self._tokens) - 1)].start_mark
        return YamlFault(code, message, mark.line + 1, mark.column + 1, suggestion)


def _scalar(token: Any) -> Scalar:
    start, end = token.start_mark, token.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Scalar(token.value, token.plain, start.line + 1, start.column + 1, width)


def _empty(token: Any) -> Scalar:
    return Scalar("", True, token.start_mark.line + 1, token.start_mark.column + 1)


def _mapping(token: Any) -> Mapping:
    return Mapping(token.start_mark.line + 1, token.start_mark.column + 1)
