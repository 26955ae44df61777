"""Throttles: so many messages a minute for each conversation and address. An emergency is never throttled."""

import time

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings

__all__ = ["Throttle"]

_ADDRESS_FACTOR = 4
"""A waiting room shares one address: several people must be able to write at once."""

_CONVERSATIONS_AN_HOUR = 120


class Throttle:
    """Counts messages and new conversations in memory, or in Redis where several workers share them.

    Args:
        settings: `rate_limit` (0: nothing is counted) and `redis_url`.
    """

    def __init__(self, settings: Settings) -> None:
        self._limit = settings.rate_limit
        storage: Storage = MemoryStorage()
        if settings.redis_url:
            storage = RedisStorage(f"async+{settings.redis_url}", implementation="redispy")
        self._limiter = MovingWindowRateLimiter(storage)

    async def message(self, conversation_id: str, address: str) -> None:
        """Count one message.

        Raises:
            Problem: `rate-limited`, with the seconds to wait in `Retry-After`.
        """
        if self._limit == 0:
            return
        await self._hit(RateLimitItemPerMinute(self._limit), "conversation", conversation_id)
        await self._hit(RateLimitItemPerMinute(self._limit * _ADDRESS_FACTOR), "address", address)

    async def conversation(self, address: str) -> None:
        """Count one new conversation.

        Raises:
            Problem: `rate-limited`, with the seconds to wait in `Retry-After`.
        """
        if self._limit:
            await self._hit(RateLimitItemPerHour(_CONVERSATIONS_AN_HOUR), "new", address)

    async def _hit(self, item: RateLimitItemPerMinute | RateLimitItemPerHour, kind: str, key: str) -> None:
        if await self._limiter.hit(item, kind, key):
            return
        window = await self._limiter.get_window_stats(item, kind, key)
        seconds = max(1, round(window.reset_time - time.time()))
        raise Problem(
            Code.RATE_LIMITED,
            f"That is a lot of messages at once. Please wait {seconds} seconds and send it again.",
            headers={"Retry-After": str(seconds)},
            retry_after_s=seconds,
        )
