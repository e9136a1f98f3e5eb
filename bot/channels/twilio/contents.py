"""The few Content resources that carry every question: buttons and lists filled by variables.

WhatsApp takes buttons and lists only from a stored resource
(https://www.twilio.com/docs/content/content-types-overview). One for each number of choices is
made once and found again by its name, which holds a hash of what it is.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from twilio.rest import Client

from bot.message import ButtonsForm, ListForm, TemplateForm

LANGUAGE = "en"
"""Every resource names a language; the words all come by variable."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A stored message with places for variables, ``{{1}}`` and on; ``samples`` fill them."""

    name: str
    language: str
    types: Mapping[str, Any]
    samples: tuple[str, ...]


def _resource(kind: str, types: Mapping[str, Any], samples: tuple[str, ...]) -> Resource:
    """Named by what it is: the same for the same content, and for no other."""
    content = json.dumps([types, samples, LANGUAGE], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return Resource(f"polsbot-{kind}-{digest}", LANGUAGE, types, samples)


def _action(place: int) -> dict[str, str]:
    return {"title": f"{{{{{place}}}}}", "id": f"{{{{{place + 1}}}}}"}


def _pair_samples(count: int) -> tuple[str, ...]:
    return tuple(
        text for place in range(1, count + 1) for text in (f"Choice {place}", f"id{place}")
    )


@cache
def buttons(count: int) -> Resource:
    """Words and quick replies: variables are the words, then title and id of each."""
    actions = [_action(2 + 2 * place) for place in range(count)]
    types = {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}}
    return _resource(f"buttons-{count}", types, ("Question", *_pair_samples(count)))


@cache
def card(count: int) -> Resource:
    """A picture, words and quick replies: words, the picture's address, then title and id."""
    actions = [{"type": "QUICK_REPLY", **_action(3 + 2 * place)} for place in range(count)]
    types = {"twilio/card": {"title": "{{1}}", "media": ["{{2}}"], "actions": actions}}
    samples = ("Question", "https://example.org/card.png", *_pair_samples(count))
    return _resource(f"card-{count}", types, samples)


@cache
def rows(count: int) -> Resource:
    """Words and a list: the words, the opener, then item and id of each row."""
    items = [
        {"item": f"{{{{{3 + 2 * place}}}}}", "id": f"{{{{{4 + 2 * place}}}}}"}
        for place in range(count)
    ]
    types = {"twilio/list-picker": {"body": "{{1}}", "button": "{{2}}", "items": items}}
    return _resource(f"list-{count}", types, ("Question", "Choose", *_pair_samples(count)))


FIXED: tuple[Resource, ...] = (
    *(buttons(count) for count in range(1, 4)),
    *(card(count) for count in range(1, 4)),
    *(rows(count) for count in range(1, 11)),
)
"""Everything a question can need."""


def content_of(form: ButtonsForm | ListForm | TemplateForm) -> tuple[str, list[str]]:
    """The resource a form needs, by name, and its variables in order."""
    match form:
        case ButtonsForm(body=body, buttons=taps, picture_url=None):
            pairs = [text for tap in taps for text in (tap.title, tap.id)]
            return buttons(len(taps)).name, [body, *pairs]
        case ButtonsForm(body=body, buttons=taps, picture_url=url):
            pairs = [text for tap in taps for text in (tap.title, tap.id)]
            return card(len(taps)).name, [body, url or "", *pairs]
        case ListForm(body=body, opener=opener, rows=listed):
            pairs = [text for row in listed for text in (row.title, row.id)]
            return rows(len(listed)).name, [body, opener, *pairs]
        case TemplateForm(name=name, variables=variables, buttons=taps):
            return name, [*variables, *(tap.id for tap in taps)]


async def push(client: Client, wanted: tuple[Resource, ...]) -> dict[str, str]:
    """Make what the account lacks; returns the sid of each wanted resource by its name.

    What is there is found by name first, so that a second push makes nothing twice.
    """
    names = {resource.name for resource in wanted}
    found = {
        str(content.friendly_name): str(content.sid)
        for content in await client.content.v1.contents.list_async(page_size=500)
        if content.friendly_name in names
    }
    for resource in wanted:
        if resource.name not in found:
            found[resource.name] = await create(client, resource)
    return found


async def create(client: Client, resource: Resource) -> str:
    """Make one and return its sid. The library's own request class rewrites our types; the API
    takes the plain JSON.
    """
    body = {
        "friendly_name": resource.name,
        "language": resource.language,
        "variables": {str(place): text for place, text in enumerate(resource.samples, start=1)},
        "types": resource.types,
    }
    made = await client.content.v1.create_async(
        "POST", "/Content", data=body, headers={"Content-Type": "application/json"}
    )
    return str(made["sid"])
