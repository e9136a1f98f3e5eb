"""YAML text to nodes that know their line: mappings, lists and words, nothing else.

Scalars stay as written (YAML 1.2 has no ``no`` that is false; here nothing is guessed at all).
Anchors, aliases, tags, directives, several documents, deep nesting and repeated keys are refused.

ruamel.yaml scans; its own composer is left out, because it takes three times as long as the
scanner and because nodes with a line and without tags are all that is needed.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ruamel.yaml import YAML, tokens
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner

MAX_DEPTH = 20


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


class YamlFault(Exception):  # noqa: N818 - becomes a Problem, it is no error of ours
    """The text cannot be used; ``line`` and ``column`` count from 1. Later faults are not seen."""

    def __init__(self, code: str, message: str, line: int, column: int, suggestion: str) -> None:
        """Keep the place for the excerpt."""
        super().__init__(message)
        self.code = code
        self.line = line
        self.column = column
        self.suggestion = suggestion


def read_nodes(text: str) -> Node | None:
    """The one document in a text, ``None`` if it is empty; raises YamlFault and nothing else."""
    try:
        return _Composer(_tokens(text)).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        column = 1 if mark is None else mark.column + 1
        raise _syntax(error.problem or str(error), line, column) from None
    except YAMLError as error:
        raise _syntax(str(error).splitlines()[0], 1, 1) from None
    except (ValueError, OverflowError):  # an escape such as "\UFFFFFFFF"
        raise _syntax("an escape names no character", 1, 1) from None


def _tokens(text: str) -> list[Any]:
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.Reader = _Reader
    yaml.Scanner = _Scanner
    yaml.reader.stream = text
    scanner = yaml.scanner
    scanner._scanner_reader = yaml.reader
    while not scanner.done:
        scanner.fetch_more_tokens()
        if len(scanner.flow_context) + len(scanner.indents) > MAX_DEPTH:
            mark = yaml.reader.get_mark()
            message = f"this is nested more than {MAX_DEPTH} deep"
            raise YamlFault("F013", message, mark.line + 1, mark.column + 1, "")
    found: list[Any] = scanner.tokens
    return found


class _Mark:
    """A spot, without the copy of the buffer that ruamel's own marks carry."""

    __slots__ = ("column", "index", "line")

    def __init__(self, index: int, line: int, column: int) -> None:
        self.index = index
        self.line = line
        self.column = column


class _Reader(Reader):
    def get_mark(self) -> _Mark:
        return _Mark(self.index, self.line, self.column)


class _Scanner(Scanner):
    """ruamel's scanner with a short way for the usual: blanks, bare words, one-line quotes.

    Whatever the short way does not match takes the long one, so the language stays the same; a
    test compares both.
    """

    _GAP = re.compile(r"(?: *(?:#[^\r\n\0]*)?\n)* *")
    _QUOTED = re.compile(r'"([^"\\\r\n]*)"')
    _KEY = re.compile(r"[A-Za-z0-9_]+(?=: |:\n)")
    _FLOW_WORD = re.compile(r"[A-Za-z0-9_]+(?=[,}\]]|: )")

    def fetch_directive(self) -> Any:
        mark = self.reader.get_mark()
        message = "a directive (%) is not allowed"
        raise YamlFault("F012", message, mark.line + 1, mark.column + 1, "remove this line")

    def stale_possible_simple_keys(self) -> None:
        if self.possible_simple_keys:
            super().stale_possible_simple_keys()

    def scan_to_next_token(self) -> Any:
        reader = self._scanner_reader
        start = reader.pointer
        match = self._GAP.match(reader.buffer, start)
        end = start if match is None else match.end()
        if end > start:
            reader.pointer = end
            reader.index += end - start
            lines = reader.buffer.count("\n", start, end)
            if lines:
                reader.line += lines
                reader.column = end - reader.buffer.rindex("\n", start, end) - 1
                if not self.flow_context:
                    self.allow_simple_key = True
            else:
                reader.column += end - start
        if reader.buffer[end] in "#\t\r\x85\u2028\u2029\ufeff":
            return super().scan_to_next_token()
        return None

    def scan_plain(self) -> Any:
        start = self.reader.get_mark()
        match = self._take(self._FLOW_WORD if self.flow_context else self._KEY)
        if match is None:
            return super().scan_plain()
        self.allow_simple_key = False
        return tokens.ScalarToken(match[0], True, start, self.reader.get_mark())

    def scan_flow_scalar(self, style: Any) -> Any:
        start = self.reader.get_mark()
        match = self._take(self._QUOTED) if style == '"' else None
        if match is None:
            return super().scan_flow_scalar(style)
        return tokens.ScalarToken(match[1], False, start, self.reader.get_mark(), style)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read what matches here; the pattern never spans a line."""
        reader = self._scanner_reader
        match = pattern.match(reader.buffer, reader.pointer)
        if match is not None:
            length = match.end() - match.start()
            reader.pointer += length
            reader.index += length
            reader.column += length
        return match


class _Composer:
    """Tokens to nodes, by recursive descent; the scanner has bounded the depth."""

    def __init__(self, found: list[Any]) -> None:
        self._tokens = found
        self._at = 1  # the first is the start of the stream

    def document(self) -> Node | None:
        self._take(tokens.DocumentStartToken)
        if self._is(tokens.StreamEndToken):
            return None
        node = self._node()
        self._take(tokens.DocumentEndToken)
        if not self._is(tokens.StreamEndToken):
            if self._is(tokens.DocumentStartToken):
                self._refuse("F012", "a second document begins here", "one file, one document")
            self._unexpected("the end of the file")
        return node

    def _node(self) -> Node:
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
        if self._is(tokens.AnchorToken, tokens.AliasToken):
            message = "anchors and aliases (& and *) are not allowed"
            self._refuse("F012", message, "write it out, or put the text in quotes")
        if self._is(tokens.TagToken):
            self._refuse("F012", "tags (!) are not allowed", "remove it, or put the text in quotes")
        return _empty(token)

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
            if isinstance(token, tokens.ScalarToken):
                message = f"`{token.value[:30]}` has no `:` after it"
                self._refuse("F010", message, "write key: value")
            self._unexpected("a key")
        token = self._tokens[self._at]
        if not isinstance(token, tokens.ScalarToken):
            self._refuse("F014", "a name must be a word", "write name: value")
        key = _scalar(token)
        self._at += 1
        value = self._value() if self._take(tokens.ValueToken) else _empty(token)
        if key.text in mapping.values:
            first = mapping.keys[key.text].line
            raise YamlFault(
                "F011",
                f"`{key.text}` stands here twice (first in line {first})",
                key.line,
                key.column,
                "rename or remove one of them",
            )
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

    def _unexpected(self, wanted: str) -> NoReturn:
        token = self._tokens[self._at]
        self._refuse("F010", f"{wanted} was expected, not {token.id}", "look at indents and quotes")

    def _refuse(self, code: str, message: str, suggestion: str) -> NoReturn:
        mark = self._tokens[min(self._at, len(self._tokens) - 1)].start_mark
        raise YamlFault(code, message, mark.line + 1, mark.column + 1, suggestion)


def _scalar(token: Any) -> Scalar:
    start, end = token.start_mark, token.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Scalar(token.value, token.plain, start.line + 1, start.column + 1, width)


def _empty(token: Any) -> Scalar:
    return Scalar("", True, token.start_mark.line + 1, token.start_mark.column + 1)


def _mapping(token: Any) -> Mapping:
    return Mapping(token.start_mark.line + 1, token.start_mark.column + 1)


_PLAINER = {
    "mapping values are not allowed here": ("there is a `:` too many", 'put the text in "quotes"'),
    "could not find expected ':'": ("a `:` is missing", "write key: value, indented by spaces"),
    "found character '\\t' that cannot start any token": ("a tab stands here", "indent by spaces"),
    "found unexpected end of stream": ("a quote is opened and never closed", "close it"),
}


def _syntax(problem: str, line: int, column: int) -> YamlFault:
    usual = (f"this cannot be read: {problem}", 'put texts in "quotes" and indent by spaces')
    message, suggestion = _PLAINER.get(problem, usual)
    return YamlFault("F010", message, line, column, suggestion)
