"""Throttles sign-in, always: `MESOFAQ_RATE_LIMIT=0` is for measuring the chat, and opens nothing here.

Counted are attempts for each account's name (its hash: what was typed there may be a password) until one succeeds, and
failures for each address, since all of a clinic may share one. Every process counts by itself in memory; where there is
Redis, all count there as well, and when Redis fails, the counts in memory are what is left: never none.
"""

import asyncio
import contextlib
import hashlib
import ipaddress
import logging
import time
from collections.abc import AsyncIterator, Iterator

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from mesofaq.errors import Code, Problem

__all__ = ["SignInThrottle"]

_log = logging.getLogger(__name__)

_WINDOW_MIN = 15
_BY_NAME = RateLimitItemPerMinute(10, _WINDOW_MIN)
_BY_ADDRESS = RateLimitItemPerMinute(50, _WINDOW_MIN)
_REDIS_PATIENCE_S = 1.0
_IPV6_NETWORK_BITS = 64
"""What one customer has at least: counting single addresses of it would count nothing."""

_AT_ONCE = 2
"""Hashes of passwords that are made at once: each takes 64 MB, and the chat needs its threads."""


class SignInThrottle:
    """Counts attempts to prove who one is: by password, by code, or by the current password.

    Args:
        redis_url: shared by several processes; empty: each counts alone.
    """

    def __init__(self, redis_url: str = "") -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._limiters = [MovingWindowRateLimiter(MemoryStorage())]
        if redis_url:
            shared = RedisStorage(
                f"async+{redis_url}",
                implementation="redispy",
                socket_timeout=_REDIS_PATIENCE_S,
                socket_connect_timeout=_REDIS_PATIENCE_S,
            )
            self._limiters.append(MovingWindowRateLimiter(shared))

    @contextlib.asynccontextmanager
    async def attempt(self, kind: str, who: str, address: str) -> AsyncIterator[None]:
        """Count one attempt, which is made inside: it fails by raising the problem `unauthorized` or `forbidden`.

        Args:
            kind: what is proved: `password`, `code`, …
            who: the name that was typed, or the account's id.
            address: the client's.

        Raises:
            Problem: `rate-limited`, with the seconds to wait in `Retry-After`.
        """
        async with self._turn, self._counted(kind, who, address):
            yield

    @contextlib.asynccontextmanager
    async def _counted(self, kind: str, who: str, address: str) -> AsyncIterator[None]:
        name, network = hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest(), network_of(address)
        for limiter in self._limiters:
            with self._unless_redis_fails():
                if not await limiter.test(_BY_ADDRESS, "sign-in-address", network):
                    await self._refuse(limiter, _BY_ADDRESS, "sign-in-address", network)
                if not await limiter.hit(_BY_NAME, f"sign-in-{kind}", name):
                    await self._refuse(limiter, _BY_NAME, f"sign-in-{kind}", name)
        try:
            yield
        except Problem as problem:
            if problem.code in (Code.UNAUTHORIZED, Code.FORBIDDEN):
                for limiter in self._limiters:
                    with self._unless_redis_fails():
                        await limiter.hit(_BY_ADDRESS, "sign-in-address", network)
            raise
        for limiter in self._limiters:
            with self._unless_redis_fails():
                await limiter.clear(_BY_NAME, f"sign-in-{kind}", name)

    async def _refuse(self, limiter: MovingWindowRateLimiter, item: RateLimitItem, kind: str, key: str) -> None:
        window = await limiter.get_window_stats(item, kind, key)
        seconds = max(1, round(window.reset_time - time.time()))
        minutes = -(-seconds // 60)
        raise Problem(
            Code.RATE_LIMITED,
            f"Too many attempts. Please wait {minutes} {'minute' if minutes == 1 else 'minutes'} and try again.",
            headers={"Retry-After": str(seconds)},
            retry_after_s=seconds,
        )

    @staticmethod
    @contextlib.contextmanager
    def _unless_redis_fails() -> Iterator[None]:
        try:
            yield
        except (RedisError, OSError, TimeoutError) as error:
            _log.error("sign_in_throttle_redis_failed: error=%s", type(error).__name__)


def network_of(address: str) -> str:
    """The address, or the network that it belongs to where one customer has a whole network."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))
    return str(parsed)
