"""Five hundred hand-written answers. The reader was tuned on these: they guard it, and measure nothing.

`answers.jsonl`: `item` was asked, `text` typed, `reading` is how the item is to be read ("none": asked again), `others`
what the text says of other items.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from screening_helpers import ITEMS, NOTES_PAST, READINGS

from mesofaq.screening.answers import AnswerReader

LEAST_EXACT = 0.94
CASES = [json.loads(line) for line in (Path(__file__).parent / "answers.jsonl").read_text("utf-8").splitlines()]


def _misread(reader: AnswerReader) -> Iterator[str]:
    for case in CASES:
        got = reader.read(case["text"], case["item"]).readings.get(case["item"], "none")
        if got != case["reading"]:
            yield f"{case['item']}: {case['text']!r} is {case['reading']}, read {got}"


def test_the_answers_are_well_formed() -> None:
    for case in CASES:
        assert case.keys() == {"item", "text", "reading", "others"}
        assert {case["item"], *case["others"]} <= set(ITEMS)
        assert case["item"] not in case["others"]
        assert {case["reading"], *case["others"].values()} <= {*READINGS, "none"}


def test_every_item_has_its_answers_of_each_kind() -> None:
    kinds = {(case["item"], case["reading"]) for case in CASES}
    wanted = {(item, reading) for item in ITEMS for reading in ("yes", "no", "unsure", "not_answered", "none")}
    assert wanted | {(item, "past") for item in NOTES_PAST} <= kinds


@pytest.mark.parametrize("item", ITEMS)
def test_no_yes_is_read_as_no_or_past(reader: AnswerReader, item: str) -> None:
    stated = [case["text"] for case in CASES if case["item"] == item and case["reading"] == "yes"]
    lost = {text: got for text in stated if (got := reader.read(text, item).readings.get(item)) in ("no", "past")}
    assert lost == {}


@pytest.mark.parametrize("item", ITEMS)
def test_no_doubt_is_read_as_no_or_past(reader: AnswerReader, item: str) -> None:
    open_ = [case["text"] for case in CASES if case["item"] == item and case["reading"] in ("unsure", "not_answered")]
    lost = {text: got for text in open_ if (got := reader.read(text, item).readings.get(item)) in ("no", "past")}
    assert lost == {}


def test_no_yes_to_another_item_is_read_as_no_or_past(reader: AnswerReader) -> None:
    lost = [
        (case["text"], item)
        for case in CASES
        for item, reading in case["others"].items()
        if reading == "yes" and reader.read(case["text"], case["item"]).readings.get(item) in ("no", "past")
    ]
    assert lost == []


def test_nearly_all_are_read_exactly_right(reader: AnswerReader) -> None:
    misread = list(_misread(reader))
    assert 1 - len(misread) / len(CASES) >= LEAST_EXACT, "\n".join(misread)
