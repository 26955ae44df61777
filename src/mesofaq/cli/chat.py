"""`mesofaq chat`: talk to the running service in the terminal, through the same API as the page."""

import textwrap
from typing import Any

import httpx
import typer

from mesofaq.cli import app
from mesofaq.errors import Code, Problem
from mesofaq.settings import load_settings

_TIMEOUT_S = 30.0


@app.command()
def chat() -> None:
    """Talk to the running service; an empty line or Ctrl-D ends it."""
    settings = load_settings()
    address = f"http://{settings.host}:{settings.port}"
    with httpx.Client(base_url=f"{address}/v1", timeout=_TIMEOUT_S, trust_env=False) as http:
        try:
            clinic = http.get("/clinic").raise_for_status().json()
            opened = http.post("/conversations").raise_for_status().json()
        except httpx.HTTPError:
            raise Problem(
                Code.NOT_READY, f"Nothing answers at {address}. Start it with 'mesofaq up', then try again."
            ) from None
        typer.echo(f"{clinic['name']}. {clinic['draft_notice'] or ''}\nAn empty line ends the chat.\n")
        messages = f"/conversations/{opened['conversation_id']}/messages"
        headers = {"Authorization": f"Bearer {opened['token']}"}
        offered: list[dict[str, Any]] = []
        while line := _read():
            # A number picks one of the suggestions that were offered last.
            if line.isdigit() and 0 < int(line) <= len(offered):
                line = offered[int(line) - 1]["text"]
            try:
                response = http.post(messages, json={"text": line}, headers=headers)
            except httpx.HTTPError:
                typer.echo("  The service did not answer. Your message may be on record; try again.\n")
                continue
            if response.is_error:
                typer.echo(f"  {response.json().get('detail', 'That did not work.')}\n")
                continue
            offered = _show(response.json()["messages"])


def _read() -> str:
    try:
        return input("> ").strip()
    except (EOFError, KeyboardInterrupt):
        typer.echo()
        return ""


def _show(replies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    offered: list[dict[str, Any]] = []
    for reply in replies:
        for paragraph in reply["text"].split("\n"):
            typer.echo(textwrap.fill(paragraph, 88, initial_indent="  ", subsequent_indent="  "))
        for source in reply["sources"]:
            typer.echo(f"    source: {source['title']} ({source['where']})")
        for suggestion in reply["suggestions"]:
            offered.append(suggestion)
            typer.echo(f"    {len(offered)}. {suggestion['title']}")
        typer.echo()
    return offered
