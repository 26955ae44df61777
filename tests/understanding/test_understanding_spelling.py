"""Misspelt words are read as the nearest word that the knowledge knows, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.understanding.spelling import Speller, learn_words

SPELLER = Speller(
    known=["throat", "shampoo", "chest", "hurts", "hearts", "wash", "with"], targets=["throat", "shampoo", "hurts"]
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("my thraot hutrs", "my throat hurts"),
        ("wen can i shampo", "wen can i shampoo"),
        ("chest with wash", "chest with wash"),
        ("xyzzyplugh", "xyzzyplugh"),
        ("12345 !!", "12345 !!"),
    ],
)
def test_only_unknown_words_near_a_known_one_are_read_otherwise(typed: str, read: str) -> None:
    assert SPELLER.correct(typed) == read


def test_a_known_word_stays_though_a_target_is_near() -> None:
    assert SPELLER.correct("hearts") == "hearts"


def test_of_two_equally_near_the_commoner_is_read() -> None:
    assert Speller(known=[], targets=["sword", "swore"]).correct("swor") == "sword"


@given(st.text(max_size=200))
def test_correcting_never_raises_and_twice_is_once(text: str) -> None:
    once = SPELLER.correct(text)
    assert SPELLER.correct(once) == once


def test_a_word_seen_once_is_learned_only_from_texts_that_are_spelt_correctly() -> None:
    learned = learn_words(["shampo today", "scalp again", "scalp"], ["Rinse gently."])
    assert learned == ["scalp", "gently", "rinse"]
