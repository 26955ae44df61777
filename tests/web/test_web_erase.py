"""Erasure: nothing of a conversation is left, in the record, in Rasa's memory, or in the bytes of the files."""

import contextlib
import sqlite3

from web_helpers import EMERGENCY, PLANTED, Site, assert_problem

from fixtures_live import Chat


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


def test_nothing_of_an_erased_conversation_is_left(site: Site, chat: Chat) -> None:
    other = site.chat()
    other.say("hello")
    chat.say(f"can I get a refund for {PLANTED}")
    chat.say(f"{PLANTED} {EMERGENCY}")
    remember(site, PLANTED, f"{chat.id}:0", f"{chat.id}:1")
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
        for needle in (PLANTED, chat.id):
            assert needle.encode() not in file.read_bytes(), file.name


def test_a_conversation_without_a_message_can_be_erased(chat: Chat) -> None:
    assert chat.ask("DELETE").status_code == 204
    assert_problem(chat.ask("GET", "/messages"), 404, "not-found")
