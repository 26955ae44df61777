"""Cuts a message into sentences of plain words, for matching: lower case, no apostrophes, no commas."""

import re
from collections.abc import Sequence

from mesofaq.understanding.normalise import normalise

__all__ = ["sentences_of", "words_of"]

_WORD = re.compile(r"[a-z0-9]+|[.?!;]")
_ENDS = frozenset(".?!;")
_ANSWERED_NO = re.compile(r"\b(no|nope|nah)\s*,", re.IGNORECASE)


def words_of(text: str) -> list[str]:
    """The words of `text` and the marks that end its sentences, in order.

    A line break ends a sentence, and so does the "no" of "No, my throat is closing": it answers a question and denies
    nothing of what follows.
    """
    cut = _ANSWERED_NO.sub(r"\1 . ", text.replace("\n", " . "))
    return _WORD.findall(normalise(cut).lower().replace("'", ""))


def sentences_of(words: Sequence[str]) -> list[list[str]]:
    """The sentences of `words`, without their marks and without empty ones."""
    sentences: list[list[str]] = [[]]
    for word in words:
        if word in _ENDS:
            sentences.append([])
        else:
            sentences[-1].append(word)
    return [sentence for sentence in sentences if sentence]
