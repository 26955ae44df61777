"""`mesofaq purge`: erases old conversations, in the record and in Rasa's memory."""

import json
import sys
from datetime import timedelta
from typing import Annotated

import typer

from mesofaq.cli import app
from mesofaq.cli.handoffs import open_record
from mesofaq.settings import load_settings
from mesofaq.store import erase_tracker, utc_now

__all__ = ["purge"]


@app.command("purge")
def purge(
    older_than_days: Annotated[
        int,
        typer.Option(min=1, max=36_500, help="Erase conversations in which nothing was said for so many days."),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many there are.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Erase old conversations for good, with their handoffs and screenings, open ones included."""
    moment = utc_now() - timedelta(days=older_than_days)
    with open_record() as store:
        found = store.idle_conversations(moment)
        erased = 0
        if found and not dry_run:
            # Rasa's memory first: if this stops half-way, the record still knows what is left to erase.
            erase_tracker(load_settings().tracker_url, found)
            erased = store.purge(moment)
    if as_json:
        sys.stdout.write(json.dumps({"found": len(found), "erased": erased, "dry_run": dry_run}) + "\n")
        return
    count = len(found) if dry_run else erased
    noun = "conversation" if count == 1 else "conversations"
    done = "would be erased" if dry_run else "erased"
    typer.echo(f"{count} {noun} {done}: nothing said for {older_than_days} days or more.")
