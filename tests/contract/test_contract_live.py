"""The same calls from the Rasa that is installed now: an upgrade that changes the contract fails here."""

import json
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from recording import TOKEN, Call, first_of_each, record
from test_contract_replay import ACCEPTED, DOMAIN, PARSE, RECORDED

from fixtures_live import ROOT
from mesofaq.dialogue.parse import KEY
from mesofaq.settings import Settings
from mesofaq.supervise.preflight import rasa_python

OURS = ("custom", KEY, "slots", "value")
"""Below these keys everything is ours, and the content decides."""


@pytest.fixture(scope="module")
def calls(lent: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    folder = tmp_path_factory.mktemp("contract")
    shutil.copytree(lent, folder, symlinks=True, dirs_exist_ok=True)
    (model,) = (folder / "rasa" / "models").iterdir()
    return record(ROOT, folder, model)


def shape(value: Any, path: str = "") -> dict[str, set[str]]:
    """Each path in a JSON value with the types found there. Events and actions are told apart by their names."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    found[path].add(type(value).__name__)
    if path.rpartition(".")[2] in OURS:
        return {path: {"ours"}}
    items: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        items = [(f"{path}.{key}", item) for key, item in value.items()]
    elif isinstance(value, list):
        items = [(f"{path}[{item.get('event', '') if isinstance(item, dict) else ''}]", item) for item in value]
    for inner, item in items:
        for at, types in shape(item, inner).items():
            found[at] |= types
    return dict(found)


def shapes(requests: list[dict[str, Any]]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for request in requests:
        for at, types in shape(request).items():
            found[at] |= types
    return dict(found)


def test_rasa_calls_as_it_did_when_the_calls_were_recorded(calls: list[Call]) -> None:
    now = first_of_each(calls)
    assert set(now) - {"parse"} == set(RECORDED)
    assert shape(now.pop("parse").request) == shape(PARSE["request"])
    then = [call["request"] for call in RECORDED.values()]
    assert shapes([call.request for call in now.values()]) == shapes(then)
    assert {request["version"] for request in then} == {call.request["version"] for call in now.values()}


def test_every_call_carries_the_token_and_the_domain(calls: list[Call]) -> None:
    for call in calls:
        assert call.status == (404 if "00000000" in str(call.request.get("text")) else 200)
        if call.path == "/model/parse":
            assert call.request["token"] == TOKEN
        else:
            assert call.path == "/webhook"
            assert call.headers["Authorization"] == f"Bearer {TOKEN}"
            assert set(call.request["domain"]) == set(DOMAIN)


def test_rasa_itself_accepts_every_answer(calls: list[Call]) -> None:
    answers = {name: call.response for name, call in first_of_each(calls).items() if name != "parse"}
    done = subprocess.run(
        [rasa_python(Settings(home=ROOT)), Path(__file__).with_name("rasa_accepts.py")],
        input=json.dumps(answers),
        capture_output=True,
        text=True,
        check=True,
    )
    verdict = json.loads(done.stdout)
    assert (verdict["rasa"], verdict["events"]) == (ACCEPTED["rasa"], ACCEPTED["events"])
    assert {name: len(events) for name, events in verdict["understood"].items()} == {
        name: len(answer["events"]) for name, answer in answers.items()
    }
