"""Action calls recorded from the real Rasa, run again: does rasa-sdk still read them, and answer what Rasa accepts?"""

import asyncio
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import ReplyDraft
from mesofaq.dialogue import runtime
from mesofaq.dialogue.domain import FORM
from mesofaq.dialogue.parse import KEY
from mesofaq.web.actions import make_executor
from mesofaq.web.rasa import ParseIn

HERE = Path(__file__).parent
RECORDED: dict[str, Any] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / "calls").glob("*.json"))
}
DOMAIN = RECORDED.pop("domain")
PARSE = RECORDED.pop("parse")
ACCEPTED = json.loads((HERE / "accepted.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def executor(assistant: Assistant) -> Iterator[ActionExecutor]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "_current", runtime.Runtime(assistant.replies, assistant.content.screening))
        yield make_executor()


def run(executor: ActionExecutor, request: dict[str, Any]) -> dict[str, Any]:
    result = asyncio.run(executor.run(copy.deepcopy({**request, "domain": DOMAIN})))
    answer: dict[str, Any] = json.loads(json.dumps(result.model_dump()))
    return answer


def assert_accepted(answer: dict[str, Any]) -> None:
    assert set(answer) == {"events", "responses"}
    for event in answer["events"]:
        assert event["event"] in ACCEPTED["events"]
        assert set(ACCEPTED["events"][event["event"]]) <= set(event)
        assert isinstance(event.get("timestamp", None), int | float | None)
        assert isinstance(event.get("metadata", None), dict | None)
    assert all(isinstance(response, dict) for response in answer["responses"])


def said(answer: dict[str, Any]) -> list[tuple[str, bool]]:
    """The kind of each reply, and whether a person is called."""
    drafts = [ReplyDraft.model_validate(response["custom"]) for response in answer["responses"]]
    return [(str(draft.kind), draft.handoff is not None) for draft in drafts]


def test_every_action_of_the_domain_was_recorded(home: Path) -> None:
    domain = yaml.safe_load((home / "domain.yml").read_text(encoding="utf-8"))
    assert set(domain["actions"]) == {name.partition("-")[0] for name in RECORDED}


def test_the_executor_has_every_action_of_the_domain(executor: ActionExecutor) -> None:
    assert set(DOMAIN["actions"]) <= set(executor.actions)


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_call_is_answered_as_rasa_accepts_it(executor: ActionExecutor, name: str) -> None:
    before = RECORDED[name]["response"]
    answer = run(executor, RECORDED[name]["request"])
    assert_accepted(answer)
    assert said(answer) == said(before)
    assert {event["event"] for event in answer["events"]} == {event["event"] for event in before["events"]}


@pytest.mark.parametrize("name", RECORDED)
def test_what_was_understood_reaches_every_action(name: str) -> None:
    latest = RECORDED[name]["request"]["tracker"]["latest_message"]
    understood = latest["intent"]["name"] != ""
    assert (KEY in latest) == understood
    if understood:
        assert set(latest[KEY]) == set(PARSE["response"][KEY])


def test_the_recorded_parse_call_is_read(executor: ActionExecutor) -> None:
    assert set(PARSE["request"]) == {"text", "message_id", "token"}
    assert ParseIn.model_validate(PARSE["request"]).model_dump() == PARSE["request"]
    assert {"text", "intent", "entities"} <= set(PARSE["response"])


def test_no_words_of_a_patient_are_in_what_rasa_remembers() -> None:
    for name, call in RECORDED.items():
        texts = [event["text"] for event in call["request"]["tracker"]["events"] if event["event"] == "user"]
        if "past-the-service" not in call["request"]["sender_id"]:
            assert all(text.startswith("message:") for text in texts), name


def test_keys_of_a_newer_rasa_do_no_harm(executor: ActionExecutor) -> None:
    request = copy.deepcopy(RECORDED["action_answer"]["request"])
    request["tracker"]["latest_message"]["from_the_future"] = {"a": 1}
    request["from_the_future"] = [1]
    assert_accepted(run(executor, request))


def test_a_fallback_in_the_screening_ends_it(executor: ActionExecutor) -> None:
    request = copy.deepcopy(RECORDED["action_fallback"]["request"])
    request["tracker"]["active_loop"] = {"name": FORM, "is_interrupted": False, "rejected": True}
    request["tracker"]["slots"]["allergy"] = {"reading": "yes", "message_id": None}
    answer = run(executor, request)
    assert_accepted(answer)
    assert said(answer) == [("handoff", True)]
    left = {event["name"]: event["value"] for event in answer["events"] if event["event"] == "slot"}
    assert left["allergy"] is None
    assert [event["name"] for event in answer["events"] if event["event"] == "active_loop"] == [None]
    assert answer["events"][-1] | {"timestamp": None} == {
        "event": "followup",
        "name": "action_listen",
        "timestamp": None,
    }
