"""Reads misspelt words as the nearest word that the knowledge knows: "thraot" as "throat", "shampo" as "shampoo".

Phone typing drops, doubles and swaps letters; sentence vectors of such words are far from the right ones. Only words
that are unknown are touched, and only when a known one is very near.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from mesofaq.understanding.normalise import normalise

__all__ = ["Speller", "learn_words"]

_WORD = re.compile(r"[A-Za-z][A-Za-z']+")
_SHORTEST = 4
_TWO_EDITS_FROM = 7
_KNOWN_FROM = 2
"""A word seen once may itself be a misspelling: the examples hold many on purpose."""


class Speller:
    """Known words, and the nearest of those that the knowledge is about.

    Args:
        known: words that are left as they are: the knowledge's own and a dictionary's.
        targets: words that a misspelling may stand for, the commoner first: of two equally near, the first is taken.
        learnt: those of the known words that stand in no dictionary: names of our own, and common misspellings.
    """

    def __init__(self, known: Iterable[str], targets: Sequence[str], learnt: Iterable[str] = ()) -> None:
        self._known = frozenset(known)
        self._learnt = frozenset(learnt)
        self._targets = tuple(targets)
        self._nearest = lru_cache(maxsize=4096)(self._search)

    def knows(self, word: str) -> bool:
        """Whether `word` (lower case, without apostrophes) is spelt as it should be."""
        return word in self._known

    def in_dictionary(self, word: str) -> bool:
        """Whether `word` (lower case, without apostrophes) stands in the dictionary."""
        return word in self._known and word not in self._learnt

    def correct(self, text: str) -> str:
        """`text` (normalised) with unknown words replaced by their nearest known ones; idempotent on known words."""
        return _WORD.sub(lambda match: self._read(match.group()), text)

    def _read(self, word: str) -> str:
        lower = word.lower()
        plain = lower.replace("'", "")
        if len(plain) < _SHORTEST or plain in self._known:
            return word
        return self._nearest(plain) or word

    def _search(self, word: str) -> str | None:
        allowed = 2 if len(word) >= _TWO_EDITS_FROM else 1
        found = process.extractOne(word, self._targets, scorer=OSA.distance, score_cutoff=allowed)
        return str(found[0]) if found else None


def learn_words(texts: Iterable[str], certain: Iterable[str]) -> list[str]:
    """The words to correct towards, the commoner first.

    Args:
        texts: wordings that may hold misspellings; a word counts from its second occurrence on.
        certain: texts that are spelt correctly; each of their words counts.
    """
    counts = Counter(word for text in texts for word in _words(text))
    sure = {word for text in certain for word in _words(text)}
    known = {word for word, count in counts.items() if count >= _KNOWN_FROM} | sure
    return sorted((word for word in known if len(word) >= _SHORTEST), key=lambda word: (-counts[word], word))


def _words(text: str) -> list[str]:
    return [word.lower().replace("'", "") for word in _WORD.findall(normalise(text))]
