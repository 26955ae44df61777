import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.knowledge.calibration import Thresholds
from mesofaq.understanding.decision import answer_both, decide
from mesofaq.understanding.models import Candidate, Outcome

THRESHOLDS = Thresholds(answer=0.8, clarify=0.6)


def _candidates(*probabilities: float) -> tuple[Candidate, ...]:
    """Cards a, b, c, … with these probabilities."""
    return tuple(Candidate(card=name, probability=value) for name, value in zip("abcde", probabilities, strict=False))


def _decide(*probabilities: float, refused: str = "") -> tuple[Outcome, tuple[str, ...]]:
    decision = decide(_candidates(*probabilities), THRESHOLDS, lambda card: card not in refused)
    return decision.outcome, decision.cards


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        pytest.param((0.9, 0.05), (Outcome.ANSWER, ("a",)), id="sure"),
        pytest.param((0.8, 0.2), (Outcome.ANSWER, ("a",)), id="just-sure-enough"),
        pytest.param((0.79, 0.2), (Outcome.CLARIFY, ("a", "b")), id="just-not-sure-enough"),
        pytest.param((0.3, 0.2, 0.1, 0.1), (Outcome.CLARIFY, ("a", "b", "c")), id="three-together"),
        pytest.param((0.3, 0.2, 0.09, 0.09), (Outcome.HANDOFF, ()), id="three-not-together"),
        pytest.param((0.79, 0.01, 0.01), (Outcome.CLARIFY, ("a", "b")), id="a-likely-card-is-never-unmentioned"),
        pytest.param((0.5, 0.2, 0.03), (Outcome.CLARIFY, ("a", "b")), id="a-third-not-worth-offering"),
        pytest.param((), (Outcome.HANDOFF, ()), id="no-candidate"),
    ],
)
def test_the_thresholds_decide(probabilities: tuple[float, ...], expected: tuple[Outcome, tuple[str, ...]]) -> None:
    assert _decide(*probabilities) == expected


def test_a_best_card_that_may_not_be_shown_is_never_replaced_by_the_second() -> None:
    assert _decide(0.5, 0.95, refused="a") == (Outcome.HANDOFF, ())
    assert _decide(0.95, 0.04, refused="a") == (Outcome.HANDOFF, ())
    assert _decide(0.5, 0.3, 0.2, refused="a") == (Outcome.HANDOFF, ())


def test_a_card_that_may_not_be_shown_is_not_offered() -> None:
    assert _decide(0.5, 0.3, 0.2, refused="b") == (Outcome.CLARIFY, ("a", "c"))
    assert _decide(0.5, 0.3, refused="b") == (Outcome.HANDOFF, ())


def test_a_decision_keeps_the_thresholds_it_was_judged_by() -> None:
    decision = decide(_candidates(0.9), THRESHOLDS, lambda card: True)
    assert (decision.answer_threshold, decision.clarify_threshold) == (0.8, 0.6)


@given(
    probabilities=st.lists(st.floats(0, 1), max_size=5).map(lambda values: sorted(values, reverse=True)),
    refused=st.sets(st.sampled_from("abcde")),
    thresholds=st.builds(Thresholds, answer=st.floats(0, 1), clarify=st.floats(0, 1)),
)
def test_whatever_the_evidence_only_servable_likely_cards_are_shown(
    probabilities: list[float], refused: set[str], thresholds: Thresholds
) -> None:
    candidates = _candidates(*probabilities)
    decision = decide(candidates, thresholds, lambda card: card not in refused)
    assert not refused & set(decision.cards)
    if decision.outcome is Outcome.ANSWER:
        assert decision.cards == ("a",)
        assert candidates[0].probability >= thresholds.answer
    elif decision.outcome is Outcome.CLARIFY:
        assert decision.cards[0] == "a"
        assert 2 <= len(decision.cards) <= 3
    else:
        assert decision.cards == ()


def test_two_questions_get_both_answers_in_the_order_asked() -> None:
    single = decide((Candidate(card="a", probability=0.5), Candidate(card="b", probability=0.4)), THRESHOLDS, _any)
    both = answer_both(single, ("b", "a"), _any)
    assert (both.outcome, both.cards) == (Outcome.ANSWER, ("b", "a"))


@pytest.mark.parametrize("cards", [(), ("a",)])
def test_one_question_stays_one(cards: tuple[str, ...]) -> None:
    single = decide((Candidate(card="a", probability=0.5), Candidate(card="b", probability=0.4)), THRESHOLDS, _any)
    assert answer_both(single, cards, _any) == single


def test_half_an_answer_is_not_given_for_a_whole_one() -> None:
    single = decide((Candidate(card="a", probability=0.5), Candidate(card="b", probability=0.4)), THRESHOLDS, _any)
    assert answer_both(single, ("a", "b"), lambda card: card == "a") == single


def _any(_: str) -> bool:
    return True
