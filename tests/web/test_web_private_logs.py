"""What a patient writes is in no log, whatever goes right or wrong, at the most talkative level."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from web_console_helpers import ask, sign_in
from web_helpers import EMERGENCY, PLANTED, Site, StandIn

from fixtures_live import Chat
from mesofaq.accounts.models import Role
from mesofaq.privacy.seal import new_key

NAME, PHONE, SYMPTOM = "Quillfeather", "+1 555 0173 42", "weeping blisters"
WRITTEN = f"I am {NAME}, call {PHONE}, I have {SYMPTOM} {PLANTED}"
PRIVATE = (PLANTED, NAME, PHONE, SYMPTOM)


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
            assert not [words for words in PRIVATE if words.lower() in told.lower()]
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


def test_what_somebody_leaves_takes_along_or_erases(nothing_told: Callable[[], str], chat: Chat) -> None:
    chat.say(WRITTEN)
    assert chat.ask("PUT", "/contact", json={"contact": f"{NAME} {PHONE}"}).status_code == 204
    assert WRITTEN in chat.ask("GET", "/export").text
    assert chat.ask("DELETE").status_code == 204
    nothing_told()


def test_a_day_at_the_console(nothing_told: Callable[[], str], site: Site) -> None:
    asked, person = ask(site, WRITTEN), sign_in(site, Role.ADMIN)
    page = f"/staff/conversations/{asked.conversation_id}"
    assert person.step(asked, "claim", 1).status_code == 303
    assert person.reply(asked, WRITTEN).status_code == 303
    assert person.post(f"{page}/note", {"text": WRITTEN}).status_code == 303
    assert NAME in person.get(page).text
    assert NAME in person.post("/staff/search", {"query": NAME}).text
    assert NAME in person.get(f"{page}/export").text
    assert person.post(f"{page}/erase", {"confirmation": asked.conversation_id[:8]}).status_code == 303
    nothing_told()


@pytest.mark.parametrize("broken", ["desk.reply", "desk.note", "desk.search"])
def test_what_staff_do_fails_and_quotes_them(
    nothing_told: Callable[[], str], site: Site, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    asked, person = ask(site, WRITTEN), sign_in(site)
    page = f"/staff/conversations/{asked.conversation_id}"
    person.step(asked, "claim", 1)
    monkeypatch.setattr(site.services.handoffs.desk, broken.partition(".")[2], quoting_all)
    answer = {
        "desk.reply": lambda: person.reply(asked, WRITTEN, Accept="application/json"),
        "desk.note": lambda: person.post(f"{page}/note", {"text": WRITTEN}, Accept="application/json"),
        "desk.search": lambda: person.post("/staff/search", {"query": NAME}, Accept="application/json"),
    }[broken]()
    assert answer.status_code == 500
    assert not [words for words in PRIVATE if words in answer.text]
    assert "unhandled_error" in nothing_told()


def quoting_all(*_: Any, **__: Any) -> None:
    raise RuntimeError(f"cannot do it with {WRITTEN}")


def test_no_error_repeats_what_was_sent(nothing_told: Callable[[], str], site: Site, chat: Chat) -> None:
    asked, person = ask(site, "May I?"), sign_in(site)
    program = {"Accept": "application/json"}
    page = f"/staff/conversations/{asked.conversation_id}"
    json_headers = chat.headers | {"Content-Type": "application/json"}
    answers = {
        "404": site.ask("GET", f"/v1/conversations/{uuid4()}/messages", headers=chat.headers),
        "401": site.ask("GET", chat.path + "/messages", headers={"Authorization": f"Bearer {NAME}"}),
        "405": site.ask("PATCH", chat.path, headers=chat.headers, json={"text": WRITTEN}),
        "413": chat.post(WRITTEN * 3000),
        "413 contact": chat.ask("PUT", "/contact", json={"contact": WRITTEN * 3000}),
        "422 text": chat.post(WRITTEN.ljust(2001)),
        "422 contact": chat.ask("PUT", "/contact", json={"contact": WRITTEN + " " * 3 + "x" * 200}),
        "422 type": chat.ask("PUT", "/contact", json={"contact": {NAME: PHONE}}),
        "422 consent": site.ask("POST", "/v1/conversations", json={"consent_version": WRITTEN}),
        "422 client's id": chat.post("hello", WRITTEN * 2),
        "400": chat.ask("POST", "/messages", content=f'{{"text": "{WRITTEN}', headers=json_headers),
        "409 claim": person.step(asked, "claim", 7, headers=program),
        "409 reply": person.reply(asked, WRITTEN, **program),
        "422 note": person.post(f"{page}/note", {"text": WRITTEN * 100}, **program),
        "404 staff": person.get(f"/staff/conversations/{uuid4()}", **program),
        "403 form": person.post(f"{page}/note", {"text": WRITTEN, "csrf_token": NAME}, **program),
        "401 staff": site.ask("POST", "/staff/search", data={"query": NAME}, headers=program),
    }
    for name, answer in answers.items():
        assert answer.status_code >= 400, f"{name}: {answer.status_code}"
        told = f"{answer.text} {dict(answer.headers)}"
        assert not [words for words in PRIVATE if words.lower() in told.lower()], name
    nothing_told()


@pytest.mark.parametrize("table", ["notes", "audit"])
def test_the_database_fails_under_staff_and_quotes_them(
    other_site: Callable[..., Site], nothing_told: Callable[[], str], table: str
) -> None:
    site = other_site()
    asked, person = ask(site, WRITTEN), sign_in(site)
    site.sql(f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{PLANTED}'); END")
    path = f"/staff/conversations/{asked.conversation_id}/note"
    answer = person.post(path, {"text": WRITTEN}, Accept="application/json")
    site.sql("DROP TRIGGER broken")
    assert answer.status_code == 503
    assert not [words for words in PRIVATE if words in answer.text]
    assert "store_failed" in nothing_told()


def test_a_wrong_key_is_told_without_a_word(other_site: Callable[..., Site], nothing_told: Callable[[], str]) -> None:
    chat = other_site(encryption_keys=new_key()).chat()
    assert chat.post(WRITTEN).status_code == 200
    wrong = other_site(encryption_keys=new_key())
    answer = Chat(wrong.url, chat.opened).ask("GET", "/messages")
    assert answer.status_code == 503
    assert not [words for words in PRIVATE if words in answer.text]
    assert "store_failed" in nothing_told()
