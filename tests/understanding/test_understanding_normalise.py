import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesofaq.understanding.normalise import fold_for_matching, normalise

# What goes wrong when steps are in the wrong order: accents that combine, halves of characters, ligatures, quotes.
odd = st.sampled_from(list("aA!.,  \t\n\u00a0\u1680\u2028\u0301\u0308\u200b\u200d\ufeff\ud800\udfff´`’“…–ﬁ①ßİⅧ"))
messages = st.one_of(st.text(max_size=80), st.text(odd, max_size=20), st.text(st.characters(), max_size=40))


@settings(max_examples=500)
@given(messages)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(st.sampled_from("abc ',.?!0"), max_size=40))
def test_case_and_marks_make_no_other_wording(text: str) -> None:
    assume(any(letter.isalnum() for letter in text))
    assert fold_for_matching(text.upper()) == fold_for_matching(text)
    assert fold_for_matching(f" «{text}?!") == fold_for_matching(text)


@given(messages)
def test_a_normalised_text_can_be_stored_and_encoded(text: str) -> None:
    plain = normalise(text)
    assert plain.encode("utf-8").decode("utf-8") == plain
    assert unicodedata.normalize("NFKC", plain) == plain
    assert plain == " ".join(plain.split())


@given(st.text(st.sampled_from("abc XYZ"), max_size=40))
def test_letters_are_never_added_and_their_order_is_kept(text: str) -> None:
    remaining = iter(text)
    assert all(letter in remaining for letter in normalise(text))


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("I  can’t\n breathe ", "I can't breathe"),
        ("can´t", "can't"),
        ("can`t", "can't"),
        ("“ouch”", '"ouch"'),
        ("soooooo good", "soo good"),
        ("what?????", "what??"),
        ("swelling", "swelling"),
        ("2000 grafts", "2000 grafts"),
        ("ｈｅｌｌｏ", "hello"),
        ("h\u200be\ufeffllo", "hello"),
        ("a\ud800b", "ab"),
        (" \u200b\n", ""),
        ("PRP", "PRP"),
    ],
)
def test_one_spelling_for_what_is_typed_in_many_ways(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


@pytest.mark.parametrize(
    "typed", ["When can I wash my hair?", "when can i wash my hair", "WHEN  can I… wash, my hair!!"]
)
def test_wordings_that_differ_in_case_and_punctuation_are_one(typed: str) -> None:
    assert fold_for_matching(typed) == "when can i wash my hair"


def test_apostrophes_are_left_out_rather_than_split_at() -> None:
    assert fold_for_matching("I don’t know") == fold_for_matching("i dont know") == "i dont know"


def test_a_text_without_words_stays_itself() -> None:
    assert len({fold_for_matching("👍"), fold_for_matching("👎"), ""}) == 3
