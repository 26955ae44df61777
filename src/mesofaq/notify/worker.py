"""Delivers the outbox: looks about once a second, or when it is woken, and never ends by itself."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from mesofaq.errors import Problem
from mesofaq.notify.way import AT_ONCE, Outcome, Way
from mesofaq.store.outbox import LEASE, Leased, Outbox

__all__ = ["Notifier", "fault_of"]

_log = logging.getLogger(__name__)

_POLL_S = 1.0
_POLL_AFTER_FAULT_S = 5.0
_SEND_S = LEASE.total_seconds() * 2 / 3  # no attempt may outlive its lease
_FINISH_S = 4.0  # at a stop; the supervisor gives the whole service ten seconds


class Notifier:
    """Sends what is due, several at once on each way; a way that hangs holds no other up.

    Args:
        outbox: what must be sent. Other processes may work on the same one.
        ways: the ways to the outside; with none, events count as delivered at once.
    """

    def __init__(self, outbox: Outbox, ways: Sequence[Way]) -> None:
        self._outbox = outbox
        self._ways = {way.name: way for way in ways}
        self._under_way: dict[asyncio.Task[bool], str] = {}
        self._awake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        """Look now: something was written to the outbox. From any thread; without effect while it does not run."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                self._loop.call_soon_threadsafe(self._awake.set)

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until `stopping` is set, then finish what is under way.

        What takes too long to finish, or dies with the process, is sent again when its lease has run out.
        """
        self._loop = asyncio.get_running_loop()
        try:
            while not stopping.is_set():
                self._awake.clear()
                well = await self._begin_due()
                await self._rest(stopping, _POLL_S if well else _POLL_AFTER_FAULT_S)
        finally:
            self._loop = None
            await self._finish()

    async def deliver_due(self) -> int:
        """Try once whatever is due now, and gives how many deliveries arrived; for tests and the command line.

        Raises:
            Problem: `store-failed`.
        """
        arrived = 0
        while leased := await asyncio.to_thread(self._outbox.due, dict.fromkeys(self._ways, AT_ONCE)):
            arrived += sum(await asyncio.gather(*map(self._deliver, leased)))
        return arrived

    async def close(self) -> None:
        """Close every way."""
        for way in self._ways.values():
            await way.close()

    async def _begin_due(self) -> bool:
        """Begin with what is due, as far as there are places; gives whether the outbox could be read."""
        busy = list(self._under_way.values())
        free = {name: AT_ONCE - busy.count(name) for name in self._ways}
        try:
            leased = await asyncio.to_thread(self._outbox.due, free)
        except Problem as problem:
            _log.error("notifications_wait: code=%s", problem.code)
            return False
        except Exception as error:
            _log.error("notifications_wait: error=%s", type(error).__name__)
            return False
        for one in leased:
            task = asyncio.create_task(self._deliver(one))
            self._under_way[task] = one.way
            task.add_done_callback(self._ended)
        return True

    def _ended(self, task: asyncio.Task[bool]) -> None:
        self._under_way.pop(task, None)
        self._awake.set()  # there is a place for the next one

    async def _rest(self, stopping: asyncio.Event, seconds: float) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (stopping, self._awake)]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _finish(self) -> None:
        if not self._under_way:
            return
        _, late = await asyncio.wait(list(self._under_way), timeout=_FINISH_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _deliver(self, leased: Leased) -> bool:
        """Try once and note what came of it; gives whether it arrived."""
        outcome = await self._send(leased)
        try:
            return await asyncio.to_thread(self._note, leased, outcome)
        except Problem as problem:
            # It is not known to have arrived: it goes out again when the lease has run out.
            _log.error("notification_not_noted: event=%s code=%s", leased.notice.event_id, problem.code)
        except Exception as error:
            _log.error("notification_not_noted: event=%s error=%s", leased.notice.event_id, type(error).__name__)
        return False

    async def _send(self, leased: Leased) -> Outcome:
        try:
            async with asyncio.timeout(_SEND_S):
                return await self._ways[leased.way].send(leased.notice)
        except Exception as error:
            # Its message may hold an address, a URL or what the other side wrote.
            return Outcome(fault=fault_of(error))

    def _note(self, leased: Leased, outcome: Outcome) -> bool:
        event_id, way = leased.notice.event_id, leased.way
        if outcome.fault is None:
            self._outbox.delivered(event_id, way)
            if outcome.refused:
                _log.warning("notification_partly_refused: event=%s way=%s count=%s", event_id, way, outcome.refused)
            return True
        given_up = self._outbox.failed(
            event_id, way, outcome.fault, outcome.retry_after, attempt=leased.attempt, for_good=outcome.gone
        )
        level, what = (logging.ERROR, "notification_given_up") if given_up else (logging.WARNING, "notification_failed")
        _log.log(level, "%s: event=%s way=%s attempt=%s fault=%s", what, event_id, way, leased.attempt, outcome.fault)
        return False


def fault_of(error: Exception) -> str:
    """An error's class, with the code that a mail server gave: never its message."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if isinstance(code, int) else type(error).__name__
