"""What is an answer to the pre-screening, what is volunteered, and what is neither."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_helpers import ITEMS, READINGS, read

from mesofaq.content.loader import read_nlu_examples
from mesofaq.screening.answers import AnswerReader
from mesofaq.understanding.models import ActFound


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        *[
            (text, "yes")
            for text in ("yes", "Yes.", "yep, for years", "I do", "I am", "ive had it for ages", "afraid so")
        ],
        *[(text, "yes") for text in ("yes since I was a kid", "of course", "unfortunately yes", "Yes, is that bad?")],
        *[(text, "no") for text in ("no", "No!", "nope", "nah", "none", "I don't", "I do not", "im not", "never")],
        *[
            (text, "no")
            for text in ("no thank god", "not at all", "not that I know of", "I have none", "of course not")
        ],
        *[(text, "no") for text in ("I haven't", "never had that", "I don't think so", "definitely not", "no thanks")],
        *[(text, "unsure") for text in ("not sure", "I don't know", "maybe", "no idea", "I have no idea", "dunno")],
        *[(text, "unsure") for text in ("I can't remember", "yes and no", "never been tested", "hard to say")],
        *[(text, "not_answered") for text in ("skip", "I'd rather not say", "pass", "no comment", "next")],
        *[(text, "not_answered") for text in ("I don't want to answer that", "none of your business")],
    ],
)
def test_a_plain_answer_is_read(reader: AnswerReader, text: str, reading: str) -> None:
    assert read(reader, text) == {"diabetes": reading}


@pytest.mark.parametrize(
    "text",
    [
        "asdfgh",
        "banana",
        "🍕",
        "???",
        "",
        "   ",
        "what does that mean?",
        "why do you ask",
        "can I wash my hair tomorrow?",
        "is it safe",
        "does that matter?",
        "never mind",
        "no more questions",
        "I don't want to continue",
        "I don't understand",
        "I don't smoke",
        "I'm not happy with this",
        "I have never smoked",
        "I have a question",
        "I am a man",
        "yes no",
        "the tablets work great",
        "my doctor is great",
        "sounds good",
    ],
)
def test_nonsense_questions_and_denials_of_something_else_are_no_answer(reader: AnswerReader, text: str) -> None:
    assert read(reader, text) == {}


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("I take warfarin", {"blood_thinners": "yes"}),
        ("I have a pacemaker and I take Eliquis", {"heart": "yes", "blood_thinners": "yes"}),
        ("no, but I have lupus", {"diabetes": "no", "autoimmune": "yes"}),
        ("no I have lupus", {"diabetes": "no", "autoimmune": "yes"}),
        ("no allergies but i have diabetes", {"allergy": "no", "diabetes": "yes"}),
        ("yes and I am pregnant", {"diabetes": "yes", "pregnancy": "yes"}),
        ("I don't have lupus", {"autoimmune": "no"}),
        ("never had hepatitis", {"liver": "no"}),
        ("type 2", {"diabetes": "yes"}),
        ("I'm not diabetic", {"diabetes": "no"}),
        ("no diabetes, no allergies, no liver problems", {"diabetes": "no", "allergy": "no", "liver": "no"}),
        ("I don't smoke and I have hepatitis", {"liver": "yes"}),
        ("I don't drink because of my liver", {"liver": "yes"}),
        ("no hepatitis, but a fatty liver", {"diabetes": "no", "liver": "yes"}),
    ],
)
def test_what_is_volunteered_is_read_clause_by_clause(
    reader: AnswerReader, text: str, readings: dict[str, str]
) -> None:
    assert read(reader, text) == readings


def test_no_allergies_but_i_have_diabetes_answers_both(reader: AnswerReader) -> None:
    readings = read(reader, "no allergies but i have diabetes", pending="allergy")
    assert readings == {"allergy": "no", "diabetes": "yes"}


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("no diabetes, not sure about allergies", {"diabetes": "no", "allergy": "unsure"}),
        ("I don't know if I have a liver problem", {"liver": "unsure"}),
        ("no, maybe a kidney problem", {"diabetes": "no", "kidney": "unsure"}),
    ],
)
def test_a_doubt_about_an_item_is_read_as_one(reader: AnswerReader, text: str, readings: dict[str, str]) -> None:
    assert read(reader, text) == readings


@pytest.mark.parametrize(
    "text",
    ["my mum has diabetes", "my brother is diabetic", "dad and his father had diabetes"],
)
def test_a_relatives_illness_is_not_the_patients(reader: AnswerReader, text: str) -> None:
    assert read(reader, text) == {}
    assert read(reader, text, pending="allergy") == {}


def test_a_relatives_illness_beside_the_patients_own_is_told_apart(reader: AnswerReader) -> None:
    assert read(reader, "my mum has diabetes, I have lupus") == {"autoimmune": "yes"}


@pytest.mark.parametrize(
    "text", ["can people on warfarin have it?", "is diabetes a problem?", "what if I am pregnant?"]
)
def test_a_question_that_names_a_condition_answers_nothing_while_an_item_is_asked(
    reader: AnswerReader, text: str
) -> None:
    assert read(reader, text) == {}


def test_outside_a_screening_only_what_is_named_is_read(reader: AnswerReader) -> None:
    assert read(reader, "yes", pending=None) == {}
    assert read(reader, "I have diabetes", pending=None) == {"diabetes": "yes"}
    assert read(reader, "yes", pending="an_item_that_is_gone") == {}


@pytest.mark.parametrize(
    ("act", "readings"),
    [
        ("affirm", {"diabetes": "yes"}),
        ("deny", {"diabetes": "no"}),
        ("unsure", {"diabetes": "unsure"}),
        ("skip", {"diabetes": "not_answered"}),
        ("greet", {}),
        ("ask_why", {}),
    ],
)
def test_what_the_word_lists_do_not_read_the_act_does(reader: AnswerReader, act: str, readings: dict[str, str]) -> None:
    assert read(reader, "👍", act=act) == readings


def test_an_unlikely_act_reads_nothing(reader: AnswerReader) -> None:
    assert reader.read("the whole nine yards", "diabetes", ActFound(name="affirm", probability=0.5)).readings == {}


@pytest.mark.parametrize("act", ["stop", "ask_why", "ask_person", "go_back", "complain"])
def test_what_begins_like_an_answer_and_is_another_act_is_none(reader: AnswerReader, act: str) -> None:
    assert read(reader, "no, tell me why", act=act) == {}
    assert read(reader, "right, that's it", act=act) == {}


def test_out_of_scope_takes_an_answer_away_where_something_was_not_read(reader: AnswerReader) -> None:
    assert read(reader, "no, the weather in paris", act="out_of_scope") == {}
    assert read(reader, "no, my mum has it", act="out_of_scope") == {"diabetes": "no"}


def test_a_no_that_is_followed_by_something_unread_is_asked_again(reader: AnswerReader) -> None:
    assert read(reader, "no, but the other thing", pending="allergy") == {}
    assert read(reader, "no, but when i was small something happened", pending="allergy") == {}


@pytest.mark.parametrize("act", ["thank", "greet", "affirm"])
def test_politeness_takes_no_answer_away(reader: AnswerReader, act: str) -> None:
    assert read(reader, "yes, thank you", act=act) == {"diabetes": "yes"}


def test_what_was_said_of_other_items_is_kept_when_the_message_is_no_answer(reader: AnswerReader) -> None:
    assert read(reader, "no, why do you ask? I take warfarin", act="ask_why") == {"blood_thinners": "yes"}


@pytest.mark.parametrize(
    ("act", "allowed"),
    [
        ("affirm", {"yes", "unsure"}),
        ("deny", {"no", "past"}),
        ("unsure", {"unsure", "yes"}),
        ("skip", {"not_answered"}),
    ],
)
def test_no_example_of_an_answer_is_read_as_a_milder_one(
    reader: AnswerReader, home: Path, act: str, allowed: set[str]
) -> None:
    """The word lists alone: they may leave an example to its act. What is over is another matter: it is read apart."""
    over = {"yes last year", "not applicable"}  # over; and of no concern: both are said plainly
    examples = read_nlu_examples(home / "bot" / "data" / "nlu")[act]
    found = {text: read(reader, text, "autoimmune").get("autoimmune") for text in examples if text not in over}
    found = {text: reading for text, reading in found.items() if reading is not None and text != "not any more"}
    assert {text: reading for text, reading in found.items() if reading not in allowed} == {}


def test_no_example_of_another_act_is_read_as_an_answer_with_its_act(reader: AnswerReader, home: Path) -> None:
    """An answer that is taken back is one; what names the item itself may be one."""
    answers = {"affirm", "deny", "unsure", "skip", "greet", "thank", "not_now"}
    found = {
        text: readings
        for act, examples in read_nlu_examples(home / "bot" / "data" / "nlu").items()
        for text in (examples if act not in answers else ())
        if "autoimmune" in (readings := read(reader, text, "autoimmune", act=act))
        and "i meant" not in text
        and not text.startswith("ta")
    }
    assert found == {}


@pytest.mark.parametrize("item", ITEMS)
def test_the_three_buttons_answer_every_item(reader: AnswerReader, item: str) -> None:
    buttons = [read(reader, text, pending=item) for text in ("Yes", "No", "Not sure")]
    assert buttons == [{item: "yes"}, {item: "no"}, {item: "unsure"}]


words = st.sampled_from(
    "no not yes i have dont my mum diabetes warfarin lupus , . ? but and because sure maybe".split()
)


@settings(max_examples=300)
@given(
    text=st.one_of(st.text(max_size=100), st.lists(words, max_size=15).map(" ".join)), act=st.sampled_from(["", "deny"])
)
def test_no_text_makes_reading_raise_and_only_items_are_read(reader: AnswerReader, text: str, act: str) -> None:
    readings = read(reader, text, act=act)
    assert readings.keys() <= set(ITEMS)
    assert set(readings.values()) <= set(READINGS)


@settings(max_examples=300)
@given(before=st.lists(words, max_size=8), after=st.lists(words, max_size=8))
def test_a_clear_yes_in_a_clause_of_its_own_is_never_read_as_no(
    reader: AnswerReader, before: list[str], after: list[str]
) -> None:
    text = f"{' '.join(before)}. I take insulin. {' '.join(after)}"
    readings = reader.read(text, None).readings
    assert readings["diabetes"] in {"yes", "unsure"}
