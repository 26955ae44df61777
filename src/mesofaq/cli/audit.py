"""`mesofaq audit`: see that the audit is whole, and read it."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesofaq.cli import app
from mesofaq.cli.user import open_accounts

__all__ = ["list_entries", "verify"]

audit_app = typer.Typer(help="Verify the audit, or list its entries.", no_args_is_help=True)
app.add_typer(audit_app, name="audit")

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@audit_app.command("verify")
def verify(as_json: JsonOption = False) -> None:
    """Follow the chain of the audit; exit code 1 where it is broken.

    Note the hash that is printed somewhere else: whoever rewrites the whole chain cannot keep it.
    """
    with open_accounts() as accounts:
        verdict = accounts.audit.verify()
    if as_json:
        document = {
            "holds": verdict.holds,
            "entries": verdict.entries,
            "removed": verdict.removed,
            "head_sha256": verdict.head_sha256,
            "broken_at": verdict.broken_at,
            "why": verdict.why,
        }
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    elif verdict.holds:
        removed = f" {verdict.removed} older ones were removed by retention." if verdict.removed else ""
        noun = "entry" if verdict.entries == 1 else "entries"
        typer.echo(f"The audit is whole: {verdict.entries} {noun}.{removed}\nHead: {verdict.head_sha256}")
    else:
        sys.stderr.write(f"mesofaq: The audit is broken at entry {verdict.broken_at}: {verdict.why}.\n")
    if not verdict.holds:
        raise typer.Exit(1)


@audit_app.command("list")
def list_entries(
    limit: Annotated[int, typer.Option(min=1, help="How many to list at most.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the last entries, newest first."""
    with open_accounts() as accounts:
        entries = accounts.audit.last(limit)
    if as_json:
        sys.stdout.write(json.dumps([entry.model_dump(mode="json") for entry in entries], indent=2) + "\n")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("No.", "Time (UTC)", "Who", "What", "To what", "More"):
        table.add_column(heading)
    for entry in entries:
        more = ", ".join(f"{key}: {value}" for key, value in entry.details.items() if value is not None)
        table.add_row(
            str(entry.sequence),
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            Text(entry.actor_name or entry.actor),
            entry.action,
            Text(entry.subject_name or entry.subject_id or ""),
            Text(more),
        )
    Console().print(table)
