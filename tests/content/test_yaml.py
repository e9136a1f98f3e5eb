"""What YAML we read, what we refuse, and that nothing makes us stumble."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from bot.content.source import MAX_BYTES, Source, read_source
from bot.content.yaml_nodes import Mapping, Node, Scalar, Sequence, read_nodes
from bot.content.yaml_scan import YamlFault

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("flows/*/*.yaml"))


def simple(node: Node | None) -> Any:
    match node:
        case None:
            return None
        case Scalar(text=text, line=line, column=column):
            return (text, line, column) if text else (text,)
        case Sequence(items=items):
            return [simple(item) for item in items]
        case Mapping(values=values):
            return {key: simple(value) for key, value in values.items()}


def simple_ruamel(node: Any) -> Any:
    match node:
        case None:
            return None
        case ScalarNode(value=text, start_mark=mark):
            return (text, mark.line + 1, mark.column + 1) if text else (text,)
        case SequenceNode(value=items):
            return [simple_ruamel(item) for item in items]
        case MappingNode(value=pairs):
            return {key.value: simple_ruamel(value) for key, value in pairs}
        case _:
            raise AssertionError(node)


def written(tmp_path: Path, content: bytes) -> Source:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    return read_source(path)


def refusals(text: str) -> list[YamlFault]:
    """Every fault of a text; the one that ends the reading is the last."""
    faults: list[YamlFault] = []
    try:
        read_nodes(text, faults)
    except YamlFault as fault:
        faults.append(fault)
    return faults


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_files_are_read_as_ruamel_reads_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert simple(read_nodes(text, [])) == simple_ruamel(YAML(typ="safe", pure=True).compose(text))


PIECES = st.sampled_from(
    [
        *("a", "b1", "key", ":", ": ", ":\n", "- ", "-", "\n", "\n  ", "\n    ", " ", "  ", ","),
        *("{", "}", "[", "]", '"', "'", "#", " # c", "\\", "\\n", "|", ">", "|\n", "?", "&x", "*x"),
        *("!t", "%", "@", "\t", "\r\n", "1", "no", "é", "م", "😀", "...", "---", '"a"', "'b'"),
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join))
@example("a: {b: c}\nd:\n- e\n- f: g\n")
@example('a: "b\n  c"\n')
def test_what_we_read_is_what_ruamel_reads(text: str) -> None:
    faults: list[YamlFault] = []
    try:
        ours = simple(read_nodes(text, faults))
    except YamlFault:
        return
    if faults or ours is None:  # an empty document has no node for us
        return

    assert ours == simple_ruamel(YAML(typ="safe", pure=True).compose(text))


@given(st.text(max_size=200) | st.lists(PIECES, max_size=40).map("".join))
def test_no_text_makes_us_stumble(text: str) -> None:
    try:
        read_nodes(text, [])
    except YamlFault as fault:
        line, column = fault.line, fault.column
    else:
        line, column = 1, 1

    assert line >= 1
    assert column >= 1


@given(st.binary(max_size=300))
def test_no_bytes_make_us_stumble(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    source = written(tmp_path_factory.mktemp("bytes"), content)

    assert source.root.values or source.problems or not content.strip() or source.usable


def test_no_stays_a_word() -> None:
    assert simple(read_nodes("{a: no, b: 21:00, c: +31612345678, d: 010}", [])) == {
        "a": ("no", 1, 5),
        "b": ("21:00", 1, 12),
        "c": ("+31612345678", 1, 22),
        "d": ("010", 1, 39),
    }


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\na: 2\n", "F011", 2),
        ("a: {b: 1, b: 2}\n", "F011", 1),
        ("a: &x 1\n", "F012", 1),
        ("a: 1\nb: *a\n", "F012", 2),
        ("a: !!python/object:os.system x\n", "F012", 1),
        ("<<: *a\n", "F012", 1),
        ("%YAML 1.1\n---\na: 1\n", "F012", 1),
        ("a: 1\n---\nb: 1\n", "F012", 2),
        ("[" * 200_000, "F013", 1),
        ("{a: " * 30, "F013", 1),
        ("".join(f"{' ' * depth}a:\n" for depth in range(30)), "F013", 21),
        ("? [a]\n: b\n", "F014", 1),
        ("a: b: c\n", "F010", 1),
        ("a:\n\tb: 1\n", "F010", 2),
        ('a: "b\n', "F010", 2),
        ("a: [1, 2\n", "F010", 2),
        ("a\nb\n: c\n", "F010", 3),
        ('a: "\\UFFFFFFFF"\n', "F010", 1),
    ],
)
def test_hostile_or_broken_yaml_is_refused_with_its_line(text: str, code: str, line: int) -> None:
    assert [(fault.code, fault.line) for fault in refusals(text)][:1] == [(code, line)]


def test_what_does_not_end_the_reading_hides_nothing() -> None:
    text = "a: &x 1\nb: !t 2\na: 3\nc: {d: 1, d: 2}\ne: *x\nf: *y\n"

    found = [(fault.code, fault.line, fault.column) for fault in refusals(text)]

    assert found == [
        ("F012", 1, 4), ("F012", 2, 4), ("F011", 3, 1), ("F011", 4, 11), ("F012", 5, 4)
    ]  # fmt: skip


def test_of_two_values_the_first_counts() -> None:
    faults: list[YamlFault] = []

    assert simple(read_nodes("a: 1\na: 2\nb: 3\n", faults)) == {"a": ("1", 1, 4), "b": ("3", 3, 4)}
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"a: 1\nb: \xff\n", "F015", 2),
        (b"a: 1\nb: \x00\n", "F015", 2),
        (b"a: x\xc2\x85y\n", "F015", 1),
        ("a: x\u202ey\n".encode(), "F015", 1),
        (b'a: "\\u0000"\n', "F015", 1),
        (b'a: "\\ud800"\n', "F015", 1),
        (b"a: 1\n" + b"#" * MAX_BYTES, "F013", 1),
        (b"- a\n", "F010", 1),
        (b"", "F010", 1),
    ],
)
def test_a_hostile_file_is_refused_with_its_line(
    tmp_path: Path, content: bytes, code: str, line: int
) -> None:
    (problem,) = written(tmp_path, content).problems

    assert (problem.code, problem.line) == (code, line)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("a: 1\n")
    (tmp_path / "a.yaml").symlink_to(tmp_path / "secret.yaml")

    source = read_source(tmp_path / "a.yaml")

    assert [problem.code for problem in source.problems] == ["F013"]
    assert source.root.values == {}


def test_windows_line_ends_and_a_byte_order_mark_are_fine(tmp_path: Path) -> None:
    source = written(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")

    assert source.problems == []
    assert source.lines[:2] == ["a: 1", "b: 2"]
