"""`mesofaq content lint|list|approve|diff`: what clinicians do with their texts; `build` is in `cli/build.py`."""

import json
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mesofaq.cli import app
from mesofaq.errors import Code, Problem
from mesofaq.settings import load_settings

if TYPE_CHECKING:
    from mesofaq.content import Content
    from mesofaq.content.models import Card

# The rules load numpy, rapidfuzz and textstat: each command imports what it needs, and `mesofaq up` none of it.

content_app = typer.Typer(help="Check, list, sign and build the texts that patients read.", no_args_is_help=True)
app.add_typer(content_app, name="content")

_Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
_CardId = Annotated[str, typer.Argument(metavar="CARD", help="The card's id, e.g. after-wash.")]


_NUMBERS = ("grade", "words", "examples")


class SignedStatus(StrEnum):
    """What `approve` can record."""

    REVIEWED = "reviewed"
    APPROVED = "approved"


@content_app.command("lint")
def lint_command(as_json: _Json = False) -> None:
    """Check every text against the rules; exit with 1 when one of them fails."""
    from mesofaq.content.lint import Severity, lint

    findings = lint(_folder(), topics=None, today=date.today())
    errors = sum(found.severity is Severity.ERROR for found in findings)
    notices = len(findings) - errors
    if as_json:
        rows = [
            {
                "severity": str(found.severity),
                "path": _shown(found.path),
                "line": found.line,
                "rule": found.rule,
                "message": found.message,
            }
            for found in findings
        ]
        typer.echo(json.dumps({"errors": errors, "notices": notices, "findings": rows}, ensure_ascii=False, indent=2))
    else:
        for found in findings:
            typer.echo(f"{_shown(found.path)}:{found.line}: {found.severity}: {found.message}")
        typer.echo(f"{_count(errors, 'error')}, {_count(notices, 'notice')}.")
    if errors:
        raise typer.Exit(1)


@content_app.command("list")
def list_command(as_json: _Json = False) -> None:
    """List every card with its status, version, reading grade and size."""
    from mesofaq.content import load_content
    from mesofaq.content.rules.prose import grade, words

    today = date.today()
    rows = [
        {
            "id": card.id,
            "group": card.group,
            "status": str(card.status_on(today)),
            "version": card.version,
            "grade": round(grade(card.body), 1),
            "words": len(words(card.body)),
            "examples": len(card.examples),
            "until": card.review.until.isoformat() if card.review.until else None,
        }
        for card in load_content(_folder()).cards.values()
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    columns = ("id", "group", "status", "version", "grade", "words", "examples")
    table = [columns, *(tuple(str(row[name]) for name in columns) for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    for cells in table:
        padded = (
            cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
            for name, cell, width in zip(columns, cells, widths, strict=True)
        )
        typer.echo("  ".join(padded).rstrip())


@content_app.command("approve")
def approve_command(
    card_id: _CardId,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who read the card: a person's full name.")],
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The last day it holds, as YYYY-MM-DD.")],
    status: Annotated[SignedStatus, typer.Option("--status", help="How far it has come.")] = SignedStatus.APPROVED,
) -> None:
    """Record a person's sign-off on the words that a card has now ('screening': the pre-screening protocol)."""
    from mesofaq.content import load_content
    from mesofaq.content.approval import approve, approve_screening
    from mesofaq.content.models import ReviewStatus

    try:
        last_day = date.fromisoformat(until)
    except ValueError:
        message = f"'{until}' is no day. Write it as YYYY-MM-DD, e.g. {date.today().year + 1}-03-31."
        raise Problem(Code.INVALID_REQUEST, message) from None
    if card_id == "screening":
        today = date.today()
        loaded = load_content(_folder(), strict=False)
        protocol = approve_screening(loaded, by=by, until=last_day, status=ReviewStatus(status), today=today)
        typer.echo(
            f"The screening protocol version {protocol.version} is {protocol.review.status} by {protocol.review.by} "
            f"until {protocol.review.until}. Commit {_shown(_folder() / 'screening.yml')} to keep it."
        )
        return
    content, card = _card(card_id)
    signed = approve(content, card, by=by, until=last_day, status=ReviewStatus(status), today=date.today())
    typer.echo(
        f"{signed.id} version {signed.version} is {signed.review.status} by {signed.review.by} "
        f"until {signed.review.until}. Commit {_shown(signed.path)} to keep it."
    )


@content_app.command("diff")
def diff_command(card_id: _CardId, as_json: _Json = False) -> None:
    """Show what changed in a card since it was signed."""
    from mesofaq.content.changes import changes

    change = changes(_card(card_id)[1])
    if as_json:
        typer.echo(json.dumps(change.as_dict(), ensure_ascii=False, indent=2))
        return
    typer.echo(change.signature)
    typer.echo(change.diff.rstrip("\n") if change.diff else change.why_no_diff)


def _folder() -> Path:
    folder = load_settings().content
    if not folder.is_dir():
        message = f"There is no folder {_shown(folder)}. Run this in the project, or set MESOFAQ_HOME to it."
        raise Problem(Code.NOT_FOUND, message)
    return folder


def _card(card_id: str) -> "tuple[Content, Card]":
    """The content, and the one card of it.

    Raises:
        Problem: `not-found` with the nearest ids, or `content-invalid` when the card's file cannot be read.
    """
    from difflib import get_close_matches

    from mesofaq.content import load_content

    content = load_content(_folder(), strict=False)
    if card_id in content.cards:
        return content, content.cards[card_id]
    for error in content.errors:
        if error.path.stem == card_id:
            raise Problem(Code.CONTENT_INVALID, f"{_shown(error.path)}:{error.line}: {error.message}.")
    near = get_close_matches(card_id, content.cards, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "'mesofaq content list' shows them all."
    raise Problem(Code.NOT_FOUND, f"There is no card '{card_id}'. {hint}")


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
