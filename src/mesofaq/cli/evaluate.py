"""`mesofaq eval`: how well labelled messages and dialogues fare with the current bundle, and if that is good enough."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mesofaq.cli import app
from mesofaq.settings import load_settings

# Imported by the command itself: `mesofaq up` gathers every command, and must not load an encoder's libraries for it.


@app.command("eval")
def evaluate_command(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="JSONL files of labelled messages and dialogues.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="REPORT", help="Also write an HTML report.")] = None,
    fail_under: Annotated[
        list[str] | None, typer.Option(metavar="NAME=SHARE", help="Fail if a share is lower, e.g. right=0.75.")
    ] = None,
    fail_over: Annotated[
        list[str] | None, typer.Option(metavar="NAME=SHARE", help="Fail if a share is higher, e.g. wrong=0.08.")
    ] = None,
    part: Annotated[str, typer.Option(help="Which messages: all, held-back, development or tune.")] = "all",
    service: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Play dialogues with this running service instead of one started for them."),
    ] = None,
    only_figures: Annotated[
        bool, typer.Option("--only-figures", help="Tell of no single message: for sets that must stay unseen.")
    ] = False,
) -> None:
    """Judge the current bundle on labelled messages and dialogues; exit with 1 when a bar is not reached.

    Dialogues are played with a service and a Rasa that are started for them and leave nothing behind.
    Other bars than right and wrong: out-of-scope.answered=0.05, must-hand-off.answered=0.02, dialogue-turns.right=0.92.
    """
    from mesofaq.evaluate.bars import parse_bar
    from mesofaq.evaluate.cases import Part
    from mesofaq.evaluate.output import as_document
    from mesofaq.evaluate.report import write_report
    from mesofaq.evaluate.run import evaluate
    from mesofaq.evaluate.tables import print_tables

    if part != "all" and part not in list(Part):
        raise typer.BadParameter("choose all, held-back, development or tune", param_hint="--part")
    if html is not None and only_figures:
        raise typer.BadParameter("the report tells of single messages; leave out one of the two", param_hint="--html")
    bars = [parse_bar(text, at_least=True) for text in fail_under or ()]
    bars += [parse_bar(text, at_least=False) for text in fail_over or ()]
    told = Console(stderr=True, highlight=False)
    run = evaluate(
        load_settings(),
        files,
        part=None if part == "all" else Part(part),
        bars=bars,
        service=service,
        progress=lambda step: told.print(f"[dim]{step} …[/dim]"),
    )
    if html is not None:
        write_report(html, run, datetime.now().astimezone())
    if as_json:
        typer.echo(json.dumps(as_document(run, only_figures=only_figures), ensure_ascii=False, indent=2))
    else:
        print_tables(Console(highlight=False), run, only_figures=only_figures)
    for sentence in run.broken_bars:
        typer.echo(f"mesofaq: {sentence}", err=True)
    if run.broken_bars:
        raise typer.Exit(1)
