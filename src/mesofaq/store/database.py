"""The connection to SQLite or PostgreSQL, its transactions, and the one way in which a fault of it is shown.

On SQLite a transaction that writes takes the write lock at its start (BEGIN IMMEDIATE): with a plain BEGIN,
two that have both read would each wait for the other when they begin to write, and one would fail at once. A
transaction that only reads takes no lock in WAL mode.
"""

import contextlib
import functools
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from mesofaq.errors import Code, Problem
from mesofaq.privacy.seal import PLAIN, Seal
from mesofaq.store.base import SEAL

__all__ = ["Database", "connect", "empty_wal", "guarded", "parse_url", "sqlite_file"]

logger = logging.getLogger(__name__)

_P = ParamSpec("_P")
_T = TypeVar("_T")

_READ_ONLY = "mesofaq_read_only"
_STATEMENT_TIMEOUT_MS = 30_000  # longer than any query of ours: it frees a thread from a database that hangs
_CONNECT_TIMEOUT_S = 5
_WAL_RETRY_S = 0.01
_UNACKNOWLEDGED_MS = 15_000  # a peer that vanished without a word counts as lost after this

_URL_HELP = "Write sqlite:///path/to/file.db or postgresql://user@host/database."


def parse_url(url: str) -> URL:
    """Read a SQLAlchemy URL; `postgres://` and `postgresql://` mean the driver that this package installs.

    Raises:
        Problem: `setting-invalid`; the sentence does not repeat the URL, which may hold a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None:
        raise Problem(Code.SETTING_INVALID, f"That is not a database URL. {_URL_HELP}")
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise Problem(Code.SETTING_INVALID, f"Only SQLite and PostgreSQL are supported. {_URL_HELP}")
    return parsed


def sqlite_file(url: URL) -> Path | None:
    """The file that a SQLite URL names; None for PostgreSQL."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def connect(url: URL, *, lock_timeout_s: float, wal: bool = True) -> Engine:
    """Make an engine; nothing is opened before its first use.

    Args:
        url: where the database is, from `parse_url`.
        lock_timeout_s: seconds to wait for a lock, or for a free connection, before giving up.
        wal: switch a SQLite file to WAL; for the file of another program, leave that to its owner.

    Raises:
        Problem: `setting-invalid` when the URL names a driver that is not installed.
    """
    timeout_ms = int(lock_timeout_s * 1000)
    arguments: dict[str, Any] = {}
    if url.get_backend_name() == "postgresql":
        defaults = {"connect_timeout": _CONNECT_TIMEOUT_S, "tcp_user_timeout": _UNACKNOWLEDGED_MS}
        arguments = {key: value for key, value in defaults.items() if key not in url.query}
    with contextlib.suppress(ImportError, NoSuchModuleError):
        engine = create_engine(
            url,
            connect_args=arguments,
            hide_parameters=True,  # a patient's words are parameters: keep them out of messages and logs
            max_overflow=15,
            pool_pre_ping=True,  # a connection that was cut meanwhile is replaced, not handed out
            pool_timeout=lock_timeout_s,
        )
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine, timeout_ms, wal=wal)
        else:
            _prepare_postgresql(engine, timeout_ms)
        return engine
    raise Problem(Code.SETTING_INVALID, f"The database URL names an unknown driver. {_URL_HELP}")


def _prepare_sqlite(engine: Engine, timeout_ms: int, *, wal: bool) -> None:
    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own: `_begin` does
        connection.execute(f"PRAGMA busy_timeout = {timeout_ms}").close()
        if wal:
            _use_wal(connection, timeout_ms)
        for pragma in (
            "synchronous = FULL",  # each commit reaches the disk: what was received survives a power cut
            "foreign_keys = ON",
            "secure_delete = ON",  # erased text is overwritten, not left in free pages
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get(_READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _use_wal(connection: sqlite3.Connection, timeout_ms: int) -> None:
    """Switch the file to WAL, once and for all.

    When two connections try that on a new file at once, SQLite tells one of them that the database is locked without
    waiting as `busy_timeout` says, since both hold a lock that the other wants.
    """
    deadline = time.monotonic() + timeout_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(_WAL_RETRY_S)
        else:
            return


def _prepare_postgresql(engine: Engine, timeout_ms: int) -> None:
    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = {timeout_ms}")
        connection.execute(f"SET statement_timeout = {_STATEMENT_TIMEOUT_MS}")
        connection.autocommit = False


class Database:
    """An engine with its two kinds of transaction. Safe to share between threads.

    Args:
        url: a SQLAlchemy URL.
        lock_timeout_s: seconds to wait for a lock before giving up.
        seal: closes and opens what people wrote.

    Raises:
        Problem: `setting-invalid` when the URL cannot be used.
    """

    def __init__(self, url: str, *, lock_timeout_s: float, seal: Seal = PLAIN) -> None:
        self.url = parse_url(url)
        if self.url.get_backend_name() == "sqlite" and self.url.database in (None, "", ":memory:"):
            raise Problem(Code.SETTING_INVALID, f"The record must survive a restart, so it needs a file. {_URL_HELP}")
        self.engine = connect(self.url, lock_timeout_s=lock_timeout_s)
        self.seal = seal
        setattr(self.engine.dialect, SEAL, seal)
        self._reading_engine = self.engine.execution_options(**{_READ_ONLY: True})

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return sqlite_file(self.url)

    def create_file(self) -> None:
        """Make the SQLite file, and the folders to it, readable by this user alone.

        Raises:
            OSError: the folder cannot be written.
        """
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            # Before SQLite would, and with its mode: the files of the WAL inherit it.
            os.close(os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600))

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction that may write: committed at the end, rolled back on any exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """One transaction that only reads."""
        with Session(self._reading_engine, expire_on_commit=False) as session, session.begin():
            yield session


def empty_wal(engine: Engine) -> None:
    """On SQLite in WAL mode, write the log back and cut it to nothing: erased pages stay in it otherwise.

    A transaction that still reads the old pages keeps them there; then a later checkpoint does it.
    """
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                logger.warning("store: erased pages stay in the log until the next checkpoint")


def guarded(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Turn any fault of the database that `function` meets into a `store-failed` Problem.

    The problem is raised after the handler has ended, so the fault does not hang on it as its context:
    PostgreSQL writes the failing row, with what the patient said, into its messages. The log gets the kind of
    fault, no more.
    """

    @functools.wraps(function)
    def wrapper(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return function(*args, **kwargs)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            kind = _kind(error)
        logger.error("store: %s failed: %s", function.__name__, kind)
        raise Problem(
            Code.STORE_FAILED,
            "The record of conversations cannot be read or written at the moment. "
            "Try again shortly; whoever runs the service finds the kind of fault in its log.",
        )

    return wrapper


def _kind(error: Exception) -> str:
    """A fault's class and its code, e.g. `OperationalError SQLITE_FULL`: never its message."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return f"{type(cause).__name__} {code}" if code else type(cause).__name__
