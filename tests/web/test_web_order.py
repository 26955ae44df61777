"""Several messages at once: answered in order, except that an emergency waits for nobody; and what a crash left."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from web_helpers import EMERGENCY, Site, StandIn

from fixtures_live import Chat, eventually
from mesofaq.chat.assistant import Assistant
from mesofaq.chat.live import LiveEvents
from mesofaq.chat.turn import ORPHANED_AFTER, TurnService
from mesofaq.dialogue.client import RasaClient
from mesofaq.handoff.hours import OpeningTimes
from mesofaq.store.store import Store
from mesofaq.understanding.triage import TriageResult

TOKEN = "0" * 64


def on_record(chat: Chat, count: int) -> None:
    eventually(lambda: sum(line["from"] == "patient" for line in chat.transcript()) == count, 5, "it is on record")


def references(chat: Chat) -> list[str]:
    return [f"message:{line['id']}" for line in chat.transcript() if line["from"] == "patient"]


def test_two_at_once_are_answered_in_order(chat: Chat, rasa: StandIn) -> None:
    rasa.does = "hangs"
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(chat.say, "first")
        on_record(chat, 1)
        second = pool.submit(chat.say, "second")
        on_record(chat, 2)
        eventually(lambda: rasa.heard, 5, "Rasa hears the first")
        assert rasa.heard == references(chat)[:1]
        rasa.does = "answers"
        rasa.released.set()
        replies = [*first.result(), *second.result()]
    assert rasa.heard == references(chat)
    assert [line["text"] for line in chat.transcript() if line["from"] == "bot"] == [one["text"] for one in replies]


def test_one_that_takes_long_to_understand_is_not_overtaken(
    site: Site, chat: Chat, rasa: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    judge = site.services.assistant.triage.judge

    def judge_slowly(text: str) -> TriageResult:
        if text == "first":
            go_on.wait(0.7)
        return judge(text)

    monkeypatch.setattr(site.services.assistant.triage, "judge", judge_slowly)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(chat.say, "first")
        on_record(chat, 1)
        second = pool.submit(chat.say, "second")
        on_record(chat, 2)
        first.result()
        second.result()
    go_on.set()
    assert rasa.heard == references(chat)


def test_many_at_once_are_answered_in_the_order_of_the_record(chat: Chat, rasa: StandIn) -> None:
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(chat.say, [f"number {number}" for number in range(12)]))
    assert rasa.heard == references(chat)
    assert len(chat.transcript()) == 24


def test_an_emergency_overtakes_one_that_hangs_and_nothing_else_does(chat: Chat, rasa: StandIn) -> None:
    rasa.does = "hangs"
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(chat.say, "first")
        on_record(chat, 1)
        eventually(lambda: rasa.heard, 5, "Rasa hears the first")
        assert chat.say(EMERGENCY)[0]["kind"] == "emergency"
        assert not first.done()
        last = pool.submit(chat.say, "last")
        on_record(chat, 3)
        assert not first.done()
        assert len(rasa.heard) == 1
        rasa.does = "answers"
        rasa.released.set()
        first.result()
        last.result()
    said = references(chat)
    assert rasa.heard == [said[0], said[2]]


def test_conversations_do_not_wait_for_each_other(site: Site, chat: Chat, rasa: StandIn) -> None:
    rasa.does = "hangs"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(chat.say, "first")
        eventually(lambda: rasa.heard, 5, "Rasa hears the first")
        rasa.does = "answers"
        assert site.chat().say("hello")[0]["kind"] == "smalltalk"
        assert not waiting.done()
        rasa.released.set()


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Desk:
    """The turn service alone, with a clock that can be moved."""

    def __init__(self, folder: Path, assistant: Assistant, rasa: StandIn) -> None:
        self.clock = Clock()
        self.store = Store(f"sqlite:///{folder / 'mesofaq.db'}", clock=self.clock)
        self.store.migrate()
        self.client = RasaClient(rasa.url, 5)
        self.turns = TurnService(
            self.store,
            assistant,
            self.client,
            LiveEvents(),
            hours=OpeningTimes(assistant.content.clinic),
            clock=self.clock,
            text_max_chars=2000,
            wait_s=6,
        )
        self.conversation = self.store.create_conversation(TOKEN)

    def kinds(self) -> list[str]:
        return [line.reply.kind.value for line in self.store.transcript(self.conversation.id) if line.reply]


@pytest.fixture
def desk(tmp_path: Path, assistant: Assistant, rasa: StandIn) -> Iterator[Desk]:
    desk = Desk(tmp_path, assistant, rasa)
    yield desk
    asyncio.run(desk.client.close())
    desk.store.close()


def test_what_a_crash_left_unanswered_is_handed_over_once_it_is_old_enough(desk: Desk) -> None:
    desk.store.receive(desk.conversation.id, "can I get a refund", "an-id")
    desk.clock.now += ORPHANED_AFTER
    assert asyncio.run(desk.turns.sweep()) == 0
    desk.clock.now += timedelta(seconds=1)
    assert asyncio.run(desk.turns.sweep()) == 1
    assert asyncio.run(desk.turns.sweep()) == 0
    assert desk.kinds() == ["notice"]
    (handoff,) = desk.store.handoffs(10)
    assert (handoff.reason, handoff.question) == ("bot_failed", "can I get a refund")
    # The client's repeat gets that answer.
    (reply,) = asyncio.run(desk.turns.handle(desk.conversation, "can I get a refund", "an-id"))
    assert reply.handoff is not None
    assert reply.handoff.id == handoff.id


def test_an_emergency_that_a_crash_left_is_an_emergency(desk: Desk) -> None:
    desk.store.receive(desk.conversation.id, EMERGENCY, None)
    desk.clock.now += timedelta(seconds=31)
    assert asyncio.run(desk.turns.sweep()) == 1
    assert desk.kinds() == ["emergency"]
    assert desk.store.handoffs(10)[0].priority == "emergency"
    assert desk.store.get_conversation(desk.conversation.id).dialogue_epoch == 1


def test_the_clients_repeat_answers_what_a_crash_left(desk: Desk, rasa: StandIn) -> None:
    desk.store.receive(desk.conversation.id, "hello", "an-id")
    desk.clock.now += timedelta(seconds=31)
    (reply,) = asyncio.run(desk.turns.handle(desk.conversation, "hello", "an-id"))
    assert reply.kind == "smalltalk"
    assert asyncio.run(desk.turns.sweep()) == 0


def test_one_that_is_being_answered_is_not_swept(desk: Desk, rasa: StandIn) -> None:
    rasa.does = "hangs"

    async def sweep_meanwhile() -> int:
        answering = asyncio.create_task(desk.turns.handle(desk.conversation, "hello", None))
        await asyncio.to_thread(eventually, lambda: rasa.heard, 5, "Rasa hears it")
        desk.clock.now += timedelta(hours=1)
        swept = await desk.turns.sweep()
        rasa.does = "answers"
        rasa.released.set()
        await answering
        return swept

    assert asyncio.run(sweep_meanwhile()) == 0
    assert desk.kinds() == ["smalltalk"]


def test_the_running_service_sweeps_by_itself(site: Site, chat: Chat) -> None:
    site.services.store.receive(chat.id, "can I get a refund", None)
    site.sql(
        "UPDATE messages SET at = strftime('%Y-%m-%d %H:%M:%f', 'now', '-31 seconds') "
        f"WHERE conversation_id = '{chat.id}'"
    )
    eventually(lambda: len(chat.transcript()) == 2, 10, "it is handed over")
    assert chat.transcript()[1]["reply"]["kind"] == "notice"
