"""`mesofaq doctor`: what is in order on this machine and what is not, each in one line with what to do."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.text import Text

from mesofaq.cli import app
from mesofaq.content import load_content
from mesofaq.errors import Problem
from mesofaq.settings import Settings, load_settings

_FREE_GIB = 1.0


@dataclass(frozen=True)
class Check:
    """One thing looked at: `state` is ok, notice or fault."""

    name: str
    state: str
    message: str


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False) -> None:
    """Look over settings, content, bundle, dialogue, database, disk and the running service."""
    settings = load_settings()
    looks = (_content, _bundle, _dialogue, _database, _notifications, _disk, _service)
    checks = [_guarded(look, settings) for look in looks]
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        console = Console(highlight=False)
        style = {"ok": "green", "notice": "yellow", "fault": "bold red"}
        for check in checks:
            console.print(Text(f"{check.state:7}", style=style[check.state]) + Text(f"{check.name:10} {check.message}"))
    if any(check.state == "fault" for check in checks):
        raise typer.Exit(1)


def _guarded(look: Callable[[Settings], Check], settings: Settings) -> Check:
    try:
        return look(settings)
    except Problem as problem:
        return Check(look.__name__.strip("_"), "fault", problem.detail)


def _content(settings: Settings) -> Check:
    content = load_content(settings.content)
    today = datetime.now(UTC).astimezone().date()
    drafts = sum(card.status_on(today) != "approved" for card in content.cards.values())
    if content.clinic.placeholder or drafts:
        clinic = "clinic.yml is a placeholder; " if content.clinic.placeholder else ""
        return Check("content", "notice", f"{clinic}{drafts} of {len(content.cards)} cards are not approved.")
    return Check("content", "ok", f"{len(content.cards)} approved cards.")


def _bundle(settings: Settings) -> Check:
    from mesofaq.knowledge.bundle import current_bundle, verify

    folder = current_bundle(settings.var / "bundles")
    if folder is None:
        return Check("bundle", "fault", "There is none yet. Run 'mesofaq content build' (or 'make up').")
    manifest = verify(folder)
    return Check("bundle", "ok", f"{manifest['id']}, {manifest['counts']['questions']} questions, every part as built.")


def _dialogue(settings: Settings) -> Check:
    if not (settings.home / "bot" / ".venv" / "bin" / "rasa").exists():
        return Check("dialogue", "fault", "Rasa's environment bot/.venv is missing. Run 'make up', which makes it.")
    if not any((settings.var / "rasa" / "models").glob("*.tar.gz")):
        return Check("dialogue", "notice", "Not trained yet; 'mesofaq up' does it.")
    return Check("dialogue", "ok", "Rasa's environment and a trained model are there.")


def _database(settings: Settings) -> Check:
    from mesofaq.store.store import Store

    store = Store(settings.store_url)
    try:
        store.ping()
    finally:
        store.close()
    return Check("database", "ok", f"{settings.store_url.split(':', 1)[0]} answers.")


def _notifications(settings: Settings) -> Check:
    from mesofaq.notify.ways import ways_of
    from mesofaq.store.outbox import Outbox
    from mesofaq.store.store import Store, utc_now

    ways = ways_of(settings, load_content(settings.content).clinic, utc_now)
    store = Store(settings.store_url, seal=settings.seal)
    try:
        found = Outbox(store.database, utc_now).undelivered()
    finally:
        store.close()
    if found.given_up:
        return Check("notifications", "fault", f"{found.given_up} were given up. See 'mesofaq notify status'.")
    if not ways:
        return Check("notifications", "notice", "Nobody is told of handoffs; they are in the console at /staff only.")
    return Check("notifications", "ok", f"By {' and '.join(way.name for way in ways)}; {found.count} on the way.")


def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(settings.var if settings.var.exists() else settings.home).free / 2**30
    if free < _FREE_GIB:
        return Check("disk", "fault", f"Only {free:.1f} GiB are free; at least {_FREE_GIB:.0f} GiB are needed.")
    return Check("disk", "ok", f"{free:.0f} GiB are free.")


def _service(settings: Settings) -> Check:
    address = f"http://{settings.host}:{settings.port}"
    try:
        ready = httpx.get(f"{address}/health/ready", timeout=3, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return Check("service", "notice", f"Not running at {address}. Start it with 'mesofaq up'.")
    missing = [name for name, well in ready.items() if not well]
    if missing:
        return Check("service", "fault", f"It runs at {address}, but without its {' and '.join(missing)}.")
    return Check("service", "ok", f"It runs at {address} and answers.")
