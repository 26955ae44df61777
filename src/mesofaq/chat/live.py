"""Tells listeners of a conversation that something new is on record. The record itself is read from the store.

A missed notice costs a second, not a message: listeners look again by themselves, and other processes' messages are
found that way.
"""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterator

__all__ = ["LiveEvents"]


class LiveEvents:
    """Wakes whoever waits for a conversation, within this process."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.streams: Counter[str] = Counter()
        """How many streams of a conversation are open, by its id."""

    @contextlib.contextmanager
    def stream(self, conversation_id: str) -> Iterator[None]:
        """Count a stream for as long as it is open."""
        self.streams[conversation_id] += 1
        try:
            yield
        finally:
            self.streams[conversation_id] -= 1
            if not self.streams[conversation_id]:
                del self.streams[conversation_id]

    def notify(self, conversation_id: str) -> None:
        """Wake the conversation's listeners. Called on the event loop's thread."""
        for event in self._waiting.get(conversation_id, ()):
            event.set()

    async def wait(self, conversation_id: str, timeout_s: float) -> None:
        """Return when something happened in the conversation, or after `timeout_s` seconds."""
        event = asyncio.Event()
        self._waiting[conversation_id].add(event)
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            waiting = self._waiting[conversation_id]
            waiting.discard(event)
            if not waiting:
                del self._waiting[conversation_id]
