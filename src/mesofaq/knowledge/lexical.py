"""Character n-grams as sparse TF-IDF features, scored by a linear head: what spelling says beside meaning.

Sentence vectors blur single words, misspelt ones most ("thraot"); n-grams of two to five characters do not. The second
opinion on triage hears both. Fitted at build time by scikit-learn's `TfidfVectorizer(analyzer="char_wb",
sublinear_tf=True)`; computed here without it, and a test compares the two.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["LONGEST", "SHORTEST", "LexicalHead", "char_ngrams", "fit_lexical"]

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
        self.vocabulary = tuple(vocabulary)
        self.idf = idf
        self.weights = weights
        self.bias = bias
        self._columns = {ngram: column for column, ngram in enumerate(vocabulary)}

    def scores(self, text: str) -> npt.NDArray[np.float32]:
        """One score a label for `text`, shape (labels,); the bias alone when no n-gram is known."""
        counts = Counter(column for ngram in char_ngrams(text) if (column := self._columns.get(ngram)) is not None)
        if not counts:
            return self.bias
        columns = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        damped = np.array([1.0 + math.log(count) for count in counts.values()], dtype=np.float32)
        values: npt.NDArray[np.float32] = damped * self.idf[columns]
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
