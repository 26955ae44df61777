"""Every setting in one table: name, default with its unit in the name, and what it is for.

Each is read from the environment with the prefix `MESOFAQ_` (`MESOFAQ_PORT=8001`); an empty variable is none. What a
*clinic* decides (phone, hours, prices, emergency number) is not here but in `content/clinic.yml`.
"""

import os
import sys
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from mesofaq.errors import Code, Problem
from mesofaq.privacy.seal import Seal

__all__ = ["Settings", "load_settings", "offline_environment", "settings_table"]


class Settings(BaseSettings):
    """The service's settings. `docs/settings.md` lists them; a test compares the two."""

    model_config = SettingsConfigDict(env_prefix="MESOFAQ_", env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(default_factory=Path.cwd, description="The folder that holds content/, bot/, actions/ and var/.")
    var_dir: Path | None = Field(
        None, description="The folder for everything that is made at run time; empty means <home>/var."
    )
    env: Literal["development", "production"] = Field(
        "development",
        description="In production only approved, unexpired cards are served; in development all, under a notice.",
    )
    host: str = Field("127.0.0.1", description="The address the service listens on.")
    port: int = Field(8000, ge=1, le=65535, description="The port the service listens on.")
    rasa_port: int = Field(5005, ge=1, le=65535, description="The loopback port on which Rasa listens.")
    rasa_url: str = Field("", description="Where Rasa answers; empty means http://127.0.0.1:<rasa_port>.")
    rasa_token: str = Field("", description="The secret that Rasa's calls carry; empty: made at each `mesofaq up`.")
    rasa_timeout_s: float = Field(8.0, gt=0, le=50, description="How long one message may take inside Rasa.")
    database_url: str = Field("", description="SQLAlchemy URL; empty means SQLite under var/.")
    rasa_tracker_url: str = Field("", description="SQLAlchemy URL of Rasa's tracker store; empty: SQLite under var/.")
    staff_token: str = Field("", description="The secret by which staff's systems read screenings; empty: nobody can.")
    redis_url: str = Field("", description="Redis for shared throttles (and Rasa's locks with several workers).")
    rate_limit: int = Field(
        40, ge=0, description="Messages a minute for each conversation and four times that for each address; 0: off."
    )
    text_max_chars: int = Field(2000, ge=1, description="The longest message that is accepted.")
    body_max_bytes: int = Field(65536, ge=4096, description="The largest request body that is read.")
    bundle: Path | None = Field(None, description="The bundle to serve; empty means the newest under var/bundles.")
    encoder: str = Field("", description="A sentence-transformers model (name or folder) instead of the default.")
    public_url: str = Field("", description="The address at which staff reach the service, for links in e-mails.")
    encryption_keys: str = Field(
        "",
        description="Fernet keys that encrypt what people write, separated by commas; the first encrypts.",
    )
    session_idle_min: int = Field(30, ge=1, description="Minutes after which a staff session that does nothing ends.")
    session_max_hours: int = Field(12, ge=1, description="Hours after which every staff session ends.")
    require_second_factor: bool = Field(
        False, description="Staff without a second factor can do nothing but set one up (true or false)."
    )
    smtp_url: str = Field(
        "", description="The mail server: smtp://user:password@host:587 (STARTTLS), smtps://…:465, smtp+plain://…:25."
    )
    mail_from: str = Field("", description="The sender's address of notifications; empty: the clinic's own.")
    notify_mail: str = Field("", description="Comma-separated addresses that are told of new handoffs by e-mail.")
    webhook_url: str = Field("", description="The address that is told of new handoffs by signed webhook.")
    webhook_secret: str = Field(
        "", description="Secrets that sign webhooks (whsec_…), separated by spaces; each signs, so they can be changed."
    )
    allowed_origins: str = Field("", description="Comma-separated origins of websites that embed the widget.")

    @property
    def var(self) -> Path:
        """The folder for everything that is made at run time."""
        return self.var_dir or self.home / "var"

    @property
    def content(self) -> Path:
        """The clinicians' folder."""
        return self.home / "content"

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL of the system of record."""
        return self.database_url or f"sqlite:///{self.var / 'mesofaq.db'}"

    @property
    def tracker_url(self) -> str:
        """The SQLAlchemy URL of Rasa's tracker store: read here only to erase a conversation."""
        return self.rasa_tracker_url or f"sqlite:///{self.var / 'rasa' / 'tracker.db'}"

    @property
    def seal(self) -> Seal:
        """Closes and opens what people wrote.

        Raises:
            Problem: `setting-invalid` when a key is none.
        """
        return Seal([key.strip() for key in self.encryption_keys.split(",") if key.strip()])

    @property
    def rasa_base_url(self) -> str:
        """Where the service reaches Rasa."""
        return self.rasa_url or f"http://127.0.0.1:{self.rasa_port}"


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        Problem: `setting-invalid`, naming each variable that is wrong and why.
    """
    try:
        return Settings()
    except ValidationError as error:
        causes = "; ".join(
            f"MESOFAQ_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors()
        )
        raise Problem(Code.SETTING_INVALID, f"A setting is wrong: {causes}.") from None


def offline_environment() -> dict[str, str]:
    """The process environment with model hubs switched off: nothing is fetched at run time."""
    return {**os.environ, "HF_HUB_OFFLINE": "1", "RASA_TELEMETRY_ENABLED": "false", "TOKENIZERS_PARALLELISM": "false"}


def settings_table() -> str:
    """The table of all settings as Markdown, for `docs/settings.md`; a test compares the two."""
    rows = ["| Variable | Default | What it is for |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default in ("", None) else f"`{field.default}`"
        rows.append(f"| `MESOFAQ_{name.upper()}` | {default or '(none)'} | {field.description} |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.stdout.write(settings_table() + "\n")
