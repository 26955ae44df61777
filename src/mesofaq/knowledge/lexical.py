"""Words and pairs of words as sparse TF-IDF features, scored by linear heads: what the wording says beside the meaning.

Sentence vectors blur single words; a word or two often decide ("before" or "after", "my" or "my mother's"). Both the
choice of a label and the second opinion on triage hear them. Fitted at build time by scikit-learn's
`TfidfVectorizer(analyzer="word", sublinear_tf=True)` and `SGDClassifier`; computed here without it, and a test compares
the two.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["Features", "LexicalHead", "Wording", "fit_head", "fit_wording", "word_ngrams"]

_WORD = re.compile(r"\b\w+\b")
_FEWEST_TEXTS = 3
_ALPHA = 1e-6
_PASSES = 6


def word_ngrams(text: str) -> Iterator[str]:
    """The words of `text` and each two that follow one another, in lower case."""
    words = _WORD.findall(text.lower())
    yield from words
    for first, second in pairwise(words):
        yield f"{first} {second}"


@dataclass(frozen=True)
class Features:
    """The known n-grams of one text: their columns, and their weights, together of length 1."""

    columns: npt.NDArray[np.int64]
    values: npt.NDArray[np.float32]


class Wording:
    """Turns texts into features.

    Args:
        vocabulary: the n-grams, in the order of the columns.
        idf: their inverse document frequencies, shape (vocabulary,).
    """

    def __init__(self, vocabulary: Sequence[str], idf: npt.NDArray[np.float32]) -> None:
        self.vocabulary = tuple(vocabulary)
        self.idf = idf
        self._columns = {ngram: column for column, ngram in enumerate(vocabulary)}

    def features(self, text: str) -> Features:
        """The features of `text`; none where no n-gram is known."""
        counts = Counter(column for ngram in word_ngrams(text) if (column := self._columns.get(ngram)) is not None)
        columns = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        damped = 1.0 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
        values: npt.NDArray[np.float32] = (damped * self.idf[columns]).astype(np.float32)
        return Features(columns, values / np.float32(np.linalg.norm(values)) if len(values) else values)


@dataclass(frozen=True)
class LexicalHead:
    """A linear classifier over the features.

    Args:
        weights: shape (vocabulary, names).
        bias: shape (names,).
    """

    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def scores(self, features: Features) -> npt.NDArray[np.float32]:
        """One score a name, shape (names,); the bias alone where the text has no known n-gram."""
        scores: npt.NDArray[np.float32] = features.values @ self.weights[features.columns] + self.bias
        return scores


def fit_wording(texts: Sequence[str]) -> Wording:
    """Learn the n-grams that at least three of `texts` (normalised) hold, and how telling each is. Build time only."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        analyzer="word", token_pattern=_WORD.pattern, ngram_range=(1, 2), min_df=_FEWEST_TEXTS, sublinear_tf=True
    )
    vectorizer.fit(texts)
    return Wording(vectorizer.get_feature_names_out(), vectorizer.idf_.astype(np.float32))


def fit_head(size: int, found: Sequence[Features], classes: Sequence[str], names: Sequence[str]) -> LexicalHead:
    """Fit a head, each name against all others. Build time only.

    Args:
        size: of the vocabulary.
        found: the features of each text.
        classes: the name of each text.
        names: the order of the columns; one without texts scores 0.
    """
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import SGDClassifier

    weights = np.zeros((size, len(names)), dtype=np.float32)
    bias = np.zeros(len(names), dtype=np.float32)
    ends = np.cumsum([0, *(len(features.columns) for features in found)])
    matrix = csr_matrix(
        (
            np.concatenate([features.values for features in found]).astype(np.float64),
            np.concatenate([features.columns for features in found]),
            ends,
        ),
        shape=(len(found), size),
    )
    for column, name in enumerate(names):
        truth = np.array([one == name for one in classes])
        if 0 < truth.sum() < len(truth):
            model = SGDClassifier(loss="log_loss", alpha=_ALPHA, max_iter=_PASSES, tol=None, random_state=0)
            model.fit(matrix, truth)
            weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    return LexicalHead(weights, bias)
