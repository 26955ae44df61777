"""`mesofaq up`: run everything on this machine."""

import os

import typer

from mesofaq.cli import app
from mesofaq.settings import load_settings


@app.command()
def up() -> None:
    """Run MesoFAQ on this machine: prepare what is stale, start the service and Rasa, keep them running.

    Ctrl-C stops both. Their output is under var/log/.
    """
    from mesofaq.supervise.service import up as run

    # var/ will hold what patients said: for the owner's eyes only.
    os.umask(0o077)
    run(load_settings(), typer.echo)
