"""Too many messages get 429 and how long to wait; an emergency never does."""

from collections.abc import Callable

import pytest
from web_helpers import EMERGENCY, Site, assert_problem

from fixtures_live import Chat


@pytest.fixture
def throttled(other_site: Callable[..., Site]) -> Site:
    return other_site(rate_limit=3)


def assert_throttled(chat: Chat, text: str) -> None:
    answer = chat.post(text)
    document = assert_problem(answer, 429, "rate-limited")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert document["retry_after_s"] == int(answer.headers["retry-after"])


def test_a_conversation_has_so_many_messages_a_minute(throttled: Site) -> None:
    chat = throttled.chat()
    for _ in range(3):
        chat.say("hello")
    assert_throttled(chat, "hello")
    # It was refused before it was received, so nobody waits for its answer.
    assert len(chat.transcript()) == 6


def test_an_emergency_passes_and_is_not_counted(throttled: Site) -> None:
    chat = throttled.chat()
    for _ in range(5):
        assert chat.say(EMERGENCY)[0]["kind"] == "emergency"
    for _ in range(3):
        chat.say("hello")
    assert_throttled(chat, "hello")
    assert chat.say(f"hello? {EMERGENCY}")[0]["kind"] == "emergency"
    assert chat.say("/i_cant_breathe")[0]["kind"] == "emergency"


def test_an_address_has_four_times_as_many(throttled: Site) -> None:
    for _ in range(4):
        chat = throttled.chat()
        for _ in range(3):
            chat.say("hello")
    assert_throttled(throttled.chat(), "hello")
    assert throttled.chat().say(EMERGENCY)[0]["kind"] == "emergency"


def test_reading_is_not_throttled(throttled: Site) -> None:
    chat = throttled.chat()
    for _ in range(30):
        assert chat.transcript() == []


def test_new_conversations_are_throttled_too(throttled: Site) -> None:
    for _ in range(120):
        throttled.ask("POST", "/v1/conversations").raise_for_status()
    answer = throttled.ask("POST", "/v1/conversations")
    assert_problem(answer, 429, "rate-limited")
    assert 1 <= int(answer.headers["retry-after"]) <= 3600


def test_zero_turns_it_off(site: Site) -> None:
    chat = site.chat()
    for _ in range(60):
        assert chat.post("hello").status_code == 200
