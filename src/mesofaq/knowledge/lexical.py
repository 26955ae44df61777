"""Character n-grams as sparse TF-IDF features, scored by a linear head: what spelling says beside meaning.

Sentence vectors blur single words, misspelt ones most ("thraot"); n-grams of two to five characters do not. The second
opinion on triage hears both. Fitted at build time by scikit-learn's `TfidfVectorizer(analyzer="char_wb",
sublinear_tf=True)`; computed here without it, and a test compares the two.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["LONGEST", "SHORTEST", "LexicalHead", "char_ngrams", "fit_lexical"]

SHORTEST = 2
LONGEST = 5

_SPACES = re.compile(r"\s\s+")
_WORDS_KEPT = 8192
_LONGEST_KEPT = 40


def char_ngrams(text: str) -> Iterator[str]:
    """The character n-grams of each word of `text`, padded with a space on both sides (scikit-learn's `char_wb`)."""
    for word in _words(text):
        yield from _word_ngrams(word)


def _words(text: str) -> list[str]:
    return _SPACES.sub(" ", text.lower()).split()


def _word_ngrams(word: str) -> Iterator[str]:
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
        self.vocabulary = tuple(vocabulary)
        self.idf = idf
        self.weights = weights
        self.bias = bias
        self._columns = {ngram: column for column, ngram in enumerate(vocabulary)}
        # The same few thousand words make up nearly all messages, and the pieces of one message share theirs.
        self._of_word = lru_cache(maxsize=_WORDS_KEPT)(self._look_up)

    def _look_up(self, word: str) -> tuple[int, ...]:
        columns = (self._columns.get(ngram) for ngram in _word_ngrams(word))
        return tuple(column for column in columns if column is not None)

    def scores(self, text: str) -> npt.NDArray[np.float32]:
        """One score a label for `text`, shape (labels,); the bias alone when no n-gram is known."""
        found = [
            column
            for word in _words(text)
            for column in (self._of_word(word) if len(word) <= _LONGEST_KEPT else self._look_up(word))
        ]
        if not found:
            return self.bias
        columns, counts = np.unique(np.array(found, dtype=np.int64), return_counts=True)
        values: npt.NDArray[np.float32] = (1.0 + np.log(counts)).astype(np.float32) * self.idf[columns]
        values = (values / np.float32(np.linalg.norm(values))).astype(np.float32)
        scores: npt.NDArray[np.float32] = (values @ self.weights[columns] + self.bias).astype(np.float32)
        return scores


_C = 10.0
_FEWEST_TEXTS = 3


def fit_lexical(texts: Sequence[str], classes: Sequence[str], names: Sequence[str]) -> LexicalHead:
    """Fit a head on n-grams, each name against all others. Build time only.

    Args:
        texts: normalised.
        classes: the name of each text.
        names: the order of the columns.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(SHORTEST, LONGEST), min_df=_FEWEST_TEXTS, sublinear_tf=True
    )
    features = vectorizer.fit_transform(texts)
    weights = np.zeros((features.shape[1], len(names)), dtype=np.float32)
    bias = np.zeros(len(names), dtype=np.float32)
    # One thread: sums come out in the same order, so the same content gives the same bundle.
    with threadpool_limits(limits=1):
        for column, name in enumerate(names):
            truth = np.array([one == name for one in classes])
            if 0 < truth.sum() < len(truth):
                model = LogisticRegression(C=_C, max_iter=500, solver="liblinear", random_state=0).fit(features, truth)
                weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    return LexicalHead(vectorizer.get_feature_names_out(), vectorizer.idf_.astype(np.float32), weights, bias)
