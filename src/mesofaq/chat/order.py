"""Keeps the messages of one conversation in the order in which they were received, within this process."""

import asyncio
from weakref import WeakValueDictionary

__all__ = ["Order", "Place"]


class Place:
    """A message's place behind the one before it.

    Args:
        before: done when everybody before has left; None where nobody is.
    """

    def __init__(self, before: asyncio.Future[None] | None) -> None:
        self._before = before
        self.all_left: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def come_up(self) -> None:
        """Wait until everybody before has left."""
        if self._before is not None:
            await asyncio.wait([self._before])

    def leave(self) -> None:
        """Make way; who left out of turn lets nobody pass those who are still before."""
        if self._before is None or self._before.done():
            self.all_left.set_result(None)
        else:
            self._before.add_done_callback(lambda _: self.all_left.set_result(None))


class Order:
    """Who is next, for each conversation. To be used on the event loop's thread."""

    def __init__(self) -> None:
        self._doors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._last: dict[str, asyncio.Future[None]] = {}

    def door(self, conversation_id: str) -> asyncio.Lock:
        """To be held while a message is received and takes its place: so the record has the same order."""
        return self._doors.setdefault(conversation_id, asyncio.Lock())

    def take_place(self, conversation_id: str) -> Place:
        """Take the place behind everybody who is there; `leave` must follow."""
        place = Place(self._last.get(conversation_id))
        self._last[conversation_id] = place.all_left
        place.all_left.add_done_callback(lambda last: self._forget(conversation_id, last))
        return place

    def _forget(self, conversation_id: str, last: asyncio.Future[None]) -> None:
        if self._last.get(conversation_id) is last:
            del self._last[conversation_id]
