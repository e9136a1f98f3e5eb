"""Configuration, read once: environment, ``.env``, ``NAME_FILE`` for a secret in a file."""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

_NEVER_EMPTY = "database_url"
_WAYS_TO_REDIS = ("redis://", "rediss://", "unix://")


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

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unset(cls, values: dict[str, Any]) -> dict[str, Any]:
        """``NAME=`` in a file of settings, as left by whoever has no use for it; but a silent
        default must not keep answers in another database than was meant.
        """
        return {
            name: value for name, value in values.items() if value != "" or name == _NEVER_EMPTY
        }

    @field_validator("redis_url")
    @classmethod
    def _can_lead_to_redis(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(_WAYS_TO_REDIS):
            raise ValueError("write redis://host or rediss://:password@host")
        return value


def read_settings(**overrides: Any) -> Settings:
    """Read the configuration; raises SettingsError naming each wrong value."""
    try:
        found = {name: _content(*place) for name, place in _places(_written()).items()}
        return Settings(**(found | overrides))
    except ValidationError as error:
        faults = "; ".join(
            f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()
        )
        raise SettingsError(
            f"Wrong configuration ({faults}). Set it in the environment or in .env."
        ) from None


def origin_of(name: str) -> str:
    """Where the value of a setting comes from: ``environment``, ``.env``, ``NAME_FILE`` with the
    path, or ``default``. Raises SettingsError.
    """
    written = _written()
    if place := _places(written).get(name):
        return "{}={}".format(*place)
    here = {one.lower(): value for one, value in os.environ.items()}
    if name in here:
        return "environment" if here[name] or name == _NEVER_EMPTY else "default"
    return ".env" if written.get(name) or (name == _NEVER_EMPTY and name in written) else "default"


def _written() -> dict[str, str | None]:
    """What stands in ``.env``, by the name in small letters."""
    try:
        return dict(DotEnvSettingsSource(Settings, env_file_encoding="utf-8").env_vars)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(".env cannot be read. Save it as UTF-8, readable by us.") from error


def _places(written: dict[str, str | None]) -> dict[str, tuple[str, str]]:
    """The ``NAME_FILE`` variables, as container platforms hand secrets over, with their paths. One
    in ``.env`` counts where the environment has no such setting itself.
    """
    places = {}
    for name in Settings.model_fields:
        variable = f"{name.upper()}_FILE"
        path = os.environ.get(variable)
        if path is None and name.upper() not in os.environ:
            path = written.get(variable.lower())
        if path:
            places[name] = variable, path
    return places


def _content(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{variable} cannot be read: {path}. Check the path and its rights."
        ) from error
