"""`mesofaq purge`: removes what is older than the clinic keeps it, in the record and in Rasa's memory."""

import json
import sys
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from mesofaq.cli import app
from mesofaq.cli.handoffs import open_record
from mesofaq.content.loader import load_content
from mesofaq.privacy.erasure import purge_everywhere, sweep_tracker
from mesofaq.privacy.retention import Removed, due, enforce
from mesofaq.settings import Settings, load_settings
from mesofaq.store import Store, utc_now
from mesofaq.store.audit import CLI

__all__ = ["purge"]


@app.command("purge")
def purge(
    older_than_days: Annotated[
        int | None,
        typer.Option(min=1, max=36_500, help="Instead: erase all conversations without a word for so many days."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much there is.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Erase for good what is older than `retention` in content/clinic.yml allows, open handoffs included.

    The service does the same every hour.
    """
    settings = load_settings()
    with open_record() as store:
        if older_than_days is None:
            _by_the_clinic(store, settings, dry_run=dry_run, as_json=as_json)
        else:
            _all_older(store, settings, older_than_days, dry_run=dry_run, as_json=as_json)


def _by_the_clinic(store: Store, settings: Settings, *, dry_run: bool, as_json: bool) -> None:
    clinic = load_content(settings.content, strict=False).clinic
    now = utc_now()
    removed: Removed = due(store, settings, clinic, now) if dry_run else enforce(store, settings, clinic, now, by=CLI)
    if as_json:
        sys.stdout.write(json.dumps({**asdict(removed), "dry_run": dry_run}) + "\n")
        return
    days = clinic.retention
    lines = [
        (removed.transcripts, "conversation", f"nothing said for {days.transcripts_days} days, never with a person"),
        (removed.handoffs, "conversation", f"nothing said for {days.handoffs_days} days, went to a person"),
        (removed.audit, "entry of the audit", f"older than {days.audit_days} days"),
        (removed.sessions, "session of staff", "over"),
        (removed.tombstones, "tombstone", f"older than {days.audit_days} days"),
    ]
    for count, noun, why in lines:
        typer.echo(f"{_counted(count, noun)} {_done(dry_run)}: {why}.")
    if removed.tracker:
        typer.echo(f"{_counted(removed.tracker, 'row')} of Rasa's erased: written after their conversation was erased.")


def _all_older(store: Store, settings: Settings, older_than_days: int, *, dry_run: bool, as_json: bool) -> None:
    moment = utc_now() - timedelta(days=older_than_days)
    found = len(store.idle_conversations(moment))
    erased = 0
    if not dry_run:
        erased = purge_everywhere(store, settings.tracker_url, moment, by=CLI)
        sweep_tracker(store, settings.tracker_url)
    if as_json:
        sys.stdout.write(json.dumps({"found": found, "erased": erased, "dry_run": dry_run}) + "\n")
        return
    count = found if dry_run else erased
    typer.echo(f"{_counted(count, 'conversation')} {_done(dry_run)}: nothing said for {older_than_days} days or more.")


def _counted(count: int, noun: str) -> str:
    first, _, rest = noun.partition(" of ")
    plural = f"{first[:-1]}ies" if first.endswith("y") else f"{first}s"
    return f"{count} {first if count == 1 else plural}{' of ' + rest if rest else ''}"


def _done(dry_run: bool) -> str:
    return "would be erased" if dry_run else "erased"
