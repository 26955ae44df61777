"""The second factor: six digits from an app (TOTP, RFC 6238), each good for one sign-in."""

import re
from datetime import datetime

import pyotp
import segno
from pyotp.utils import strings_equal

__all__ = ["code_step", "is_secret", "new_secret", "otpauth_uri", "qr_svg"]

_SECRET = re.compile(r"[A-Z2-7]{32}", re.ASCII)
_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_STEP_S = 30
_WINDOW = 1
"""Steps before and after the present one whose codes are taken: clocks differ, and typing takes time."""


def new_secret() -> str:
    """A fresh secret of 160 bits."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether `text` has the form of a secret that `new_secret` makes."""
    return _SECRET.fullmatch(text) is not None


def code_step(secret: str, code: str, now: datetime, last: int | None) -> int | None:
    """The time step whose code that is.

    Args:
        secret: the account's.
        code: what was typed; spaces in it do not count.
        now: the present moment.
        last: the last step whose code was taken: it and those before it are spent.

    Returns:
        The step (30 s each, counted from 1970), to be kept as the new `last`; None when the code is not right.
    """
    typed = "".join(code.split())
    if not _CODE.fullmatch(typed):
        return None
    totp = pyotp.TOTP(secret, interval=_STEP_S)
    present = int(now.timestamp()) // _STEP_S
    found = None
    for step in range(present - _WINDOW, present + _WINDOW + 1):
        if strings_equal(totp.generate_otp(step), typed) and (last is None or step > last):
            found = step
    return found


def otpauth_uri(secret: str, username: str, issuer: str) -> str:
    """What an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret, interval=_STEP_S).provisioning_uri(name=username, issuer_name=issuer)


def qr_svg(uri: str) -> str:
    """The QR code as an inline SVG: no image is fetched, and nothing of it reaches another server."""
    # On white in any colour scheme, with the margin that readers need.
    return str(
        segno.make(uri, error="m").svg_inline(scale=5, border=4, light="#ffffff", dark="#000000", lineclass=None)
    )
