"""Receivers that are real servers, and that can be told to fail; handoffs through the real store."""

import asyncio
import datetime
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select
from store_helpers import TOKEN, handoff

from fixtures_live import free_ports
from mesofaq.chat.models import Priority
from mesofaq.notify import Notifier
from mesofaq.notify.mail import MailWay, Writer
from mesofaq.notify.signing import parse_secrets
from mesofaq.notify.smtp import MailServer
from mesofaq.notify.way import Way
from mesofaq.notify.webhook import WebhookWay
from mesofaq.store import Store, utc_now
from mesofaq.store.models import Delivery, OutboxEvent
from mesofaq.store.outbox import Notice, Outbox

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PLANTED = "zanzibarrash"
"""A word that a patient wrote: it may be nowhere outside the record."""
SENDER = "faq@clinic.example"
DESK = ("desk@clinic.example", "nurse@clinic.example")


def hand_off(store: Store, priority: Priority = Priority.ROUTINE, text: str = f"I have a {PLANTED}") -> str:
    """Hand a conversation over as the service does; gives the id of the event in the outbox."""
    conversation = store.create_conversation(TOKEN)
    message_id = store.receive(conversation.id, text, None).message_id
    (reply,) = store.finish(message_id, [handoff(priority=priority)], bundle_id=None)
    assert reply.handoff is not None
    with store.database.reading() as session:
        return session.scalars(select(OutboxEvent.id).where(OutboxEvent.aggregate_id == reply.handoff.id)).one()


def delivered_at(store: Store, event_id: str) -> datetime.datetime | None:
    with store.database.reading() as session:
        return session.scalars(select(OutboxEvent.delivered_at).where(OutboxEvent.id == event_id)).one()


def delivery(store: Store, event_id: str, way: str = "webhook") -> Delivery:
    with store.database.reading() as session:
        return session.scalars(select(Delivery).where(Delivery.event_id == event_id, Delivery.way == way)).one()


def notice(event_type: str = "handoff.opened", priority: str | None = None, **ids: str) -> Notice:
    ids = ids or {"handoff_id": str(uuid4()), "conversation_id": str(uuid4())}
    at = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
    return Notice(event_id=str(uuid4()), event_type=event_type, at=at, ids=ids, priority=priority)


def deliver(outbox: Outbox, *ways: Way) -> int:
    """Try once whatever is due; gives how many deliveries arrived. The ways cannot be used again."""

    async def once() -> int:
        notifier = Notifier(outbox, ways)
        try:
            return await notifier.deliver_due()
        finally:
            await notifier.close()

    return asyncio.run(once())


def webhook(url: str, secret: str = SECRET, *, total_s: float = 5) -> WebhookWay:
    # Signed with the real time, for receivers refuse what is old; the outbox has a clock of its own.
    return WebhookWay(url, parse_secrets(secret), utc_now, total_s=total_s)


def mail(url: str, public_url: str = "https://faq.clinic.example/") -> MailWay:
    return MailWay(MailServer(url), Writer(SENDER, DESK, public_url, "America/New_York"))


@dataclass
class Call:
    """One request that reached the receiver, and what it did with it."""

    headers: dict[str, str]
    body: bytes
    action: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """An HTTP server that does with each request what `plan` says next: `ok` when it says nothing more.

    `ok`, a status (`500`), `429:120` with a Retry-After, `drop` hangs up before, `lost` after it took the request,
    `slow` takes it and answers when the caller has gone, `hold` waits for `let_go`.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.plan: Iterator[str] = iter(())
        self.held = threading.Event()
        self.let_go = threading.Event()
        self.slow_s = 1.0
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.take(self)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hooks"

    @property
    def taken(self) -> list[Call]:
        """The requests that it worked on, whether or not the caller came to know."""
        return [call for call in self.calls if call.action in ("ok", "lost", "slow", "hold")]

    def take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        with self._lock:
            action = next(self.plan, "ok")
            self.calls.append(Call({k.lower(): v for k, v in request.headers.items()}, body, action))
        if action in ("drop", "lost"):
            request.close_connection = True
            request.connection.shutdown(socket.SHUT_RDWR)
            return
        if action == "slow":
            time.sleep(self.slow_s)
        if action == "hold":
            self.held.set()
            self.let_go.wait(30)
        status, _, retry_after = action.partition(":")
        request.close_connection = True
        try:
            request.send_response(int(status) if status.isdigit() else 204)
            if retry_after:
                request.send_header("Retry-After", retry_after)
            request.send_header("Location", self.url)
            request.send_header("Content-Length", "0")
            request.send_header("Connection", "close")
            request.end_headers()
        except OSError:
            pass  # the caller has gone

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class Mailed:
    """A mail that the server took."""

    sender: str
    recipients: list[str]
    raw: bytes
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class _Handler:
    plan: Iterator[str]
    taken: list[Mailed] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    attempts: int = 0

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        self.attempts += 1
        action = next(self.plan, "ok")
        if action == "451":
            return "451 try again later"
        if action == "drop":
            server.transport.close()
            return "421 gone"
        encrypted = server.transport.get_extra_info("cipher") is not None
        mailed = Mailed(envelope.mail_from, list(envelope.rcpt_tos), envelope.content, encrypted)
        self.taken.append(mailed)
        if action == "lost":
            server.transport.close()
        return "250 taken"


class MailReceiver:
    """An SMTP server. Its `plan`: `ok`, `451`, `drop` before it takes the mail, `lost` after it.

    Args:
        starttls: offer and demand STARTTLS.
        tls: speak TLS from the start.
        login: the user and password that it wants.
    """

    def __init__(
        self,
        *,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        (self.port,) = free_ports(1)
        self._handler = _Handler(iter(()))
        options: dict[str, Any] = {}
        if login is not None:
            options |= {"authenticator": _authenticator(*login), "auth_required": True}
        if starttls is not None:
            options |= {"tls_context": starttls, "require_starttls": True}
        self._controller = Controller(self._handler, hostname="127.0.0.1", port=self.port, ssl_context=tls, **options)

    @property
    def url(self) -> str:
        return f"smtp+plain://127.0.0.1:{self.port}"

    @property
    def taken(self) -> list[Mailed]:
        return self._handler.taken

    @property
    def attempts(self) -> int:
        return self._handler.attempts

    def follow(self, plan: Iterable[str]) -> None:
        self._handler.plan = iter(plan)

    def refuse(self, *addresses: str) -> None:
        self._handler.refused |= set(addresses)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._controller.stop()


def _authenticator(user: str, password: str) -> Callable[..., AuthResult]:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (
            user.encode(),
            password.encode(),
        )
        return AuthResult(success=right, handled=False)

    return check


def self_made_certificate(path: Path) -> Path:
    """Write a key and a certificate for `localhost` that it has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
