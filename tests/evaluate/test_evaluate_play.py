"""Dialogues played through a service made by hand, and through the real one."""

import json
import tempfile
from pathlib import Path

import httpx
import pytest
from evaluate_helpers import WORDS

from fixtures_live import Instance, processes_of
from mesofaq.chat.assistant import Assistant
from mesofaq.errors import Code, Problem
from mesofaq.evaluate import run as run_module
from mesofaq.evaluate.cases import Dialogue, Part, Turn
from mesofaq.evaluate.expectations import Expectation, Kind
from mesofaq.evaluate.own_service import own_service
from mesofaq.evaluate.play import play, play_all, service_client
from mesofaq.evaluate.results import Result
from mesofaq.evaluate.run import evaluate
from mesofaq.evaluate.service import Service
from mesofaq.settings import Settings

GREET = Turn("hello", Expectation(Kind.ACT, "greet"))
THANK = Turn("ta", Expectation(Kind.ACT, "thank"))


class FakeService:
    """Says `Hello!` to everything; remembers what was said in which conversation, and what was erased."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.said: dict[str, list[str]] = {}
        self.erased: list[str] = []

    def client(self) -> httpx.Client:
        return httpx.Client(base_url="http://127.0.0.1:8000", transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/conversations":
            name = f"c{len(self.said)}"
            self.said[name] = []
            return httpx.Response(201, json={"conversation_id": name, "token": f"token of {name}"})
        name = request.url.path.split("/")[3]
        assert request.headers["Authorization"] == f"Bearer token of {name}"
        if request.method == "DELETE":
            self.erased.append(name)
            return httpx.Response(204)
        self.said[name].append(json.loads(request.content)["text"])
        reply = {"id": "r", "from": "bot", "kind": "smalltalk", "text": "Hello!"}
        return httpx.Response(self.status, json={"conversation_id": name, "messages": [reply]})


def _dialogue(*turns: Turn, id: str = "d") -> Dialogue:
    return Dialogue(id, turns, Part.HELD_BACK, f"set.jsonl:{id}")


def test_each_dialogue_is_a_conversation_of_its_own_and_is_erased() -> None:
    service, told = FakeService(), []
    with service.client() as client:
        dialogues = [_dialogue(GREET, THANK), _dialogue(GREET)]
        judged = play_all(client, dialogues, WORDS, played=told.append)
    assert service.said == {"c0": ["hello", "ta"], "c1": ["hello"]}
    assert service.erased == ["c0", "c1"]
    assert [[turn.result for turn in item.turns] for item in judged] == [
        [Result.RIGHT, Result.OTHER_ACT],
        [Result.RIGHT],
    ]
    assert told == [1, 2]


@pytest.mark.parametrize(
    ("status", "message"),
    [(429, "start it with MESOFAQ_RATE_LIMIT=0"), (422, "refused a turn of it .answer 422"), (500, "answer 500")],
)
def test_a_turn_that_gets_no_answer_ends_the_run_and_is_erased(status: int, message: str) -> None:
    service = FakeService(status)
    with service.client() as client, pytest.raises(Problem, match=f"^set.jsonl:d: .*{message}") as caught:
        play(client, _dialogue(GREET))
    assert caught.value.code is Code.NOT_READY
    assert service.erased == ["c0"]


def test_a_service_that_is_gone_is_told() -> None:
    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("gone")

    client = httpx.Client(base_url="http://127.0.0.1:8000", transport=httpx.MockTransport(gone))
    with client, pytest.raises(Problem, match="does not answer any more"):
        play(client, _dialogue(GREET))


@pytest.fixture
def two_turns(tmp_path: Path) -> Path:
    path = tmp_path / "dialogue.jsonl"
    turns = [
        {"user": "ask me the health questions", "expect": "act:start_screening"},
        {"user": "I cannot breathe", "expect": "emergency"},
    ]
    path.write_text(json.dumps({"id": "two", "part": "held-back", "turns": turns}), "utf-8")
    return path


def test_a_dialogue_is_played_on_the_real_service(live: Instance, two_turns: Path) -> None:
    before = live.handoffs()
    run = evaluate(live.settings, [two_turns], service=live.url)
    (talk,) = run.played
    assert [turn.result for turn in talk.turns] == [Result.RIGHT, Result.RIGHT]
    assert talk.turns[0].got.endswith("; asks allergy")
    assert talk.turns[1].got == "emergency"
    (part,) = run.summaries
    assert (part.part, part.messages, part.dialogues) == (Part.HELD_BACK, 0, 1)
    assert live.handoffs() == before, "a made-up emergency stays in the staff's list"


def test_a_service_with_another_bundle_is_refused(
    bundle_settings: Settings, two_turns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "service_at", lambda url, settings: Service(url, "another"))
    with pytest.raises(Problem, match="answers from bundle another"):
        evaluate(bundle_settings, [two_turns], service="http://127.0.0.1:8000")


@pytest.mark.rasa
def test_a_service_that_is_started_for_dialogues_answers_and_leaves_nothing_behind(
    lent: Path, bundle_settings: Settings, assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert assistant.bundle is not None
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with own_service(bundle_settings, assistant.bundle.folder, lambda step: None) as url, service_client(url) as client:
        assert len(processes_of(tmp_path)) == 2
        ((hello,),) = play(client, _dialogue(GREET))
        assert hello.text == assistant.replies.phrase("greet")
    assert processes_of(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
