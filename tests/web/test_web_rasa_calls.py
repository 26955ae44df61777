"""Rasa's two calls: only with the shared token, and errors in the form that Rasa reads."""

from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk.interfaces import ActionExecutionRejection
from web_helpers import PLANTED, Site, assert_problem

from fixtures_live import Chat

TOKEN = "the-shared-token"
PARSE = {"text": "hello", "message_id": "x"}
CALL: dict[str, Any] = {
    "next_action": "action_smalltalk",
    "sender_id": "x:0",
    "tracker": {"sender_id": "x:0", "slots": {}, "latest_message": {"intent": {"name": "greet"}}, "events": []},
    "domain": {},
    "version": "3.6.21",
}


def parse(site: Site, **body: Any) -> Any:
    return site.ask("POST", "/model/parse", json=PARSE | body)


def act(site: Site, token: str | None = TOKEN, **call: Any) -> Any:
    headers = {} if token is None else {"Authorization": f"Bearer {token}".strip()}
    return site.ask("POST", "/webhook", json=CALL | call, headers=headers)


@pytest.mark.parametrize("token", [None, "", "wrong", "the-shared-toke", "the-shared-token ", "é"])
def test_a_parse_call_needs_the_token(site: Site, token: str | None) -> None:
    assert_problem(parse(site, token=token), 401, "unauthorized")


@pytest.mark.parametrize("token", [None, "", "wrong", "the-shared-token2"])
def test_an_action_call_needs_the_token(site: Site, token: str | None) -> None:
    assert_problem(act(site, token), 401, "unauthorized")


@pytest.mark.parametrize("token", [None, "", "anything"])
def test_without_a_shared_token_nobody_gets_in(other_site: Callable[..., Site], token: str | None) -> None:
    site = other_site(rasa_token="")
    assert_problem(parse(site, token=token), 401, "unauthorized")
    assert_problem(act(site, token), 401, "unauthorized")


def test_words_are_understood(site: Site) -> None:
    found = parse(site, token=TOKEN).json()
    assert found["text"] == "hello"
    assert found["intent"]["name"] == "greet"
    assert found["entities"] == []


def test_a_message_is_looked_up_and_only_ids_of_it_are_told(site: Site, chat: Chat) -> None:
    chat.say(f"i want to talk to a person about {PLANTED}")
    reference = f"message:{chat.transcript()[0]['id']}"
    answer = parse(site, token=TOKEN, text=reference)
    assert answer.json()["text"] == reference
    assert answer.json()["intent"]["name"] == "ask_person"
    assert PLANTED not in answer.text


def test_an_unknown_message_is_not_found(site: Site) -> None:
    assert_problem(parse(site, token=TOKEN, text="message:00000000-0000-4000-8000-000000000000"), 404, "not-found")


def test_an_action_is_run(site: Site) -> None:
    answer = act(site).json()
    assert answer["events"] == []
    assert [response["custom"]["kind"] for response in answer["responses"]] == ["smalltalk"]


def test_an_unknown_action_is_not_found(site: Site) -> None:
    assert_problem(act(site, next_action="action_nothing"), 404, "not-found")


def test_a_call_without_an_action_is_refused(site: Site) -> None:
    assert_problem(act(site, next_action=None), 422, "invalid-request")


def test_an_action_that_steps_aside_is_told_as_rasa_reads_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def reject(*_: object) -> None:
        raise ActionExecutionRejection("action_smalltalk", "not now")

    monkeypatch.setitem(site.services.actions.actions, "action_smalltalk", reject)
    answer = act(site)
    assert answer.status_code == 400
    assert answer.json()["action_name"] == "action_smalltalk"


def test_an_action_that_fails_shows_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError(PLANTED)

    monkeypatch.setitem(site.services.actions.actions, "action_smalltalk", fail)
    assert_problem(act(site), 500, "internal")


def test_a_call_with_a_long_conversation_is_read(site: Site) -> None:
    events = [{"event": "bot", "text": "x" * 1000, "timestamp": 1.0}] * 1000
    answer = act(site, tracker=CALL["tracker"] | {"events": events})
    assert answer.status_code == 200


def test_without_the_token_a_large_body_is_not_read(site: Site) -> None:
    answer = site.ask("POST", "/webhook", json={"a": "x" * 70_000}, headers={"Authorization": "Bearer wrong"})
    assert_problem(answer, 413, "body-too-large")
