"""The service's housekeeping for privacy: retention every hour, what Rasa wrote after an erasure every minute."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

from mesofaq.content.models import Clinic
from mesofaq.errors import Problem
from mesofaq.privacy.erasure import SWEPT_OFTEN, sweep_tracker
from mesofaq.privacy.retention import enforce
from mesofaq.settings import Settings
from mesofaq.store.store import Store

__all__ = ["keep_limits", "tick"]

_log = logging.getLogger(__name__)

_TICK_S = 60.0
_EVERY = timedelta(hours=1)


async def keep_limits(
    store: Store,
    settings: Settings,
    clinic: Callable[[], Clinic],
    stopping: asyncio.Event,
    *,
    clock: Callable[[], datetime],
) -> None:
    """Run until `stopping` is set: at once, then every minute. A failure is logged and tried again.

    Args:
        store: the record.
        settings: when sessions of staff end, and where Rasa's memory is.
        clinic: gives the clinic's facts as they are now.
        stopping: set when the service ends.
        clock: the present moment, with a time zone.
    """
    enforced: datetime | None = None
    while not stopping.is_set():
        enforced = await asyncio.to_thread(tick, store, settings, clinic(), clock(), enforced)
        try:
            async with asyncio.timeout(_TICK_S):
                await stopping.wait()
        except TimeoutError:
            pass


def tick(store: Store, settings: Settings, clinic: Clinic, now: datetime, enforced: datetime | None) -> datetime | None:
    """Do what is due now.

    Args:
        store: the record.
        settings: as `keep_limits` has them.
        clinic: the clinic's facts.
        now: the moment.
        enforced: when retention was last enforced; None: never.

    Returns:
        When retention was last enforced.
    """
    try:
        if enforced is None or now - enforced >= _EVERY:
            removed = enforce(store, settings, clinic, now)
            if removed.anything:
                _log.info("retention: %s", " ".join(f"{name}={count}" for name, count in asdict(removed).items()))
            return now
        swept = sweep_tracker(store, settings.tracker_url, now - SWEPT_OFTEN)
        if swept:
            _log.info("erased_again: tracker=%s", swept)
    except Problem as problem:
        _log.error("retention_failed: code=%s", problem.code)
    except Exception as error:
        _log.error("retention_failed: error=%s", type(error).__name__)
    return enforced
