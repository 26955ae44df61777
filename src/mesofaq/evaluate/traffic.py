"""Whole messages through the running service: so many users at once, each with a conversation of their own.

A closed loop: each user sends, waits for the replies, and sends the next message. A conversation is ended after eight
messages, as real ones are, and a new one begun; only messages are timed. Everything that was said is erased again, so
that no made-up emergency stays in the staff's list.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from mesofaq.chat.models import Kind
from mesofaq.evaluate.timing import Latencies

__all__ = ["MESSAGES_A_CONVERSATION", "Load", "Measured", "measure"]

MESSAGES_A_CONVERSATION = 8
_PAUSE_AFTER_ERROR_S = 0.2
"""A service that fails is not hammered."""


@dataclass(frozen=True)
class Load:
    """What is sent, and what should come back.

    Args:
        name: what to call it.
        texts: messages, sent in turn; there must be one.
        expected: the kind of reply that each of them should get.
    """

    name: str
    texts: Sequence[str]
    expected: Kind


@dataclass
class _Tally:
    """What came back so far."""

    seconds: list[float] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    throttled: bool = False


@dataclass(frozen=True)
class Measured:
    """What came of one load with so many users.

    Args:
        load: its name.
        users: how many at once.
        lasted_s: how long it lasted, in seconds.
        latencies: of the messages that got a reply of the expected kind; None where none did.
        answered: how many those are.
        otherwise: replies of other kinds, by kind.
        errors: everything else, by HTTP status or by the failure's name.
        throttled: the service's rate limit ended it early.
        left: conversations that could not be erased afterwards.
    """

    load: str
    users: int
    lasted_s: float
    latencies: Latencies | None
    answered: int
    otherwise: dict[str, int]
    errors: dict[str, int]
    throttled: bool
    left: int

    @property
    def per_second(self) -> float:
        """Expected replies a second, of all users together."""
        return self.answered / self.lasted_s if self.lasted_s else 0.0


def measure(
    make_client: Callable[[], httpx.AsyncClient],
    load: Load,
    *,
    users: int,
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
) -> Measured:
    """Send one load for some seconds and measure.

    Args:
        make_client: makes a client whose base URL is the service's.
        load: what to send.
        users: how many at once.
        seconds: how long; messages under way at the end are waited for.
        clock: seconds that only go forward.
    """
    return asyncio.run(_measure(make_client, load, users, seconds, clock))


async def _measure(
    make_client: Callable[[], httpx.AsyncClient], load: Load, users: int, seconds: float, clock: Callable[[], float]
) -> Measured:
    tally = _Tally()
    async with make_client() as client:
        # Each user starts at another place, so that not all send the same at once.
        starts = [len(load.texts) * user // users for user in range(users)]
        began = clock()
        conversations: list[_Conversation] = []
        try:
            async with asyncio.TaskGroup() as tasks:
                for start in starts:
                    texts = _from(load.texts, start)
                    tasks.create_task(_use(client, load, texts, tally, conversations, began + seconds, clock))
            lasted_s = clock() - began
        finally:
            left = await _erase(client, conversations)
    return Measured(
        load=load.name,
        users=users,
        lasted_s=lasted_s,
        latencies=Latencies.of(tally.seconds),
        answered=tally.kinds.pop(load.expected, 0),
        otherwise=dict(tally.kinds),
        errors=dict(tally.errors),
        throttled=tally.throttled,
        left=left,
    )


@dataclass(frozen=True)
class _Conversation:
    id: str
    headers: dict[str, str]


def _from(texts: Sequence[str], start: int) -> Iterator[str]:
    return itertools.cycle([*texts[start:], *texts[:start]])


async def _use(
    client: httpx.AsyncClient,
    load: Load,
    texts: Iterator[str],
    tally: _Tally,
    conversations: list[_Conversation],
    until: float,
    clock: Callable[[], float],
) -> None:
    """One user, until the time is over or the service throttles."""
    while clock() < until and not tally.throttled:
        begun = await _call(tally, client.post("/v1/conversations"))
        if begun is None:
            continue
        opened = _Conversation(begun["conversation_id"], {"Authorization": f"Bearer {begun['token']}"})
        conversations.append(opened)
        path = f"/v1/conversations/{opened.id}/messages"
        for text in itertools.islice(texts, MESSAGES_A_CONVERSATION):
            if clock() >= until or tally.throttled:
                return
            sent = clock()
            said = await _call(tally, client.post(path, json={"text": text}, headers=opened.headers))
            took_s = clock() - sent
            if said is None:
                continue
            kind = said["messages"][0]["kind"] if said["messages"] else "nothing"
            tally.kinds[kind] += 1
            if kind == load.expected:
                tally.seconds.append(took_s)


async def _call(tally: _Tally, request: Awaitable[httpx.Response]) -> Any:
    """The JSON of an answer; None, counted and after a pause, where there is none."""
    try:
        response = await request
    except httpx.HTTPError as error:
        tally.errors[type(error).__name__] += 1
        await asyncio.sleep(_PAUSE_AFTER_ERROR_S)
        return None
    if response.is_success:
        return response.json()
    tally.errors[str(response.status_code)] += 1
    tally.throttled = tally.throttled or response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    await asyncio.sleep(_PAUSE_AFTER_ERROR_S)
    return None


async def _erase(client: httpx.AsyncClient, conversations: Sequence[_Conversation]) -> int:
    """Erase what was said; returns how many conversations could not be."""
    left = 0
    for opened in conversations:
        try:
            response = await client.delete(f"/v1/conversations/{opened.id}", headers=opened.headers)
            left += not response.is_success
        except httpx.HTTPError:
            left += 1
    return left
