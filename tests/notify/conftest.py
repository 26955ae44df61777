"""Handoffs in a real record (SQLite and PostgreSQL), and real receivers: an HTTP server and an SMTP server."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from notify_helpers import MailReceiver, Receiver, self_made_certificate
from store_helpers import FakeClock

from mesofaq.store import Store
from mesofaq.store.outbox import Outbox


@pytest.fixture
def outbox(store: Store, clock: FakeClock) -> Outbox:
    return Outbox(store.database, clock)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def mailbox() -> Iterator[MailReceiver]:
    with MailReceiver() as running:
        yield running


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key with a certificate for `localhost`, in one file, signed by itself."""
    return self_made_certificate(tmp_path_factory.mktemp("tls") / "localhost.pem")


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
