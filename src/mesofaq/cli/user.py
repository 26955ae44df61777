"""`mesofaq user`: the accounts of the staff."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesofaq.accounts.models import Role
from mesofaq.accounts.service import Accounts
from mesofaq.cli import app
from mesofaq.cli.handoffs import open_record
from mesofaq.errors import Code, Problem
from mesofaq.settings import load_settings
from mesofaq.store import utc_now
from mesofaq.store.audit import CLI

__all__ = ["open_accounts"]

user_app = typer.Typer(help="Add, list and change the accounts of the staff.", no_args_is_help=True)
app.add_typer(user_app, name="user")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, one line, and ask nothing.")
]


@contextmanager
def open_accounts(*, create: bool = False) -> Iterator[Accounts]:
    """The accounts in the record that the settings name.

    Args:
        create: make a record where there is none yet: the first account may come before the first start.

    Raises:
        Problem: `not-found` when there is no record yet.
    """
    settings = load_settings()
    with open_record(create=create) as store:
        yield Accounts(
            store.database,
            utc_now,
            idle=timedelta(minutes=settings.session_idle_min),
            absolute=timedelta(hours=settings.session_max_hours),
            second_factor_required=settings.require_second_factor,
        )


@user_app.command("add")
def add(
    username: Name,
    name: Annotated[str, typer.Option(help="The name that patients see, e.g. “Dana Reyes”.")],
    title: Annotated[str, typer.Option(help="The title that patients see, e.g. “nurse”.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    password_stdin: FromStdin = False,
) -> None:
    """Add an account; the password is asked for, twice."""
    with open_accounts(create=True) as accounts:
        person = accounts.add(username, name, title, role, _password(password_stdin), by=CLI)
    typer.echo(f"Added {person.username} as {person.role.value}.")


@user_app.command("list")
def list_people(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List all accounts: those in use first."""
    with open_accounts() as accounts:
        people = accounts.people()
    if as_json:
        sys.stdout.write(json.dumps([person.model_dump(mode="json") for person in people], indent=2) + "\n")
        return
    if not people:
        typer.echo("There are no accounts. 'mesofaq user add' makes one.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Name", "Role", "Shown as", "Second factor", "State"):
        table.add_column(heading)
    for person in people:
        table.add_row(
            Text(person.username),
            person.role.value,
            Text(f"{person.name}, {person.title}"),
            "yes" if person.has_second_factor else "no",
            "in use" if person.disabled_at is None else "disabled",
        )
    Console().print(table)


@user_app.command("disable")
def disable(username: Name) -> None:
    """Let somebody sign in no longer, and end the person's sessions."""
    with open_accounts() as accounts:
        person = accounts.disable(username, by=CLI)
    typer.echo(f"Disabled {person.username}; the sessions have ended.")


@user_app.command("enable")
def enable(username: Name) -> None:
    """Let somebody sign in again."""
    with open_accounts() as accounts:
        person = accounts.enable(username, by=CLI)
    typer.echo(f"Enabled {person.username}.")


@user_app.command("password")
def set_password(username: Name, password_stdin: FromStdin = False) -> None:
    """Give somebody another password, and end the person's sessions."""
    with open_accounts() as accounts:
        accounts.person(username)  # an unknown name is told before a password is asked for
        person = accounts.set_password(username, _password(password_stdin), by=CLI)
    typer.echo(f"Changed the password of {person.username}; the sessions have ended.")


@user_app.command("role")
def change_role(username: Name, role: Annotated[Role, typer.Argument(help="What the person may do.")]) -> None:
    """Give somebody another role, and end the person's sessions."""
    with open_accounts() as accounts:
        person = accounts.change_role(username, role, by=CLI)
    typer.echo(f"{person.username} is {person.role.value} now.")


@user_app.command("reset-second-factor")
def reset_second_factor(username: Name) -> None:
    """Remove somebody's second factor, because the phone is lost, and end the person's sessions."""
    with open_accounts() as accounts:
        person = accounts.reset_second_factor(username, by=CLI)
    typer.echo(f"Removed the second factor of {person.username}.")


def _password(from_stdin: bool) -> str:
    if not from_stdin:
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt="The same again"))
    line = sys.stdin.readline()
    if not line:
        raise Problem(Code.INVALID_REQUEST, "There was no password on standard input. Write one line there.")
    return line.rstrip("\r\n")
