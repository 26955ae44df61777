"""`mesofaq content build`: compile the cards into a bundle."""

import time

import typer
from rich.console import Console

from mesofaq.cli.content import content_app
from mesofaq.settings import load_settings


@content_app.command("build")
def build() -> None:
    """Compile the cards into a knowledge bundle and make it the current one."""
    from mesofaq.knowledge.build import build_bundle

    console = Console(stderr=True)
    started = time.monotonic()
    with console.status("Starting") as status:

        def progress(step: str) -> None:
            console.print(f"[dim]{time.monotonic() - started:6.1f} s[/dim]  {step}")
            status.update(step)

        folder = build_bundle(load_settings(), progress)
    typer.echo(folder.name)
