"""Character n-grams as sparse TF-IDF features, scored by a linear head: what spelling says beside meaning.

Sentence vectors blur short, misspelt words ("shampo", "prp"); n-grams of two to five characters do not. Fitted at
build time by scikit-learn's `TfidfVectorizer(analyzer="char_wb", sublinear_tf=True)`; computed here without it, and a
test compares the two.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["LONGEST", "SHORTEST", "LexicalHead", "char_ngrams"]

SHORTEST = 2
LONGEST = 5

_SPACES = re.compile(r"\s\s+")


def char_ngrams(text: str) -> Iterator[str]:
    """The character n-grams of each word of `text`, padded with a space on both sides (scikit-learn's `char_wb`)."""
    for word in _SPACES.sub(" ", text.lower()).split():
        padded = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            # A word shorter than the n-gram counts once, whole.
            yield padded[:size]
            for start in range(1, len(padded) - size + 1):
                yield padded[start : start + size]
            if size >= len(padded):
                break


class LexicalHead:
    """A linear classifier over the n-grams.

    Args:
        vocabulary: the n-grams, in the order of the columns.
        idf: their inverse document frequencies, shape (vocabulary,).
        weights: shape (vocabulary, labels).
        bias: shape (labels,).
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        idf: npt.NDArray[np.float32],
        weights: npt.NDArray[np.float32],
        bias: npt.NDArray[np.float32],
    ) -> None:
        self._columns = {ngram: column for column, ngram in enumerate(vocabulary)}
        self._idf = idf
        self._weights = weights
        self._bias = bias

    def scores(self, text: str) -> npt.NDArray[np.float32]:
        """One score a label for `text`, shape (labels,); the bias alone when no n-gram is known."""
        counts = Counter(column for ngram in char_ngrams(text) if (column := self._columns.get(ngram)) is not None)
        if not counts:
            return self._bias
        columns = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        damped = np.array([1.0 + math.log(count) for count in counts.values()], dtype=np.float32)
        values: npt.NDArray[np.float32] = damped * self._idf[columns]
        values = (values / np.float32(np.linalg.norm(values))).astype(np.float32)
        scores: npt.NDArray[np.float32] = (values @ self._weights[columns] + self._bias).astype(np.float32)
        return scores
