"""The command line: one file a command, gathered here.

A wrong input gets one plain sentence on standard error and exit code 1 (2 for a wrong option, as Typer does).
"""

import sys

import typer

from mesofaq.errors import Problem

app = typer.Typer(
    name="mesofaq",
    help="A patient-education assistant for clinics that offer hair mesotherapy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Run the command line (the `mesofaq` program)."""
    from mesofaq.cli import commands  # noqa: F401  registers every command on `app`

    try:
        app()
    except Problem as problem:
        sys.stderr.write(f"mesofaq: {problem.detail}\n")
        raise SystemExit(1) from None
