"""Configuration, read once: environment, ``.env``, ``NAME_FILE`` for a secret in a file."""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting is wrong or missing; the message names it and the mend."""


class Settings(BaseSettings):
    """Everything that differs between installations. Every field is an environment variable.

    ``twilio_auth_token`` may hold two tokens with a comma while they are rotated; the first signs.
    The rates are messages a second of one sending process: WhatsApp counts 80 of a number in and
    out together, of which we take half.
    ``smtp_url`` is the mail server (see ``channels/email/server.py``), ``smtp_sender`` the address
    that e-mails come from, whose mail a person reads.
    ``voucher_url`` is where vouchers are bought on demand (``bot/channels/seller.py``).
    ``polsbot_key`` may hold several keys, the newest first. ``polsbot_most_a_day`` counts the
    messages of all organisations, ``polsbot_most_each_a_day`` those of one: when they have left, no
    further wave is opened until tomorrow.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", case_sensitive=False)

    database_url: str = "sqlite:///var/polsbot.db"
    redis_url: str | None = None
    public_url: str = ""
    port: int = Field(default=8080, ge=1, le=65535)
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    polsbot_key: SecretStr | None = None
    polsbot_studies: Path = Path("flows")
    polsbot_locales: Path = Path("locales")
    polsbot_assets: Path = Path("assets")
    polsbot_cards: Path = Path("var/cards")
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    twilio_base_url: str | None = None
    twilio_whatsapp_sender: str = ""
    twilio_sms_sender: str = ""
    twilio_whatsapp_rate: float = Field(default=40, ge=1, le=1000)
    twilio_sms_rate: float = Field(default=10, ge=1, le=1000)
    voucher_url: str = ""
    voucher_token: SecretStr | None = None
    smtp_url: SecretStr | None = None
    smtp_sender: str = ""
    smtp_rate: float = Field(default=10, ge=1, le=1000)
    polsbot_most_a_day: int = Field(default=50_000, ge=1)
    polsbot_most_each_a_day: int = Field(default=20_000, ge=1)


def read_settings(**overrides: Any) -> Settings:
    """Read the configuration; raises SettingsError naming each wrong value."""
    try:
        return Settings(**(_secrets_in_files() | overrides))
    except ValidationError as error:
        faults = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(
            f"Wrong configuration ({faults}). Set it in the environment or in .env."
        ) from None


def _secrets_in_files() -> dict[str, str]:
    """Values of ``NAME_FILE`` variables, as container platforms hand secrets over."""
    found = {}
    for name in Settings.model_fields:
        path = os.environ.get(f"{name.upper()}_FILE")
        if path:
            try:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(
                    f"{name.upper()}_FILE cannot be read: {path}. Check the path and its rights."
                ) from error
    return found
