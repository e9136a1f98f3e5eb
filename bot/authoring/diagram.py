"""A flow as a Mermaid flowchart, which GitHub and many editors draw as it stands.

Syntax: https://mermaid.js.org/syntax/flowchart.html
"""

from collections.abc import Iterator, Mapping, Sequence

from bot.engine.flow import Flow, Kind, Step

_SHAPES = {
    Kind.ASK: ('(["', '"])'),
    Kind.SAY: ('["', '"]'),
    Kind.SET: ('[["', '"]]'),
    Kind.ARM: ('{{"', '"}}'),
    Kind.END: ('((("', '")))'),
}
_MEANING = str.maketrans({"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;"})
_LONGEST = 60


def diagram(flow: Flow, texts: Mapping[str, str]) -> str:
    """The flowchart; ``texts`` are the words of one language by key."""
    lines = ["flowchart TD", *_boxes(flow, texts), *_arrows(flow)]
    return "\n".join(lines) + "\n"


def _boxes(flow: Flow, texts: Mapping[str, str]) -> Iterator[str]:
    section, count = None, 0
    if flow.invite is not None:
        yield f"  {_box(flow.invite, 'invite', texts)}"
    for step in flow.steps:
        if step.section != section:
            if section is not None:
                yield "  end"
            if step.section is not None:
                count += 1
                yield f'  subgraph part_{count} ["{_plain(step.section)}"]'
            section = step.section
        yield f"  {'  ' if section else ''}{_box(step, f'step_{step.name}', texts)}"
    if section is not None:
        yield "  end"
    yield '  done((("completed")))'


def _box(step: Step, name: str, texts: Mapping[str, str]) -> str:
    before, after = _SHAPES[step.kind]
    label = [f"<b>{step.name}</b>", *_content(step, texts)]
    return f"{name}{before}{'<br/>'.join(label)}{after}"


def _content(step: Step, texts: Mapping[str, str]) -> Iterator[str]:
    if step.text is not None:
        yield _plain(texts.get(step.text, step.text))
    if step.choices:
        codes = " · ".join(str(choice.code) for choice in step.choices)
        yield _plain(codes)
    if step.value is not None:
        yield f"= {_plain(step.value.source)}"
    if step.arms:
        yield _plain(" or ".join(step.arms))
    if step.rotation is not None:
        yield f"wave {step.rotation[0]} of each {step.rotation[1]}"
    if step.ends is not None:
        yield str(step.ends).replace("_", " ")


def _arrows(flow: Flow) -> Iterator[str]:
    """From each step to the next; one with a condition can also be passed by."""
    steps = list(flow.steps)
    names = [*(f"step_{step.name}" for step in steps), "done"]
    if flow.invite is not None:
        yield from _on_from("invite", steps, names, 0)
    for place, step in enumerate(steps):
        if step.kind is not Kind.END:
            yield from _on_from(names[place], steps, names, place + 1)


def _on_from(name: str, steps: Sequence[Step], names: Sequence[str], place: int) -> Iterator[str]:
    """Arrows to every step that can come next: up to the first that is always reached."""
    for index in range(place, len(steps)):
        step = steps[index]
        if step.when is not None:
            yield f'  {name} -->|"{_plain(step.when.source)}"| {names[index]}'
        elif step.rotation is not None:
            yield f"  {name} -.-> {names[index]}"
        else:
            yield f"  {name} --> {names[index]}"
            return
    yield f"  {name} --> {names[-1]}"


def _plain(text: str) -> str:
    """On one line, with nothing that means something to Mermaid; a long text is told from."""
    words = " ".join(text.split())
    short = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"
    return short.translate(_MEANING)
