"""Erases a conversation from Rasa's own tracker store, which holds what the patient said as well.

Rasa writes one row an event into the table `events`. Its `sender_id` is the conversation's id, a colon and
the dialogue's epoch.
"""

from collections.abc import Iterable

from sqlalchemy import String, column, delete, inspect, or_, table
from sqlalchemy.exc import OperationalError

from mesofaq.store.database import connect, empty_wal, guarded, parse_url, sqlite_file

__all__ = ["erase_tracker"]

_LOCK_TIMEOUT_S = 10.0

_sender_id = column("sender_id", String)
_events = table("events", _sender_id)


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
    url = parse_url(tracker_url)
    file = sqlite_file(url)
    if file is not None and not file.is_file():
        return 0  # and do not let SQLite make one
    engine = connect(url, lock_timeout_s=_LOCK_TIMEOUT_S, wal=False)
    deleted = 0
    try:
        with engine.begin() as connection:
            if not inspect(connection).has_table(_events.name):
                return 0
            for sender_id in sender_ids:
                of_it = or_(_sender_id == sender_id, _sender_id.startswith(f"{sender_id}:", autoescape=True))
                deleted += connection.execute(delete(_events).where(of_it)).rowcount
        if deleted:
            empty_wal(engine)
    except OperationalError as error:
        # The one fault that means "nothing to erase"; when one connects, it comes without a code.
        if f'database "{url.database}" does not exist' in str(error.orig):
            return 0
        raise
    finally:
        engine.dispose()
    return deleted
