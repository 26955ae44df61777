"""Fits how sure the head may sound, and chooses the thresholds by what mistakes cost: 10 : 1 : 0.5.

Both on `content/calibration/`, questions written by somebody who had seen neither cards nor examples. The cards' own
examples would not do, not even out of fold: whoever writes fifty of them reaches for ever stranger wordings, so they
look harder than what patients type, and the thresholds would hand off what could be answered. The figures returned
are figures of the data that was tuned on, and are called so wherever they are shown.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mesofaq.errors import Code, Problem
from mesofaq.knowledge.examples import OUTSIDE
from mesofaq.knowledge.head import Mixture, softmax

__all__ = ["Calibration", "Costs", "Thresholds", "calibrate", "choose_thresholds", "read_calibration_set", "share"]


@dataclass(frozen=True)
class Costs:
    """What each outcome costs, in handoffs of a question that a card could have answered.

    A clarify that does not list the right card costs a handoff on top, because that is where it ends.
    """

    wrong_answer: float = 10.0
    handoff: float = 1.0
    clarify: float = 0.5
    clarify_without_the_card: float = 1.5


@dataclass(frozen=True)
class Thresholds:
    """When to answer and when to ask.

    A card is answered when its probability is at least `answer`; otherwise the best three are offered when together
    they have at least `clarify`; otherwise a person is asked.
    """

    answer: float
    clarify: float

    def as_dict(self) -> dict[str, float]:
        """For the bundle's `decision.json`."""
        return asdict(self)


_GRID = np.round(np.arange(0.20, 0.995, 0.01), 2)
_OUT_OF_SCOPE_SHARE = 0.25
"""Of the messages that are not small talk, the share taken to be outside the cards: the sets' own shares are ours."""

_LEAST_RIGHT = 0.9
_WANTED_RIGHT = 0.95
_MOST_WRONG = 0.01
"""The bars are 90 % right at first and 2 % wrong. On data that was tuned on, the figures must be better than that."""


def choose_thresholds(
    probabilities: npt.NDArray[np.float32], truth: Sequence[int | None], costs: Costs | None = None
) -> tuple[Thresholds, float]:
    """The thresholds of least mean cost, among those that keep the bars where any do.

    By cost alone nobody would be answered below 95 %: ten handoffs for a wrong answer against half of one for asking
    back. But somebody who is asked back every eighth time goes elsewhere. So where the bars can be kept, as many as
    possible are answered right, up to 95 %, and the cost decides among what does that.

    Args:
        probabilities: of each card for each example, shape (examples, cards), out of fold.
        truth: each example's card (column), or None where no card answers it.
        costs: what mistakes cost.

    Returns:
        The thresholds and their mean cost a message on this data.
    """
    price = costs or Costs()
    order = np.argsort(-probabilities, axis=1)[:, :3]
    best = np.take_along_axis(probabilities, order, axis=1)
    top, top_three = best[:, 0], best.sum(axis=1)
    outside = np.array([label is None for label in truth])
    wanted = np.array([-1 if label is None else label for label in truth])
    right = order[:, 0] == wanted
    listed = (order == wanted[:, None]).any(axis=1)
    answer_cost = np.where(right, 0.0, price.wrong_answer)
    clarify_cost = np.where(listed, price.clarify, price.clarify_without_the_card)
    handoff_cost = np.where(outside, 0.0, price.handoff)
    weight = np.where(
        outside, _OUT_OF_SCOPE_SHARE / max(1, outside.sum()), (1 - _OUT_OF_SCOPE_SHARE) / max(1, (~outside).sum())
    )
    chosen, first = Thresholds(1.0, 1.0), (True, 1.0, float("inf"))
    for answer in _GRID:
        answered = top >= answer
        answered_right = share(answered & right, ~outside)
        keeps = bool(
            answered_right >= _LEAST_RIGHT
            and share(answered & ~right, ~outside) <= _MOST_WRONG
            and share(answered, outside) <= _MOST_WRONG
        )
        for clarify in _GRID:
            cost = np.where(answered, answer_cost, np.where(top_three >= clarify, clarify_cost, handoff_cost))
            mean = float((cost * weight).sum())
            rank = (not keeps, max(0.0, _WANTED_RIGHT - answered_right) if keeps else 0.0, mean)
            if rank < first:
                chosen, first = Thresholds(float(answer), float(clarify)), rank
    return chosen, first[2]


def share(happened: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> float:
    """The share of the messages `among` that it `happened` to; 0 where there are none."""
    return float(happened[among].mean()) if among.any() else 0.0


@dataclass(frozen=True)
class Calibration:
    """What calibration yields: the mixtures with and without words, the thresholds, how they do on this data."""

    mixture: Mixture
    without_words: Mixture
    thresholds: Thresholds
    tuned_figures: dict[str, float]


_SCALES = tuple(float(value) for value in np.round(np.arange(0.4, 2.55, 0.1), 2))
_NEARNESS = (0.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0)
_WORDING = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5)


def read_calibration_set(folder: Path, card_ids: Collection[str] | None = None) -> tuple[list[str], list[str | None]]:
    """Read `questions.jsonl` and `out_of_scope.jsonl` of `folder`.

    Args:
        folder: `content/calibration`.
        card_ids: the cards that there are; where given, a question of any other is an error.

    Returns:
        The texts, and for each its card's id, or None where no card answers it.

    Raises:
        Problem: `content-invalid`, with file and line.
    """
    texts: list[str] = []
    cards: list[str | None] = []
    for name in ("questions.jsonl", "out_of_scope.jsonl"):
        path = folder / name
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            raise Problem(Code.CONTENT_INVALID, f"{path}:1: the calibration set is missing.") from None
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                texts.append(str(row["text"]))
                cards.append(str(row["card"]) if name == "questions.jsonl" else None)
            except (ValueError, KeyError, TypeError):
                raise Problem(
                    Code.CONTENT_INVALID, f"{path}:{number}: each line is a JSON object with 'text' (and 'card')."
                ) from None
            if card_ids is not None and cards[-1] not in (None, *card_ids):
                raise Problem(
                    Code.CONTENT_INVALID,
                    f"{path}:{number}: there is no card '{cards[-1]}'. Name the card that answers the question, "
                    "or take the line out.",
                )
    return texts, cards


def calibrate(
    linear: npt.NDArray[np.float32],
    nearness: npt.NDArray[np.float32],
    wording: npt.NDArray[np.float32],
    truth: Sequence[str | None],
    labels: Sequence[str],
) -> Calibration:
    """Fit the mixture of the three views, and of the first two alone, then the thresholds.

    Args:
        linear: the tuned head's score of each message, shape (messages, labels).
        nearness: the index's nearness, of the same shape.
        wording: the lexical head's score, of the same shape.
        truth: each message's card id, or None where no card answers it.
        labels: the labels of the columns.

    Returns:
        The mixtures, the thresholds and the figures of this (tuned-on) data.
    """
    # What no card answers has a label of its own, where there are examples of it to learn it from.
    named = [OUTSIDE if card is None else f"card:{card}" for card in truth]
    known = [position for position, name in enumerate(named) if name in labels]
    columns = np.array([labels.index(named[position]) for position in known])

    def likeliest(weights: Sequence[float]) -> Mixture:
        return min(
            (Mixture(nearest, scale, words) for words in weights for nearest in _NEARNESS for scale in _SCALES),
            key=lambda one: _negative_log_likelihood(
                _mixed(linear[known], nearness[known], wording[known], one), columns
            ),
        )

    mixture, without_words = likeliest(_WORDING), likeliest((0.0,))
    probabilities = softmax(_mixed(linear, nearness, wording, mixture))
    cards = [column for column, label in enumerate(labels) if label.startswith("card:")]
    place = {labels[column].removeprefix("card:"): position for position, column in enumerate(cards)}
    wanted = [None if card is None else place[card] for card in truth]
    of_cards = probabilities[:, cards]
    thresholds, cost = choose_thresholds(of_cards, wanted)
    inside = np.array([card is not None for card in truth])
    right = of_cards.argmax(axis=1) == np.array([-1 if label is None else label for label in wanted])
    answered = of_cards.max(axis=1) >= thresholds.answer
    figures = {
        "questions": float(inside.sum()),
        "out_of_scope": float((~inside).sum()),
        "top1": float(np.mean(right[inside])),
        "answered_right": float(np.mean((answered & right)[inside])),
        "answered_wrong": float(np.mean((answered & ~right)[inside])),
        "out_of_scope_answered": float(np.mean(answered[~inside])) if (~inside).any() else 0.0,
        "mean_cost": cost,
    }
    return Calibration(mixture, without_words, thresholds, {name: round(value, 4) for name, value in figures.items()})


def _mixed(
    linear: npt.NDArray[np.float32],
    nearness: npt.NDArray[np.float32],
    wording: npt.NDArray[np.float32],
    mixture: Mixture,
) -> npt.NDArray[np.float32]:
    mixed: npt.NDArray[np.float32] = linear + np.float32(mixture.nearest) * nearness
    mixed = mixed + np.float32(mixture.wording) * wording
    return mixed * np.float32(mixture.scale)


def _negative_log_likelihood(scores: npt.NDArray[np.float32], columns: npt.NDArray[np.int64]) -> float:
    return float(-np.log(softmax(scores)[np.arange(len(columns)), columns] + 1e-9).mean())
