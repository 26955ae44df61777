"""Where an answer is cut, so that each clause is about one thing."""

import pytest

from mesofaq.screening.clauses import clauses_of, tokens_of


def _cut(text: str, *named: str) -> list[str]:
    """The clauses of `text`, a question in brackets; `named` are the conditions in it."""
    tokens = tokens_of(text)
    spans = set()
    for name in named:
        words = tokens_of(name)
        spans |= {(at, at + len(words)) for at in range(len(tokens)) if tokens[at : at + len(words)] == words}
    cut = [(" ".join(tokens[one.start : one.end]), one.asks) for one in clauses_of(tokens, spans)]
    return [f"[{words}]" if asks else words for words, asks in cut]


def test_words_lose_capitals_accents_and_apostrophes() -> None:
    assert tokens_of("I'm Sjögren's, É!") == ["im", "sjogrens", ",", "e", "!"]


def test_signs_are_read_as_words() -> None:
    assert tokens_of("lupus & MS w/o pain") == ["lupus", "and", "ms", "without", "pain"]


def test_each_word_is_mended() -> None:
    assert tokens_of("diabetis, no", {"diabetis": "diabetes", "no": "no"}.__getitem__) == ["diabetes", ",", "no"]


@pytest.mark.parametrize("mark", [".", "!", ";", ",", " - ", "...", "\n"])
def test_a_mark_ends_a_clause(mark: str) -> None:
    assert _cut(f"never{mark} yes") == ["never", "yes"]


def test_a_turn_begins_a_clause() -> None:
    assert _cut("no allergies but i have diabetes") == ["no allergies", "but i have diabetes"]


def test_a_phrase_turns_too() -> None:
    assert _cut("nothing apart from lupus") == ["nothing", "apart from lupus"]


def test_somebody_who_acts_begins_a_clause() -> None:
    assert _cut("i have lupus and my mum has gout") == ["i have lupus", "and my mum has gout"]


def test_and_alone_cuts_nothing() -> None:
    assert _cut("lupus and gout") == ["lupus and gout"]


def test_what_is_only_thought_is_not_cut_off() -> None:
    assert _cut("i think i have lupus") == ["i think i have lupus"]


def test_nothing_is_cut_within_a_name() -> None:
    assert _cut("i have hole but none", "hole but none") == ["i have hole but none"]


def test_a_bare_list_goes_on_with_what_stands_before_it() -> None:
    named = ("diabetes", "lupus", "hepatitis")
    assert _cut("no diabetes, lupus or hepatitis", *named) == ["no diabetes , lupus or hepatitis"]


def test_a_list_does_not_go_on_in_another_sentence() -> None:
    assert _cut("no diabetes. lupus", "diabetes", "lupus") == ["no diabetes", "lupus"]


def test_one_thing_in_the_place_of_another_is_no_list() -> None:
    assert _cut("not shingles, ringworm", "shingles", "ringworm") == ["not shingles", "ringworm"]


def test_a_longer_list_after_not_is_one() -> None:
    named = ("latex", "penicillin", "nuts")
    assert _cut("not latex, penicillin or nuts", *named) == ["not latex , penicillin or nuts"]


@pytest.mark.parametrize(
    "question", ["does it hurt", "can i come", "how long is it", "why do you ask", "what is shingles", "is it safe"]
)
def test_a_question_is_a_clause_of_its_own(question: str) -> None:
    assert _cut(f"no, {question}?") == ["no", f"[{question}]"]


@pytest.mark.parametrize("question", ["can i come", "is it safe"])
def test_a_plain_question_needs_no_mark(question: str) -> None:
    assert _cut(f"no {question}") == ["no", f"[{question}]"]


@pytest.mark.parametrize("text", ["when i was small", "i know what it is", "i do have it", "no matter what"])
def test_what_tells_something_is_no_question(text: str) -> None:
    assert not any(clause.startswith("[") for clause in _cut(text))


def test_a_question_ends_with_its_sentence() -> None:
    assert _cut("does it hurt? i have lupus", "lupus") == ["[does it hurt]", "i have lupus"]


def test_sentences_are_counted() -> None:
    assert [one.sentence for one in clauses_of(tokens_of("no, never. yes"), set())] == [0, 0, 1]


@pytest.mark.parametrize("text", ["", "  ", "...", "?!", "🍕", ", ,"])
def test_what_has_no_words_has_no_clauses(text: str) -> None:
    assert _cut(text) == []
