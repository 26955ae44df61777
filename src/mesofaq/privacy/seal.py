"""Field encryption: what patients and staff write is kept as Fernet tokens where the settings give a key.

The first key seals, every key opens (`MultiFernet`), so a new key is put in front and the old one stays until
`mesofaq keys rotate` has sealed everything anew. Without a key texts are kept plain, and a record that mixes both can
be read: that is how encryption is switched on.
"""

import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from mesofaq.errors import Code, Problem

__all__ = ["PLAIN", "Seal", "new_key"]

_MARK = "sealed:1:"


def new_key() -> str:
    """A fresh key for `MESOFAQ_ENCRYPTION_KEYS`."""
    return Fernet.generate_key().decode()


class Seal:
    """Closes and opens texts.

    Args:
        keys: Fernet keys (32 bytes as URL-safe base64), the one that seals first; none leaves texts as they are.

    Raises:
        Problem: `setting-invalid` when one is no such key; it is not repeated.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        try:
            fernets = [Fernet(key) for key in keys]
        except ValueError:
            raise Problem(
                Code.SETTING_INVALID,
                "MESOFAQ_ENCRYPTION_KEYS must hold Fernet keys, separated by commas: 'mesofaq keys new' makes one.",
            ) from None
        self._first = fernets[0] if fernets else None
        self._fernet = MultiFernet(fernets) if fernets else None

    @property
    def seals(self) -> bool:
        """Whether there is a key."""
        return self._fernet is not None

    def close(self, text: str) -> str:
        """The text as it is to be kept."""
        # A plain text that looks like a sealed one could not be told from it: it is kept so that it can.
        if self._fernet is None:
            return f"{_MARK}plain:{text}" if text.startswith(_MARK) else text
        return _MARK + self._fernet.encrypt(text.encode()).decode()

    def open(self, kept: str) -> str:
        """The text that was kept, sealed or not.

        Raises:
            Problem: `store-failed` when it is sealed and no key opens it.
        """
        if not kept.startswith(_MARK):
            return kept
        token = kept.removeprefix(_MARK)
        if token.startswith("plain:"):
            return token.removeprefix("plain:")
        try:
            if self._fernet is not None:
                return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            pass
        raise Problem(
            Code.STORE_FAILED,
            "The record holds encrypted text that no key of MESOFAQ_ENCRYPTION_KEYS opens. "
            "Add the key with which it was written behind the first one.",
        )

    def is_current(self, kept: Any) -> bool:
        """Whether a value is kept as it would be kept now: sealed with the first key, or plain without a key.

        Args:
            kept: a text or JSON, as it stands in the record.
        """
        token = kept.removeprefix(_MARK) if isinstance(kept, str) and kept.startswith(_MARK) else None
        if self._first is None:
            return token is None or token.startswith("plain:")
        try:
            self._first.decrypt((token or "").encode())
        except InvalidToken:
            return False
        return True

    def close_json(self, value: Any) -> Any:
        """JSON as it is to be kept: itself without a key, one sealed string with one."""
        return value if self._fernet is None else self.close(json.dumps(value, ensure_ascii=False, allow_nan=False))

    def open_json(self, kept: Any) -> Any:
        """The JSON that was kept, sealed or not.

        Raises:
            Problem: `store-failed` when it is sealed and no key opens it.
        """
        return json.loads(self.open(kept)) if isinstance(kept, str) and kept.startswith(_MARK) else kept


PLAIN = Seal()
"""Leaves texts as they are."""
