"""Chooses from which probability on the second opinion on triage counts, by what each mistake costs. Build time only.

A missed emergency weighs so much more than a false alarm that the two bars of docs/evaluation.md (at most 1 in 100
emergencies missed, at most 3 in 100 near misses raised) cost the same.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mesofaq.errors import Code, Problem
from mesofaq.knowledge.calibration import share
from mesofaq.knowledge.examples import NOT_EMERGENCY
from mesofaq.knowledge.head import softmax
from mesofaq.knowledge.opinion import ORDINARY, Alarm, Blend

__all__ = ["AlarmCosts", "choose_alarm", "choose_blend", "read_triage_set"]

_EMERGENCY = "emergency"
_LOWEST_RAISED = 0.08
"""Less likely than one in twelve, it is asked about and not raised, whatever a small calibration set says."""
_GRID = np.round(np.concatenate([np.arange(0.02, 0.3, 0.01), np.arange(0.3, 0.96, 0.025)]), 3)


@dataclass(frozen=True)
class AlarmCosts:
    """What each mistake costs, in false alarms; a share of the messages of one kind that it happens to."""

    missed: float = 3.0
    asked_in_an_emergency: float = 0.6
    false_alarm: float = 1.0
    false_alarm_on_a_complication: float = 0.2
    asked_for_nothing: float = 0.3
    person_not_called: float = 1.0
    person_called_for_nothing: float = 3.0


_LEXICAL = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5)
_SCALES = tuple(float(value) for value in np.round(np.arange(0.4, 2.05, 0.1), 2))


def choose_blend(
    linear: npt.NDArray[np.float32], lexical: npt.NDArray[np.float32], truth: Sequence[str], names: Sequence[str]
) -> Blend:
    """The weight of the wording, and the scale, under which it is likeliest who is in danger and who is not.

    Which of the other classes a message is of does not matter here: telling emergencies from the rest comes first.

    Args:
        linear: the tuned head's score of each message, shape (messages, names).
        lexical: that of the head on the wording, of the same shape.
        truth: as for `choose_alarm`. Those in danger count as much as all others together, and every other kind the
            same, however many messages there are of it.
        names: the classes of the columns.
    """
    if _EMERGENCY not in names:
        return Blend(0.0, 1.0)
    danger = np.array([kind == _EMERGENCY for kind in truth])
    others = len(set(truth) - {_EMERGENCY}) or 1
    weights = np.array([1.0 / truth.count(kind) / (1 if kind == _EMERGENCY else others) for kind in truth])
    column = names.index(_EMERGENCY)

    def loss(blend: Blend) -> float:
        mixed = (linear + np.float32(blend.lexical) * lexical) * np.float32(blend.scale)
        raised = softmax(mixed)[:, column]
        return float(-(weights * np.log(np.where(danger, raised, 1.0 - raised) + 1e-9)).sum())

    return min((Blend(share, scale) for share in _LEXICAL for scale in _SCALES), key=loss)


def choose_alarm(
    opinions: Sequence[Mapping[str, float]], truth: Sequence[str], costs: AlarmCosts | None = None
) -> Alarm:
    """The thresholds of least cost.

    Args:
        opinions: the opinion on each message.
        truth: each message's class of the triage, `not_emergency`, or `ordinary` (a question that a card answers).
        costs: what mistakes cost.
    """
    price = costs or AlarmCosts()
    emergency = np.array([opinion.get(_EMERGENCY, 0.0) for opinion in opinions])
    kinds = np.array(truth)
    danger = kinds == _EMERGENCY
    # Half of the price each: near misses are few beside ordinary questions, and both are raised for nothing.
    calm = [kinds == kind for kind in (NOT_EMERGENCY, ORDINARY) if (kinds == kind).any()]
    other = ~danger & ~np.isin(kinds, (NOT_EMERGENCY, ORDINARY))
    best, lowest = Alarm(0.5, 0.2, 0.5), float("inf")
    for raise_from in _GRID[_GRID >= _LOWEST_RAISED]:
        for ask_from in _GRID[raise_from >= _GRID]:
            raised = emergency >= raise_from
            asked = ~raised & (emergency >= ask_from)
            cost = (
                price.missed * share(~raised & ~asked, danger)
                + price.asked_in_an_emergency * share(asked, danger)
                + price.false_alarm * _mean_share(raised, calm)
                + price.asked_for_nothing * _mean_share(asked, calm)
                + price.false_alarm_on_a_complication * share(raised, other)
            )
            if cost < lowest:
                best, lowest = Alarm(float(raise_from), float(ask_from), 0.5), cost
    return Alarm(best.emergency, best.ask_if_now, _person_threshold(opinions, kinds, price))


def _person_threshold(opinions: Sequence[Mapping[str, float]], kinds: npt.NDArray[np.str_], price: AlarmCosts) -> float:
    highest = np.array(
        [
            max((share for name, share in opinion.items() if name not in (ORDINARY, _EMERGENCY)), default=0.0)
            for opinion in opinions
        ]
    )
    ordinary = kinds == ORDINARY
    wanted = ~ordinary & ~np.isin(kinds, (NOT_EMERGENCY, _EMERGENCY))
    costs = [
        price.person_not_called * share(highest < threshold, wanted)
        + price.person_called_for_nothing * share(highest >= threshold, ordinary)
        for threshold in _GRID
    ]
    return float(_GRID[int(np.argmin(costs))])


def _mean_share(happened: npt.NDArray[np.bool_], kinds: Sequence[npt.NDArray[np.bool_]]) -> float:
    return sum(share(happened, among) for among in kinds) / max(1, len(kinds))


def read_triage_set(folder: Path) -> tuple[list[str], list[str]]:
    """Read `triage.jsonl` of `folder` (`content/calibration`): the texts and their classes.

    Raises:
        Problem: `content-invalid`, with file and line.
    """
    path = folder / "triage.jsonl"
    allowed = (_EMERGENCY, "complication", "medicine_change", "personal_medical", NOT_EMERGENCY)
    texts: list[str] = []
    classes: list[str] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise Problem(Code.CONTENT_INVALID, f"{path}:1: the calibration set of the triage is missing.") from None
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            text, name = str(row["text"]), str(row["triage"])
        except (ValueError, KeyError, TypeError):
            raise Problem(
                Code.CONTENT_INVALID, f"{path}:{number}: each line is a JSON object with 'text' and 'triage'."
            ) from None
        if name not in allowed:
            raise Problem(
                Code.CONTENT_INVALID, f"{path}:{number}: 'triage' is '{name}'; it can be {', '.join(allowed)}."
            )
        texts.append(text)
        classes.append(name)
    return texts, classes
