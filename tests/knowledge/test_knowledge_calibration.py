import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesofaq.errors import Code, Problem
from mesofaq.knowledge.calibration import Costs, Thresholds, calibrate, choose_thresholds, read_calibration_set

# Columns are four cards. Sure and right; unsure, with the right card listed; about something else.
SURE = [0.90, 0.04, 0.03, 0.03]
LISTED = [0.50, 0.30, 0.10, 0.10]
OUTSIDE = [0.30, 0.25, 0.25, 0.20]


def _rows(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_what_is_sure_is_answered_what_is_listed_is_offered_and_the_rest_goes_to_a_person() -> None:
    thresholds, cost = choose_thresholds(_rows(SURE, LISTED, OUTSIDE), [0, 1, None])
    assert LISTED[0] < thresholds.answer <= SURE[0]
    assert sum(OUTSIDE[:3]) < thresholds.clarify <= sum(LISTED[:3])
    # Only the clarify costs: half a handoff for one of two questions, which weigh three quarters of all.
    assert cost == pytest.approx(0.5 * 0.75 / 2)


def test_a_best_card_that_is_wrong_as_often_as_right_is_not_answered() -> None:
    thresholds, _ = choose_thresholds(_rows(LISTED, LISTED), [0, 1])
    assert thresholds.answer > LISTED[0]


def test_a_best_card_that_is_wrong_once_in_twenty_is_answered() -> None:
    # One wrong answer costs ten handoffs; nineteen clarifies cost nine and a half more than that one saves.
    thresholds, cost = choose_thresholds(_rows(*[LISTED] * 40), [0] * 39 + [1])
    assert thresholds.answer <= LISTED[0]
    assert cost == pytest.approx(10 / 40 * 0.75)


CERTAIN = [0.99, 0.004, 0.003, 0.003]
LIKELY = [0.80, 0.10, 0.06, 0.04]


def test_the_bars_come_before_the_cost_where_they_can_be_kept() -> None:
    # Asking back 16 times costs 8 and one wrong answer costs 10, but it keeps the bars: one in a hundred is wrong.
    thresholds, _ = choose_thresholds(_rows(*[CERTAIN] * 84, *[LIKELY] * 16), [0] * 99 + [1])
    assert thresholds.answer <= LIKELY[0]


def test_where_too_many_would_be_wrong_the_cost_decides() -> None:
    thresholds, _ = choose_thresholds(_rows(*[CERTAIN] * 84, *[LIKELY] * 16), [0] * 98 + [1] * 2)
    assert LIKELY[0] < thresholds.answer <= CERTAIN[0]


def test_a_clarify_that_lists_the_wrong_cards_is_worse_than_a_handoff() -> None:
    thresholds, _ = choose_thresholds(_rows(LISTED, SURE), [3, 0])
    assert thresholds.answer > LISTED[0]
    assert thresholds.clarify > sum(LISTED[:3])


def test_the_share_of_messages_outside_the_cards_does_not_depend_on_how_many_were_written() -> None:
    few, few_cost = choose_thresholds(_rows(SURE, LISTED, OUTSIDE), [0, 1, None])
    many, many_cost = choose_thresholds(_rows(SURE, LISTED, *[OUTSIDE] * 30), [0, 1, *[None] * 30])
    assert (few, few_cost) == (many, pytest.approx(many_cost))


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(5, 40),
    prices=st.lists(st.floats(0.5, 40), min_size=2, max_size=2, unique=True).map(sorted),
)
def test_dearer_wrong_answers_never_make_more_of_them(seed: int, count: int, prices: list[float]) -> None:
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet([0.4] * 6, count).astype(np.float32)
    truth = [int(label) for label in random.integers(0, 6, count)]

    def wrong_answers(price: float) -> tuple[int, float]:
        thresholds, cost = choose_thresholds(probabilities, truth, Costs(wrong_answer=price))
        answered = probabilities.max(axis=1) >= thresholds.answer
        return int((answered & (probabilities.argmax(axis=1) != truth)).sum()), cost

    (cheap_wrong, cheap_cost), (dear_wrong, dear_cost) = wrong_answers(prices[0]), wrong_answers(prices[1])
    assert dear_wrong <= cheap_wrong
    assert dear_cost >= cheap_cost - 1e-9


def test_scores_that_sound_too_sure_are_scaled_down_to_what_is_right() -> None:
    # "card:a" leads by 1.2 every time and is right seven times in ten: honest would be a lead of ln(7/3) = 0.85.
    scores = np.array([[1.2, 0, -30]] * 10, dtype=np.float32)
    found = calibrate(
        scores, np.zeros_like(scores), np.zeros_like(scores), ["a"] * 7 + ["b"] * 3, ("card:a", "card:b", "act:greet")
    )
    assert found.mixture.scale == pytest.approx(0.7)


def test_nearness_counts_as_far_as_it_helps() -> None:
    linear = np.zeros((10, 2), dtype=np.float32)
    right = np.array([[0.5, 0.2], [0.2, 0.5]] * 5, dtype=np.float32)
    labels = ("card:a", "card:b")
    helpful = calibrate(linear, right, np.zeros_like(linear), ["a", "b"] * 5, labels)
    misleading = calibrate(linear, right, np.zeros_like(linear), ["b", "a"] * 5, labels)
    assert helpful.mixture.nearest > 0
    assert misleading.mixture.nearest == 0


def test_what_no_card_answers_counts_for_its_own_label() -> None:
    # The head knows what is outside; were that label left out, the odd question would decide the scale alone.
    outside = [[0, 3.0, -30]] * 20
    scores = np.array([*outside, [1.0, 0.0, -30]], dtype=np.float32)
    found = calibrate(
        scores,
        np.zeros_like(scores),
        np.zeros_like(scores),
        [None] * 20 + ["a"],
        ("card:a", "act:out_of_scope", "act:greet"),
    )
    assert found.mixture.scale == pytest.approx(2.5)
    assert found.tuned_figures["out_of_scope_answered"] == 0


def test_the_figures_of_a_calibration_count_what_it_did_on_its_own_data() -> None:
    scores = np.log(_rows(SURE, SURE, LISTED, OUTSIDE))
    labels = ("card:a", "card:b", "card:c", "card:d")
    found = calibrate(scores, np.zeros_like(scores), np.zeros_like(scores), ["a", "a", "b", None], labels)
    figures = found.tuned_figures
    assert (figures["questions"], figures["out_of_scope"]) == (3, 1)
    assert (figures["answered_right"], figures["answered_wrong"]) == (pytest.approx(2 / 3, abs=1e-3), 0)
    assert figures["out_of_scope_answered"] == 0


def test_thresholds_are_written_as_they_are_read() -> None:
    assert Thresholds(**Thresholds(0.9, 0.8).as_dict()) == Thresholds(0.9, 0.8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "questions.jsonl").write_text(json.dumps({"text": "ouch?", "card": "pain"}) + "\n")
    (tmp_path / "out_of_scope.jsonl").write_text(json.dumps({"text": "lips?", "field": "near"}) + "\n")
    return tmp_path


def test_the_calibration_set_pairs_texts_with_cards_and_with_none(folder: Path) -> None:
    assert read_calibration_set(folder, {"pain"}) == (["ouch?", "lips?"], ["pain", None])


@pytest.mark.parametrize("line", ["no JSON", "[]", '{"card": "pain"}', '{"text": "ouch"}', "null"])
def test_a_line_that_cannot_be_read_is_named(folder: Path, line: str) -> None:
    with (folder / "questions.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(Problem, match=r"questions\.jsonl:2: each line is a JSON object") as caught:
        read_calibration_set(folder)
    assert caught.value.code is Code.CONTENT_INVALID


def test_a_missing_calibration_set_is_named(folder: Path) -> None:
    (folder / "out_of_scope.jsonl").unlink()
    with pytest.raises(Problem, match=r"out_of_scope\.jsonl:1: the calibration set is missing"):
        read_calibration_set(folder)


def test_a_question_of_a_card_that_is_gone_is_named(folder: Path) -> None:
    with pytest.raises(Problem, match=r"questions\.jsonl:1: there is no card 'pain'") as caught:
        read_calibration_set(folder, {"cost"})
    assert caught.value.code is Code.CONTENT_INVALID
