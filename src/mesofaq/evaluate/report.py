"""The figures as one HTML file: tables, curves, and every message and dialogue that must be looked at.

The file asks for nothing from anywhere: its style and drawings are inside, and its own policy forbids all else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from mesofaq import __version__
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.charts import Chart, reliability_chart, risk_chart
from mesofaq.evaluate.curves import calibration_error, reliability, scored
from mesofaq.evaluate.judge import Judged
from mesofaq.evaluate.output import PART_NOTES, Evaluation
from mesofaq.evaluate.results import GROUPS, TURNS, Worth
from mesofaq.evaluate.summary import PartSummary
from mesofaq.evaluate.turns import JudgedDialogue

__all__ = ["render", "write_report"]

_ROWS_SHOWN = 15
_TITLES = {
    Part.HELD_BACK: "Held back",
    Part.DEVELOPMENT: "Development",
    Part.TUNE: "Tuned on, or open to it",
}


@dataclass(frozen=True)
class _Curves:
    """The drawings of one part, over how many messages, and how far probability and truth lie apart."""

    charts: tuple[Chart, ...]
    messages: int
    error: float


@dataclass(frozen=True)
class _Section:
    """One part as the page shows it."""

    summary: PartSummary
    title: str
    note: str
    flatters: bool
    curves: _Curves | None
    bad: tuple[Judged, ...]
    missed: tuple[Judged, ...]
    dialogues: tuple[JudgedDialogue, ...]


def write_report(path: Path, run: Evaluation, made_at: datetime) -> None:
    """Write the report.

    Args:
        path: the file to write; an older one is replaced.
        run: what to report.
        made_at: when it was made, with a time zone.

    Raises:
        Problem: `invalid-request`, the file cannot be written there.
    """
    text = render(run, made_at)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"The report cannot be written to '{path}': {error.strerror}."
        raise Problem(Code.INVALID_REQUEST, message) from None


def render(run: Evaluation, made_at: datetime) -> str:
    """The report as HTML."""
    environment = Environment(
        loader=PackageLoader("mesofaq.evaluate"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        run=run,
        thresholds=run.bundle.thresholds,
        sections=[_section(run, summary) for summary in run.summaries],
        meanings=GROUPS[TURNS],
        rows_shown=_ROWS_SHOWN,
        made_at=made_at.strftime("%Y-%m-%d %H:%M %Z").strip(),
        version=__version__,
    )


def _section(run: Evaluation, summary: PartSummary) -> _Section:
    here = [item for item in run.judged if item.case.part is summary.part]
    return _Section(
        summary=summary,
        title=_TITLES[summary.part],
        note=PART_NOTES[summary.part],
        flatters=summary.part is not Part.HELD_BACK,
        curves=_curves(run, here),
        bad=tuple(item for item in here if item.worth is Worth.BAD),
        missed=tuple(item for item in here if item.worth is Worth.MIDDLING),
        dialogues=tuple(item for item in run.derailed if item.dialogue.part is summary.part),
    )


def _curves(run: Evaluation, judged: Sequence[Judged]) -> _Curves | None:
    points = scored(judged)
    if not points:
        return None
    charts = (reliability_chart(points), risk_chart(points, run.bundle.thresholds))
    return _Curves(charts, len(points), calibration_error(reliability(points)))
