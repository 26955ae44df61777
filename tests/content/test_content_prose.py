"""Sentences with their lines, words, and the reading grade."""

import textstat
from content_helpers import REAL
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.content import load_content
from mesofaq.content.models import PLACEHOLDER
from mesofaq.content.rules.prose import grade, normal, sentences, words


def split(text: str, first_line: int = 1) -> list[tuple[str, int]]:
    return [(sentence.text, sentence.line) for sentence in sentences(text, first_line)]


def test_sentences_of_one_line() -> None:
    assert split("Wait. Then wash! All good?") == [("Wait.", 1), ("Then wash!", 1), ("All good?", 1)]


def test_a_wrapped_paragraph_gives_each_sentence_the_line_it_starts_on() -> None:
    text = "One starts here and\ngoes on. Two starts\nthere. Three.\n\nFour."
    assert split(text, 10) == [
        ("One starts here and goes on.", 10),
        ("Two starts there.", 11),
        ("Three.", 12),
        ("Four.", 14),
    ]


def test_list_items_are_sentences_of_their_own() -> None:
    assert split("You get:\n\n- red skin\n- an itch.\n1. Rest") == [
        ("You get:", 1),
        ("red skin", 3),
        ("an itch.", 4),
        ("Rest", 5),
    ]


def test_abbreviations_and_figures_end_no_sentence() -> None:
    text = 'Dr. Pistor gave 1.5 ml, e.g. Biotin. At first. "Then more." That is all.'
    assert [found for found, _ in split(text)] == [
        "Dr. Pistor gave 1.5 ml, e.g. Biotin.",
        "At first.",
        '"Then more."',
        "That is all.",
    ]


def test_placeholders_and_markup_are_no_words() -> None:
    assert words("Call **{{clinic.phone}}** - or [write](https://x.example) a well-treated _note_.") == [
        "Call",
        "or",
        "write",
        "a",
        "well-treated",
        "note",
    ]
    assert split("{{clinic.prices}}") == []


def test_normal_forms_are_equal_for_what_reads_alike() -> None:
    assert normal("Can’t I  WASH\u00a0it?!") == normal("can't i wash it") == "can't i wash it"


def test_the_grade_is_the_one_of_textstat_on_the_answer() -> None:
    for card in load_content(REAL).cards.values():
        assert abs(grade(card.body) - textstat.flesch_kincaid_grade(PLACEHOLDER.sub("", card.body))) < 0.05, card.id


@given(st.text(alphabet="aB. -?!\n\"'{}*1\u2028é"), st.integers(1, 50))
def test_every_sentence_is_on_a_line_of_the_text_and_none_is_empty(text: str, first: int) -> None:
    found = split(text, first)
    lines = text.splitlines()
    assert all(sentence.strip() and first <= line < first + len(lines) for sentence, line in found)
    assert [line for _, line in found] == sorted(line for _, line in found)
