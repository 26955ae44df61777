from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from store_helpers import NOON, TOKEN, FakeClock, answer, handoff, screening

from mesofaq.errors import Code, Problem
from mesofaq.store import ConversationRecord, Store

_TABLES = ("conversations", "messages", "handoffs", "screenings", "outbox")


def _fill(store: Store, conversation: ConversationRecord, words: str = "Can I stop my tablets?") -> str:
    message_id = store.receive(conversation.id, words, "c1").message_id
    store.save_understanding(message_id, {"text": words})
    store.finish(message_id, [answer(), handoff(screening_result=screening())], bundle_id="b1")
    return message_id


def _counts(store: Store) -> list[int]:
    with store._database.reading() as session:
        return [session.scalars(text(f"SELECT count(*) FROM {table}")).one() for table in _TABLES]


def test_an_erased_conversation_leaves_no_row(store: Store, conversation: ConversationRecord) -> None:
    message_id = _fill(store, conversation)
    assert _counts(store) == [1, 3, 1, 1, 1]
    assert store.erase(conversation.id)
    assert _counts(store) == [0, 0, 0, 0, 0]
    assert store.get_message(message_id) is None


def test_erasing_one_conversation_leaves_the_others(store: Store, conversation: ConversationRecord) -> None:
    _fill(store, conversation)
    other = store.create_conversation(TOKEN)
    _fill(store, other)
    store.erase(conversation.id)
    assert _counts(store) == [1, 3, 1, 1, 1]
    assert len(store.transcript(other.id)) == 3


@pytest.mark.parametrize("unknown", [str(uuid4()), "no uuid\x00"])
def test_an_unknown_conversation_is_erased_already(store: Store, unknown: str) -> None:
    assert not store.erase(unknown)


def test_nothing_can_be_said_in_an_erased_conversation(store: Store, conversation: ConversationRecord) -> None:
    store.erase(conversation.id)
    with pytest.raises(Problem) as caught:
        store.receive(conversation.id, "Hello", None)
    assert caught.value.code is Code.NOT_FOUND


def test_a_message_erased_meanwhile_cannot_be_answered(store: Store, conversation: ConversationRecord) -> None:
    message_id = store.receive(conversation.id, "Hello", None).message_id
    store.erase(conversation.id)
    with pytest.raises(Problem) as caught:
        store.finish(message_id, [handoff()], bundle_id=None)
    assert caught.value.code is Code.NOT_FOUND
    assert _counts(store) == [0, 0, 0, 0, 0]


def test_no_file_of_sqlite_holds_an_erased_word(sqlite_url: str, clock: FakeClock) -> None:
    store = Store(sqlite_url, clock=clock)
    store.migrate()
    conversation = store.create_conversation(TOKEN)
    _fill(store, conversation, "xanthophyll " * 150)
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent

    def files_with_it() -> list[str]:
        return [path.name for path in folder.iterdir() if b"xanthophyll" in path.read_bytes()]

    assert files_with_it()
    store.erase(conversation.id)
    assert files_with_it() == []
    store.close()


def test_erasing_succeeds_beside_a_reader(sqlite_url: str, clock: FakeClock) -> None:
    store = Store(sqlite_url, clock=clock, lock_timeout_s=0.01)
    store.migrate()
    conversation = store.create_conversation(TOKEN)
    with store._database.reading() as session:
        session.execute(text("SELECT count(*) FROM conversations"))
        assert store.erase(conversation.id)
    assert _counts(store) == [0, 0, 0, 0, 0]
    store.close()


def test_a_purge_erases_what_is_old_and_keeps_the_rest(store: Store, clock: FakeClock) -> None:
    silent, spoken = store.create_conversation(TOKEN), store.create_conversation(TOKEN)
    _fill(store, spoken)
    clock.advance(days=1)
    kept = store.create_conversation(TOKEN)
    assert store.idle_conversations(NOON + timedelta(days=1)) != []
    assert store.purge(NOON + timedelta(days=1)) == 2
    assert store.get_conversation(kept.id) == kept
    for gone in (silent, spoken):
        with pytest.raises(Problem):
            store.get_conversation(gone.id)


def test_an_old_conversation_that_goes_on_is_kept(
    store: Store, conversation: ConversationRecord, clock: FakeClock
) -> None:
    clock.advance(days=40)
    store.receive(conversation.id, "Me again", None)
    assert store.purge(NOON + timedelta(days=30)) == 0
    assert len(store.transcript(conversation.id)) == 1


def test_a_conversation_that_wakes_up_during_a_purge_is_kept(
    store: Store, conversation: ConversationRecord, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = Store.idle_conversations

    def then_speak(self: Store, older_than: datetime, **which: Any) -> list[str]:
        found = idle(self, older_than, **which)
        self.receive(conversation.id, "Me again", None)
        return found

    clock.advance(days=40)
    monkeypatch.setattr(Store, "idle_conversations", then_speak)
    assert store.purge(NOON + timedelta(days=30)) == 0
    assert len(store.transcript(conversation.id)) == 1
