"""One table of failures: a provider's code to what it asks of us. Codes stand nowhere else.

Meanings: https://www.twilio.com/docs/api/errors (Twilio says that a code's meaning may change, so
an unknown one has a safe default: never tried again, told to people.)
"""

from bot.channels.contract import Failure, Reaction

_R = Reaction

_TABLE: dict[str, tuple[Reaction, str]] = {
    "20429": (_R.RETRY, "too many requests at once; this one was not handled"),
    "20500": (_R.ASK, "Twilio failed; the outcome is unknown"),
    "20003": (_R.HALT, "wrong account or token: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
    "20404": (_R.HALT, "not found: the account, service or content id is wrong"),
    "20005": (_R.HALT, "the account is suspended"),
    "30002": (_R.HALT, "the account is suspended"),
    "21211": (_R.DEAD, "not a valid address"),
    "21217": (_R.DEAD, "not a valid phone number"),
    "21401": (_R.DEAD, "not a valid phone number"),
    "21614": (_R.DEAD, "not a mobile number"),
    "21635": (_R.DEAD, "a landline"),
    "21608": (_R.HALT, "a trial account may write to verified numbers only"),
    "63015": (_R.HALT, "the person has not joined the sandbox"),
    "21610": (_R.OPT_OUT, "the person sent STOP"),
    "21408": (_R.NO_SENDER, "the region is not enabled: allow it in the account's geo permissions"),
    "21606": (_R.NO_SENDER, "our sender cannot reach this address"),
    "21612": (_R.NO_SENDER, "our sender cannot reach this address"),
    "21659": (_R.NO_SENDER, "our sender is not one of the account's"),
    "21611": (_R.LATER, "the sender's queue is full"),
    "30001": (_R.LATER, "the queue was full for too long"),
    "21617": (_R.FIX, "longer than 1,600 characters"),
    "21654": (_R.FIX, "the content id is wrong"),
    "21656": (_R.FIX, "the content variables are wrong"),
    "92002": (_R.FIX, "a content variable is wrong"),
    "21620": (_R.TEXT_FORM, "the picture's address is wrong"),
    "21621": (_R.TEXT_FORM, "the picture cannot be sent from this sender"),
    "21622": (_R.TEXT_FORM, "the picture cannot be sent to this country"),
    "12300": (_R.TEXT_FORM, "the picture has the wrong content type"),
    "63019": (_R.TEXT_FORM, "the picture could not be fetched"),
    "30003": (_R.LATER, "the phone is off or out of reach"),
    "30004": (_R.OTHER, "blocked by the carrier or the person"),
    "30005": (_R.OTHER, "the number is not known"),
    "30006": (_R.DEAD, "a landline or a carrier that cannot be reached"),
    "30007": (_R.FIX, "held back as spam"),
    "30008": (_R.LATER, "the carrier failed and does not say why"),
    "30017": (_R.RETRY, "the carrier is busy"),
    "30018": (_R.NO_SENDER, "our sender is not registered"),
    "30024": (_R.NO_SENDER, "our sender is not registered"),
    "30022": (_R.FIX, "a limit for the United States"),
    "30023": (_R.FIX, "a limit for the United States"),
    "30034": (_R.FIX, "not registered for the United States"),
    "30036": (_R.LATER, "its validity ran out in the queue"),
    "30047": (_R.LATER, "outside the hours the country allows"),
    "30610": (_R.LATER, "outside the hours the country allows"),
    "63001": (_R.HALT, "the channel's credentials are wrong"),
    "63002": (_R.HALT, "the channel cannot find our sender"),
    "63007": (_R.HALT, "our WhatsApp sender is not set up"),
    "63008": (_R.HALT, "the channel is not set up"),
    "63020": (_R.HALT, "the business account has not accepted the invitation"),
    "63022": (_R.HALT, "the certificate is wrong"),
    "63051": (_R.HALT, "the business account is locked"),
    "63003": (_R.OTHER, "not on WhatsApp"),
    "63024": (_R.OTHER, "not on WhatsApp, or the app is too old"),
    "63005": (_R.TEXT_FORM, "the channel refuses the content"),
    "63006": (_R.TEXT_FORM, "the channel cannot show the content"),
    "63013": (_R.TEXT_FORM, "against the channel's policy"),
    "63011": (_R.TEXT_FORM, "the channel refuses the request"),
    "63021": (_R.TEXT_FORM, "the channel finds the content invalid"),
    "63030": (_R.TEXT_FORM, "a part the channel does not know"),
    "63009": (_R.RETRY, "the channel failed"),
    "63010": (_R.RETRY, "the channel failed inside"),
    "63012": (_R.RETRY, "the channel is not available"),
    "63014": (_R.OPT_OUT, "blocked by the person"),
    "63033": (_R.OPT_OUT, "blocked by the person"),
    "63016": (_R.TEMPLATE, "the service window is closed"),
    "63017": (_R.RETRY, "over the account's rate"),
    "63018": (_R.RETRY, "over the sender's rate"),
    "63026": (_R.HALT, "flagged as spam"),
    "63038": (_R.HALT, "over the account's messages of the day"),
    "63027": (_R.NO_TEMPLATE, "the template is missing in this language: push the templates"),
    "63028": (_R.NO_TEMPLATE, "the template has another number of variables: push the templates"),
    "63029": (_R.NO_TEMPLATE, "the template's picture could not be fetched"),
    "63031": (_R.FIX, "sender and receiver are the same"),
    "63032": (_R.OTHER, "the person is in an experiment of Meta"),
    "63034": (_R.TEXT_FORM, "the picture is too large"),
    "63037": (_R.TEXT_FORM, "the picture could not be uploaded"),
    "63040": (_R.NO_TEMPLATE, "the template was refused: mend its text"),
    "63041": (_R.NO_TEMPLATE, "the template is paused"),
    "63049": (_R.OTHER, "Meta held it back, and would again within a day: the reminder tries"),
    "131050": (_R.OPT_OUT, "the person stopped marketing messages"),
    "131062": (_R.FIX, "not allowed to an address that hides the number"),
}

_RANGES: dict[str, tuple[Reaction, str]] = {
    "351": (_R.FIX, "a wrong parameter for scheduled messages"),
    "112": (_R.FIX, "our own webhook failed"),
}
"""Codes by how they begin."""

_STATUSES: dict[int, tuple[Reaction, str]] = {
    401: _TABLE["20003"],
    403: (_R.HALT, "not allowed, and not by Twilio's own rules: look at the proxy in between"),
    404: _TABLE["20404"],
    407: (_R.HALT, "the proxy in between wants a password"),
    408: (_R.ASK, "the request was cut off; the outcome is unknown"),
    429: _TABLE["20429"],
}
"""Answers by their HTTP status, where no code of the table says more."""

_SERVER_FAULT = 500
_BROKEN = (_R.ASK, "Twilio failed: the outcome is unknown")
_REFUSED = (_R.FIX, "refused; the code is not in our table")
_UNDELIVERED = (_R.OTHER, "not delivered; the code is not in our table")


def failure_of(code: str | int | None) -> Failure:
    """A call was refused with this code: what to do."""
    return _look_up(code, _REFUSED)


def refusal(status: int, code: str | None, retry_after: float | None = None) -> Failure:
    """A call was answered with this HTTP status and perhaps a code: what to do.

    From 500 on nothing that the body says makes the outcome certain.
    """
    if status >= _SERVER_FAULT:
        return Failure(str(status), *_BROKEN)
    return _look_up(code or status, _STATUSES.get(status, _REFUSED), retry_after)


def undelivered(code: str | int | None) -> Failure:
    """A message that was taken over was not delivered: what to do."""
    return _look_up(code, _UNDELIVERED)


def known_codes() -> frozenset[str]:
    """Every code of the table."""
    return frozenset(_TABLE)


def _look_up(
    code: str | int | None, default: tuple[Reaction, str], retry_after: float | None = None
) -> Failure:
    text = str(code or "")
    in_range = next((row for start, row in _RANGES.items() if text.startswith(start)), default)
    reaction, meaning = _TABLE.get(text, in_range)
    return Failure(text or "none", reaction, meaning, retry_after)
