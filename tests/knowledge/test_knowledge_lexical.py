"""What serving computes against what scikit-learn fits."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.knowledge.lexical import Features, LexicalHead, Wording, fit_head, fit_wording, word_ngrams

FITTED_ON = (
    "When can I wash my hair?",
    "does it HURT a lot",
    "prp or mesotherapy",
    "how much\tis it",
    "é à la carte 10%",
)

# Words of the vocabulary, among anything at all.
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["wash", "Hair", "hurt", "a", "a lot", "prp or", "  ", "\n\n", "x", "é", "it's"])).map(
        " ".join
    ),
)


@pytest.fixture(scope="module")
def vectorizer() -> Any:
    reason = "the build dependencies (requirements/build.txt) are not installed"
    sklearn = pytest.importorskip("sklearn.feature_extraction.text", reason=reason)
    fitted = sklearn.TfidfVectorizer(
        analyzer="word", token_pattern=r"\b\w+\b", ngram_range=(1, 2), sublinear_tf=True
    ).fit(FITTED_ON)
    # Some n-grams count far more than others, as after a fit on thousands of questions.
    fitted.idf_ = np.random.default_rng(1).uniform(1, 9, len(fitted.idf_))
    return fitted


@pytest.fixture(scope="module")
def wording(vectorizer: Any) -> Wording:
    return Wording(vectorizer.get_feature_names_out(), vectorizer.idf_.astype(np.float32))


@given(text=texts)
def test_ngrams_are_scikit_learns(vectorizer: Any, text: str) -> None:
    assert Counter(word_ngrams(text)) == Counter(vectorizer.build_analyzer()(text))


@given(text=texts)
def test_features_are_those_of_tfidf(vectorizer: Any, wording: Wording, text: str) -> None:
    features = wording.features(text)
    dense = np.zeros(len(wording.vocabulary))
    dense[features.columns] = features.values
    assert dense == pytest.approx(vectorizer.transform([text]).toarray()[0], abs=1e-5)


def test_a_text_without_a_known_ngram_has_the_bias_for_its_scores(wording: Wording) -> None:
    bias = np.array([0.5, -2], dtype=np.float32)
    head = LexicalHead(np.ones((len(wording.vocabulary), 2), dtype=np.float32), bias)
    assert head.scores(wording.features("??")) == pytest.approx(bias)


def test_scores_are_the_weighted_sum_of_the_features() -> None:
    head = LexicalHead(np.array([[1, 0], [0, 2], [5, 5]], dtype=np.float32), np.array([0, 1], dtype=np.float32))
    features = Features(np.array([1, 0]), np.array([0.6, 0.8], dtype=np.float32))
    assert head.scores(features) == pytest.approx([0.8, 1 + 1.2])


def test_a_fitted_head_prefers_the_name_that_a_wording_was_seen_with() -> None:
    pytest.importorskip("sklearn", reason="the build dependencies (requirements/build.txt) are not installed")
    seen = ["wash my hair", "when to wash hair", "wash it", "does it hurt", "will it hurt", "hurt much"] * 3
    wording = fit_wording(seen)
    found = [wording.features(text) for text in seen]
    head = fit_head(len(wording.vocabulary), found, (["wash"] * 3 + ["pain"] * 3) * 3, ("pain", "unseen", "wash"))
    pain, unseen, wash = head.scores(wording.features("so when may i wash"))
    assert wash > pain
    assert unseen == 0


def test_an_ngram_of_fewer_than_three_texts_is_not_learnt() -> None:
    pytest.importorskip("sklearn", reason="the build dependencies (requirements/build.txt) are not installed")
    assert set(fit_wording(["one two", "one two", "one two", "once"]).vocabulary) == {"one", "two", "one two"}
