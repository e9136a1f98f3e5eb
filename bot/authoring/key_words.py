"""What each key of an author's file means, in one sentence: editors show it beside the key."""

from collections.abc import Mapping

_ANYWHERE = {
    "note": "For translators: what is meant. Nobody else sees it.",
    "if": "A condition such as stress >= 4: without it holding, this is left out.",
    "picture": "A drawing of assets/images by its name, without .svg.",
    "choices": 'What can be answered: code: "label". Codes are data and never change.',
    "language": "The language of the texts in this file, such as nl.",
}
_STEP = {
    "ask": "The question, in one short sentence.",
    "say": "A message that asks nothing.",
    "set": "Reckons a value, such as (saved or 0) + (more or 0).",
    "arm": "Draws one of these names once for each person, for an experiment.",
    "end": "Ends the questionnaire here.",
    "type": "How it is answered. With choices it is `choice` unless you say otherwise.",
    "scale": "Choices that many questions share, from a file in `use:`.",
    "item": "A whole question from a file in `use:`; keys written here win.",
    "pictures": "A drawing for each choice: stress makes stress-1, stress-2 …",
    "check": "A condition that the answer must meet, such as end >= start.",
    "confirm": "When this holds, the person is asked whether that is right.",
    "sorry": "Said after a reply that was not understood: what to type, with an example.",
    "min": "The smallest number, amount in euro or date; of several choices how many at least.",
    "max": "The largest number, amount in euro or date; of several choices how many at most.",
    "skip": "false: may not be skipped. Skipping is offered otherwise and costs no reward.",
    "unknown": 'true: offers "I do not know".',
    "shuffle": "true: the order of the choices is drawn once for each person.",
    "consent": "Asks for agreement to this purpose; nothing is kept without it.",
    "recall": "The time that is asked about, for the codebook: now, two_weeks.",
    "reverse": "true: a high code is bad. For the codebook.",
    "topic": "Theme and research question, for the codebook: wellbeing/stress.",
    "special": "true: erased with the person, and left out of what is published.",
    "rotate": "One of these steps or items, a different one each wave.",
}
_OF: Mapping[str, Mapping[str, str]] = {
    "step": _STEP,
    "flow": {
        "flow": "The name of this file, without .yaml.",
        "title": "What people of the study call this questionnaire.",
        "use": "Files with scales and items: common/scales.",
        "invite": "The message that asks somebody in. Others may see it on the screen.",
        "steps": "Asked from top to bottom. A step's name is the column of the data.",
        "retired": "Names of steps that are gone: nobody may use them again.",
    },
    "invitation": {"say": "Who asks, and for how much: nothing about money, debts or health."},
    "section": {
        "section": "The title of this group of steps.",
        "steps": "The steps of the group.",
        "break": "false: no break is offered after it.",
    },
    "rotation": {"rotate": _STEP["rotate"]},
    "choice": {
        "label": "What people read and tap.",
        "exclusive": "true: rules the other choices out, such as none of these.",
    },
    "bank": {
        "bank": "The name of this file, without .yaml.",
        "title": "What these scales and items are for.",
        "scales": "Choices that many questions share.",
        "items": "Whole questions that many flows take over.",
    },
    "scale": {"picture": "A drawing for each choice: face makes face-1, face-2 …"},
    "study": {
        "study": "The name of this folder.",
        "title": "What the study is called.",
        "sender_name": "Who writes, as {sender_name} in texts.",
        "desk": "Where people reach a person, as {desk} in texts: a number or an e-mail address.",
        "duty": 'Who is on duty: an alarm rings there at words of despair. Such as "+31612345678".',
        "languages": "The languages of the study; the first is the default.",
        "stand_in": "The language of the invitation on WhatsApp where there is none yet: {ti: en}.",
        "channels": "In this order, after what the person likes best.",
        "countries": "To whose numbers may be written: NL, BE.",
        "waves": "Which questionnaire comes when.",
        "reminders": "When somebody who is silent is reminded. They stop at the first reply.",
        "close": "So long after its opening a wave closes; what was answered stays.",
        "hours": "When people may be written to unasked.",
        "pause_after": "After so many silent waves only one message more, a month later.",
        "not_understood": "How often a question is asked again.",
        "reward": "What a completed questionnaire earns, and when it is paid out.",
    },
    "wave": {
        "flow": "The questionnaire.",
        "after_intake": "So long after the enrolment.",
        "every": "It comes again after so long.",
        "from": "The wave from which `every` counts; without it the intake.",
        "times": "How often it comes.",
    },
    "reminder": {
        "after": "So long after the opening of the wave.",
        "channel": "Another channel than the opening's: its name, or other.",
    },
    "hours": {
        "days": "From a day to a day: mon-sat.",
        "from": 'From this time on: "10:00".',
        "to": 'Until before this time: "19:00".',
        "timezone": "The clock that counts: Europe/Amsterdam.",
        "not_on": "Not on these days: nl-holidays, 2026-12-24.",
    },
    "reward": {
        "when": "What earns it.",
        "amount": "How much: 2 EUR.",
        "pay_out_every": "Paid out as soon as so much was earned: 6 EUR.",
        "most_a_day": "The study pays out no more than this within 24 hours.",
        "budget": "What may be earned in the whole study: figures tell how much is left.",
        "as": "What people get.",
        "supply": "Vouchers from the stock that was imported, or bought of a seller.",
    },
    "not understood": {
        "tries": "How often it is asked again: 1 to 5.",
        "then": "What happens after that.",
    },
}


def words_for(what: str, key: str) -> str:
    """What a key means in this kind of mapping; raises KeyError for one that nobody explained."""
    found = _OF.get(what, {}).get(key)
    return _ANYWHERE[key] if found is None else found
