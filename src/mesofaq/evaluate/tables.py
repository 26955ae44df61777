"""The figures as tables for a terminal, and below them what must be looked at one by one."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.judge import Judged
from mesofaq.evaluate.output import PART_NOTES, Evaluation
from mesofaq.evaluate.results import Result, Worth
from mesofaq.evaluate.summary import Group, PartSummary, Row
from mesofaq.evaluate.turns import JudgedDialogue

__all__ = ["print_tables"]

_WORST = 10
_STYLES = {Worth.GOOD: "", Worth.MIDDLING: "yellow", Worth.BAD: "red"}


def print_tables(console: Console, run: Evaluation, *, only_figures: bool = False) -> None:
    """Print every figure, then each message and dialogue that must be looked at, with its evidence.

    Args:
        console: where to.
        run: what to tell.
        only_figures: leave out whatever tells of a single message or dialogue.
    """
    thresholds = run.bundle.thresholds
    console.print(
        f"Bundle {run.bundle.id}: a card is answered from {thresholds.answer:.2f} on; "
        f"the best three are offered when together they have {thresholds.clarify:.2f}."
    )
    for summary in run.summaries:
        console.print()
        style = "bold" if summary.part is Part.HELD_BACK else "bold yellow"
        console.print(Text(PART_NOTES[summary.part], style=style))
        if summary.seen:
            console.print(f"Word for word among the bundle's own questions: {summary.seen} of {summary.messages}.")
        for group in summary.groups:
            console.print(_results(group))
        if not only_figures:
            for table in _worst(summary):
                console.print(table)
    if only_figures:
        return
    for item in run.bad:
        _print(console, _message(item))
    for played in run.derailed:
        _print(console, _dialogue(played))


def _print(console: Console, lines: Iterator[Text]) -> None:
    """The first line, and the others indented below it."""
    console.print()
    console.print(next(lines))
    for line in lines:
        console.print(Padding(line, (0, 0, 0, 2)))


def _results(group: Group) -> Table:
    table = Table(title=f"{group.name} ({group.of})", title_justify="left", title_style="bold", box=None)
    for heading in ("Result", "", "Count", "Share", "95 % bounds"):
        table.add_column(heading, justify="right" if heading in ("Count", "Share", "95 % bounds") else "left")
    for result, share in group.shares.items():
        low, high = share.bounds
        meaning = group.meanings[result]
        style = "red" if meaning.worth is Worth.BAD and share.count else ""
        cells = (str(share.count), f"{share.rate:.1%}", f"{low:.1%} to {high:.1%}")
        table.add_row(str(result), meaning.words, *cells, style=style)
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
    for heading in ("Name", "Count", "Right", "Wrong"):
        table.add_column(heading, justify="left" if heading == "Name" else "right")
    for row in rows:
        table.add_row(row.name, str(row.of), f"{row.good} ({row.good / row.of:.0%})", str(row.bad))
    return table


def _message(item: Judged) -> Iterator[Text]:
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


def _dialogue(item: JudgedDialogue) -> Iterator[Text]:
    """One dialogue with a wrong turn: what was said, and what came of each turn."""
    yield Text(f"{item.dialogue.id} ({item.dialogue.part})", style="bold")
    for turn in item.turns:
        yield Text(f"> {turn.turn.text}")
        got = f"  {turn.got}" if turn.right else f"  {turn.result}: expected {turn.turn.expected}, got {turn.got}"
        yield Text(got, style="dim" if turn.right else _STYLES[turn.worth])
