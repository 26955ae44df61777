"""`mesofaq eval`: how well the current bundle understands labelled messages, and whether that is good enough."""

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
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="JSONL files of labelled messages.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="REPORT", help="Also write an HTML report.")] = None,
    fail_under: Annotated[
        list[str] | None, typer.Option(metavar="NAME=SHARE", help="Fail if a share is lower, e.g. right=0.75.")
    ] = None,
    fail_over: Annotated[
        list[str] | None, typer.Option(metavar="NAME=SHARE", help="Fail if a share is higher, e.g. wrong=0.08.")
    ] = None,
    part: Annotated[
        str, typer.Option(help="Which messages: all, tune (the thresholds were chosen on them) or held-back.")
    ] = "all",
) -> None:
    """Judge the current bundle on labelled messages; exit with 1 when a bar is not reached.

    Other bars than right and wrong: out-of-scope.answered=0.05, emergency.noticed=1.
    """
    from mesofaq.evaluate.bars import parse_bar
    from mesofaq.evaluate.cases import Part
    from mesofaq.evaluate.output import as_document, print_tables
    from mesofaq.evaluate.report import write_report
    from mesofaq.evaluate.run import evaluate

    if part != "all" and part not in list(Part):
        raise typer.BadParameter("choose all, tune or held-back", param_hint="--part")
    bars = [parse_bar(text, at_least=True) for text in fail_under or ()]
    bars += [parse_bar(text, at_least=False) for text in fail_over or ()]
    run = evaluate(load_settings(), files, part=None if part == "all" else Part(part), bars=bars)
    if html is not None:
        write_report(html, run, datetime.now().astimezone())
    if as_json:
        typer.echo(json.dumps(as_document(run), ensure_ascii=False, indent=2))
    else:
        print_tables(Console(highlight=False), run)
    for sentence in run.broken_bars:
        typer.echo(f"mesofaq: {sentence}", err=True)
    if run.broken_bars:
        raise typer.Exit(1)
