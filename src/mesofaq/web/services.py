"""What one service process runs with, made once at start and closed at the end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from rasa_sdk.executor import ActionExecutor

from mesofaq.accounts.service import Accounts
from mesofaq.chat.assistant import Assistant
from mesofaq.chat.live import LiveEvents
from mesofaq.chat.turn import TurnService
from mesofaq.dialogue.client import RasaClient
from mesofaq.errors import Problem
from mesofaq.handoff.hours import OpeningTimes
from mesofaq.handoff.service import HandoffService
from mesofaq.notify.ways import ways_of
from mesofaq.notify.worker import Notifier
from mesofaq.privacy.job import keep_limits
from mesofaq.settings import Settings
from mesofaq.store.desk import Desk
from mesofaq.store.outbox import Outbox
from mesofaq.store.store import Store, utc_now
from mesofaq.web.actions import make_executor
from mesofaq.web.throttle import Throttle

__all__ = ["Services", "running"]

_log = logging.getLogger(__name__)
_HOUSEKEEPING_S = 2.0


@dataclass
class Services:
    """Everything that requests share."""

    settings: Settings
    store: Store
    assistant: Assistant
    rasa: RasaClient
    live: LiveEvents
    turns: TurnService
    throttle: Throttle
    actions: ActionExecutor
    accounts: Accounts
    handoffs: HandoffService
    notifier: Notifier
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Services]:
    """Make the services, keep house while they run, and close them.

    Raises:
        Problem: content cannot be read, or the database cannot be brought to this version.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    store = Store(settings.store_url, seal=settings.seal)
    await asyncio.to_thread(store.migrate)
    assistant = await asyncio.to_thread(Assistant, settings)
    protocol = assistant.content.screening
    await asyncio.to_thread(store.keep_protocol, protocol.version, protocol.model_dump(mode="json"))
    rasa = RasaClient(settings.rasa_base_url, settings.rasa_timeout_s)
    live = LiveEvents()
    clinic = assistant.content.clinic
    hours = OpeningTimes(clinic)
    notifier = Notifier(Outbox(store.database, utc_now), ways_of(settings, clinic, utc_now))
    accounts = Accounts(
        store.database,
        utc_now,
        idle=timedelta(minutes=settings.session_idle_min),
        absolute=timedelta(hours=settings.session_max_hours),
        second_factor_required=settings.require_second_factor,
    )
    handoffs = HandoffService(
        Desk(store.database, utc_now),
        assistant,
        live,
        hours,
        clock=utc_now,
        text_max_chars=settings.text_max_chars,
        wake=notifier.wake,
    )
    turns = TurnService(
        store,
        assistant,
        rasa,
        live,
        hours=hours,
        clock=utc_now,
        text_max_chars=settings.text_max_chars,
        wait_s=settings.rasa_timeout_s + 1,
    )
    services = Services(
        settings,
        store,
        assistant,
        rasa,
        live,
        turns,
        Throttle(settings),
        make_executor(),
        accounts,
        handoffs,
        notifier,
    )
    housekeeping = asyncio.create_task(_keep_house(services))
    notifying = asyncio.create_task(notifier.run(services.stopping))
    limits = asyncio.create_task(
        keep_limits(store, settings, lambda: assistant.content.clinic, services.stopping, clock=utc_now)
    )
    try:
        yield services
    finally:
        services.stopping.set()
        housekeeping.cancel()
        await asyncio.gather(housekeeping, notifying, limits, return_exceptions=True)
        await notifier.close()
        await rasa.close()
        store.close()


async def _keep_house(services: Services) -> None:
    """Pick up a new bundle, hand over what a crashed process left unanswered, and see what time has run out for."""
    while True:
        try:
            await asyncio.to_thread(services.assistant.reload)
            swept = await services.turns.sweep()
            await services.handoffs.tend()
            if swept:
                _log.warning("unanswered_handed_over: count=%s", swept)
        except Problem as problem:
            _log.error("housekeeping_failed: code=%s", problem.code)
        except Exception as error:
            _log.error("housekeeping_failed: error=%s", type(error).__name__)
        await asyncio.sleep(_HOUSEKEEPING_S)
