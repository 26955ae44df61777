"""Personas as they are written down: read whole, or refused by file and line."""

from pathlib import Path
from typing import Any

import pytest
from persona_helpers import ITEMS, LINE, persona, write

from mesofaq.errors import Code, Problem
from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.personas import InterruptionKind, holds_personas, read_personas


def test_a_persona_is_read_with_all_that_it_does(tmp_path: Path) -> None:
    more = {
        "interrupts": [{"at": "heart", "says": "does it hurt?", "kind": "question", "card": "pain"}],
        "corrections": [{"at": "result", "says": "wait"}],
        "whose": "my mum",
    }
    path = write(tmp_path / "set.jsonl", LINE, "", {**LINE, **more, "id": "p2", "part": "held-back"})
    plain, full = read_personas(path, ITEMS)
    assert (plain.id, plain.part, plain.result, plain.flags) == ("p1", Part.TUNE, "review", ("heart",))
    assert (full.place, full.part, full.whose) == (f"{path}:3", Part.HELD_BACK, "my mum")
    assert (full.interrupts[0].kind, full.corrections[0].at) == (InterruptionKind.QUESTION, "result")


def _without(key: str) -> dict[str, Any]:
    return {name: value for name, value in LINE.items() if name != key}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{not json", ":3: Invalid JSON"),
        ("[]", ":3: Input should be an object"),
        (_without("opening"), "opening: Field required"),
        ({**LINE, "oepning": "hi"}, "oepning: Extra inputs"),
        ({**LINE, "result": "fine"}, "result: Input should be"),
        ({**LINE, "part": "mine"}, "part: Input should be"),
        ({**LINE, "interrupts": [{"at": "heart", "says": "?", "kind": "shout"}]}, "interrupts.0.kind: Input should"),
        ({**LINE, "says": {"allergy": "no"}}, "'says' has no answer to heart"),
        ({**LINE, "says": {}}, "'says' has no answer to allergy, heart"),
        ({**LINE, "id": "first"}, "the id 'first' is taken"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_by_file_and_line(tmp_path: Path, line: Any, why: str) -> None:
    path = write(tmp_path / "set.jsonl", {**LINE, "id": "first"}, "", line)
    with pytest.raises(Problem) as caught:
        read_personas(path, ITEMS)
    assert caught.value.code is Code.INVALID_REQUEST
    assert caught.value.detail.startswith(f"{path}:3: ")
    assert why in caught.value.detail


@pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(Problem, match="There is no file") as caught:
        read_personas(tmp_path / name, ITEMS)
    assert caught.value.code is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("first", "holds"),
    [
        (LINE, True),
        ({"id": "m", "text": "does it hurt", "card": "pain"}, False),
        ({"id": "d", "turns": [{"user": "hi", "expect": "act:greet"}]}, False),
        ("", False),
    ],
)
def test_personas_are_told_from_messages_and_dialogues(tmp_path: Path, first: Any, holds: bool) -> None:
    assert holds_personas(write(tmp_path / "set.jsonl", "", first)) == holds


def test_what_cannot_be_read_holds_no_personas(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b'\xff\xfe "says"\n')
    assert not holds_personas(tmp_path / "bytes")
    assert not holds_personas(tmp_path / "nowhere")


@pytest.mark.parametrize(("item", "plain"), [("heart", "yes"), ("liver", "not sure"), ("allergy", "no")])
def test_what_is_asked_again_is_answered_as_the_persona_is(item: str, plain: str) -> None:
    assert persona(flags=["heart", "liver"], yes=["heart"]).plain_answer(item) == plain
