"""Handoffs in a real record (SQLite and PostgreSQL), and real receivers: an HTTP server and an SMTP server."""

import importlib.util
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_STORE = Path(__file__).parents[1] / "store"
sys.path.insert(0, str(_STORE))  # its helpers, when this folder is run alone
_spec = importlib.util.spec_from_file_location("store_conftest", _STORE / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
_store_conftest = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_store_conftest)

from notify_helpers import MailReceiver, Receiver, self_made_certificate  # noqa: E402
from store_helpers import FakeClock  # noqa: E402

from mesofaq.store import Store  # noqa: E402
from mesofaq.store.outbox import Outbox  # noqa: E402

clock = _store_conftest.clock
sqlite_url = _store_conftest.sqlite_url
postgresql_url = _store_conftest.postgresql_url
database_url = _store_conftest.database_url
store = _store_conftest.store


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
