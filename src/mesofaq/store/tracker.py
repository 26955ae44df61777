"""Erases a conversation from Rasa's own tracker store, which holds what the patient said as well.

Rasa writes one row an event into the table `events`. Its `sender_id` is the conversation's id, a colon and
the dialogue's epoch.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import Connection, String, column, delete, inspect, or_, select, table
from sqlalchemy.exc import OperationalError

from mesofaq.store.database import connect, guarded, parse_url, sqlite_file
from mesofaq.store.wipe import wipe

__all__ = ["erase_tracker", "remembered"]

_LOCK_TIMEOUT_S = 10.0

_sender_id = column("sender_id", String)
_events = table("events", _sender_id)

_T = TypeVar("_T")


@guarded
def erase_tracker(tracker_url: str, sender_ids: Iterable[str]) -> int:
    """Delete what Rasa remembers of conversations.

    Args:
        tracker_url: the SQLAlchemy URL of Rasa's tracker store.
        sender_ids: the conversations' ids; of each, every epoch is deleted, and nothing of any other
            conversation.

    Returns:
        How many rows were deleted: 0 where the database or its table does not exist (yet).

    Raises:
        Problem: `store-failed` when the database cannot be read or written; then nothing was deleted.
    """

    def erase(connection: Connection) -> int:
        deleted = 0
        for sender_id in sender_ids:
            of_it = or_(_sender_id == sender_id, _sender_id.startswith(f"{sender_id}:", autoescape=True))
            deleted += connection.execute(delete(_events).where(of_it)).rowcount
        return deleted

    return _in_tracker(tracker_url, erase, erases=True) or 0


@guarded
def remembered(tracker_url: str) -> set[str]:
    """The ids of the conversations of which Rasa remembers anything, without the epoch.

    Args:
        tracker_url: the SQLAlchemy URL of Rasa's tracker store.

    Raises:
        Problem: `store-failed` when the database cannot be read.
    """

    def read(connection: Connection) -> set[str]:
        return {sender.partition(":")[0] for sender in connection.scalars(select(_sender_id).distinct())}

    return _in_tracker(tracker_url, read) or set()


def _in_tracker(tracker_url: str, act: Callable[[Connection], _T], *, erases: bool = False) -> _T | None:
    """Do something in one transaction of the tracker store; None where there is no such store (yet)."""
    url = parse_url(tracker_url)
    file = sqlite_file(url)
    if file is not None and not file.is_file():
        return None  # and do not let SQLite make one
    engine = connect(url, lock_timeout_s=_LOCK_TIMEOUT_S, wal=False)
    try:
        with engine.begin() as connection:
            if not inspect(connection).has_table(_events.name):
                return None
            done = act(connection)
        if erases and done:
            wipe(engine)
        return done
    except OperationalError as error:
        # The one fault that means "nothing to erase"; when one connects, it comes without a code.
        if f'database "{url.database}" does not exist' in str(error.orig):
            return None
        raise
    finally:
        engine.dispose()
