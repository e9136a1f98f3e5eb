"""WhatsApp and SMS over Twilio: checked, read, sent, and every failure in our words."""

from bot.channels.twilio.failures import failure_of
from bot.channels.twilio.parse import MalformedError, parse_message, parse_status
from bot.channels.twilio.send import TwilioAccount, TwilioCarrier
from bot.channels.twilio.verify import Verifier

__all__ = [
    "MalformedError",
    "TwilioAccount",
    "TwilioCarrier",
    "Verifier",
    "failure_of",
    "parse_message",
    "parse_status",
]
