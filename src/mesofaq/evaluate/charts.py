"""The curves as drawings: numbers turned into places on an SVG canvas; the template draws the lines.

Everything is in the canvas's own units, 420 wide and 300 high.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mesofaq.evaluate.curves import Bin, CurvePoint, Scored, reliability, risk_coverage
from mesofaq.knowledge.calibration import Thresholds

__all__ = ["Chart", "Dot", "Line", "Tick", "reliability_chart", "risk_chart"]

WIDTH, HEIGHT = 420, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 22, 12, 46
_LARGEST_DOT = 12.0


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it is and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class Dot:
    """A dot with its size, what it says when it is pointed at, and between which heights it may truly lie."""

    x: float
    y: float
    radius: float
    says: str
    between: tuple[float, float] | None = None


@dataclass(frozen=True)
class Line:
    """One series: its name for the legend, the points of its line, and its dots."""

    name: str
    points: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Chart:
    """One drawing.

    Args:
        title: what it shows, also for those who cannot see it.
        x_label: what lies along the bottom.
        y_label: what lies along the side.
        x_ticks: marks along the bottom.
        y_ticks: marks along the side.
        lines: the series.
        diagonal: the points of the line of perfect agreement; empty if there is none.
        marks: points to point out, with their names.
    """

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    diagonal: str = ""
    marks: tuple[Dot, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = HEIGHT - _BOTTOM


def reliability_chart(points: Sequence[Scored]) -> Chart:
    """How often the best card is right, by how probable it is said to be; on the diagonal both are the same."""
    lines = []
    for name, chosen in _series(points):
        bins = reliability(chosen)
        most = max((item.right.of for item in bins), default=1)
        lines.append(
            Line(
                name,
                _path([(item.probability, item.right.rate) for item in bins]),
                tuple(_bin(item, most) for item in bins),
            )
        )
    return Chart(
        title="Reliability: is a card as often right as its probability says?",
        x_label="probability of the best card",
        y_label="how often that card is right",
        x_ticks=_ticks(_x, 1.0),
        y_ticks=_ticks(_y, 1.0),
        lines=tuple(lines),
        diagonal=_path([(0, 0), (1, 1)]),
    )


def risk_chart(points: Sequence[Scored], thresholds: Thresholds) -> Chart:
    """What share of the answers is wrong, by the share of messages answered; the threshold in use is marked."""
    curves = [(name, risk_coverage(chosen)) for name, chosen in _series(points)]
    top = _round_up(max((point.risk for _, curve in curves for point in curve), default=0.1))
    marks = []
    for name, curve in curves:
        answered = [point for point in curve if point.threshold >= thresholds.answer]
        if answered:
            marks.append(_mark(name, answered[-1], top))
    return Chart(
        title="Risk and coverage: how many answers are wrong, the more messages are answered?",
        x_label="share of messages answered",
        y_label="share of answers that are wrong",
        x_ticks=_ticks(_x, 1.0),
        y_ticks=_ticks(_y, top),
        lines=tuple(
            Line(name, _path([(point.coverage, point.risk / top) for point in curve]), ()) for name, curve in curves
        ),
        marks=tuple(marks),
    )


def _series(points: Sequence[Scored]) -> list[tuple[str, list[Scored]]]:
    inside = [point for point in points if point.in_scope]
    series = [("in scope", inside), ("with those out of scope", list(points))]
    return [(name, chosen) for name, chosen in series if chosen and (name == "in scope" or len(chosen) > len(inside))]


def _bin(item: Bin, most: int) -> Dot:
    # The area, not the radius, grows with the number of messages.
    radius = max(2.5, _LARGEST_DOT * math.sqrt(item.right.of / most))
    low, high = item.right.bounds
    says = (
        f"{item.right.of} messages: probability {item.probability:.2f}, "
        f"right {item.right.rate:.2f} (between {low:.2f} and {high:.2f})"
    )
    return Dot(_x(item.probability), _y(item.right.rate), round(radius, 1), says, (_y(low), _y(high)))


def _mark(name: str, point: CurvePoint, top: float) -> Dot:
    says = f"{name}: {point.coverage:.0%} answered, {point.risk:.1%} of them wrong"
    return Dot(_x(point.coverage), _y(point.risk / top), 5.0, says)


def _x(share: float) -> float:
    return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_x(across)},{_y(up)}" for across, up in points)


def _ticks(place: Callable[[float], float], largest: float) -> tuple[Tick, ...]:
    """Five equal steps along an axis that ends at `largest`."""
    return tuple(Tick(place(step / 5), f"{largest * step / 5:.0%}") for step in range(6))


def _round_up(share: float) -> float:
    """The next multiple of a tenth, at most 1: the end of an axis."""
    return min(1.0, max(0.1, math.ceil(share * 10 - 1e-9) / 10))
