"""What a patient asks around the health questions, and for whom: no protocol is needed to tell."""

from mesofaq.chat.models import About
from mesofaq.screening import direct as plainly
from mesofaq.screening import whose as persons
from mesofaq.screening.clauses import clauses_of, tokens_of
from mesofaq.screening.message import plain_words

__all__ = ["asks_for", "asks_meaning", "asks_why", "goes_on", "question_in", "whose"]


def asks_why(text: str) -> bool:
    """Whether `text` asks for the reason of what was asked: "no, why do you ask?" is not yet an answer."""
    return plainly.asks_why(plain_words(tokens_of(text)))


def goes_on(text: str) -> bool:
    """Whether `text` asks to go on with the questions, after something else came between."""
    return plainly.goes_on(plain_words(tokens_of(text)))


def asks_meaning(text: str) -> bool:
    """Whether `text` asks what the question means: "what's an autoimmune condition?", "say again?"."""
    return plainly.asks_meaning(plain_words(tokens_of(text)))


def asks_for(text: str) -> About | None:
    """Whether `text` asks for another person than the one who writes."""
    return persons.asks_for(plain_words(tokens_of(text)))


def whose(text: str) -> About | None:
    """What `text` answers to the question whose answers these are."""
    return persons.whose_answer(text, plain_words(tokens_of(text)))


def question_in(text: str) -> str | None:
    """The words of the question that a message asks, be it beside an answer; None where it asks nothing."""
    tokens = tokens_of(text)
    asked = [tokens[clause.start : clause.end] for clause in clauses_of(tokens, set()) if clause.asks]
    if asked:
        return " ".join(plain_words(words) for words in asked)
    return plain_words(tokens) or None if text.rstrip().endswith("?") else None
