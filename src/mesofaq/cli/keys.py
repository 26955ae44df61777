"""`mesofaq keys`: keys that encrypt what people write (`MESOFAQ_ENCRYPTION_KEYS`)."""

import json
import sys
from typing import Annotated

import typer

from mesofaq.cli import app
from mesofaq.cli.handoffs import open_record
from mesofaq.privacy.seal import new_key
from mesofaq.store import utc_now
from mesofaq.store.audit import CLI
from mesofaq.store.rotation import rotate

__all__ = ["make_key", "rotate_keys"]

keys_app = typer.Typer(help="Make an encryption key, or seal everything with a new one.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")


@keys_app.command("new")
def make_key() -> None:
    """Print a new key. Put it first into MESOFAQ_ENCRYPTION_KEYS; whoever loses it loses what it sealed."""
    sys.stdout.write(new_key() + "\n")


@keys_app.command("rotate")
def rotate_keys(as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False) -> None:
    """Seal every text with the first key; afterwards the others can be dropped.

    The service must run with the same keys already. It may go on meanwhile.
    """
    with open_record() as store:
        done = rotate(store.database, utc_now(), by=CLI)
    if as_json:
        sys.stdout.write(json.dumps({"checked": done.checked, "sealed": done.sealed}) + "\n")
        return
    typer.echo(f"{done.sealed} of {done.checked} texts sealed anew. Everything opens with the first key now.")
