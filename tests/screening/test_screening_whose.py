"""Who it is for: told unasked, and as the answer to "whose answers are these?"."""

import pytest

from mesofaq.chat.models import About
from mesofaq.dialogue.screening_replies import MINE_TEXT, OTHERS_TEXT
from mesofaq.screening import questions


@pytest.mark.parametrize(
    "text",
    [
        "Can my mum have mesotherapy?",
        "I'm asking for a friend",
        "is it ok for my wife?",
        "my daughter wants to have it done",
        "It's not for me",
        "is it safe for someone else",
        "my best friend is thinking about it",
        "I am writing on behalf of my father",
        "would my husband be suitable",
    ],
)
def test_somebody_may_ask_for_another(text: str) -> None:
    assert questions.asks_for(text) is About.OTHER


@pytest.mark.parametrize(
    "text",
    [
        "Can I have mesotherapy?",
        "is it ok for me",
        "my friend recommended it",
        "my mum told me about it, is it ok for me",
        "my sister has lupus",
        "my wife said I should ask",
        "for how long does it last",
        "",
    ],
)
def test_naming_somebody_is_not_asking_for_them(text: str) -> None:
    assert questions.asks_for(text) is None


@pytest.mark.parametrize("text", [MINE_TEXT, "mine", "me", "they are my own", "it's for me", "for myself", "i am"])
def test_the_answers_are_ones_own(text: str) -> None:
    assert questions.whose(text) is About.SELF


@pytest.mark.parametrize(
    "text",
    [
        OTHERS_TEXT,
        "my mum",
        "my mother's",
        "someone else's",
        "hers",
        "for my friend",
        "not mine",
        "not for me",
        "I'm answering for my dad",
        "I will answer for her",
        "he is my son",
    ],
)
def test_the_answers_are_anothers(text: str) -> None:
    assert questions.whose(text) is About.OTHER


def test_mine_comes_before_a_person_that_is_named_after_it() -> None:
    assert questions.whose("mine, my mum only recommended it") is About.SELF


@pytest.mark.parametrize("text", ["", "banana", "does it hurt?", "what do you mean", "yes", "ok"])
def test_anything_else_does_not_say_whose_they_are(text: str) -> None:
    assert questions.whose(text) is None
