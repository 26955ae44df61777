"""Fits the head on the cards' questions and the dialogue acts' examples. Build time only (scikit-learn, SciPy).

The mixture of the three views is fitted on out-of-fold scores: five folds, each scored by a head that has not seen it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mesofaq.knowledge.encoder import Vectors
from mesofaq.knowledge.head import Mixture, softmax
from mesofaq.knowledge.index import QuestionIndex
from mesofaq.knowledge.lexical import LONGEST, SHORTEST, LexicalHead

__all__ = ["FOLDS", "FittedHead", "FittedLinear", "fit_head", "fit_opinion"]

FOLDS = 5
"""Each label needs as many examples at least, so that every fold's head knows it."""
_SEED = 20261121
_LINEAR_C = 10.0
_LEXICAL_C = 20.0


@dataclass(frozen=True)
class _Lexical:
    vocabulary: tuple[str, ...]
    idf: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def head(self) -> LexicalHead:
        return LexicalHead(self.vocabulary, self.idf, self.weights, self.bias)


@dataclass(frozen=True)
class FittedLinear:
    """A linear head on sentence vectors and one on character n-grams, over the same labels."""

    labels: tuple[str, ...]
    weights: Vectors
    bias: Vectors
    lexical: _Lexical


@dataclass(frozen=True)
class FittedHead:
    """Everything that fitting yields. `out_of_fold_top1` is of the data that was tuned on."""

    weights: Vectors
    bias: Vectors
    lexical: _Lexical
    mixture: Mixture
    out_of_fold_top1: float


def fit_head(
    texts: Sequence[str], vectors: Vectors, labels: Sequence[str], progress: Callable[[str], None]
) -> tuple[FittedHead, tuple[str, ...]]:
    """Fit the three views and their mixture.

    Args:
        texts: the examples, normalised.
        vectors: their sentence vectors, shape (examples, dimensions).
        labels: each example's label (`card:…` or `act:…`).
        progress: is told what is being done.

    Returns:
        The fitted head and the labels in the order of its columns.
    """
    from sklearn.model_selection import StratifiedKFold
    from threadpoolctl import threadpool_limits

    names = tuple(sorted(set(labels)))
    truth = np.array([names.index(label) for label in labels], dtype=np.int64)
    views = [np.zeros((len(texts), len(names)), dtype=np.float32) for _ in range(3)]
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=_SEED)
    # One thread for linear algebra: sums come out in the same order, so the same content gives the same bundle.
    with threadpool_limits(limits=1):
        for number, (train, test) in enumerate(folds.split(vectors, truth), start=1):
            progress(f"Fitting the head: fold {number} of {FOLDS}")
            weights, bias = _fit_linear(vectors[train], truth[train])
            lexical = _fit_lexical([texts[row] for row in train], truth[train]).head()
            index = QuestionIndex.of(vectors[train], truth[train], len(names))
            views[0][test] = vectors[test] @ weights + bias
            views[1][test] = np.stack([index.nearness(vectors[row]) for row in test])
            views[2][test] = np.stack([lexical.scores(texts[row]) for row in test])
        progress("Fitting the head on everything")
        weights, bias = _fit_linear(vectors, truth)
        whole_lexical = _fit_lexical(texts, truth)
        mixture = _fit_mixture(views, truth)
    scores = mixture.linear * views[0] + mixture.nearest * views[1] + mixture.lexical * views[2]
    top1 = float(np.mean(scores.argmax(axis=1) == truth))
    return FittedHead(weights, bias, whole_lexical, mixture, round(top1, 4)), names


def fit_opinion(texts: Sequence[str], vectors: Vectors, labels: Sequence[str]) -> FittedLinear:
    """Fit the triage opinion's two heads.

    Args:
        texts: the examples, normalised.
        vectors: their sentence vectors, shape (examples, dimensions).
        labels: each example's triage class, or `ordinary`. With one class only, the opinion is always that class.
    """
    from threadpoolctl import threadpool_limits

    names = tuple(sorted(set(labels)))
    if len(names) == 1:
        nothing = np.zeros((0, 1), dtype=np.float32)
        empty = _Lexical((), np.zeros(0, dtype=np.float32), nothing, np.zeros(1, dtype=np.float32))
        return FittedLinear(names, np.zeros((vectors.shape[1], 1), np.float32), np.zeros(1, np.float32), empty)
    truth = np.array([names.index(label) for label in labels], dtype=np.int64)
    with threadpool_limits(limits=1):
        weights, bias = _fit_linear(vectors, truth)
        return FittedLinear(names, weights, bias, _fit_lexical(texts, truth))


def _fit_linear(vectors: Vectors, truth: npt.NDArray[np.int64]) -> tuple[Vectors, Vectors]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_LINEAR_C, max_iter=2000).fit(vectors, truth)
    return model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32)


def _fit_lexical(texts: Sequence[str], truth: npt.NDArray[np.int64]) -> _Lexical:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(SHORTEST, LONGEST), min_df=2, sublinear_tf=True)
    features = vectorizer.fit_transform(texts)
    model = LogisticRegression(C=_LEXICAL_C, max_iter=2000).fit(features, truth)
    return _Lexical(
        vocabulary=tuple(vectorizer.get_feature_names_out()),
        idf=vectorizer.idf_.astype(np.float32),
        weights=np.ascontiguousarray(model.coef_.T, dtype=np.float32),
        bias=model.intercept_.astype(np.float32),
    )


def _fit_mixture(views: Sequence[npt.NDArray[np.float32]], truth: npt.NDArray[np.int64]) -> Mixture:
    from scipy.optimize import minimize

    rows = np.arange(len(truth))

    def loss(logarithms: npt.NDArray[np.float64]) -> float:
        scores = sum(np.exp(factor) * view for factor, view in zip(logarithms, views, strict=True))
        return float(-np.log(softmax(np.asarray(scores, dtype=np.float32))[rows, truth] + 1e-9).mean())

    found = minimize(loss, np.log([1.0, 5.0, 0.5]), method="Nelder-Mead", options={"xatol": 0.01, "fatol": 1e-5})
    # Three digits: more would only record the noise of the last bits.
    linear, nearest, lexical = (round(float(value), 3) for value in np.exp(found.x))
    return Mixture(linear, nearest, lexical)
