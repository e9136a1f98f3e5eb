"""Questions of the bot's own between two steps: go on or later, which language, are you sure.

An aside is a step like any other, made on the spot. Its name is ``<aside>-<step it returns to>``;
an author's names have no hyphen, so the two never meet.
"""

from bot.engine.flow import AnswerType, Choice, Flow, Kind, Step

BREAK = "break"
MENU = "menu"
DOUBT = "doubt"
ERASE = "erase"

SKIP = "-skip"
"""The code of the skip control under every question that may be skipped."""

ASK = "-ask"
"""The code of the control under a reminder in which the open question has no room: ask it now."""

_YES_NO = (Choice("yes", "polsbot.yes"), Choice("no", "polsbot.no"))
_ASIDES = {
    BREAK: (
        "polsbot.break_question",
        AnswerType.CHOICE,
        (Choice("continue", "polsbot.continue"), Choice("later", "polsbot.later")),
    ),
    DOUBT: ("polsbot.doubted", AnswerType.YES_NO, _YES_NO),
    ERASE: (
        "polsbot.erase_confirm",
        AnswerType.YES_NO,
        (Choice("yes", "polsbot.erase_yes"), Choice("no", "polsbot.no")),
    ),
}


def aside(kind: str, step: str) -> str:
    """The name of an aside at this step. Within another aside it takes that one's place, but for a
    break: the step before a break is answered, so the break itself is returned to.
    """
    return f"{kind}-{step if kind_of(step) == BREAK else returns_to(step)}"


def kind_of(name: str | None) -> str | None:
    """Which aside a step's name is, ``None`` for a step of the flow."""
    return name.split("-", 1)[0] if name and "-" in name else None


def returns_to(name: str) -> str:
    """The step (or break) that is open again after an aside; a step of the flow is its own."""
    return name.split("-", 1)[1] if "-" in name else name


def step_of(flow: Flow, name: str | None) -> Step | None:
    """The step of this name: the invitation, a step of the flow, or an aside."""
    kind = kind_of(name)
    if kind is None or name is None:
        return flow.step(name)
    if step_of(flow, returns_to(name)) is None:
        return None
    if kind == MENU:
        choices = tuple(Choice(code, f"polsbot.language.{code}") for code in flow.languages)
        return Step(
            name,
            Kind.ASK,
            text="polsbot.language_menu",
            type=AnswerType.LANGUAGE,
            choices=choices,
            skip=False,
        )
    if kind not in _ASIDES:
        return None
    text, answer, choices = _ASIDES[kind]
    return Step(name, Kind.ASK, text=text, type=answer, choices=choices, skip=False)
