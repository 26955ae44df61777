"""The figures as tables for a terminal, and as JSON for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.judge import RESULTS, Judged, Result, Worth
from mesofaq.evaluate.summary import Group, PartSummary, Row, Share
from mesofaq.knowledge.bundle import Bundle

__all__ = ["PART_NOTES", "Evaluation", "as_document", "evidence", "print_tables"]

PART_NOTES = {
    Part.HELD_BACK: "Held back: nothing was tuned on these messages.",
    Part.TUNE: (
        "Tuned on, or open to it: the thresholds were chosen on content/calibration/, and lines marked 'tune' may be "
        "worked with. These figures flatter."
    ),
}
_WORST = 10


@dataclass(frozen=True)
class Evaluation:
    """One run: with which bundle, over which files, and all that came of it."""

    bundle: Bundle
    files: tuple[Path, ...]
    judged: tuple[Judged, ...]
    summaries: tuple[PartSummary, ...]
    broken_bars: tuple[str, ...]

    @property
    def bad(self) -> list[Judged]:
        """What must be looked at one by one."""
        return [item for item in self.judged if item.worth is Worth.BAD]


def evidence(item: Judged) -> dict[str, Any]:
    """Why one message fared as it did: text, expected and got, probabilities, nearest question and thresholds."""
    decision, best, second = item.understanding.decision, item.best, item.runner_up
    return {
        "id": item.case.id,
        "place": item.case.place,
        "part": str(item.case.part),
        "text": item.case.text,
        "expected": str(item.case.expected),
        "got": item.got,
        "result": str(item.result),
        "best": best.model_dump() if best else None,
        "runner_up": second.model_dump() if second else None,
        "thresholds": {"answer": decision.answer_threshold, "clarify": decision.clarify_threshold}
        if decision
        else None,
        "triage": [
            finding.model_dump() for finding in item.understanding.triage.findings if finding.turned_off_by is None
        ],
    }


def as_document(run: Evaluation) -> dict[str, Any]:
    """Everything, for programs."""
    thresholds = run.bundle.thresholds
    return {
        "bundle": run.bundle.id,
        "thresholds": {"answer": thresholds.answer, "clarify": thresholds.clarify},
        "files": [str(path) for path in run.files],
        "parts": [_part(summary) for summary in run.summaries],
        "bad": [evidence(item) for item in run.bad],
        "bars_not_reached": list(run.broken_bars),
    }


def _part(summary: PartSummary) -> dict[str, Any]:
    return {
        "part": str(summary.part),
        "tuned_on": summary.part is Part.TUNE,
        "messages": summary.messages,
        "word_for_word_in_the_bundle": summary.seen,
        "groups": [
            {
                "group": group.name,
                "results": {str(result): _share(share) for result, share in group.shares.items()},
                "voices": [_row(row) for row in group.voices],
                "topics": [_row(row) for row in group.topics],
            }
            for group in summary.groups
        ],
        "confusions": [
            {"expected": pair.expected, "got": pair.got, "count": pair.count, "ids": list(pair.ids)}
            for pair in summary.confusions
        ],
    }


def _share(share: Share) -> dict[str, Any]:
    low, high = share.bounds
    return {
        "count": share.count,
        "of": share.of,
        "rate": round(share.rate, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }


def _row(row: Row) -> dict[str, Any]:
    return {"name": row.name, "of": row.of, "right": row.good, "wrong": row.bad}


def print_tables(console: Console, run: Evaluation) -> None:
    """Print every figure, then each message that must be looked at, with its evidence."""
    thresholds = run.bundle.thresholds
    console.print(
        f"Bundle {run.bundle.id}: a card is answered from {thresholds.answer:.2f} on; "
        f"the best three are offered when together they have {thresholds.clarify:.2f}."
    )
    for summary in run.summaries:
        console.print()
        console.print(Text(PART_NOTES[summary.part], style="bold yellow" if summary.part is Part.TUNE else "bold"))
        if summary.seen:
            console.print(f"Word for word among the bundle's own questions: {summary.seen} of {summary.messages}.")
        for group in summary.groups:
            console.print(_results(group))
        for table in _worst(summary):
            console.print(table)
    for item in run.bad:
        console.print()
        first, *rest = _told(item)
        console.print(first)
        for line in rest:
            console.print(Padding(line, (0, 0, 0, 2)))


def _results(group: Group) -> Table:
    of = next(iter(group.shares.values())).of
    table = Table(title=f"{group.name} ({of})", title_justify="left", title_style="bold", box=None)
    for heading in ("Result", "", "Count", "Share", "95 % bounds"):
        table.add_column(heading, justify="right" if heading in ("Count", "Share", "95 % bounds") else "left")
    for result, share in group.shares.items():
        low, high = share.bounds
        style = "red" if group.worths[result] is Worth.BAD and share.count else ""
        cells = (str(share.count), f"{share.rate:.1%}", f"{low:.1%} to {high:.1%}")
        table.add_row(str(result), RESULTS[group.kind][result], *cells, style=style)
    return table


def _worst(summary: PartSummary) -> Iterator[Table]:
    for group in summary.groups:
        for title, rows in (("voice or note", group.voices), ("what was expected", group.topics)):
            few = len(rows) <= _WORST
            shown = rows if few else [row for row in rows if row.good < row.of][:_WORST]
            if len(rows) > 1 and shown:
                yield _breakdown(f"{group.name}, by {title}{'' if few else ' (the worst)'}", shown)
    if summary.confusions:
        table = Table(title="Taken for something else", title_justify="left", title_style="bold", box=None)
        for heading in ("Expected", "Taken for", "Times"):
            table.add_column(heading, justify="right" if heading == "Times" else "left")
        for pair in summary.confusions[:_WORST]:
            table.add_row(pair.expected, pair.got, str(pair.count))
        yield table


def _breakdown(title: str, rows: Sequence[Row]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    for heading in ("Name", "Messages", "Right", "Wrong"):
        table.add_column(heading, justify="left" if heading == "Name" else "right")
    for row in rows:
        table.add_row(row.name, str(row.of), f"{row.good} ({row.good / row.of:.0%})", str(row.bad))
    return table


def _told(item: Judged) -> Iterator[Text]:
    """One bad message in words."""
    yield Text(f"{item.case.id} ({item.case.part}): ", style="bold") + Text(item.case.text, style="not bold")
    answered = item.result in (Result.WRONG, Result.ANSWERED)
    yield Text(f"expected {item.case.expected}, got {item.got}", style="red" if answered else "yellow")
    for name, card in (("best", item.best), ("runner-up", item.runner_up)):
        if card is not None:
            near = f", nearest question '{card.nearest}' (cosine {card.cosine:.2f})" if card.cosine is not None else ""
            yield Text(f"{name} {card.probability:.2f} {card.card}{near}")
    decision = item.understanding.decision
    if decision is not None:
        yield Text(f"thresholds: answer {decision.answer_threshold:.2f}, clarify {decision.clarify_threshold:.2f}")
