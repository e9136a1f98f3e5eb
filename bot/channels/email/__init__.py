"""E-mail by SMTP: it carries an invitation out and brings nothing back."""

from bot.channels.email.send import EmailCarrier
from bot.channels.email.server import MailServer, ServerError, server_of

__all__ = ["EmailCarrier", "MailServer", "ServerError", "server_of"]
