"""`mesofaq eval`: how well labelled messages and dialogues fare with the current bundle, and if that is good enough."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from mesofaq.cli import app
from mesofaq.errors import Code, Problem
from mesofaq.settings import load_settings

SCREENING_FILE = Path("tests/eval/screening.jsonl")

# Imported by the command itself: `mesofaq up` gathers every command, and must not load an encoder's libraries for it.


@app.command("eval")
def evaluate_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="JSONL files of labelled messages, dialogues or personas; 'screening': its personas."
        ),
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

    'mesofaq eval screening' plays the personas of the pre-screening and prints how their results compare.
    Dialogues and personas are played with a service and a Rasa that are started for them and leave nothing behind.
    Other bars than right and wrong: out-of-scope.answered=0.05, must-hand-off.answered=0.02, dialogue-turns.right=0.92.
    """
    from mesofaq.evaluate.bars import parse_bar, split_screening_bars
    from mesofaq.evaluate.cases import Part
    from mesofaq.evaluate.output import as_document
    from mesofaq.evaluate.personas import holds_personas
    from mesofaq.evaluate.report import write_report
    from mesofaq.evaluate.run import evaluate
    from mesofaq.evaluate.screening_bars import check_screening
    from mesofaq.evaluate.screening_run import evaluate_screening
    from mesofaq.evaluate.screening_tables import as_screening_document, print_screening
    from mesofaq.evaluate.tables import print_tables

    if part != "all" and part not in list(Part):
        raise typer.BadParameter("choose all, held-back, development or tune", param_hint="--part")
    if html is not None and only_figures:
        raise typer.BadParameter("the report tells of single messages; leave out one of the two", param_hint="--html")
    under, screening_under = split_screening_bars(fail_under or ())
    over, screening_over = split_screening_bars(fail_over or ())
    bars = [parse_bar(text, at_least=True) for text in under] + [parse_bar(text, at_least=False) for text in over]
    told = Console(stderr=True, highlight=False)
    settings = load_settings()
    chosen = None if part == "all" else Part(part)
    named = [
        settings.home / SCREENING_FILE if str(file) == "screening" and not file.exists() else file for file in files
    ]
    personas = [file for file in named if holds_personas(file)]
    labelled = [file for file in named if file not in personas]
    if (bars and not labelled) or ((screening_under or screening_over) and not personas):
        raise Problem(Code.INVALID_REQUEST, "A bar is about files that were not named, and it must not pass for that.")
    broken: list[str] = []
    document: dict[str, Any] = {}

    def progress(step: str) -> None:
        told.print(f"[dim]{step} …[/dim]")

    if labelled:
        run = evaluate(settings, labelled, part=chosen, bars=bars, service=service, progress=progress)
        if html is not None:
            write_report(html, run, datetime.now().astimezone())
        document = as_document(run, only_figures=only_figures)
        broken += run.broken_bars
        if not as_json:
            print_tables(Console(highlight=False), run, only_figures=only_figures)
    if personas:
        screened = evaluate_screening(settings, personas, part=chosen, service=service, progress=progress)
        document["screening"] = as_screening_document(screened, only_figures=only_figures)
        broken += check_screening(screening_under, screening_over, screened)
        if not as_json:
            print_screening(Console(highlight=False), screened, only_figures=only_figures)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
    for sentence in broken:
        typer.echo(f"mesofaq: {sentence}", err=True)
    if broken:
        raise typer.Exit(1)
