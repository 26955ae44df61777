import json
from pathlib import Path

import pytest

from mesofaq.content.loader import Content
from mesofaq.errors import Code, Problem
from mesofaq.knowledge.examples import OUTSIDE, Example, after, read_examples

ACTS = {"greet": ("hi", "hello", "hey", "good day", "howdy")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "near.txt").write_text("# clinics\n\n" + "\n".join(f"botox {n}" for n in range(5)))
    (tmp_path / "triage_examples").mkdir()
    (tmp_path / "triage_examples" / "emergency.txt").write_text("i cant breathe\n")
    (tmp_path / "triage_examples" / "not_emergency.txt").write_text("cant breathe in these jeans\n")
    return tmp_path


def _follow_ups(folder: Path, *rows: object) -> None:
    (folder / "follow_ups.jsonl").write_text("\n".join(json.dumps(row) for row in rows))


def test_each_kind_of_example_says_what_is_known_of_it(content: Content, folder: Path) -> None:
    examples = read_examples(content, ACTS, folder)
    assert Example("hello", "act:greet") in examples
    assert Example("botox 3", OUTSIDE) in examples
    assert Example("i cant breathe", OUTSIDE, "emergency") in examples
    assert Example("cant breathe in these jeans", None) in examples
    assert not any(example.text.startswith("#") or not example.text for example in examples)


def test_every_card_is_learnt_from_what_it_shows_and_from_its_examples(content: Content, folder: Path) -> None:
    examples = [item for item in read_examples(content, ACTS, folder) if item.label == "card:pain"]
    pain = content.cards["pain"]
    assert [item.shown for item in examples] == [True] * len(pain.questions) + [False] * len(pain.examples)


def test_a_follow_up_begins_with_the_question_before_it(content: Content, folder: Path) -> None:
    _follow_ups(folder, {"after": "pain", "text": "and the price?", "label": "card:cost"})
    (found,) = [item for item in read_examples(content, ACTS, folder) if item.follows]
    assert (found.text, found.label) == (after(content.cards["pain"].question, "and the price?"), "card:cost")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"after": "pain", "text": "and?", "label": "card:nothing"}, r"follow_ups\.jsonl:1: there is no label 'card:"),
        ({"after": "nothing", "text": "and?", "label": "card:pain"}, r"follow_ups\.jsonl:1: each line is a JSON"),
        (["and?"], r"follow_ups\.jsonl:1: each line is a JSON object with 'after'"),
    ],
)
def test_a_follow_up_that_cannot_be_used_is_named(content: Content, folder: Path, row: object, message: str) -> None:
    _follow_ups(folder, row)
    with pytest.raises(Problem, match=message) as caught:
        read_examples(content, ACTS, folder)
    assert caught.value.code is Code.CONTENT_INVALID


def test_too_few_examples_of_a_label_are_refused(content: Content, folder: Path) -> None:
    with pytest.raises(Problem, match=r"The act 'thank' has too few questions and examples to learn from \(1;"):
        read_examples(content, {**ACTS, "thank": ("ta",)}, folder)
