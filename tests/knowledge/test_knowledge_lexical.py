"""What serving computes against what scikit-learn fitted."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.knowledge.lexical import LONGEST, SHORTEST, LexicalHead, char_ngrams

LABELS = 4
FITTED_ON = (
    "When can I wash my hair?",
    "does it HURT a lot",
    "prp or mesotherapy",
    "how much\tis it",
    "é à la carte 10%",
)

# Words that share n-grams with the vocabulary, among anything at all.
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["wash", "Hair", "hurting", "a", "prpp", "  ", "\n\n", "x", "mesotherapy", "é"])).map(
        " ".join
    ),
)


@pytest.fixture(scope="module")
def vectorizer() -> Any:
    reason = "the build dependencies (requirements/build.txt) are not installed"
    sklearn = pytest.importorskip("sklearn.feature_extraction.text", reason=reason)
    ngrams = (SHORTEST, LONGEST)
    fitted = sklearn.TfidfVectorizer(analyzer="char_wb", ngram_range=ngrams, sublinear_tf=True).fit(FITTED_ON)
    # Some n-grams count far more than others, as after a fit on thousands of questions.
    fitted.idf_ = np.random.default_rng(1).uniform(1, 9, len(fitted.idf_))
    return fitted


@pytest.fixture(scope="module")
def head(vectorizer: Any) -> LexicalHead:
    return LexicalHead(vectorizer.get_feature_names_out(), vectorizer.idf_.astype(np.float32), *_weights(vectorizer))


def _weights(vectorizer: Any) -> tuple[Any, Any]:
    random = np.random.default_rng(2)
    return random.normal(size=(len(vectorizer.idf_), LABELS)).astype(np.float32), np.arange(LABELS, dtype=np.float32)


@given(text=texts)
def test_ngrams_are_scikit_learns(vectorizer: Any, text: str) -> None:
    assert Counter(char_ngrams(text)) == Counter(vectorizer.build_analyzer()(text))


@given(text=texts)
def test_scores_are_those_of_tfidf_and_a_linear_head(vectorizer: Any, head: LexicalHead, text: str) -> None:
    weights, bias = _weights(vectorizer)
    expected = (vectorizer.transform([text]) @ weights + bias)[0]
    assert head.scores(text) == pytest.approx(expected, abs=1e-4)


def test_a_text_without_a_known_ngram_has_the_bias_for_its_scores(head: LexicalHead) -> None:
    assert head.scores("щ 漢字") == pytest.approx(np.arange(LABELS))
    assert head.scores("") == pytest.approx(np.arange(LABELS))
