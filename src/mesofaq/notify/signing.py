"""Signatures of Standard Webhooks 1.0 (https://www.standardwebhooks.com): HMAC-SHA256 over id, timestamp and body."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from mesofaq.errors import Code, Problem

__all__ = ["Signer", "new_secret", "parse_secrets"]

_PREFIX = "whsec_"
_MIN_BYTES = 24
_NEW_BYTES = 32


def new_secret() -> str:
    """A fresh secret for `MESOFAQ_WEBHOOK_SECRET`."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_NEW_BYTES)).decode()


def parse_secrets(setting: str) -> tuple[bytes, ...]:
    """Read secrets that are separated by spaces.

    Raises:
        Problem: `setting-invalid` when there is none or one is no such secret; it is not repeated.
    """
    keys = tuple(_parse(secret) for secret in setting.split())
    if not keys or any(len(key) < _MIN_BYTES for key in keys):
        raise Problem(
            Code.SETTING_INVALID,
            f"MESOFAQ_WEBHOOK_SECRET must hold secrets of the form {_PREFIX}… (base64 of at least {_MIN_BYTES} bytes), "
            "separated by spaces: 'mesofaq notify secret' makes one.",
        )
    return keys


def _parse(secret: str) -> bytes:
    """The key in a secret; empty where it is none."""
    if not secret.startswith(_PREFIX):
        return b""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


class Signer:
    """Signs with every key, so that a receiver can change to a new one without missing a call.

    Args:
        keys: from `parse_secrets`.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def headers(self, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
        """The three headers of a call.

        Args:
            message_id: by which a receiver knows repeats.
            timestamp_s: when it is sent, in whole seconds since 1970; receivers refuse what is too old.
            body: the exact bytes that are sent.
        """
        signed = f"{message_id}.{timestamp_s}.".encode() + body
        digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in self._keys)
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp_s),
            "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
        }
