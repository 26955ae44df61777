"""`mesofaq notify`: whether staff are told of handoffs by e-mail and webhook, and what has not arrived."""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from mesofaq.cli import app
from mesofaq.cli.handoffs import open_record
from mesofaq.errors import Code, Problem
from mesofaq.settings import load_settings

if TYPE_CHECKING:
    from mesofaq.notify.way import Outcome, Way

notify_app = typer.Typer(
    help="Test the ways by which staff are told of handoffs, and see what has not arrived.", no_args_is_help=True
)
app.add_typer(notify_app, name="notify")

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

_TEST_S = 60.0
_HINTS = {
    "SMTPAuthenticationError": "Look at the user and the password in MESOFAQ_SMTP_URL.",
    "SMTPNotSupportedError": "The server offers no STARTTLS (or no sign-in) there: use smtps:// or another port.",
    "SMTPRecipientsRefused": "The server takes no mail for these addresses: look at MESOFAQ_NOTIFY_MAIL.",
    "SMTPSenderRefused": "The server takes no mail from this sender: look at MESOFAQ_MAIL_FROM.",
    "SMTPServerDisconnected": "The server hung up: look at the port, and whether it is smtp:// or smtps://.",
    "SSLCertVerificationError": "Its certificate does not hold. For an authority of your own set SSL_CERT_FILE.",
    "SSLError": "It does not speak TLS there: look at the port, and whether it is smtp:// or smtps://.",
    "gaierror": "Its name is unknown: look at the host.",
    "ConnectionRefusedError": "Nothing listens there: look at host and port.",
    "ConnectError": "It cannot be reached, or its certificate does not hold: look at the address.",
    "TimeoutError": "It did not answer in time.",
    "ConnectTimeout": "It cannot be reached in time.",
    "ReadTimeout": "It did not answer in time.",
    "HTTP 3": "It answers with a redirect, which is not followed: set the final address.",
    "HTTP 401": "It does not accept the signature: compare MESOFAQ_WEBHOOK_SECRET with the receiver's secret.",
    "HTTP 403": "It does not accept the signature: compare MESOFAQ_WEBHOOK_SECRET with the receiver's secret.",
    "HTTP 404": "There is nothing at that address: look at MESOFAQ_WEBHOOK_URL.",
    "HTTP 410": "It wants no more notifications: look at MESOFAQ_WEBHOOK_URL.",
}


@notify_app.command("test")
def send_test(as_json: JsonOption = False) -> None:
    """Send a test notification by every configured way."""
    ways = _ways()
    if not ways:
        raise Problem(
            Code.SETTING_INVALID,
            "Nobody is told of handoffs: they are in the console only. Set MESOFAQ_SMTP_URL with MESOFAQ_NOTIFY_MAIL, "
            "or MESOFAQ_WEBHOOK_URL with MESOFAQ_WEBHOOK_SECRET.",
        )
    results = list(zip(ways, asyncio.run(_try_all(ways)), strict=True))
    if as_json:
        told = [{"way": way.name, "where": way.where, "fault": outcome.fault} for way, outcome in results]
        typer.echo(json.dumps(told, indent=2))
    else:
        for way, outcome in results:
            typer.echo(_sentence(way, outcome))
    if any(outcome.fault for _, outcome in results):
        raise typer.Exit(1)


@notify_app.command("status")
def show_status(as_json: JsonOption = False) -> None:
    """Say what is configured, and what has not arrived yet or was given up."""
    from mesofaq.store.outbox import Outbox

    ways = _ways()
    with open_record() as store:
        outbox = Outbox(store.database, _now)
        undelivered, states = outbox.undelivered(), outbox.states()
    if as_json:
        configured = [{"way": way.name, "where": way.where} for way in ways]
        document = {"configured": configured, "undelivered": asdict(undelivered), "ways": list(map(asdict, states))}
        typer.echo(json.dumps(document, indent=2))
        return
    for way in ways:
        typer.echo(f"Staff are told by {way.where}.")
    if not ways:
        typer.echo("Nobody is told of handoffs: they are in the console only.")
    for state in states:
        faults = ", ".join(f"{fault} ({count})" for fault, count in sorted(state.faults.items()))
        line = f"{state.way}: {state.delivered} delivered, {state.waiting} waiting, {state.given_up} given up"
        typer.echo(f"{line}; last faults: {faults}." if faults else f"{line}.")
    if undelivered.count:
        age = f"the oldest is {(undelivered.oldest_s or 0) / 60:.0f} minutes old"
        typer.echo(f"Not everywhere yet: {undelivered.count}; {age}.")
    if undelivered.given_up:
        typer.echo("What was given up is not tried again by itself: 'mesofaq notify retry' begins anew.")


@notify_app.command("retry")
def retry() -> None:
    """Try again what was given up after three days of faults."""
    from mesofaq.store.outbox import Outbox

    with open_record() as store:
        count = Outbox(store.database, _now).retry()
    noun = "notification" if count == 1 else "notifications"
    typer.echo(f"{count} {noun} will be tried again by the running service.")


@notify_app.command("secret")
def secret() -> None:
    """Print a new secret for MESOFAQ_WEBHOOK_SECRET."""
    from mesofaq.notify.signing import new_secret

    typer.echo(new_secret())


def _now() -> datetime:
    return datetime.now(UTC)


def _ways() -> "list[Way]":
    # Loaded here, so that every other command starts without it.
    from mesofaq.content import load_content
    from mesofaq.notify import ways_of

    settings = load_settings()
    return ways_of(settings, load_content(settings.content).clinic, _now)


async def _try_all(ways: "list[Way]") -> "list[Outcome]":
    from mesofaq.notify.mail import TEST_EVENT
    from mesofaq.notify.way import Outcome
    from mesofaq.notify.worker import fault_of
    from mesofaq.store.outbox import Notice

    async def attempt(way: "Way") -> Outcome:
        notice = Notice(event_id=str(uuid4()), event_type=TEST_EVENT, at=_now(), ids={})
        try:
            async with asyncio.timeout(_TEST_S):
                return await way.send(notice)
        except Exception as error:
            return Outcome(fault=fault_of(error))
        finally:
            await way.close()

    return list(await asyncio.gather(*map(attempt, ways)))


def _sentence(way: "Way", outcome: "Outcome") -> str:
    if outcome.fault is not None:
        hint: Any = next((hint for start, hint in _HINTS.items() if outcome.fault.startswith(start)), "")
        return f"Not sent by {way.where}: {outcome.fault}. {hint}".rstrip()
    if outcome.refused:
        return f"Sent by {way.where}, but the server refused {outcome.refused} of the addresses."
    return f"Sent by {way.where}."
