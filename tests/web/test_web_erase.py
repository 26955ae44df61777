"""Erasure: nothing of a conversation is left, in the record, in Rasa's memory, or in the bytes of the files."""

import concurrent.futures
import contextlib
import sqlite3
from collections.abc import Callable

import pytest
from web_console_helpers import HTMX, PAGE, ask, read, sign_in
from web_helpers import EMERGENCY, PLANTED, Site, StandIn, assert_problem

from fixtures_live import Chat, eventually
from mesofaq.accounts.models import Role
from mesofaq.privacy.erasure import sweep_tracker


def remember(site: Site, data: str, *senders: str) -> None:
    """What Rasa's tracker store would hold of these conversations."""
    file = site.settings.var / "rasa" / "tracker.db"
    file.parent.mkdir(exist_ok=True)
    with contextlib.closing(sqlite3.connect(file)) as tracker, tracker:
        tracker.execute("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, sender_id TEXT, data TEXT)")
        tracker.executemany("INSERT INTO events (sender_id, data) VALUES (?, ?)", [(one, data) for one in senders])


def remembered(site: Site) -> list[str]:
    with contextlib.closing(sqlite3.connect(site.settings.var / "rasa" / "tracker.db")) as tracker:
        return [row[0] for row in tracker.execute("SELECT sender_id FROM events ORDER BY sender_id")]


# No other test writes it: the record that is searched is one for all tests.
ERASED = "ospreyfeather77"


def test_nothing_of_an_erased_conversation_is_left(site: Site, chat: Chat) -> None:
    other = site.chat()
    other.say("hello")
    chat.say(f"can I get a refund for {ERASED}")
    chat.say(f"{ERASED} {EMERGENCY}")
    remember(site, ERASED, f"{chat.id}:0", f"{chat.id}:1")
    remember(site, "of somebody else", f"{other.id}:0")

    assert chat.ask("DELETE").status_code == 204

    for method, path in (("GET", "/messages"), ("GET", "/events"), ("DELETE", "")):
        assert_problem(chat.ask(method, path), 404, "not-found")
    assert_problem(chat.post("hello again"), 404, "not-found")
    assert len(other.transcript()) == 2
    assert remembered(site) == [f"{other.id}:0"]
    for table in ("messages", "handoffs", "screenings"):
        assert site.sql(f"SELECT count(*) FROM {table} WHERE conversation_id = '{chat.id}'") == [(0,)]
    for file in (*site.settings.var.glob("mesofaq.db*"), *(site.settings.var / "rasa").glob("tracker.db*")):
        assert ERASED.encode() not in file.read_bytes(), file.name
    # Its id is all that is left, so that nobody wonders later where it went.
    tombstone = f"SELECT erased_by, messages FROM tombstones WHERE conversation_id = '{chat.id}'"
    assert site.sql(tombstone) == [("patient", 4)]


def test_a_conversation_without_a_message_can_be_erased(chat: Chat) -> None:
    assert chat.ask("DELETE").status_code == 204
    assert_problem(chat.ask("GET", "/messages"), 404, "not-found")


def test_a_message_that_is_being_answered_brings_nothing_back(site: Site, chat: Chat, rasa: StandIn) -> None:
    rasa.does = "hangs"
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        sending = pool.submit(chat.post, f"can I get a refund for {PLANTED}")
        eventually(lambda: rasa.heard, 10, "Rasa has the message")
        assert chat.ask("DELETE").status_code == 204
        remember(site, PLANTED, f"{chat.id}:0")  # as Rasa does when it has answered
        rasa.reset()
        assert_problem(sending.result(20), 404, "not-found")
    for table in ("messages", "handoffs", "outbox"):
        column = "aggregate_id" if table == "outbox" else "conversation_id"
        assert site.sql(f"SELECT count(*) FROM {table} WHERE {column} = '{chat.id}'") == [(0,)]
    assert sweep_tracker(site.services.store, site.settings.tracker_url) == 1
    assert f"{chat.id}:0" not in remembered(site)


def test_whoever_listens_is_let_go(site: Site, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesofaq.web.chat._HEARTBEAT_S", 1.0)
    chat.say("hello")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        listening = pool.submit(chat.ask, "GET", "/events")
        eventually(lambda: site.services.live._waiting.get(chat.id), 10, "somebody listens")
        assert chat.ask("DELETE").status_code == 204
        assert "event: message" in listening.result(10).text


def test_erasing_twice_is_not_found(chat: Chat) -> None:
    chat.ask("DELETE")
    assert_problem(chat.ask("DELETE"), 404, "not-found")


def test_rasa_s_memory_cannot_be_erased_and_the_patient_can_try_again(
    other_site: Callable[..., Site],
) -> None:
    site = other_site(rasa_tracker_url="postgresql://nobody@127.0.0.1:1/rasa")
    chat = site.chat()
    assert_problem(chat.ask("DELETE"), 503, "not-ready")
    assert chat.transcript() == []


# At the console.


def test_an_admin_erases_what_she_has_named(site: Site) -> None:
    asked, admin = ask(site, f"What about my {PLANTED}?"), sign_in(site, Role.ADMIN)
    remember(site, PLANTED, f"{asked.conversation_id}:0")
    path = f"/staff/conversations/{asked.conversation_id}/erase"
    answer = admin.post(path, {"confirmation": f" {asked.conversation_id[:8].upper()} "})
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    assert site.sql(f"SELECT count(*) FROM messages WHERE conversation_id = '{asked.conversation_id}'") == [(0,)]
    assert f"{asked.conversation_id}:0" not in remembered(site)
    erased_by = f"SELECT erased_by FROM tombstones WHERE conversation_id = '{asked.conversation_id}'"
    assert site.sql(erased_by) == [(f"staff:{admin.staff.id}",)]
    assert admin.get(f"/staff/conversations/{asked.conversation_id}").status_code == 404


def test_with_htmx_the_browser_goes_back_to_the_queue(site: Site) -> None:
    asked, admin = ask(site), sign_in(site, Role.ADMIN)
    form = {"confirmation": asked.conversation_id[:8]}
    answer = admin.post(f"/staff/conversations/{asked.conversation_id}/erase", form, **HTMX)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/staff")


@pytest.mark.parametrize("confirmation", ["", "00000000", "yes", PLANTED])
def test_nothing_is_erased_by_a_slip(site: Site, confirmation: str) -> None:
    asked, admin = ask(site), sign_in(site, Role.ADMIN)
    path = f"/staff/conversations/{asked.conversation_id}/erase"
    answer = admin.post(path, {"confirmation": confirmation}, **PAGE)
    assert answer.status_code == 422
    assert "Nothing was erased." in read(answer)
    assert PLANTED not in answer.text
    assert len(site.services.store.transcript(asked.conversation_id)) == 2


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.CLINICIAN])
def test_only_an_admin_erases(site: Site, role: Role) -> None:
    asked, person = ask(site), sign_in(site, role)
    form = {"confirmation": asked.conversation_id[:8]}
    path = f"/staff/conversations/{asked.conversation_id}/erase"
    assert_problem(person.post(path, form, Accept="application/json"), 403, "forbidden")
    assert len(site.services.store.transcript(asked.conversation_id)) == 2


def test_a_form_of_another_page_erases_nothing(site: Site) -> None:
    asked, admin = ask(site), sign_in(site, Role.ADMIN)
    form = {"confirmation": asked.conversation_id[:8], "csrf_token": "another"}
    path = f"/staff/conversations/{asked.conversation_id}/erase"
    assert admin.post(path, form, Accept="application/json").status_code == 403
    assert len(site.services.store.transcript(asked.conversation_id)) == 2
