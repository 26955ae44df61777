"""What one service process runs with, made once at start and closed at the end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from rasa_sdk.executor import ActionExecutor

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.live import LiveEvents
from mesofaq.chat.turn import TurnService
from mesofaq.dialogue.client import RasaClient
from mesofaq.errors import Problem
from mesofaq.settings import Settings
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
    turns = TurnService(
        store,
        assistant,
        rasa,
        live,
        clock=utc_now,
        text_max_chars=settings.text_max_chars,
        wait_s=settings.rasa_timeout_s + 1,
    )
    services = Services(settings, store, assistant, rasa, live, turns, Throttle(settings), make_executor())
    housekeeping = asyncio.create_task(_keep_house(services))
    try:
        yield services
    finally:
        services.stopping.set()
        housekeeping.cancel()
        await asyncio.gather(housekeeping, return_exceptions=True)
        await rasa.close()
        store.close()


async def _keep_house(services: Services) -> None:
    """Pick up a new bundle, and hand over what a crashed process left unanswered."""
    while True:
        try:
            await asyncio.to_thread(services.assistant.reload)
            swept = await services.turns.sweep()
            if swept:
                _log.warning("unanswered_handed_over: count=%s", swept)
        except Problem as problem:
            _log.error("housekeeping_failed: code=%s", problem.code)
        except Exception as error:
            _log.error("housekeeping_failed: error=%s", type(error).__name__)
        await asyncio.sleep(_HOUSEKEEPING_S)
