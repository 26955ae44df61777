"""From the settings and the clinic's own facts to the ways by which staff are told."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from mesofaq.content.models import Clinic
from mesofaq.errors import Code, Problem
from mesofaq.notify.mail import MailWay, Writer, one_address, read_addresses
from mesofaq.notify.signing import parse_secrets
from mesofaq.notify.smtp import MailServer
from mesofaq.notify.way import Way
from mesofaq.notify.webhook import WebhookWay
from mesofaq.settings import Settings

__all__ = ["ways_of"]


def ways_of(settings: Settings, clinic: Clinic, clock: Callable[[], datetime]) -> list[Way]:
    """Every way that is configured; none where nothing is.

    Half a way is an error: whoever set one of two settings would think that staff are told.

    Raises:
        Problem: `setting-invalid`.
    """
    ways: list[Way] = []
    if _both(settings, "smtp_url", "notify_mail"):
        writer = Writer(
            sender=one_address([settings.mail_from, clinic.email], "MESOFAQ_MAIL_FROM (or the clinic's email)"),
            recipients=read_addresses(settings.notify_mail, "MESOFAQ_NOTIFY_MAIL"),
            public_url=_public_url(settings.public_url),
            timezone=clinic.timezone,
        )
        ways.append(MailWay(MailServer(settings.smtp_url), writer))
    if _both(settings, "webhook_url", "webhook_secret"):
        ways.append(WebhookWay(settings.webhook_url, parse_secrets(settings.webhook_secret), clock))
    return ways


def _both(settings: Settings, *names: str) -> bool:
    given = [name for name in names if getattr(settings, name).strip(" ,")]
    if given and len(given) < len(names):
        missing = " and ".join(f"MESOFAQ_{name.upper()}" for name in names if name not in given)
        raise Problem(
            Code.SETTING_INVALID,
            f"MESOFAQ_{given[0].upper()} is set, but {missing} is not. Set both, or neither.",
        )
    return bool(given)


def _public_url(url: str) -> str:
    if url and (urlsplit(url).scheme not in ("http", "https") or not url.isascii() or not url.isprintable()):
        raise Problem(Code.SETTING_INVALID, "MESOFAQ_PUBLIC_URL must be an address like https://faq.clinic.example.")
    return url
