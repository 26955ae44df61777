"""A mail server, spoken to with `smtplib` in threads of our own.

Encryption is never optional where it is asked for: a server without STARTTLS, or with a certificate that does not hold,
gets no mail. A certificate authority of the clinic's own goes into SSL_CERT_FILE.
"""

import asyncio
import contextlib
import smtplib
import socket
import ssl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from mesofaq.errors import Code, Problem
from mesofaq.notify.way import AT_ONCE

__all__ = ["MailServer"]

_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
_CONNECT_S = 5.0
_STEP_S = 10.0


@dataclass(frozen=True)
class _Address:
    scheme: str
    host: str
    port: int
    user: str
    password: str


class MailServer:
    """Where mails are handed over.

    Args:
        url: `smtp://user:password@host:587` (STARTTLS), `smtps://…:465` (TLS) or `smtp+plain://…:25` (no encryption).

    Raises:
        Problem: `setting-invalid` when the URL cannot be used; it is not repeated, for it may hold a password.
    """

    def __init__(self, url: str) -> None:
        self._address = _parse(url)
        self._tls = ssl.create_default_context()
        # Threads of our own: a mail server that hangs must not take those in which the record is read.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mail")

    @property
    def host(self) -> str:
        """The server's name."""
        return self._address.host

    async def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> int:
        """Hand a mail over; gives how many recipients the server refused, fewer than all.

        Raises:
            OSError: the server cannot be reached, or (`smtplib.SMTPException`) took the mail for nobody.
        """
        session = _Session(self._address, self._tls)
        running = asyncio.get_running_loop().run_in_executor(
            self._threads, session.send, message, sender, tuple(recipients)
        )
        try:
            return await running
        except asyncio.CancelledError:
            session.break_off()
            raise

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False)


class _Session:
    """One conversation with the server, which another thread can break off."""

    def __init__(self, address: _Address, tls: ssl.SSLContext) -> None:
        self._address = address
        self._tls = tls
        self._smtp: smtplib.SMTP | None = None
        self._broken = False

    def send(self, message: EmailMessage, sender: str, recipients: tuple[str, ...]) -> int:
        self._smtp = smtp = self._connect(sender.rpartition("@")[2])
        try:
            if self._broken:
                raise smtplib.SMTPServerDisconnected
            if smtp.sock is not None:
                smtp.sock.settimeout(_STEP_S)
            if self._address.scheme == "smtp":
                smtp.starttls(context=self._tls)
            if self._address.user:
                smtp.login(self._address.user, self._address.password)
            refused = smtp.send_message(message, sender, recipients)
            # The mail is the server's now: a fault in saying goodbye must not send it again.
            with contextlib.suppress(OSError):
                smtp.quit()
            return len(refused)
        finally:
            smtp.close()

    def break_off(self) -> None:
        """Wake the thread that waits for the server."""
        self._broken = True
        if self._smtp is not None and self._smtp.sock is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._smtp.sock, socket.SHUT_RDWR)

    def _connect(self, our_name: str) -> smtplib.SMTP:
        host, port = self._address.host, self._address.port
        # We greet with the sender's domain: to ask the resolver for this machine's own name can take seconds.
        if self._address.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, our_name, timeout=_CONNECT_S, context=self._tls)
        return smtplib.SMTP(host, port, our_name, timeout=_CONNECT_S)


def _parse(url: str) -> _Address:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise Problem(
            Code.SETTING_INVALID,
            "MESOFAQ_SMTP_URL must look like smtp://user:password@host:587 (STARTTLS), smtps://user:password@host:465 "
            "or smtp+plain://localhost:25. Write special characters of the password as %40 and the like.",
        )
    address = _Address(
        scheme=parts.scheme,
        host=parts.hostname,
        port=_PORTS[parts.scheme] if port is None else port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
    if address.scheme == "smtp+plain" and address.user and not _on_this_machine(address.host):
        raise Problem(
            Code.SETTING_INVALID,
            "MESOFAQ_SMTP_URL would send a password unencrypted. Use smtp:// or smtps:// for a server elsewhere; "
            "smtp+plain:// takes a password only for localhost.",
        )
    return address


def _on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
