"""YAML text to the tokens of ruamel.yaml, quickly, and every fault of it as one kind of exception.

ruamel's own composer takes three times as long as its scanner; so only the scanner is used, and it
gets a short way for what is usual in our files.
"""

import re
from typing import Any

from ruamel.yaml import YAML, tokens
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner

MAX_DEPTH = 20


class YamlFault(Exception):  # noqa: N818 - becomes a Problem, it is no error of ours
    """The text cannot be used; ``line`` and ``column`` count from 1."""

    def __init__(self, code: str, message: str, line: int, column: int, suggestion: str) -> None:
        """Keep the place for the excerpt."""
        super().__init__(message)
        self.code = code
        self.line = line
        self.column = column
        self.suggestion = suggestion


def scan(text: str) -> list[Any]:
    """The tokens of a text; raises YamlFault and nothing else."""
    try:
        return _tokens(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.problem == "could not find expected ':'":
            mark = error.context_mark or mark  # the line without it, not the one after
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
            raise YamlFault(
                "F013", message, mark.line + 1, mark.column + 1, "close a bracket, or indent less"
            )
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


_BAD_START = re.compile(r"found character '(.)' that cannot start any token")
_PLAINER = {
    "mapping values are not allowed here": ("there is a `:` too many", 'put the text in "quotes"'),
    "could not find expected ':'": (
        "a `:` is missing in this line",
        'write key: value; a text of several lines stands in "quotes"',
    ),
    "sequence entries are not allowed here": (
        "a text cannot begin with `-`",
        'put the text in "quotes", or begin a list on the next line',
    ),
    "expected the node content, but found '-'": (
        "a text cannot begin with `-`",
        'put the text in "quotes"',
    ),
    "found character '\\t' that cannot start any token": ("a tab stands here", "indent by spaces"),
    "found unexpected end of stream": ("a quote is opened and never closed", "close it"),
}


def _syntax(problem: str, line: int, column: int) -> YamlFault:
    sign = _BAD_START.search(problem)
    if sign is not None:
        message = f"a text cannot begin with `{sign[1]}`"
        return YamlFault("F010", message, line, column, 'put the whole text in "quotes"')
    usual = (f"this cannot be read: {problem}", 'put texts in "quotes" and indent by spaces')
    if problem.startswith("expected a comment or a line break"):
        usual = ("what stands after a `>` or `|` is not read", 'put the whole text in "quotes"')
    message, suggestion = _PLAINER.get(problem, usual)
    return YamlFault("F010", message, line, column, suggestion)
