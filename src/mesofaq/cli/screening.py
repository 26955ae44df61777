"""`mesofaq screening`: the finished pre-screenings, for staff and for other systems."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from mesofaq.cli import app
from mesofaq.cli.handoffs import open_record, print_screening
from mesofaq.content.screening import ScreeningProtocol
from mesofaq.errors import Code, Problem

__all__ = ["export_screening"]

screening_app = typer.Typer(help="Show or export a finished pre-screening.", no_args_is_help=True)
app.add_typer(screening_app, name="screening")


@screening_app.callback()
def _screening() -> None:
    """Show or export a finished pre-screening."""


@screening_app.command("export")
def export_screening(
    screening_id: Annotated[
        str, typer.Argument(metavar="ID", help="The screening's id or its handoff's, or the first characters of it.")
    ],
    fhir: Annotated[bool, typer.Option("--fhir", help="Print a FHIR R4 bundle: response and questionnaire.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Print a finished screening: items, answers as typed, how each was read, protocol version, time."""
    with open_record() as store:
        summary = store.screening(store.find_screening(screening_id))
        kept = store.protocol(summary.protocol_version) if fhir else None
    if fhir:
        from mesofaq.screening.fhir import as_fhir  # its models take a second to load

        if kept is None:
            raise Problem(
                Code.NOT_FOUND,
                f"The protocol {summary.protocol_version} is not on record here, and without its questions the answers "
                "cannot be exported.",
            )
        document = as_fhir(summary, ScreeningProtocol.model_validate(kept))
    elif as_json:
        document = summary.model_dump(mode="json")
    else:
        print_screening(Console(), summary)
        return
    # ASCII only: a patient's control characters stay escaped, and any pipe's encoding can carry it.
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
