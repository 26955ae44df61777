"""The throttle of sign-in: by name, by address, in memory and in Redis, and never none."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import pytest
import redis

from fixtures_live import eventually, free_ports
from mesofaq.accounts.throttle import SignInThrottle
from mesofaq.errors import Code, Problem

HERE, THERE = "192.0.2.7", "198.51.100.9"
BY_NAME, BY_ADDRESS = 10, 50


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port on which nothing listens, and nothing else can."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


async def fails(throttle: SignInThrottle, who: str, address: str = HERE, code: Code = Code.UNAUTHORIZED) -> Code:
    """An attempt that fails; gives how."""
    try:
        async with throttle.attempt("password", who, address):
            raise Problem(code, "No.")
    except Problem as problem:
        return problem.code


async def succeeds(throttle: SignInThrottle, who: str, address: str = HERE, kind: str = "password") -> Code | None:
    try:
        async with throttle.attempt(kind, who, address):
            pass
    except Problem as problem:
        return problem.code
    return None


def run(test: Callable[[SignInThrottle], Coroutine[Any, Any, None]], redis_url: str = "") -> None:
    async def with_throttle() -> None:
        async with throttle_at(redis_url) as throttle:
            await test(throttle)

    asyncio.run(with_throttle())


@contextlib.asynccontextmanager
async def throttle_at(redis_url: str) -> AsyncIterator[SignInThrottle]:
    throttle = SignInThrottle(redis_url)
    try:
        yield throttle
    finally:
        for limiter in throttle._limiters[1:]:
            await limiter.storage.bridge.storage.aclose()  # type: ignore[union-attr]


def test_a_name_is_shut_after_ten_failures_from_wherever_they_come() -> None:
    async def test(throttle: SignInThrottle) -> None:
        for number in range(BY_NAME):
            assert await fails(throttle, "dana", f"192.0.2.{number}") is Code.UNAUTHORIZED
        assert await succeeds(throttle, "dana", THERE) is Code.RATE_LIMITED
        assert await succeeds(throttle, "omar", THERE) is None
        assert await succeeds(throttle, "dana", THERE, "code") is None

    run(test)


def test_the_refusal_says_how_long_to_wait() -> None:
    async def test(throttle: SignInThrottle) -> None:
        for _ in range(BY_NAME):
            await fails(throttle, "dana")
        with pytest.raises(Problem) as caught:
            async with throttle.attempt("password", "dana", HERE):
                pytest.fail("nothing is attempted")
        seconds = int(caught.value.headers["Retry-After"])
        assert 14 * 60 < seconds <= 15 * 60
        assert caught.value.data == {"retry_after_s": seconds}
        assert "15 minutes" in caught.value.detail

    run(test)


def test_success_forgets_the_failures_before() -> None:
    async def test(throttle: SignInThrottle) -> None:
        for _ in range(3):
            for _ in range(BY_NAME - 1):
                assert await fails(throttle, "dana") is Code.UNAUTHORIZED
            assert await succeeds(throttle, "dana") is None

    run(test)


def test_a_fault_of_ours_counts_as_no_failure_of_the_address() -> None:
    async def test(throttle: SignInThrottle) -> None:
        for number in range(BY_ADDRESS + 1):
            assert await fails(throttle, f"name{number}", code=Code.STORE_FAILED) is Code.STORE_FAILED

    run(test)


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        (HERE, HERE, True),
        (HERE, THERE, False),
        ("2001:db8:1:2::3", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::3", "2001:db8:1:3::3", False),
        ("::ffff:192.0.2.7", HERE, True),
        ("unknown", "unknown", True),
    ],
)
def test_an_address_is_shut_after_fifty_failures_whatever_the_names(first: str, second: str, shared: bool) -> None:
    async def test(throttle: SignInThrottle) -> None:
        for number in range(BY_ADDRESS):
            assert await fails(throttle, f"name{number}", first) is Code.UNAUTHORIZED
        assert await succeeds(throttle, "dana", second) is (Code.RATE_LIMITED if shared else None)

    run(test)


def test_a_clinic_that_shares_an_address_signs_in_as_often_as_it_likes() -> None:
    async def test(throttle: SignInThrottle) -> None:
        for number in range(2 * BY_ADDRESS):
            assert await succeeds(throttle, f"name{number % 7}") is None

    run(test)


def test_attempts_at_once_are_all_counted() -> None:
    async def test(throttle: SignInThrottle) -> None:
        outcomes = await asyncio.gather(*(fails(throttle, "dana") for _ in range(40)))
        assert outcomes.count(Code.UNAUTHORIZED) == BY_NAME

    run(test)


def test_while_redis_does_not_answer_memory_counts(closed_port: int) -> None:
    async def test(throttle: SignInThrottle) -> None:
        for _ in range(BY_NAME):
            assert await fails(throttle, "dana") is Code.UNAUTHORIZED
        assert await succeeds(throttle, "dana") is Code.RATE_LIMITED

    run(test, f"redis://127.0.0.1:{closed_port}/0")


class OwnRedis:
    """A Redis of the tests, which they may end."""

    def __init__(self, port: int) -> None:
        self.url = f"redis://127.0.0.1:{port}/0"
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server is not installed")
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        eventually(self._answers, 20, "Redis answers")

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(20)

    def keys(self) -> list[bytes]:
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            return list(client.keys("*"))

    def _answers(self) -> bool:
        assert self._process.poll() is None
        with contextlib.suppress(redis.RedisError):
            return self.keys() == []
        return False


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    (port,) = free_ports(1)
    server = OwnRedis(port)
    try:
        yield server
    finally:
        server.end()


def test_processes_share_their_counts_in_redis(own_redis: OwnRedis) -> None:
    async def test(throttle: SignInThrottle) -> None:
        async with throttle_at(own_redis.url) as other:
            for _ in range(BY_NAME // 2):
                assert await fails(throttle, "dana") is Code.UNAUTHORIZED
                assert await fails(other, "dana") is Code.UNAUTHORIZED
            assert await succeeds(throttle, "dana") is Code.RATE_LIMITED
            assert await succeeds(other, "omar") is None

    run(test, own_redis.url)


def test_when_redis_ends_memory_has_counted_as_well(own_redis: OwnRedis) -> None:
    async def test(throttle: SignInThrottle) -> None:
        for number in range(BY_NAME):
            if number == BY_NAME // 2:
                own_redis.end()
            assert await fails(throttle, "dana") is Code.UNAUTHORIZED
        assert await succeeds(throttle, "dana") is Code.RATE_LIMITED

    run(test, own_redis.url)


def test_no_name_that_was_typed_is_kept_in_redis(own_redis: OwnRedis) -> None:
    async def test(throttle: SignInThrottle) -> None:
        await fails(throttle, "a password in the wrong field")
        assert len(own_redis.keys()) == 2

    run(test, own_redis.url)
    assert not [key for key in own_redis.keys() if b"password in" in key]  # noqa: SIM118
