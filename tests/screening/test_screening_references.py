"""Answers that are taken back, and answers that are only referred to."""

import pytest
from screening_helpers import Conversation

from mesofaq.content.screening import ScreeningProtocol
from mesofaq.screening.answers import AnswerReader


@pytest.mark.parametrize("pending", [None, "pregnancy", "liver"])
def test_yes_pressed_by_accident_is_a_no(reader: AnswerReader, pending: str | None) -> None:
    told = reader.read("i pressed yes on the pregnant thing by accident", pending)
    assert told.readings == {"pregnancy": "no"}


def test_no_pressed_by_mistake_is_a_yes(reader: AnswerReader) -> None:
    told = reader.read("i pressed no on the allergy question by mistake", "liver")
    assert told.readings == {"allergy": "yes"}


def test_a_reference_that_says_nothing_changes_nothing(reader: AnswerReader) -> None:
    assert reader.read("my answer about the liver was wrong", "kidney").readings == {}


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("sorry, i meant no for the last one", "no"),
        ("change my last answer to yes", "yes"),
        ("oops the last one should be yes", "yes"),
        ("i meant not sure", "unsure"),
        ("I meant to press no", "no"),
        ("put it to no", "no"),
    ],
)
def test_the_answer_before_is_taken_back(reader: AnswerReader, text: str, last: str) -> None:
    told = reader.read(text, "liver")
    assert (told.readings, told.last) == ({}, last)


def test_nothing_is_taken_back_outside_a_screening(reader: AnswerReader) -> None:
    assert reader.read("sorry, i meant no for the last one", None).last is None


def test_an_answer_that_is_set_right_at_once_is_the_one_asked(reader: AnswerReader) -> None:
    told = reader.read("no, i mean yes", "liver")
    assert (told.readings, told.last) == ({"liver": "yes"}, None)


def test_a_second_thought_counts(reader: AnswerReader) -> None:
    assert reader.read("no wait, yes, i forgot", "liver").readings == {"liver": "yes"}


def test_an_answer_pressed_by_accident_loses_its_flag(reader: AnswerReader, protocol: ScreeningProtocol) -> None:
    talk = Conversation(reader, protocol)
    for text in ("no", "yes", "possibly pregnant"):
        talk.say(text)
    assert talk.readings["pregnancy"] == "yes"
    talk.say("i pressed yes on the pregnant thing by accident")
    assert talk.readings["pregnancy"] == "no"
    assert talk.asked == "blood_thinners"


def test_what_was_denied_can_be_told_later(reader: AnswerReader, protocol: ScreeningProtocol) -> None:
    talk = Conversation(reader, protocol)
    for _ in range(4):
        talk.say("no")
    talk.say("wait, I do take Plavix")
    assert talk.readings["blood_thinners"] == "yes"
    assert talk.asked == "liver"
