"""Messages as a person sees them: the words, and what can be tapped."""

from collections.abc import Iterator, Sequence

from bot.message import (
    Button,
    ButtonsForm,
    EmailForm,
    Form,
    ListForm,
    PictureForm,
    Row,
    TemplateForm,
    TextForm,
    VoiceForm,
)

Tap = Button | Row


def body_of(form: Form) -> str:
    """The words of a message, without its labels."""
    match form:
        case VoiceForm():
            return ""
        case _:
            return form.body


def taps_of(form: Form) -> tuple[Tap, ...]:
    """What can be tapped, in the order shown."""
    match form:
        case ButtonsForm() | TemplateForm():
            return form.buttons
        case ListForm():
            return form.rows
        case TextForm() | PictureForm() | VoiceForm() | EmailForm():
            return ()


def newest_taps(shown: Sequence[Form]) -> tuple[Tap, ...]:
    """What can be tapped in the newest message that has anything to tap."""
    return next(_tappable(shown), ())


def find_older_tap(shown: Sequence[Form], title: str) -> Tap | None:
    """The tap of this title in the newest of the messages before that one."""
    messages = _tappable(shown)
    next(messages, None)
    return next((tap for taps in messages for tap in taps if tap.title == title), None)


def _tappable(shown: Sequence[Form]) -> Iterator[tuple[Tap, ...]]:
    return (taps for form in reversed(shown) if (taps := taps_of(form)))
