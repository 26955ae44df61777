import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from evaluate_helpers import (
    ANSWERED_COST,
    ANSWERED_PAIN,
    EMERGENCY,
    HANDED_OFF,
    NOBODY,
    SOURCES,
    judged,
    played,
    shows,
)

from mesofaq.chat.assistant import Assistant
from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.judge import Judged
from mesofaq.evaluate.output import Evaluation
from mesofaq.evaluate.report import render
from mesofaq.evaluate.summary import summarise
from mesofaq.evaluate.turns import JudgedDialogue

NOW = datetime(2025, 3, 31, 12, 0, tzinfo=UTC)
_FETCHING = {"script", "link", "img", "iframe", "object", "embed", "audio", "video", "source", "form", "base", "a"}


class _Page(HTMLParser):
    """The tags, attributes and words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def evaluation(assistant: Assistant) -> Evaluation:
    assert assistant.bundle is not None
    return _evaluation(assistant, judged(ANSWERED_PAIN, id="1"), judged(ANSWERED_COST, id="2"))


def _evaluation(assistant: Assistant, *items: Judged, talks: tuple[JudgedDialogue, ...] = ()) -> Evaluation:
    assert assistant.bundle is not None
    return Evaluation(assistant.bundle, (Path("set.jsonl"),), items, talks, summarise(items, talks), ())


def test_the_report_asks_for_nothing_from_anywhere(evaluation: Evaluation) -> None:
    html = render(evaluation, NOW)
    page = _Page(html)
    assert not _FETCHING & set(page.tags)
    assert not [pair for pair in page.attributes if pair[0] in ("src", "href", "xlink:href", "action")]
    assert not re.search(r"url\(|@import|https?:", html)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


def test_what_patients_might_type_stays_text(assistant: Assistant) -> None:
    item = judged(ANSWERED_COST)
    nasty = "<img src=x onerror=alert(1)> & \"'"
    html = render(_evaluation(assistant, replace(item, case=replace(item.case, text=nasty))), NOW)
    assert "<img" not in html
    assert nasty in _Page(html).text


def test_every_wrong_answer_is_shown_with_its_evidence(evaluation: Evaluation) -> None:
    text = _Page(render(evaluation, NOW)).text
    assert "Messages to be looked at one by one: 1" in text
    shown = text[text.index("2, set.jsonl:2") :]
    for piece in (
        "text of 2",
        "expected pain",
        "got cost",
        "0.97 cost, nearest question “what of cost” (cosine 0.50)",
        "0.02 pain",
        "answer 0.90, clarify 0.80",
    ):
        assert piece in shown


def test_the_parts_are_named_and_never_mixed(assistant: Assistant) -> None:
    run = _evaluation(assistant, *(judged(ANSWERED_PAIN, id=part, part=part) for part in reversed(Part)))
    text = _Page(render(run, NOW)).text
    notes = ("nothing was tuned on these messages.", "These figures flatter somewhat.", "These figures flatter.")
    places = [text.index(note) for note in notes]
    assert places == sorted(places)
    assert text.count("in-scope (1)") == 3


def test_curves_are_drawn_where_probabilities_decided_something(assistant: Assistant) -> None:
    with_curves = render(_evaluation(assistant, judged(ANSWERED_PAIN), judged(HANDED_OFF, NOBODY, id="2")), NOW)
    assert with_curves.count('<svg class="chart"') == 2
    without = render(_evaluation(assistant, judged(ANSWERED_PAIN, EMERGENCY)), NOW)
    assert '<svg class="chart"' not in without


def test_a_bar_that_is_not_reached_stands_at_the_top(evaluation: Evaluation) -> None:
    text = _Page(render(replace(evaluation, broken_bars=("right is low.",)), NOW)).text
    assert text.index("A bar is not reached: right is low.") < text.index("Held back: nothing was tuned")


def test_what_is_neither_right_nor_wrong_is_listed_apart(assistant: Assistant) -> None:
    text = _Page(render(_evaluation(assistant, judged(HANDED_OFF)), NOW)).text
    assert "Neither right nor wrong: 1" in text
    assert "Nothing was answered wrongly" in text


def test_a_dialogue_with_a_wrong_turn_is_shown_from_its_beginning_to_its_end(assistant: Assistant) -> None:
    fine = played(("card:pain", [shows("pain")]), id="fine")
    off = played(("card:pain", [shows("pain")]), ("card:cost", [shows("numbing")]), ("sources", [SOURCES]), id="off")
    text = _Page(render(_evaluation(assistant, talks=(fine, off)), NOW)).text
    assert "Dialogues with a turn that was not right: 1" in text
    assert "turn 1 of fine" not in text
    shown = text[text.index("off, set.jsonl:off") :]
    pieces = (
        "turn 1 of off",
        "About pain.",
        "turn 2 of off",
        "About numbing.",
        "a wrong card shown as an answer : expected cost, got numbing",
        "turn 3 of off",
        "My last answer rests on:",
    )
    places = [shown.index(piece) for piece in pieces]
    assert places == sorted(places)
    assert "Messages to be looked at" not in text


def test_dialogues_that_went_right_are_said_to_have(assistant: Assistant) -> None:
    text = _Page(render(_evaluation(assistant, talks=(played(("sources", [SOURCES])),)), NOW)).text
    assert "Every turn of every dialogue was right." in text
