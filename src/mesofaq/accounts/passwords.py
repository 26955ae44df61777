"""Passwords: kept as Argon2id hashes, long rather than intricate, none of those that everybody tries first.

No rules of composition (NIST SP 800-63B): they make people write `Password1234!`, which is on the list below.
"""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mesofaq.errors import Code, Problem

__all__ = ["MAX_CHARS", "MIN_CHARS", "Passwords", "check_new"]

MIN_CHARS, MAX_CHARS = 12, 128

_COMMONEST = frozenset(
    """
    000000000000 111111111111 112233445566 123123123123 123412341234 123456123456 1234567890ab 123456789012
    1234567890123 12345678901234 123456789012345 1234567890123456 123456789abc 123456789qwe 1234567891011
    1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv a1b2c3d4e5f6 abc123abc123 abcd12345678 abcdefghijkl
    abcdefghijklm adminadminadmin administrator administrator1 admin1234567 admin12345678 asdfasdfasdf asdfghjkl123
    asdfghjklqwerty asdfghjkl;'# baseball1234 batterystaple changemechangeme changeme1234 changeme12345 clinicclinic
    clinic123456 computer1234 correcthorse correcthorsebatterystaple defaultpassword doctordoctor dragon123456
    football1234 football12345 hairmesotherapy ihateyou1234 iloveyou1234 iloveyou12345 iloveyouforever
    jesuschrist1 jordan123456 letmein12345 letmein123456 letmeinletmein liverpool123 lovelovelove master123456
    mesofaqmesofaq mesofaq12345 mesotherapy1 mesotherapy12 mesotherapy123 michael12345 monkey123456
    mypassword12 mypassword123 newpassword1 newpassword123 nursenursenurse opensesame12 p@ssw0rd1234
    p@ssword1234 pa$$word1234 passw0rd1234 passw0rd12345 password0000 password1111 password1234 password1234!
    password12345 password12345! password123456 password1234567 password12345678 password2024 password2025
    password2026 passwordpassword password!234 princess1234 q1w2e3r4t5y6 qazwsxedcrfv qwe123qwe123
    qwerqwerqwer qwerty123456 qwerty1234567 qwerty12345678 qwertyqwerty qwertyuiop12 qwertyuiop123
    qwertyuiopasdfghjkl qwertyuiop[] secret123456 secretsecret securepassword starwars1234 summer202020 sunshine1234
    superman1234 superman12345 temporary123 test12345678 testtesttest thisismypassword trustno1trustno1
    welcome12345 welcome123456 welcomewelcome whatever1234 zaq12wsxcde3 zxcvbnm12345 zxcvbnmasdfghjkl
    """.split()
)


def check_new(password: str, *names: str) -> None:
    """See that a password may become somebody's.

    Args:
        password: what was chosen.
        *names: whose it is: the name to sign in with, and the person's own.

    Raises:
        Problem: `invalid-request`, saying what is allowed; the password is not repeated.
    """
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise _refused(f"A password has {MIN_CHARS} to {MAX_CHARS} characters, of any kind; this one has not.")
    plain = _plain(password)
    if plain in {_plain(name) for name in names} | {_plain(name) * 2 for name in names}:
        raise _refused("A password must not be the person's own name. Choose several unrelated words.")
    if plain in _COMMONEST:
        raise _refused("That password is one of those that are tried first. Choose several unrelated words.")


def _refused(why: str) -> Problem:
    return Problem(Code.INVALID_REQUEST, why)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


class Passwords:
    """Makes and checks hashes. Both take about 50 ms and 64 MB, on purpose: call neither in a transaction."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        # Checked for names that nobody has, so that those take as long as the others.
        self._nobodys = self._hasher.hash("the password of nobody")

    def hash(self, password: str) -> str:
        """The hash to keep."""
        return self._hasher.hash(_bytes(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether `password` is the one whose hash was kept; without one, False after the same time."""
        try:
            right = self._hasher.verify(self._nobodys if kept is None else kept, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return right and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def _bytes(password: str) -> bytes:
    # The same letters in the other of their two spellings are the same password, whichever keyboard typed them.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
