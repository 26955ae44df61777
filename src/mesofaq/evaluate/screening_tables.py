"""The figures of the pre-screening as tables for people and as JSON for programs."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesofaq.evaluate.output import PART_NOTES
from mesofaq.evaluate.screening_play import Played
from mesofaq.evaluate.screening_run import BARS, Figure, ScreeningPart

__all__ = ["as_screening_document", "print_screening"]


def print_screening(console: Console, parts: Sequence[ScreeningPart], *, only_figures: bool) -> None:
    """Print one table a part, and the personas whose result was not exactly right unless only figures are wanted."""
    for part in parts:
        console.print(Text(f"\nPre-screening, {len(part.played)} personas, {part.part}: {PART_NOTES[part.part]}"))
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for heading in ("", "Share", "Of", "95 % bounds", "Bar"):
            table.add_column(heading, justify="left" if heading in ("", "Bar") else "right")
        for figure in part.figures:
            low, high = figure.bounds
            bounds = f"{low:.1%} to {high:.1%}" if figure.of else "-"
            table.add_row(figure.title, f"{figure.share:.1%}", f"{figure.count}/{figure.of}", bounds, _bar(figure))
        console.print(table)
        if not only_figures:
            for played in part.played:
                if _worth_a_look(played):
                    _print_persona(console, played)


def as_screening_document(parts: Sequence[ScreeningPart], *, only_figures: bool) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [
        {
            "part": str(part.part),
            "personas": len(part.played),
            "figures": {
                figure.name: {
                    "share": figure.share,
                    "count": figure.count,
                    "of": figure.of,
                    "bounds": figure.bounds,
                    "reached": figure.reached,
                }
                for figure in part.figures
            },
            **({} if only_figures else {"wrong": [_document(one) for one in part.played if _worth_a_look(one)]}),
        }
        for part in parts
    ]


def _worth_a_look(played: Played) -> bool:
    handled = all(one.dealt_with for one in played.interruptions)
    return not played.exact or bool(played.missed) or bool(played.asked_although_volunteered) or not handled


def _document(played: Played) -> dict[str, Any]:
    return {
        "id": played.persona.id,
        "place": played.persona.place,
        "expected": [played.persona.result, list(played.persona.flags)],
        "got": [played.result, list(played.flags)],
        "missed": list(played.missed),
        "asked_although_volunteered": list(played.asked_although_volunteered),
        "interruptions_not_dealt_with": [one.interruption.says for one in played.interruptions if not one.dealt_with],
        "log": [list(turn) for turn in played.log],
    }


def _print_persona(console: Console, played: Played) -> None:
    expected = played.persona
    console.print(Text(f"\n{expected.id}  {expected.about}", style="bold"))
    console.print(Text(f"  expected {expected.result}: {', '.join(sorted(expected.flags)) or '-'}"))
    console.print(Text(f"  got      {played.result}: {', '.join(sorted(played.flags)) or '-'}"))
    for name, items in (("missed", played.missed), ("asked although volunteered", played.asked_although_volunteered)):
        if items:
            console.print(Text(f"  {name}: {', '.join(items)}", style="red"))
    for said, then in played.log:
        console.print(Text(f"    {said}  →  {then}", style="dim"))


def _bar(figure: Figure) -> str:
    if figure.name not in BARS:
        return ""
    limit, at_least = BARS[figure.name]
    sign = "≥" if at_least else "≤"
    return f"{sign} {limit:.0%}" + ("" if figure.reached is None else ", reached" if figure.reached else ", missed")
