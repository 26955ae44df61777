"""However Rasa fails, the question is on record, and a person answers, within the time-out."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from web_helpers import EMERGENCY, RASA_TIMEOUT_S, Site, StandIn

from fixtures_live import Chat, free_ports

FAILURES = ["hangs", "nothing", "html", "half", "error", "strange", "words"]


@pytest.mark.parametrize("does", FAILURES)
def test_a_person_answers(site: Site, chat: Chat, rasa: StandIn, does: str) -> None:
    rasa.does = does
    began = time.monotonic()
    (reply,) = chat.say("can I get a refund")
    assert time.monotonic() - began < RASA_TIMEOUT_S + 1
    assert reply["kind"] == "notice"
    assert "person" in reply["text"]
    assert reply["handoff"]["priority"] == "routine"
    assert [line["text"] for line in chat.transcript()] == ["can I get a refund", reply["text"]]
    reason = site.sql(f"SELECT reason FROM handoffs WHERE id = '{reply['handoff']['id']}'")
    assert reason == [("bot_failed",)]


@pytest.mark.parametrize("does", FAILURES)
def test_an_emergency_does_not_need_rasa(chat: Chat, rasa: StandIn, does: str) -> None:
    rasa.does = does
    assert chat.say(EMERGENCY)[0]["kind"] == "emergency"
    assert rasa.heard == []


def test_with_nobody_at_rasas_port_a_person_answers_at_once(other_site: Callable[..., Site]) -> None:
    site = other_site(rasa_url=f"http://127.0.0.1:{free_ports(1)[0]}")
    chat = site.chat()
    began = time.monotonic()
    assert chat.say("can I get a refund")[0]["kind"] == "notice"
    assert time.monotonic() - began < RASA_TIMEOUT_S
    assert chat.say(EMERGENCY)[0]["kind"] == "emergency"
    assert site.ask("GET", "/health/ready").status_code == 503
    assert site.ask("GET", "/health").status_code == 200


def test_the_next_message_is_answered_when_rasa_is_well_again(chat: Chat, rasa: StandIn) -> None:
    rasa.does = "error"
    assert chat.say("hello")[0]["kind"] == "notice"
    rasa.does = "answers"
    assert chat.say("hello")[0]["kind"] == "smalltalk"


def test_those_who_wait_behind_one_that_hangs_do_not_wait_for_every_time_out(chat: Chat, rasa: StandIn) -> None:
    rasa.does = "hangs"

    def ask(_: int) -> float:
        began = time.monotonic()
        assert chat.say("can I get a refund")[0]["kind"] == "notice"
        return time.monotonic() - began

    # One after the other they would take eight times the time-out.
    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(ask, range(8))) < 6 * RASA_TIMEOUT_S


def test_without_knowledge_a_person_answers(other_site: Callable[..., Site], rasa: StandIn) -> None:
    site = other_site()
    assert site.ask("GET", "/health").json()["status"] == "degraded"
    assert site.ask("GET", "/health/ready").json() == {"bundle": False, "dialogue": True, "store": True}
    rasa.does = "nothing"
    assert site.chat().say("when can i wash my hair")[0]["kind"] == "notice"
