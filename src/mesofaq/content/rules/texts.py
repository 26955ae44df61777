"""Every text that a patient may read, wherever in `content/` it stands."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from pathlib import Path

from mesofaq.content.models import Card
from mesofaq.content.rules.base import Corpus

__all__ = ["Kind", "Text", "patient_texts"]


class Kind(Enum):
    """What a text is for."""

    ANSWER = auto()
    QUESTION = auto()  # a card's question or variant: a patient's words
    NOTE = auto()  # the evidence note
    PROTOCOL = auto()  # screening and phrases
    CLINIC = auto()  # what the clinic wrote about itself


@dataclass(frozen=True)
class Text:
    """One text: its file, its words, a way to find its 1-based line (asked only when it matters)."""

    kind: Kind
    path: Path
    text: str
    line: Callable[[], int]
    card: Card | None = None


def patient_texts(corpus: Corpus) -> Iterator[Text]:
    """All texts of cards, phrases, screening and clinic that are shown; examples are not, so they are left out."""
    for card in corpus.cards:
        line = partial(corpus.front_line, card)
        yield Text(Kind.ANSWER, card.path, card.body, partial(_body_line, corpus, card), card)
        yield Text(Kind.QUESTION, card.path, card.question, partial(line, "question"), card)
        for number, variant in enumerate(card.variants):
            yield Text(Kind.QUESTION, card.path, variant, partial(line, "variants", number), card)
        yield Text(Kind.NOTE, card.path, card.evidence, partial(line, "evidence"), card)
    path = corpus.folder / "phrases.yml"
    for key, text in corpus.content.phrases.items():
        yield Text(Kind.PROTOCOL, path, text, partial(corpus.yaml_line, path.name, "phrases", key))
    path = corpus.folder / "languages.yml"
    for code, texts in corpus.content.languages.items():
        for key in ("other_language", "emergency", "emergency_self_harm"):
            line = partial(corpus.yaml_line, path.name, "languages", code, key)
            yield Text(Kind.PROTOCOL, path, getattr(texts, key), line)
    path = corpus.folder / "privacy.yml"
    for number, paragraph in enumerate(corpus.content.privacy.text):
        yield Text(Kind.PROTOCOL, path, paragraph, partial(corpus.yaml_line, path.name, "text", number))
    path = corpus.folder / "canned.yml"
    for number, reply in enumerate(corpus.content.canned):
        yield Text(Kind.PROTOCOL, path, reply.text, partial(corpus.yaml_line, path.name, "replies", number, "text"))
    yield from _screening(corpus)
    path = corpus.folder / "clinic.yml"
    for key in ("name", "address", "hours", "prices", "complication_advice"):
        value = getattr(corpus.content.clinic, key)
        yield Text(Kind.CLINIC, path, value, partial(corpus.yaml_line, path.name, key))


def _screening(corpus: Corpus) -> Iterator[Text]:
    path, screening = corpus.folder / "screening.yml", corpus.content.screening
    line = partial(corpus.yaml_line, path.name)
    for key in ("intro", "about"):
        yield Text(Kind.PROTOCOL, path, getattr(screening, key), partial(line, key))
    for key, said in screening.says:
        for text in said.values() if isinstance(said, dict) else (said,):
            yield Text(Kind.PROTOCOL, path, text, partial(line, "says", key))
    for result, text in screening.results.items():
        yield Text(Kind.PROTOCOL, path, text, partial(line, "results", result))
    for number, item in enumerate(screening.items):
        for key in ("question", "reworded", "why", "help"):
            yield Text(Kind.PROTOCOL, path, getattr(item, key), partial(line, "items", number, key))
        for place, more in enumerate(item.follow_ups):
            where = partial(line, "items", number, "follow_ups", place, "question")
            yield Text(Kind.PROTOCOL, path, more.question, where)


def _body_line(corpus: Corpus, card: Card) -> int:
    return corpus.card_file(card).body_line
