"""Templates at Twilio: a Content resource each, and WhatsApp's word on it.

https://www.twilio.com/docs/content/content-api-resources#submit-templates-for-approval
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import aiohttp
from twilio.rest import Client

from bot.channels.contract import Approval
from bot.channels.twilio.client import UNREADABLE, RefusedError
from bot.channels.twilio.contents import Resource, push
from bot.message import Template

UNSUBMITTED = "unsubmitted"


class Category(StrEnum):
    """What a template is for; WhatsApp charges by it and may change it."""

    UTILITY = "utility"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Pushed:
    """A template that is at Twilio now, under this id."""

    template: Template
    provider_id: str
    approval: Approval


def resource_of(template: Template) -> Resource:
    """The Content resource of a template: its words are fixed, what a tap sends back is not."""
    first = len(template.samples) + 1
    actions = [
        {"title": title, "id": f"{{{{{first + place}}}}}"}
        for place, title in enumerate(template.buttons)
    ]
    types = {"twilio/quick-reply": {"body": template.body, "actions": actions}}
    ids = tuple(f"id{place}" for place in range(1, len(actions) + 1))
    return Resource(template.name, template.language, types, (*template.samples, *ids))


async def push_templates(
    client: Client, templates: Sequence[Template], category: Category
) -> list[Pushed]:
    """Make what is missing and ask for approval of what nobody asked for yet. May be run again.

    A template whose request is refused is left unsubmitted with the code as its reason. Raises
    RefusedError when the account itself is refused, aiohttp's errors and TimeoutError.
    """
    sids = await push(client, tuple(map(resource_of, templates)))
    pushed = []
    for template in templates:
        sid = sids[template.name]
        approval = await _fetch(client, sid)
        if approval.state == UNSUBMITTED:
            approval = await submit(client, sid, template.name, category)
        pushed.append(Pushed(template, sid, approval))
    return pushed


async def submit(client: Client, sid: str, name: str, category: Category) -> Approval:
    """Ask for approval. The API takes JSON, the library's own request sends a form (twilio-python
    issue 932).
    """
    try:
        told = await client.content.v1.create_async(
            "POST",
            f"/Content/{sid}/ApprovalRequests/whatsapp",
            data={"name": name, "category": category.upper()},
            headers={"Content-Type": "application/json"},
        )
    except RefusedError as error:
        return Approval(UNSUBMITTED, f"refused with code {error.code or error.status}")
    return _approval(told)


async def approval_of(client: Client, sid: str) -> Approval | None:
    """How far a template came; ``None`` if Twilio cannot be asked or does not know it."""
    try:
        return await _fetch(client, sid)
    except (RefusedError, aiohttp.ClientError, TimeoutError, *UNREADABLE):
        return None


async def _fetch(client: Client, sid: str) -> Approval:
    told = await client.content.v1.contents(sid).approval_fetch().fetch_async()
    return _approval(told.whatsapp or {})


def _approval(told: dict[str, object]) -> Approval:
    state = str(told.get("status") or UNSUBMITTED).lower()
    return Approval(state[:40], str(told.get("rejection_reason") or "")[:500])
