import json
from pathlib import Path
from typing import Any

import pytest

from mesofaq.errors import Code, Problem
from mesofaq.evaluate.cases import Case, Dialogue, Part, Turn, Vocabulary, read_cases
from mesofaq.evaluate.expectations import Expectation, Kind, read_expectation

VOCABULARY = Vocabulary(
    labels=frozenset({"card:pain", "card:cost", "act:greet"}),
    tuned_on=frozenset({"how much does it cost me"}),
    known=frozenset({"does it hurt"}),
    text_max_chars=100,
)


def _write(path: Path, *rows: Any) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), "utf-8")
    return path


def _read(path: Path, *rows: Any) -> tuple[Case, ...]:
    return read_cases([_write(path / "set.jsonl", *rows)], VOCABULARY).messages


def _read_dialogue(path: Path, *turns: tuple[str, str], **more: Any) -> Dialogue:
    row = {"turns": [{"user": user, "expect": expect} for user, expect in turns], **more}
    (dialogue,) = read_cases([_write(path / "set.jsonl", row)], VOCABULARY).dialogues
    return dialogue


@pytest.mark.parametrize(
    ("row", "expected", "group", "shown"),
    [
        ({"card": "pain"}, Expectation(Kind.CARD, "pain"), "in-scope", "pain"),
        ({"expect": "card:pain"}, Expectation(Kind.CARD, "pain"), "in-scope", "pain"),
        ({"field": "near"}, Expectation(Kind.HANDOFF), "out-of-scope", "a person"),
        ({"expect": "handoff", "field": "far"}, Expectation(Kind.HANDOFF), "out-of-scope", "a person"),
        ({"expect": "emergency"}, Expectation(Kind.TRIAGE, "emergency"), "emergency", "emergency"),
        ({"expect": "complication"}, Expectation(Kind.TRIAGE, "complication"), "complication", "complication"),
        ({"expect": "not_emergency"}, Expectation(Kind.NOT_EMERGENCY), "not-emergency", "no emergency"),
        ({"expect": "act:greet"}, Expectation(Kind.ACT, "greet"), "acts", "act:greet"),
        ({"expect": "language:fr"}, Expectation(Kind.LANGUAGE, "fr"), "language", "language:fr"),
        ({"expect": "language:none"}, Expectation(Kind.LANGUAGE, "none"), "language-none", "language:none"),
    ],
)
def test_each_expectation(tmp_path: Path, row: dict[str, str], expected: Expectation, group: str, shown: str) -> None:
    (case,) = _read(tmp_path, {"id": "x", "text": "hello", **row})
    assert case.expected == expected
    assert (case.expected.group, str(case.expected)) == (group, shown)


def test_a_line_keeps_its_id_its_place_and_who_writes_so(tmp_path: Path) -> None:
    first, second, third = _read(
        tmp_path,
        {"id": "a", "text": "one", "card": "pain", "voice": "typos", "part": "tune", "more": 1},
        "",
        {"text": "two", "field": "near"},
        {"text": "three", "expect": "emergency", "note": "stroke hidden"},
    )
    assert (first.id, first.voice, first.part) == ("a", "typos", Part.TUNE)
    assert (second.id, second.voice, second.part) == ("set:3", "near", Part.DEVELOPMENT)
    assert second.place == f"{tmp_path / 'set.jsonl'}:3"
    assert third.voice == "stroke hidden"


def test_only_a_line_that_says_so_is_held_back(tmp_path: Path) -> None:
    parts = [{"part": "held-back"}, {"part": "tune"}, {"part": "development"}, {}]
    found = _read(tmp_path, *({"text": "hello", "card": "pain", **part} for part in parts))
    assert [case.part for case in found] == [Part.HELD_BACK, Part.TUNE, Part.DEVELOPMENT, Part.DEVELOPMENT]


def test_a_wording_that_was_tuned_on_is_never_held_back_whatever_its_line_says(tmp_path: Path) -> None:
    (case,) = _read(tmp_path, {"text": "How much does it COST me?!", "card": "cost", "part": "held-back"})
    assert case.part is Part.TUNE


def test_a_wording_of_the_bundle_is_marked_as_seen(tmp_path: Path) -> None:
    first, second = _read(
        tmp_path, {"text": "Does it hurt?", "card": "pain"}, {"text": "does it hurt me", "card": "pain"}
    )
    assert (first.seen, second.seen) == (True, False)


def test_a_separator_inside_a_message_does_not_end_its_line(tmp_path: Path) -> None:
    first, second = _read(tmp_path, '{"text": "one\u2028still one", "card": "pain"}', {"text": "two", "card": "pain"})
    assert first.text == "one\u2028still one"
    assert second.place.endswith(":2")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "it is not JSON"),
        ("[1]", "it is no JSON object"),
        ({"text": 5, "card": "pain"}, "text: Input should be a valid string"),
        ({"text": " \u200b ", "card": "pain"}, "the text is empty"),
        ({"text": "x" * 101, "card": "pain"}, "longer than 100 characters"),
        ({"text": "x"}, "it needs 'card'"),
        ({"text": "x", "card": "pain", "expect": "handoff"}, "only one of them can be right"),
        ({"text": "x", "card": "nope"}, "the bundle has no card 'nope'"),
        ({"text": "x", "expect": "act:nope"}, "the bundle has no dialogue act 'nope'"),
        ({"text": "x", "expect": "panic"}, "'expect' is 'panic'; it can be 'emergency', "),
        ({"text": "x", "card": "pain", "part": "spare"}, "part: "),
        ({"card": "pain"}, "it needs 'text' (a message) or 'turns' (a dialogue)"),
        ({"text": "x", "expect": "sources"}, "'expect' is 'sources'; it can be 'emergency'"),
        ({"text": "x", "expect": "handoff:now"}, "'expect' is 'handoff:now'; it can be"),
        ({"text": "x", "expect": "card"}, "'expect' is 'card'; it can be"),
        ({"text": "x", "expect": "language:french"}, "'french' is no language"),
        ({"turns": []}, "turns: "),
        ({"turns": [{"user": "x"}]}, "turns.0.expect: Field required"),
        ({"turns": [{"user": " ", "expect": "handoff"}]}, "the text is empty"),
        ({"turns": [{"user": "x", "expect": "cards:pain,nope"}]}, "the bundle has no card 'nope'"),
        ({"turns": [{"user": "x", "expect": "cards:pain,pain"}]}, "names a card twice"),
        ({"turns": [{"user": "x", "expect": "act:nope"}]}, "the bundle has no dialogue act 'nope'"),
        ({"turns": [{"user": "x", "expect": "not_emergency"}]}, "'expect' is 'not_emergency'; it can be"),
        ({"text": "x", "turns": [{"user": "x", "expect": "handoff"}]}, "'turns' stands beside 'text'"),
    ],
)
def test_a_bad_line_is_named_with_its_file_and_number(tmp_path: Path, row: Any, message: str) -> None:
    with pytest.raises(Problem) as caught:
        _read(tmp_path, {"text": "fine", "card": "pain"}, row)
    assert caught.value.code is Code.INVALID_REQUEST
    assert caught.value.detail.startswith(f"{tmp_path / 'set.jsonl'}:2: ")
    assert message in caught.value.detail


def test_an_id_may_stand_only_once_in_a_file(tmp_path: Path) -> None:
    row = {"id": "a", "text": "x", "card": "pain"}
    one, other = _write(tmp_path / "one.jsonl", row), _write(tmp_path / "other.jsonl", row)
    assert len(read_cases([one, other], VOCABULARY).messages) == 2
    with pytest.raises(Problem, match=r":2: the id 'a' is taken by .*:1\."):
        read_cases([_write(one, row, row)], VOCABULARY)


def test_a_missing_file_and_one_that_is_no_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="There is no file") as caught:
        read_cases([tmp_path / "nope.jsonl"], VOCABULARY)
    assert caught.value.code is Code.NOT_FOUND
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(Problem, match=r"binary\.jsonl:1: the file is not UTF-8"):
        read_cases([tmp_path / "binary.jsonl"], VOCABULARY)


@pytest.mark.parametrize(
    ("expect", "expected", "shown", "topic"),
    [
        ("card:pain", Expectation(Kind.CARD, "pain"), "pain", "a card"),
        ("cards:pain,cost", Expectation(Kind.CARDS, "pain,cost"), "pain and cost", "two cards"),
        (
            "clarify_or_card:pain",
            Expectation(Kind.CLARIFY_OR_CARD, "pain"),
            "pain, shown or offered",
            "a card, or asking back",
        ),
        ("handoff", Expectation(Kind.HANDOFF), "a person", "a person"),
        ("complication", Expectation(Kind.TRIAGE, "complication"), "complication", "complication"),
        ("act:greet", Expectation(Kind.ACT, "greet"), "act:greet", "act:greet"),
        ("screening", Expectation(Kind.SCREENING), "the health questions go on", "the health questions go on"),
        ("sources", Expectation(Kind.SOURCES), "the sources", "the sources"),
    ],
)
def test_what_can_be_expected_of_a_turn(expect: str, expected: Expectation, shown: str, topic: str) -> None:
    found = read_expectation(expect, VOCABULARY.labels, of_turn=True)
    assert found == expected
    assert (str(found), found.topic) == (shown, topic)


def test_a_dialogue_is_read_with_its_turns_in_their_order(tmp_path: Path) -> None:
    dialogue = _read_dialogue(tmp_path, ("hello", "act:greet"), ("does it hurt", "card:pain"), id="d", part="held-back")
    assert dialogue == Dialogue(
        "d",
        (Turn("hello", Expectation(Kind.ACT, "greet")), Turn("does it hurt", Expectation(Kind.CARD, "pain"))),
        Part.HELD_BACK,
        f"{tmp_path / 'set.jsonl'}:1",
    )


def test_a_dialogue_counts_as_tuned_on_when_all_of_its_wordings_are(tmp_path: Path) -> None:
    tuned = ("How much does it cost me", "card:cost")
    assert _read_dialogue(tmp_path, tuned, tuned, part="held-back").part is Part.TUNE
    assert _read_dialogue(tmp_path, tuned, ("and does it hurt", "card:pain"), part="held-back").part is Part.HELD_BACK


def test_an_id_is_taken_by_a_dialogue_too(tmp_path: Path) -> None:
    message = {"id": "a", "text": "x", "card": "pain"}
    dialogue = {"id": "a", "turns": [{"user": "x", "expect": "handoff"}]}
    with pytest.raises(Problem, match="the id 'a' is taken"):
        read_cases([_write(tmp_path / "set.jsonl", message, dialogue)], VOCABULARY)
