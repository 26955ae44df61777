"""The same question in two places: the assistant could not tell which card is meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from mesofaq.content.models import Card
from mesofaq.content.rules.base import Corpus, Finding
from mesofaq.content.rules.prose import normal

__all__ = ["check"]

# In per cent of the letters, words sorted. Fitted on the cards of 2026: 92 and above is the same question with a
# slip of the pen; at 91 'what is mesotherapy for hair' met 'who is hair mesotherapy for'.
_SAME = 92
_MIN_WORDS = 3
# Words that do not make another question of it. Question words (when, how, …) do.
_SMALL_TEXT = """a an the my your our i you we me us it its this that please can could may might should would will shall
    do does is are am be been to of for in on at with and or so there have has had get"""
_SMALL = frozenset(_SMALL_TEXT.split())


@dataclass(frozen=True)
class _Asked:
    """One question, variant or example, and where it stands."""

    card: Card
    text: str
    norm: str
    key: tuple[str | int, ...] | None  # its place in the front matter; None for an example

    @property
    def content_words(self) -> frozenset[str]:
        return frozenset(self.norm.split()) - _SMALL


def check(corpus: Corpus) -> Iterator[Finding]:
    """Questions that repeat in one card, and questions of two cards that are the same or nearly so.

    An example that stands word for word in two cards is left to the rule `examples`.
    """
    asked = [item for card in corpus.cards for item in _asked(card) if item.norm]
    for card in corpus.cards:
        own = [item for item in asked if item.card is card]
        for wordings in ([i for i in own if i.key is not None], [i for i in own if i.key is None]):
            seen: set[str] = set()
            for item in wordings:
                if item.norm in seen:
                    yield _finding(corpus, item, "this card asks the same twice. Remove one of them.")
                seen.add(item.norm)
    for first, second in _pairs(asked):
        both_examples = first.key is None and second.key is None
        if both_examples and first.norm == second.norm:
            continue
        # The line to change is the example's, where only one of the two is one.
        at, other = (first, second) if first.key is None and not both_examples else (second, first)
        yield _finding(
            corpus,
            at,
            f'"{_short(at.text)}" is too close to "{_short(other.text)}" in {other.card.id}. '
            "Keep it in the card that answers it best, or say what makes it different.",
        )


def _asked(card: Card) -> Iterator[_Asked]:
    yield _Asked(card, card.question, normal(card.question), ("question",))
    for number, variant in enumerate(card.variants):
        yield _Asked(card, variant, normal(variant), ("variants", number))
    for example in card.examples:
        yield _Asked(card, example, normal(example), None)


def _pairs(asked: list[_Asked]) -> Iterator[tuple[_Asked, _Asked]]:
    """Every two questions of different cards that are the same or nearly so."""
    in_order = [" ".join(sorted(item.norm.split())) for item in asked]
    scores = process.cdist(in_order, in_order, scorer=fuzz.ratio, score_cutoff=_SAME, dtype=np.uint8)
    found = {(int(i), int(j)) for i, j in np.argwhere(scores) if i < j}
    by_words: dict[frozenset[str], list[int]] = {}
    for index, item in enumerate(asked):
        if len(item.content_words) > 1:
            by_words.setdefault(item.content_words, []).append(index)
    found |= {(i, j) for group in by_words.values() for i in group for j in group if i < j}
    for i, j in sorted(found):
        first, second = asked[i], asked[j]
        if first.card is second.card:
            continue
        short = min(len(first.norm.split()), len(second.norm.split())) < _MIN_WORDS
        if first.norm == second.norm or not short:
            yield first, second


def _finding(corpus: Corpus, item: _Asked, message: str) -> Finding:
    path: Path = item.card.path
    if item.key is None:
        return Finding.error(
            corpus.examples_path(item.card), corpus.example_line(item.card, item.text), "duplicates", message
        )
    return Finding.error(path, corpus.front_line(item.card, *item.key), "duplicates", message)


def _short(text: str) -> str:
    return text if len(text) <= 60 else re.sub(r"\s+\S*$", " …", text[:60])
