"""`mesofaq handoffs`: the conversations that wait for a person, the most urgent first."""

import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesofaq.chat.models import Priority
from mesofaq.cli import app
from mesofaq.errors import Code, Problem
from mesofaq.settings import load_settings
from mesofaq.store import HandoffDetail, HandoffRecord, ScreeningSummary, Store, utc_now
from mesofaq.store.audit import CLI
from mesofaq.store.database import parse_url, sqlite_file

__all__ = ["list_handoffs", "open_record", "print_screening", "show_handoff"]

handoffs_app = typer.Typer(help="List the handoffs to a person, or show one.", invoke_without_command=True)
app.add_typer(handoffs_app, name="handoffs")

_STYLES = {Priority.EMERGENCY: "bold red", Priority.URGENT: "yellow", Priority.ROUTINE: ""}
_WHO = {"patient": "Patient", "bot": "Bot", "staff": "Staff"}
_WHOSE = {
    "self": "The answers are about who wrote them.",
    "other": "The answers are about somebody else.",
    "unclear": "Whose answers they are stayed unclear.",
}
_SHORT_ID_CHARS = 8

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@contextmanager
def open_record(*, create: bool = False) -> Iterator[Store]:
    """The store that the settings name, at the schema of this code.

    Args:
        create: make a record where there is none yet.

    Raises:
        Problem: `not-found` when there is no record yet. An empty list from a new file, made because the
            command ran
            in the wrong folder, would tell staff that nobody waits.
    """
    settings = load_settings()
    file = sqlite_file(parse_url(settings.store_url))
    if file is not None and not file.is_file() and not create:
        raise Problem(
            Code.NOT_FOUND,
            f"There is no record at {file}. Run this in MesoFAQ's folder or set MESOFAQ_HOME to it; "
            "the record is made when the service first starts.",
        )
    store = Store(settings.store_url, seal=settings.seal)
    try:
        store.migrate()
        yield store
    finally:
        store.close()


@handoffs_app.callback()
def list_handoffs(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="How many to list at most.")] = 50,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are no longer open.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the open handoffs: emergencies first, then urgent ones, the oldest first."""
    if context.invoked_subcommand is not None:
        return
    with open_record() as store:
        found = store.handoffs(limit + 1, None if everything else "open")
    records = found[:limit]
    if as_json:
        _print_json([record.model_dump(mode="json") for record in records])
        return
    console = Console()
    if not records:
        console.print("No handoff is open." if not everything else "There are no handoffs.")
        return
    console.print(_work_list(records, utc_now()))
    if len(found) > limit:
        console.print(f"There are more than these {limit}: --limit lists them.")


@handoffs_app.command("show")
def show_handoff(
    handoff_id: Annotated[str, typer.Argument(metavar="ID", help="The id, or the first characters of it.")],
    as_json: JsonOption = False,
) -> None:
    """Show a handoff with both sides' messages and the screening."""
    with open_record() as store:
        detail = store.handoff(store.find_handoff(handoff_id))
        # Whoever reads at the terminal leaves a trace like whoever reads at the console; without it nothing is shown.
        store.note_read(detail.conversation_id, by=CLI)
    if as_json:
        _print_json(detail.model_dump(mode="json", by_alias=True))
        return
    _print_detail(Console(), detail, utc_now())


def _work_list(records: list[HandoffRecord], now: datetime) -> Table:
    table = Table(box=None, pad_edge=False, expand=True)
    for heading in ("Id", "Priority", "Reason", "Age"):
        table.add_column(heading, no_wrap=True)
    # All that is left of the line: without a ratio, a long question would squeeze the columns before it.
    table.add_column("Question", no_wrap=True, overflow="ellipsis", ratio=1)
    for record in records:
        table.add_row(
            record.id[:_SHORT_ID_CHARS],
            Text(record.priority.value, style=_STYLES[record.priority]),
            record.reason.value,
            _age(now - record.created_at),
            Text(" ".join(_printable(record.question).split())),
        )
    return table


def _print_detail(console: Console, detail: HandoffDetail, now: datetime) -> None:
    age = _age(now - detail.created_at)
    console.print(Text(f"Handoff {detail.id}"))
    console.print(Text(detail.priority.value, style=_STYLES[detail.priority]), end="")
    console.print(Text(f", {detail.reason.value}, {detail.state}, {_moment(detail.created_at)} ({age} ago)"))
    console.print(Text(f"Conversation {detail.conversation_id}\n"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Time (UTC)", "Who"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Message")
    for message in detail.transcript:
        asked = "bold" if message.id == detail.message_id else ""
        text = Text(_printable(message.text), style=asked)
        table.add_row(_moment(message.at), _WHO[message.from_], text)
    console.print(table)
    if detail.screening is not None:
        print_screening(console, detail.screening)


def print_screening(console: Console, screening: ScreeningSummary) -> None:
    """Print a finished screening as a table: each item, how it was read, and the answer as typed."""
    flags, noted = ", ".join(screening.flags) or "none", ", ".join(screening.noted) or "none"
    console.print(
        Text(f"\nScreening {screening.id}, protocol {screening.protocol_version}, {_moment(screening.at)} UTC")
    )
    console.print(Text(f"Result: {screening.result}. Flags: {flags}. Noted: {noted}. {_WHOSE[screening.about]}"))
    if screening.corrects:
        console.print(Text(f"It corrects the screening {screening.corrects}."))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Item", "Read as", "Answer as typed"):
        table.add_column(heading)
    for line in screening.answers:
        flagged = "bold" if line.item in screening.flags else ""
        typed = _printable(line.typed) if line.typed is not None else "-"
        table.add_row(Text(line.item, style=flagged), Text(line.reading, style=flagged), Text(typed, style=flagged))
        for more in line.follow_ups:
            table.add_row("", Text(more.follow_up), Text(_printable(more.typed or "-")))
    console.print(table)


def _print_json(data: Any) -> None:
    # ASCII only: a patient's control characters stay escaped, and any pipe's encoding can carry it.
    sys.stdout.write(json.dumps(data, indent=2) + "\n")


def _printable(text: str) -> str:
    """A patient's text, fit for a terminal: control and direction characters could rewrite what staff see."""
    kept = []
    for character in text.replace("\r\n", "\n"):
        hidden = unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") and character not in "\n\t\u200c\u200d"
        kept.append("\ufffd" if hidden else character)
    return "".join(kept)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _age(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} d"
