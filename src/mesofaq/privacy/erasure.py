"""Erases a conversation wherever it is kept: in Rasa's memory, in the record, and in Rasa's memory once more.

    Rasa's rows ──▶ the record (tombstone, audit; one transaction) ──▶ sweeps: Rasa's rows of whatever has a tombstone

A crash after the first step leaves the conversation in the record, where whoever wanted it gone can ask again. A
message that Rasa is just answering is written to its memory after both steps, the whole of the dialogue with it: the
sweeps find that by the tombstone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mesofaq.store.erase import erased_among, erased_since
from mesofaq.store.store import Store
from mesofaq.store.tracker import erase_tracker, remembered

__all__ = ["SWEPT_OFTEN", "erase_everywhere", "purge_everywhere", "sweep_tracker"]

SWEPT_OFTEN = timedelta(minutes=10)
"""A tombstone's age up to which the frequent sweep looks: an action of Rasa's may run for five minutes."""


def erase_everywhere(store: Store, tracker_url: str, conversation_id: str, *, by: str) -> bool:
    """Erase one conversation.

    Args:
        store: the record.
        tracker_url: Rasa's tracker store.
        conversation_id: which; an unknown one is erased already.
        by: who erases it, as the audit names them.

    Returns:
        Whether there was something to erase in the record.

    Raises:
        Problem: `store-failed`; what is not erased yet can be erased by trying again.
    """
    erase_tracker(tracker_url, [conversation_id])
    return store.erase(conversation_id, by=by)


def purge_everywhere(
    store: Store, tracker_url: str, older_than: datetime, *, by: str, handed_over: bool | None = None
) -> int:
    """Erase every conversation in which nothing was said since `older_than`; gives how many.

    Args:
        store: the record.
        tracker_url: Rasa's tracker store.
        older_than: the moment.
        by: who erases them, as the audit names them.
        handed_over: only those that went to a person (True) or never did (False); None: all.

    Raises:
        Problem: `store-failed`; the next purge goes on where this one stopped.
    """
    found: Sequence[str] = store.idle_conversations(older_than, handed_over=handed_over)
    if not found:
        return 0
    erase_tracker(tracker_url, found)
    return store.purge(older_than, by=by, handed_over=handed_over)


def sweep_tracker(store: Store, tracker_url: str, since: datetime | None = None) -> int:
    """Erase what Rasa wrote of conversations after they had been erased.

    Args:
        store: the record, with the tombstones.
        tracker_url: Rasa's tracker store.
        since: look only at what was erased from this moment on (quick); None: at all that Rasa remembers.

    Returns:
        How many of Rasa's rows were erased.

    Raises:
        Problem: `store-failed`; the next sweep finds the same.
    """
    if since is not None:
        gone = erased_since(store.database, since)
    else:
        gone = erased_among(store.database, remembered(tracker_url))
    return erase_tracker(tracker_url, gone) if gone else 0
