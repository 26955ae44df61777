"""Server-sent events: what the bot and staff say arrives, and a client that comes back misses nothing."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import psutil
import pytest
from web_helpers import EMERGENCY, Site, assert_problem

from fixtures_live import Chat, eventually

Event = tuple[int, dict[str, Any]]


@contextmanager
def listening(chat: Chat, last_event_id: int | None = None) -> Iterator[Iterator[Event]]:
    """The events from now on; waiting for one longer than 5 s fails."""
    headers = chat.headers | ({"Last-Event-ID": str(last_event_id)} if last_event_id is not None else {})
    with (
        httpx.Client(trust_env=False, timeout=5) as client,
        client.stream("GET", f"{chat.url}{chat.path}/events", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[Event]:
    told: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            told[name] = value
        elif "data" in told:
            assert told["event"] == "message"
            yield int(told["id"]), json.loads(told["data"])
            told = {}
        else:
            told = {}


def test_replies_arrive_while_one_listens_and_the_patients_words_do_not(chat: Chat) -> None:
    with listening(chat) as events:
        (first,) = chat.say("hello")
        (second,) = chat.say(EMERGENCY)
        found = [next(events), next(events)]
    assert [event[1]["reply"] for event in found] == [first, second]
    assert [event[0] for event in found] == [2, 4]
    assert {event[1]["from"] for event in found} == {"bot"}


def test_it_arrives_at_once_and_not_at_the_next_look(chat: Chat) -> None:
    with listening(chat) as events:
        chat.say("hello")
        answered = time.monotonic()
        next(events)
        assert time.monotonic() - answered < 0.9


def test_a_client_that_comes_back_gets_what_it_missed(chat: Chat) -> None:
    said = [chat.say("hello")[0] for _ in range(3)]
    with listening(chat) as events:
        ids, messages = zip(*[next(events) for _ in range(3)], strict=True)
    assert [message["reply"] for message in messages] == said
    with listening(chat, last_event_id=ids[0]) as events:
        assert [next(events)[1]["reply"] for _ in range(2)] == said[1:]
    with listening(chat, last_event_id=ids[-1]) as events:
        (new,) = chat.say("hello")
        assert next(events)[1]["reply"] == new


def test_every_listener_hears_it_and_nobody_else(site: Site, chat: Chat) -> None:
    other = site.chat()
    with listening(chat) as one, listening(chat) as two, listening(other) as three:
        (reply,) = chat.say("hello")
        assert next(one)[1]["reply"] == next(two)[1]["reply"] == reply
        (other_reply,) = other.say("hello")
        assert next(three)[1]["reply"] == other_reply


@pytest.mark.parametrize("last", ["-1", "zebrafinch42", "1.5", "9" * 30, str(2**31)])
def test_an_id_that_was_never_given_is_refused(chat: Chat, last: str) -> None:
    assert_problem(chat.ask("GET", "/events", headers=chat.headers | {"Last-Event-ID": last}), 422, "invalid-request")


def test_fifty_listeners_that_went_away_leave_nothing_open(site: Site, chat: Chat) -> None:
    this = psutil.Process()

    def come_and_go() -> None:
        with listening(chat) as events:
            next(events)

    chat.say("hello")
    come_and_go()
    before = this.num_fds(), threading.active_count()
    for _ in range(50):
        come_and_go()
    eventually(lambda: this.num_fds() <= before[0] + 2, 10, "the connections are closed")
    eventually(lambda: threading.active_count() <= before[1] + 2, 10, "the threads have ended")
    eventually(lambda: not site.services.live._waiting, 10, "nobody waits")


def test_one_conversation_has_only_so_many_streams(chat: Chat) -> None:
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(listening(chat))
        assert_problem(chat.ask("GET", "/events"), 429, "rate-limited")
    with listening(chat):
        pass
