"""Reads a ``*.chat`` file line by line; what cannot be read is told with its mend."""

import re
from collections.abc import Iterator
from datetime import timedelta

from bot.authoring.transcripts.lines import (
    ATTACHED,
    CHANNELS,
    HAPPENINGS,
    Attached,
    Happened,
    Kept,
    Line,
    Said,
    Start,
    Tapped,
    Typed,
    Waited,
)
from bot.content.problem import did_you_mean
from bot.message import Channel

_START = re.compile(
    r"(?P<language>\S+) +(?P<channel>\S+)(?: +(?P<flow>(?!again\b)\S+))?"
    r"(?: +wave +(?P<wave>\d{1,4}))?(?P<again> +again)?"
)
_TAP = re.compile(r"\[(?P<title>[^\[\]]+)\](?P<old> *old)?")
_SAID = re.compile(r"(?P<text>.*?)\s*(?:\[(?P<titles>[^\[\]]*)\])?", re.DOTALL)
_WAIT = re.compile(r"(?P<number>\d{1,4}) *(?P<unit>day|hour|minute)s?")
_KEPT = re.compile(r"(?P<step>[a-z][a-z0-9_]*) *:(?P<value>.*)")
_HAPPENED = re.compile(
    r"reward \d+(\.\d\d)? [A-Z]{3}|completed|expired|stopped|handed over|case [a-z_]+"
    r"|language [a-zA-Z-]+|channel (whatsapp|sms)|opted out (whatsapp|sms)|opted in|erased"
)


class LineError(ValueError):
    """A line cannot be read; the message is the mend."""


def read(text: str) -> Iterator[tuple[int, Line | LineError]]:
    """Each line that says something with its number; raises nothing."""
    started = False
    for number, raw in enumerate(text.splitlines(), start=1):
        line = " ".join(raw.split())
        if not line or line.startswith("#"):
            continue
        try:
            found = _line(line)
            if isinstance(found, Start) is started:
                raise LineError(
                    "one file holds one conversation: put this one in a file of its own"
                    if started
                    else "begin with a line such as: start nl whatsapp periodic"
                )
            yield number, found
        except LineError as error:
            yield number, error
        started = True


def reply(text: str) -> Typed | Tapped | Attached:
    """What stands behind ``<``; what is no tap and no attachment is typed."""
    tap = _TAP.fullmatch(text)
    if tap is not None:
        return Tapped(tap["title"].strip(), tap["old"] is not None)
    if text[:1] + text[-1:] == "()" and text[1:-1] in ATTACHED:
        return Attached(text[1:-1])
    return Typed(" ".join(text.split()))


def _line(line: str) -> Line:
    if line.split()[0] == "start":
        return _start(line[5:].strip())
    sign, rest = line[0], line[1:].strip()
    match sign:
        case "<":
            return _act(rest)
        case ">":
            return _said(rest)
        case "+":
            return _waited(rest)
        case "=":
            return _kept(rest)
        case "!":
            return _happened(rest)
        case _:
            raise LineError("a line begins with start, <, >, +, =, ! or # (a comment)")


def _start(rest: str) -> Start:
    found = _START.fullmatch(rest)
    if found is None:
        raise LineError("write: start LANGUAGE CHANNEL FLOW, such as: start nl whatsapp periodic")
    if found["channel"] not in CHANNELS:
        hint = did_you_mean(found["channel"], CHANNELS) or f"use {' or '.join(CHANNELS)}"
        raise LineError(f"there is no channel `{found['channel']}`: {hint}")
    return Start(
        found["language"],
        Channel(found["channel"]),
        found["flow"],
        int(found["wave"] or 1),
        found["again"] is not None,
    )


def _act(rest: str) -> Typed | Tapped | Attached:
    if not rest:
        raise LineError("write what the person types, or what is tapped in brackets: < [Ja]")
    act = reply(rest)
    if isinstance(act, Typed) and rest.startswith("["):
        raise LineError("a tap is: < [Ja], or < [Ja] old for a button of an older message")
    return act


def _said(rest: str) -> Said:
    found = _SAID.fullmatch(rest)
    if found is None or not found["text"]:
        raise LineError("write what the bot says: > Hoi Amina! …  [Ja | Nee]")
    titles = found["titles"]
    if titles is None and rest.count("[") > rest.count("]"):
        raise LineError("a bracket is not closed: > …  [Ja | Nee]")
    if titles is None:
        return Said(rest)
    return Said(found["text"], tuple(one.strip() for one in titles.split("|") if one.strip()))


def _waited(rest: str) -> Waited:
    found = _WAIT.fullmatch(rest)
    if found is None or int(found["number"]) == 0:
        raise LineError("write how much time passes: +1 day, +3 hours or +30 minutes")
    return Waited(timedelta(**{f"{found['unit']}s": int(found["number"])}))


def _kept(rest: str) -> Kept:
    found = _KEPT.fullmatch(rest)
    if found is None:
        raise LineError("write the step and its answer: = stress: 3 (nothing after : is empty)")
    return Kept(found["step"], found["value"].strip())


def _happened(rest: str) -> Happened:
    if not _HAPPENED.fullmatch(rest):
        hint = did_you_mean(rest, HAPPENINGS) or f"such as {', '.join(HAPPENINGS)}"
        raise LineError(f"nothing is called `{rest[:60]}`: {hint}")
    return Happened(rest)
