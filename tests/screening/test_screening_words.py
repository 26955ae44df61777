"""The protocol's own words: each is read by itself."""

import pytest
from screening_helpers import ITEMS, read

from mesofaq.content.screening import ScreeningProtocol
from mesofaq.screening.answers import AnswerReader


@pytest.mark.parametrize("item", ITEMS)
def test_each_item_is_read_by_each_of_its_own_words(
    reader: AnswerReader, protocol: ScreeningProtocol, item: str
) -> None:
    words = protocol.item(item).words
    missed = [
        term
        for term in (*words.anywhere, *words.lasting, *words.passing)
        if read(reader, f"I have {term}", pending=None).get(item) != "yes"
    ]
    assert missed == []


@pytest.mark.parametrize("item", ITEMS)
def test_each_word_that_counts_when_asked_is_an_answer_and_nothing_elsewhere(
    reader: AnswerReader, protocol: ScreeningProtocol, item: str
) -> None:
    words = protocol.item(item).words
    for list_, reading in ((words.when_asked, "yes"), (words.no_when_asked, "no"), (words.unsure_when_asked, "unsure")):
        assert {term: got for term in list_ if (got := read(reader, term, item).get(item)) not in (reading, None)} == {}
