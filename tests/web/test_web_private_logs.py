"""What a patient writes is in no log, whatever goes right or wrong, at the most talkative level."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from web_helpers import EMERGENCY, PLANTED, Site, StandIn

from fixtures_live import Chat


@pytest.fixture
def nothing_told(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Check what was logged and printed so far; gives it."""
    caplog.set_level(logging.DEBUG)

    def check() -> str:
        # The client of these tests is in the same process and may log what it sends.
        logged = "\n".join(
            caplog.handler.format(record) for record in caplog.records if not record.name.startswith("httpcore")
        )
        out, err = capfd.readouterr()
        for told in (logged, out, err):
            assert PLANTED not in told
        return logged

    return check


def test_a_day_in_which_everything_goes_right(nothing_told: Callable[[], str], chat: Chat) -> None:
    chat.say(f"when can i wash my hair {PLANTED}", str(uuid4()))
    chat.say(f"{PLANTED} {EMERGENCY}")
    chat.say(f"should i stop my {PLANTED} tablets")
    chat.transcript()
    chat.ask("DELETE")
    nothing_told()


def test_bad_input(nothing_told: Callable[[], str], chat: Chat) -> None:
    for text in (PLANTED.ljust(2001), f"/{PLANTED}", f"/restart{{{PLANTED}}}"):
        assert chat.post(text).status_code == 422
    for body in (f'{{"text": "{PLANTED}', f'["{PLANTED}"]', f'{{"text": {{"{PLANTED}": 1}}}}', PLANTED):
        headers = chat.headers | {"Content-Type": "application/json"}
        assert chat.ask("POST", "/messages", content=body, headers=headers).status_code in (400, 422)
    nothing_told()


@pytest.mark.parametrize("does", ["nothing", "html", "half", "error", "strange", "words", "hangs"])
def test_rasa_fails(nothing_told: Callable[[], str], chat: Chat, rasa: StandIn, does: str) -> None:
    rasa.does = does
    chat.say(PLANTED)
    assert "turn_failed" in nothing_told()


def quoting(*_: Any, **__: Any) -> None:
    raise RuntimeError(f"cannot understand {PLANTED}")


@pytest.mark.parametrize(
    ("broken", "status", "logged"),
    [
        (("assistant", "understand"), 200, "turn_failed"),
        (("turns", "_judge"), 500, "unhandled_error"),
        (("store", "finish"), 500, "unhandled_error"),
        (("store", "get_conversation"), 500, "unhandled_error"),
    ],
)
def test_our_own_code_fails_and_quotes_the_patient(
    site: Site,
    chat: Chat,
    nothing_told: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    broken: tuple[str, str],
    status: int,
    logged: str,
) -> None:
    monkeypatch.setattr(getattr(site.services, broken[0]), broken[1], quoting)
    assert chat.post(PLANTED).status_code == status
    assert logged in nothing_told()


def test_an_action_fails_and_quotes_the_patient(
    site: Site, nothing_told: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(site.services.actions.actions, "action_answer", quoting)
    call = {"next_action": "action_answer", "tracker": {"latest_message": {"text": PLANTED}}, "domain": {}}
    headers = {"Authorization": f"Bearer {site.settings.rasa_token}"}
    assert site.ask("POST", "/webhook", json=call, headers=headers).status_code == 500
    assert "unhandled_error" in nothing_told()


@pytest.mark.parametrize("table", ["messages", "handoffs"])
def test_the_database_fails_and_quotes_the_patient(
    other_site: Callable[..., Site], nothing_told: Callable[[], str], rasa: StandIn, table: str
) -> None:
    site = other_site()
    chat = site.chat()
    site.sql(f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{PLANTED}'); END")
    rasa.does = "nothing"
    assert chat.post(PLANTED).status_code == 503
    assert "store_failed" in nothing_told()
    site.sql("DROP TRIGGER broken")
