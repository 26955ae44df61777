"""The same `client_message_id` is answered once, however often and however fast it is sent."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from web_helpers import EMERGENCY, Site, StandIn, assert_problem

from fixtures_live import Chat


@pytest.mark.parametrize("text", ["hello", EMERGENCY])
def test_twice_is_once(chat: Chat, rasa: StandIn, text: str) -> None:
    identifier = str(uuid4())
    first = chat.say(text, identifier)
    assert chat.say(text, identifier) == first
    assert chat.say("another text under the same id", identifier) == first
    assert [line["from"] for line in chat.transcript()] == ["patient", "bot"]
    assert len(rasa.heard) == (1 if text == "hello" else 0)


def test_twenty_at_once_are_once(site: Site, chat: Chat, rasa: StandIn) -> None:
    identifier = str(uuid4())
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: chat.say("hello", identifier), range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert [line["from"] for line in chat.transcript()] == ["patient", "bot"]
    assert len(rasa.heard) == 1
    assert site.sql(f"SELECT count(*) FROM messages WHERE client_message_id = '{identifier}'") == [(1,)]


def test_the_same_id_in_another_conversation_is_another_message(site: Site, chat: Chat) -> None:
    identifier = str(uuid4())
    other = site.chat()
    assert chat.say("hello", identifier) != other.say("hello", identifier)
    assert len(other.transcript()) == 2


def test_without_an_id_each_is_its_own(chat: Chat) -> None:
    chat.say("hello")
    chat.say("hello")
    assert len(chat.transcript()) == 4


def test_a_repeat_while_the_first_hangs_waits_for_the_same_answer(chat: Chat, rasa: StandIn) -> None:
    rasa.does = "hangs"
    identifier = str(uuid4())
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: chat.say("hello", identifier), range(2))
    assert first == second
    assert first[0]["kind"] == "notice"
    assert len(rasa.heard) == 1


def test_a_repeat_of_one_that_nobody_answers_is_told_to_come_back(
    site: Site, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.services.turns, "_wait_s", 0.2)
    identifier = str(uuid4())
    site.services.store.receive(chat.id, "hello", identifier)
    answer = chat.post("hello", identifier)
    assert_problem(answer, 503, "still-working")
    assert answer.headers["retry-after"] == "3"
